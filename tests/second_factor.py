"""Whoever a test signs in by `force_login` has a second factor, and has proved it in that session.

So the other tests run with the rule on; `without_factor` signs in as somebody by a mailed code does.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import user_logged_in
from django.http import HttpRequest
from django.test import Client

from backend.people.models import Person
from backend.people.rules import BY_CODE, BY_FACTOR

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LATER = 4e9  # in the year 2096: tests move the clock


def prove_at_sign_in(request: HttpRequest, user: Person, **_named: Any) -> None:
    """Of a sign-in by the test client, which names no address: register an app, and note its use."""
    if "REMOTE_ADDR" not in request.META:
        prove(request, user)


def prove(request: HttpRequest, user: Person) -> None:
    """Register an app, and note in the session of the request that it was used."""
    request.session["seen_at"] = LATER
    give_factor(user)
    record_authentication(request, user, BY_FACTOR)
    request.session["account_authentication_methods"][-1]["at"] = LATER


def give_factor(person: Person) -> None:
    """Register an authenticator app, unless the person has one."""
    if not Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(person, SECRET)


def without_factor(person: Person) -> Client:
    """A browser in which this person has signed in by a mailed code, without a second factor."""
    client = Client()
    user_logged_in.disconnect(prove_at_sign_in)
    try:
        client.force_login(person)
    finally:
        user_logged_in.connect(prove_at_sign_in)
    session = client.session
    session["seen_at"] = LATER
    session["account_authentication_methods"] = [{"method": BY_CODE, "at": LATER}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client
