"""What an erasure does to the rows of one attendee: `backend.privacy.rules` says it table by table.

The caller has locked the attendee and ended what was to come.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.auth.hashers import make_password
from django.db.models import Exists, Model, OuterRef, Q

from backend.agenda.models import CalendarFeed, SessionMail
from backend.assistants.models import Assistant
from backend.booking.models.availability import Availability, BusyCalendar
from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.questions import Question
from backend.booking.models.waiting_list import WaitingListEntry
from backend.directory.models import Nudge, ProfileVisit, SearchName, SearchText, TimesMail, WishToMeet
from backend.events.models.age_classes import AdultProposal, AgeAlert
from backend.events.models.agenda import SessionPart
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Interest, Organisation
from backend.events.models.consents import GuardianConsent
from backend.events.models.pictures import Picture
from backend.events.models.roles import Appointment
from backend.events.models.suspensions import Suspension
from backend.events.services.changes import announce_changes
from backend.groups.models import Rounds, RoundSeat
from backend.invitations.models import Invitation
from backend.mails.models import MailTest
from backend.outcomes.services.connections import forget_connections
from backend.people.models import Person
from backend.programme.models import PlannedMeeting
from backend.roster.models import Registration
from backend.roster.services.departures import remember_departure
from backend.safeguarding.models import (
    Chaperone,
    DelegationSeat,
    DelegationSession,
    HeldIdentity,
    Report,
    ReportQuerySet,
    Vetting,
)
from backend.suggestions.engine.texts import FIELDS, text_hash
from backend.suggestions.models import Embedding, Feedback, Suggestion, SuggestionView

LEFT_NAME = "Somebody who left"
ERASED_WORDS = "The words were erased with the account of whoever made this report."
NO_WISH = NO_TITLE = "–"
OWN_ROWS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (AdultProposal, ("attendee",)),
    (AgeAlert, ("attendee", "lead")),
    (Alias, ("attendee",)),
    (Assistant, ("principal", "attendee")),
    (Availability, ("attendee",)),
    (BusyCalendar, ("attendee",)),
    (CalendarFeed, ("attendee",)),
    (Chaperone, ("attendee",)),
    (GuardianConsent, ("attendee",)),
    (Interest, ("attendee",)),
    (MailTest, ("attendee",)),
    (Notice, ("attendee",)),
    (Nudge, ("attendee",)),
    (Picture, ("attendee",)),
    (PlannedMeeting, ("first", "second")),
    (RoundSeat, ("attendee",)),
    (ProfileVisit, ("attendee", "other")),
    (Registration, ("attendee",)),
    (SearchText, ("attendee",)),
    (SessionMail, ("attendee",)),
    (SessionPart, ("attendee",)),
    (Suggestion, ("attendee", "other")),
    (SuggestionView, ("attendee", "other")),
    (TimesMail, ("attendee",)),
    (Vetting, ("attendee",)),
    (WaitingListEntry, ("attendee", "other")),
    (WishToMeet, ("asker", "other")),
)


def erase_rows(attendee: Attendee, now: dt.datetime) -> None:
    """Delete and empty what is the attendee's, hold what an open case needs, and keep the row for counts."""
    _hold_identity(attendee, now)
    _forget_vectors(attendee)
    remember_departure(attendee)
    for model, fields in OWN_ROWS:
        for field in fields:
            model._default_manager.filter(**{field: attendee}).delete()
    forget_connections(person=attendee.person, event_id=attendee.event_id, even_kept=False)
    FollowUp.objects.filter(attendee=attendee, due_on=None).delete()
    FollowUp.objects.filter(attendee=attendee).update(agreed="")
    Feedback.objects.filter(Q(attendee=attendee) | Q(other=attendee)).update(note="")
    Question.objects.filter(meeting__seats__attendee=attendee).delete()
    Meeting.objects.filter(asker=attendee).update(message="", key="")
    acted = Seat.objects.filter(assistant=attendee, attendee=OuterRef("ended_by"), meeting=OuterRef("pk"))
    Meeting.objects.filter(Q(ended_by=attendee) | Q(Exists(acted))).update(reason="")
    named = Assistant.objects.waiting().filter(event=attendee.event_id)
    person = attendee.person
    here = Attendee.objects.filter(event=attendee.event_id, person__address_hash=person.address_hash)
    if not here.exclude(pk=attendee.pk).exists():  # where another reads the mailbox, they are asked as well
        named.filter(address_hash__in=person.address_hashes).delete()
    asked = DelegationSeat.objects.filter(attendee=attendee, part=DelegationSeat.Part.ASKER)
    DelegationSession.objects.filter(pk__in=asked.values("session")).update(wish=NO_WISH, words="")
    Rounds.objects.filter(is_open=True, tables__host=attendee).update(title=NO_TITLE, reason="")
    invitations = Invitation.objects.filter(attendee=attendee)
    invitations.filter(state=Invitation.State.QUEUED).update(state=Invitation.State.SKIPPED)
    invitations.update(address_hash="", token_hash="", expires_at=None)
    proposed = Appointment.objects.filter(attendee=attendee, state=Appointment.State.PROPOSED)
    proposed.update(state=Appointment.State.REFUSED, decided_at=now)
    _anonymise(attendee, now)
    SearchName.objects.filter(attendee=attendee).delete()  # a trigger writes it anew with each change of name
    release_reports(attendee)
    if not is_held(attendee):
        HeldIdentity.objects.filter(attendee=attendee).delete()
        unlink(attendee, now)
    announce_changes(attendee.event_id)


