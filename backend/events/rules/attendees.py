"""Who organises an event, pairs of ids, what texts of a profile may hold, and when a profile is empty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotYours, OrganisersOnly, Refused
from backend.core.texts import without_bidi_controls
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Event
from backend.events.rules.states import Activity, check_allowed
from backend.people.models import Person
from backend.people.selectors import who_reads_the_mailbox_of

IdPair = tuple[int, int]

TEXT_LIMIT = 4_000
LANGUAGE_LIMIT = 12


class TextTooLong(BusinessError):
    code = "text_too_long"
    status = 400


class DemoAccount(BusinessError):
    code = "demo_account"
    status = 403


def is_organiser(person: Person, event: Event) -> bool:
    """Whether the person organises this event."""
    return Attendee.objects.filter(
        event=event, person=person.pk, person__is_active=True, permission=Attendee.Permission.ORGANISER
    ).exists()


def check_organiser(person: Person, event: Event, doing: Activity | None = None) -> None:
    """Refuse OrganisersOnly unless the person organises the event; and as `check_allowed` does this in it."""
    if not is_organiser(person, event):
        raise OrganisersOnly(_("Only the forum's organisers can do this. Ask one of them."))
    if doing is not None:
        check_allowed(event, doing)


def check_can_hold_role(person: Person, event: Event) -> None:
    """Refuse DemoAccount: anybody enters as a demo account, so it has a role in the demo's forum alone.

    The demo's forum is known by its organisers: no other has one of the demo's. Refuses `shares_mailbox`,
    too.
    """
    if who_reads_the_mailbox_of(person).count() > 1:
        raise Refused(
            "shares_mailbox",
            _("This person shares an address with another one: they change it first, on their own page."),
        )
    organisers = Attendee.objects.filter(event=event, permission=Attendee.Permission.ORGANISER)
    if person.is_demo and not organisers.filter(person__is_demo=True).exists():
        raise DemoAccount(_("This is an account of the demo, which anybody can enter: choose a real person."))


def pair_of(first: int, second: int) -> IdPair:
    """Two ids as pairs are stored: the lower first.

    >>> pair_of(7, 3)
    (3, 7)
    """
    return (first, second) if first < second else (second, first)


def clean_text(text: str) -> str:
    """The text trimmed, without bidi controls and what cannot be stored (NUL, lone surrogates)."""
    return without_bidi_controls(text).replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()


def has_joined() -> Q:
    """Condition on attendees: they agreed to the notice and the pledge (`Attendee.has_joined`)."""
    return Q(agreed_at__isnull=False)


def is_empty_profile(texts: Iterable[str], *, has_topics: bool) -> bool:
    """Whether matching has nothing to read: `texts` are about, seeks and offers.

    >>> is_empty_profile(["", " ", ""], has_topics=False), is_empty_profile(["", "", ""], has_topics=True)
    (True, False)
    """
    return not has_topics and not any(text.strip() for text in texts)


def has_empty_profile() -> Combinable | Q:
    """The same as an expression on rows of Attendee, whose texts are stored trimmed."""
    chose_topics = Exists(Interest.objects.filter(attendee=OuterRef("pk")))
    return Q(about="", seeks="", offers="") & ~Q(chose_topics)


def check_own(attendee: Attendee, by: Person, doing: Activity | None = None) -> None:
    """Refuse NotYours unless `by` is the attendee; and as `check_allowed` does this in the event."""
    if attendee.person_id != by.pk:
        raise NotYours(_("Only the attendee can do this."))
    if doing is not None:
        check_allowed(attendee.event, doing)


def normalise_text(text: str, *, paragraphs: bool = False) -> str:
    """The text with composed letters, without what PostgreSQL cannot hold; one line unless `paragraphs`.

    Vietnamese Excel files decompose letters and marks; composed, equal names are equal texts.
    """
    text = unicodedata.normalize("NFC", clean_text(text))
    return re.sub(r"\r\n?", "\n", text) if paragraphs else re.sub(r"\s+", " ", text)
