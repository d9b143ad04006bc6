"""Django's PostgreSQL backend that starts the embedded server at the first connection."""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.postgresql import base

from backend.config.embedded import server_in
from backend.config.parent_watchdog import PARENT_ENV


class DatabaseWrapper(base.DatabaseWrapper):
    """Commands that use no database start none; web, worker and commands share the running one."""

    def get_connection_params(self) -> dict[str, Any]:
        if PARENT_ENV not in os.environ:  # the children of `serve` wait for no start: it keeps the server up
            server_in(**self.settings_dict["EMBEDDED"]).ensure_running()
        return super().get_connection_params()
