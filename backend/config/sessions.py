"""Sessions in the database, read by a statement that is written and prepared once: every page reads one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from backend.core.compiled import CompiledRows


class SessionStore(DatabaseStore):
    def _get_session_from_db(self) -> Any:
        key = self.session_key or ""
        is_possible = "\0" not in key  # which PostgreSQL refuses in a text
        found = _sessions.fetch(key=key, now=timezone.now()) if is_possible else []
        if not found:
            self._session_key = None
            return None
        return found[0]


def _session_of(key: str, now: dt.datetime) -> QuerySet[Any]:
    model = SessionStore.get_model_class()
    return model.objects.filter(session_key=key, expire_date__gt=now)


_sessions = CompiledRows(_session_of, key="-", now=dt.datetime.min.replace(tzinfo=dt.UTC))
