"""Django's PostgreSQL backend that starts the embedded server at the first connection."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from backend.config.embedded import server_in


class DatabaseWrapper(base.DatabaseWrapper):
    """Commands that use no database start none; web, worker and commands share the running one."""

    def get_connection_params(self) -> dict[str, Any]:
        server_in(**self.settings_dict["EMBEDDED"]).ensure_running()
        return super().get_connection_params()
