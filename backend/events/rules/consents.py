"""When a guardian's consent lets a minor have a profile (S6)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from backend.core.binding_texts import texts_hash
from backend.core.errors import Refused
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.people.rules import event_language, offered_language

WORDINGS = Path(__file__).parents[1] / "data" / "consents"


@dataclass(frozen=True, slots=True)
class ConsentWording:
    """What a guardian consents to, in paragraphs; `version` is the day since which it is asked."""

    version: str
    paragraphs: tuple[str, ...]
    tells_of_sessions: bool  # with a delegation: who consented to an older wording has not agreed to them


def current_wording() -> ConsentWording:
    """The newest version, the one that is asked now."""
    return wording_of(max(WORDINGS.glob("*.json")).stem)


@cache
def wording_of(version: str) -> ConsentWording:
    texts = json.loads((WORDINGS / f"{version}.json").read_text(encoding="utf-8"))
    return ConsentWording(version, tuple(texts["paragraphs"]), texts["tells_of_sessions"])


@cache
def wordings_telling_of_sessions() -> tuple[str, ...]:
    versions = sorted(file.stem for file in WORDINGS.glob("*.json"))
    return tuple(version for version in versions if wording_of(version).tells_of_sessions)


def language_of_guardian(consent: GuardianConsent) -> str:
    """The language of what a guardian reads about it; one more query without `attendee__event`."""
    return offered_language(consent.language) or event_language(consent.attendee.event)


def hashes_of_wording(version: str, language: str) -> tuple[str, str]:
    """Of the wording in English, and as it is shown in this language."""
    paragraphs = wording_of(version).paragraphs
    with translation.override(language):
        return texts_hash(paragraphs), texts_hash(translation.gettext(paragraph) for paragraph in paragraphs)


def last_day_of(consent: GuardianConsent) -> dt.date:
    """The last day on which it holds, in the event's zone; one more query without `attendee__event`."""
    return consent.expires_at.astimezone(consent.attendee.event.zone).date() - dt.timedelta(days=1)


def has_consent(now: dt.datetime) -> Q:
    """Condition on attendees: a guardian's consent for them is in force."""
    return Q(Exists(_given(now)))


def has_consent_to_sessions(now: dt.datetime) -> Q:
    """Condition on attendees: a consent is in force whose wording tells of sessions with a delegation."""
    return Q(Exists(_given(now).filter(wording__in=wordings_telling_of_sessions())))


def _given(now: dt.datetime) -> QuerySet[GuardianConsent]:
    return GuardianConsent.objects.filter(
        attendee=OuterRef("pk"), state=GuardianConsent.State.GIVEN, expires_at__gt=now
    )


def may_have_profile(attendee: Attendee, now: dt.datetime) -> bool:
    """Whether the attendee may have a profile: everybody but a minor without a consent in force."""
    if attendee.age_class != Attendee.AgeClass.MINOR:
        return True
    return Attendee.objects.filter(has_consent(now), pk=attendee.pk).exists()


def check_may_have_profile(attendee: Attendee, now: dt.datetime) -> None:
    """Refuse `consent_missing` where `may_have_profile` says no."""
    if not may_have_profile(attendee, now):
        raise Refused(
            "consent_missing",
            _(
                "You can fill in your profile once your parent or guardian has said yes. "
                "The safeguarding lead asks them."
            ),
            status=403,
        )
