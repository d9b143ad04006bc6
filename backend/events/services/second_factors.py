"""Who acts for a forum or the installation has proved a second factor; one sign-in may go without it."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext as _

from backend.events.rules.second_factors import ProofRequired, SecondFactorRequired, is_made_up_here
from backend.events.services.long_jobs import is_answered_later
from backend.people.models import Person
from backend.people.rules import has_proved_factor, has_provider_factor
from backend.people.selectors import has_second_factor, is_confirmed, proofs_of

GRACE = "factor_grace"  # in the session: who may still act in it without a second factor


def check_second_factor(*, person: Person, request: HttpRequest | None, now: dt.datetime) -> bool:
    """Whether the person acts in the one sign-in that may go without a second factor.

    False where they have proved one, here or at a provider whose word counts. `request` is that of a session,
    None where a program acts by a token.
    Refuses SecondFactorRequired, and ProofRequired where this session has not proved theirs.
    """
    if is_made_up_here(person) or is_answered_later(request):
        return False
    if has_second_factor(person):
        if request is None or has_proved_factor(proofs_of(request, person)):
            return False
        raise ProofRequired(_("Confirm with your second factor that it is you, then try again."))
    if request is not None and has_provider_factor(proofs_of(request, person)):
        return False
    if request is not None and _has_grace(person, request, now):
        return True
    raise SecondFactorRequired(
        _("This is open to you once you have a second factor: set one up under “Sign-in and security”.")
    )


def check_fresh_proof(*, person: Person, request: HttpRequest, now: dt.datetime) -> None:
    """Refuse ProofRequired unless the person proved in the last minutes who they are."""
    if is_answered_later(request):
        return
    request.needs_proof = True  # type: ignore[attr-defined]  # as does what is answered later
    if not is_made_up_here(person) and not is_confirmed(request, person, now):
        raise ProofRequired(_("Confirm on the pages that it is you, then try again within 15 minutes."))


def _has_grace(person: Person, request: HttpRequest, now: dt.datetime) -> bool:
    if request.session.get(GRACE) == person.pk:
        return True
    is_first = person.factor_grace_at is None and bool(
        Person.objects.filter(pk=person.pk, factor_grace_at=None).update(factor_grace_at=now)
    )
    if is_first:
        request.session[GRACE] = person.pk
    return is_first