def _hold_identity(attendee: Attendee, now: dt.datetime) -> None:
    """Who it is, for the leads who read a report of theirs or about them that is open (S12)."""
    if not open_cases_of(attendee).exists():
        return
    alias = Alias.objects.filter(attendee=attendee).first()
    organisation = attendee.organisation.name if attendee.organisation else ""
    HeldIdentity.objects.update_or_create(
        attendee=attendee,
        defaults={
            "name": alias.name if alias else attendee.name,
            "organisation": alias.organisation if alias else organisation,
            "country": alias.country if alias else attendee.country,
            "email": attendee.person.email,
            "held_at": now,
        },
    )


def open_cases_of(attendee: Attendee) -> ReportQuerySet:
    """Reports the attendee made, or that are about them, that are not closed."""
    return Report.objects.waiting().filter(Q(reporter=attendee) | Q(reported=attendee))


def is_held(attendee: Attendee) -> bool:
    """Whether a report keeps the attendee's row with their account or its hash, or a suspension does."""
    part = Q(reporter=attendee) | Q(reported=attendee)
    in_force = Report.objects.filter(part).filter(~Q(state=Report.State.CLOSED) | Q(keeps_apart=True))
    return in_force.exists() or Suspension.objects.in_force().filter(attendee=attendee).exists()


def _forget_vectors(attendee: Attendee) -> None:
    """Delete the vectors of the attendee's texts, but for a text that somebody else has word for word."""
    rows = [attendee, *Alias.objects.filter(attendee=attendee)]
    texts = {getattr(row, field) for row in rows for field in FIELDS} - {""}
    others = Attendee.objects.exclude(pk=attendee.pk)
    own = [text for text in texts if not others.filter(Q(seeks=text) | Q(offers=text) | Q(about=text)).exists()]
    if own:
        Embedding.objects.filter(text_hash__in=[text_hash(text) for text in own]).delete()


def _anonymise(attendee: Attendee, now: dt.datetime) -> None:
    before = attendee.organisation
    attendee.organisation = _former(before) if before else None
    attendee.name, attendee.left_at, attendee.changed_at = LEFT_NAME, now, now
    attendee.short_name = attendee.title = attendee.country = ""
    attendee.about = attendee.seeks = attendee.offers = attendee.agreement_version = ""
    attendee.languages, attendee.agreed_at, attendee.edited_at = [], None, None
    attendee.role = Attendee.Role.DELEGATE
    attendee.shows_sessions = attendee.translating_device = False
    attendee.visibility = Attendee.Visibility.HIDDEN
    attendee.permission = Attendee.Permission.PARTICIPANT
    attendee.save()
    if before and before != attendee.organisation and not _has_people(before):
        before.delete()


def _former(organisation: Organisation) -> Organisation:
    """The row that stands for the organisations of those who left a sector: it names none."""
    name = f"Former attendees: {organisation.sector.name}"
    found, _created = Organisation.objects.get_or_create(
        event=organisation.event, name=name, defaults={"sector": organisation.sector}
    )
    return found


def _has_people(organisation: Organisation) -> bool:
    return Attendee.with_left.filter(organisation=organisation).exists()


def release_reports(attendee: Attendee) -> None:
    """Of closed reports of the attendee: those about them go, and those they made lose their words.

    One that keeps the two apart stays for that, without words.
    """
    closed = Report.objects.filter(state=Report.State.CLOSED)
    closed.filter(reported=attendee, keeps_apart=False).delete()
    apart = Q(reported=attendee, keeps_apart=True)
    closed.filter(Q(reporter=attendee) | apart).update(words=ERASED_WORDS, named="", wants_news=False)


def unlink(attendee: Attendee, now: dt.datetime) -> None:
    """Give the row an account that stands for nobody, so that nothing leads from it to the person."""
    Suspension.objects.filter(attendee=attendee).delete()
    attendee.person = Person.objects.create(
        email=no_address(), name=LEFT_NAME, password=make_password(None), is_active=False, erased_at=now
    )
    attendee.save(update_fields=["person"])


def no_address() -> str:
    """An address that is nobody's, nor ever can be."""
    return f"{uuid.uuid4().hex}@erased.invalid"
