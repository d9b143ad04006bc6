from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from backend.config.sessions import SessionStore


@pytest.mark.django_db
def test_a_session_is_read_until_it_expires_or_is_deleted() -> None:
    session = SessionStore()
    session["language"] = "th"
    session.save()
    for _again in range(3):
        assert SessionStore(session.session_key).get("language") == "th"
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    assert SessionStore(session.session_key).get("language") is None
    session.save()
    assert SessionStore(session.session_key).get("language") == "th"
    session.delete()
    assert SessionStore(session.session_key).get("language") is None


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "short", "x" * 50_000, "100%s%%'; --", r"null-byte\000", r"latin-\377\303"])
def test_a_cookie_of_no_session_is_nobodys(key: str) -> None:
    answer = Client().get("/", HTTP_COOKIE=f'{settings.SESSION_COOKIE_NAME}="{key}"')
    assert answer.status_code == 200
