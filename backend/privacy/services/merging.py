"""Two entries of an event's list that are one person become one.

What keeps people safe goes with it and never gets less; what the person had is carried over, and the rest of
the duplicate is erased as if they had left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from backend.booking.models.availability import Availability
from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.waiting_list import WaitingListEntry
from backend.core.audit import record_act
from backend.core.errors import BusinessError, NotFound, NotYours, Refused
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.directory.models import WishToMeet
from backend.events.models.agenda import SessionPart
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event, Tie
from backend.events.models.merges import Merge
from backend.events.models.suspensions import Suspension
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.aliases import appears_under_alias
from backend.events.rules.attendees import check_organiser
from backend.events.rules.roles import check_lead, leads_of
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees, lock_event
from backend.groups.models import RoundTable
from backend.outcomes.models import ContactShare
from backend.people.models import FormerAddress, KnownMinor, Person
from backend.privacy.services.erasing import erase_attendees
from backend.privacy.services.merge_mails import ASKED, DONE, tell_of_merge
from backend.roster.models import Registration
from backend.safeguarding.models import Block, Chaperone, Report, ReportLink
from backend.safeguarding.rules import JOINING, contactable_for
from backend.safeguarding.services.announce import announce_changed_people
from backend.safeguarding.services.pictures import delete_barred_pictures
from backend.suggestions.models import Feedback

CARRIED: tuple[tuple[type[Model], str], ...] = (
    (Feedback, "attendee"),
    (Feedback, "other"),
    (Registration, "attendee"),
    (RoundTable, "host"),
    (SessionPart, "attendee"),
    (WaitingListEntry, "attendee"),
    (WaitingListEntry, "other"),
    (WishToMeet, "asker"),
    (WishToMeet, "other"),
)
"""Rows that go to the attendee who is kept; one that they have already stays theirs."""
PROTECTING: tuple[tuple[type[Model], str], ...] = (
    (GuardianConsent, "attendee"),
    (Report, "reporter"),
    (Report, "reported"),
    (ReportLink, "attendee"),
    (Suspension, "attendee"),
)
OWN_TEXTS = ("short_name", "title", "country", "about", "seeks", "offers")
MORE_PROTECTED = (Attendee.AgeClass.MINOR, Attendee.AgeClass.UNKNOWN, Attendee.AgeClass.ADULT)


class CannotMerge(BusinessError):
    """One of the two is an organiser, a lead, a chaperone or under an alias, or the wrong one is kept."""

    code = "cannot_merge"


class LeadMerges(NotYours):
    """One of the two is not known as an adult: a safeguarding lead does this."""

    code = "lead_merges"


@in_transaction
def merge_attendees(*, event: Event, kept_id: int, duplicate_id: int, by: Person, now: dt.datetime) -> Merge:
    """Make two attendees of the event one; where somebody uses the duplicate's account, ask both first.

    Merging is for organisers, and for a safeguarding lead where one of the two is not a known adult. Refuses
    OrganisersOnly, NotFound, LeadMerges, CannotMerge and `merge_waits`; nothing is stored then.
    """
    lock_event(event.pk)
    kept, duplicate = _lock_both(event, kept_id, duplicate_id)
    _check_by(kept, duplicate, by, now)
    _check_may_merge(kept, duplicate)
    before = Merge.objects.filter(duplicate=duplicate, done_at=None, ended_at=None)
    if before.waiting(now).filter(kept=kept).exists():
        raise Refused("merge_waits", _("Both addresses were asked already: it is done once both have said yes."))
    before.update(ended_at=now)
    merge = Merge.objects.create(event=event, kept=kept, duplicate=duplicate, proposed_by=by, proposed_at=now)
    if duplicate.has_joined or _is_used(duplicate.person):
        tell_of_merge(merge, ASKED, [kept.person, duplicate.person])
    else:
        _merge(merge, now)
    return merge


@in_transaction
def answer_merge(*, attendee: Attendee, merge_id: int, is_same: bool, by: Person, now: dt.datetime) -> Merge:
    """One of the two says whether both are them; with the second yes it is done, with a no it ends.

    Refuses NotYours, NotFound, and CannotMerge where it cannot be done any more.
    """
    if attendee.person_id != by.pk:
        raise NotYours(_("Only the person themself can do this."))
    check_allowed(attendee.event, Activity.TAKE_PART)
    closed = NotFound(_("This question is not open any more. Ask an organiser of the forum."))
    found = Merge.objects.waiting(now).filter(Q(kept=attendee) | Q(duplicate=attendee), pk=merge_id).first()
    if found is None:
        raise closed
    kept, duplicate = _lock_both(attendee.event, found.kept_id, found.duplicate_id)
    merge = Merge.objects.waiting(now).select_for_update(no_key=True).filter(pk=merge_id).first()
    if merge is None:  # answered in this moment
        raise closed
    if not is_same:
        merge.ended_at = now
        merge.save(update_fields=["ended_at"])
        return merge
    merge.kept, merge.duplicate = kept, duplicate
    field = "kept_agreed_at" if attendee == kept else "duplicate_agreed_at"
    setattr(merge, field, getattr(merge, field) or now)
    merge.save(update_fields=[field])
    if merge.kept_agreed_at and merge.duplicate_agreed_at:
        _check_may_merge(kept, duplicate)
        if not _are_known_adults(kept, duplicate, now) and not _is_of_lead(merge):
            raise CannotMerge(_("A safeguarding lead of the forum has to ask this anew."))
        _merge(merge, now)
    return merge


def _is_used(person: Person) -> bool:
    """Whether somebody has signed in with the account, at whatever forum, or it has blocks and reports.

    These are the person's own: nobody else reads whom they blocked, so an organiser's word is not enough.
    """
    blocks = Block.objects.filter(blocker=person).exists()
    reports = Report.objects.filter(reporter__person=person).exists()
    return person.last_login is not None or blocks or reports


def _lock_both(event: Event, kept_id: int, duplicate_id: int) -> tuple[Attendee, Attendee]:
    """Both attendees, locked with whoever sits in a meeting of the duplicate's; refuses NotFound."""
    seats = Seat.objects.filter(meeting__seats__attendee=duplicate_id, meeting__event=event)
    lock_attendees({kept_id, duplicate_id, *seats.values_list("attendee_id", flat=True)})
    rows = Attendee.objects.filter(event=event, pk__in=[kept_id, duplicate_id])
    found = {row.pk: row for row in rows.select_related("person", "event", "organisation__sector")}
    if len(found) != 2:
        raise NotFound(_("Choose two different people of this forum's list."))
    return found[kept_id], found[duplicate_id]


def _check_by(kept: Attendee, duplicate: Attendee, by: Person, now: dt.datetime) -> None:
    if _are_known_adults(kept, duplicate, now):
        return check_organiser(by, kept.event, Activity.EDIT)
    try:
        return check_lead(by, kept.event)
    except NotFound:
        check_organiser(by, kept.event, Activity.EDIT)
    raise LeadMerges(_("One of the two is not known as an adult, so a safeguarding lead does this, on this page."))


def _are_known_adults(kept: Attendee, duplicate: Attendee, now: dt.datetime) -> bool:
    both = Attendee.objects.filter(pk__in=[kept.pk, duplicate.pk])
    return both.filter(is_known_adult(now)).count() == 2


def _is_of_lead(merge: Merge) -> bool:
    """Whether who asked for it is a lead of the event now."""
    return leads_of(merge.event).filter(person=merge.proposed_by_id).exists()


def _check_may_merge(kept: Attendee, duplicate: Attendee) -> None:
    for one in (kept, duplicate):
        is_chaperone = one.role == Attendee.Role.CHAPERONE or Chaperone.objects.filter(attendee=one).exists()
        if one.permission != Attendee.Permission.PARTICIPANT or is_chaperone:
            raise CannotMerge(_("Organisers, safeguarding leads and chaperones are not merged: end that role first."))
        if appears_under_alias(one):
            raise CannotMerge(_("A safeguarding lead set how one of the two appears, and lifts that first."))
    if duplicate.has_joined and not kept.has_joined:
        raise CannotMerge(_("Keep the entry with which the person has joined."))


def _merge(merge: Merge, now: dt.datetime) -> None:
    kept, duplicate = merge.kept, merge.duplicate
    told = [one.person for one in (kept, duplicate) if one.has_joined]
    _carry_protection(kept, duplicate, now)
    _complete_profile(kept, duplicate, now)
    _carry_meetings(kept, duplicate, now)
    for model, field in CARRIED:
        _carry(model, field, kept.pk, duplicate.pk)
    if not Interest.objects.filter(attendee=kept).exists():
        _carry(Interest, "attendee", kept.pk, duplicate.pk)
    if not Availability.objects.filter(attendee=kept).exists():
        _carry(Availability, "attendee", kept.pk, duplicate.pk)
    _carry_ties(kept, duplicate)
    for field in ("giver", "receiver"):
        _carry(ContactShare, field, kept.person_id, duplicate.person_id, event=kept.event_id)
    erase_attendees([duplicate.pk], now)
    delete_barred_pictures(now)
    merge.done_at = now
    merge.save(update_fields=["done_at"])
    record_act(event=merge.event, by=merge.proposed_by, kind=Act.Kind.MERGED, now=now)
    tell_of_merge(merge, DONE, told)


def _carry_protection(kept: Attendee, duplicate: Attendee, now: dt.datetime) -> None:
    """What keeps either of them, or others from them, safe holds for the one who is kept."""
    for model, field in PROTECTING:
        _carry(model, field, kept.pk, duplicate.pk)
    _keep_refusal(kept, now)
    mine, theirs = kept.person_id, duplicate.person_id
    blocks = Block.objects.filter(Q(blocker=theirs) | Q(blocked=theirs))
    pairs = {tuple(mine if one == theirs else one for one in (block.blocker_id, block.blocked_id)) for block in blocks}
    Block.objects.bulk_create(
        [Block(blocker_id=a, blocked_id=b, created_at=now) for a, b in sorted(pairs) if a != b], ignore_conflicts=True
    )
    _carry_addresses(kept.person, duplicate.person, now)
    announce_changed_people(mine, now=now)


def _carry_addresses(kept: Person, duplicate: Person, now: dt.datetime) -> None:
    """Every address the duplicate's account has or had was the kept one's; what is known of one is of all.

    Also of the duplicate's account, which may go on at other forums.
    """
    had = FormerAddress.objects.filter(person=duplicate).values_list("address_hash", flat=True)
    FormerAddress.objects.bulk_create(
        [
            FormerAddress(person=kept, address_hash=left, left_at=now)
            for left in sorted({*duplicate.address_hashes, *had} - kept.address_hashes)
        ],
        ignore_conflicts=True,
    )
    known = KnownMinor.objects.about(person__in=[kept.pk, duplicate.pk])
    KnownMinor.objects.bulk_create(
        [
            KnownMinor(
                address_hash=person.address_hash,
                skeleton_hash=person.skeleton_hash,
                event_id=one.event_id,
                expires_at=one.expires_at,
            )
            for one in known
            for person in (kept, duplicate)
        ],
        ignore_conflicts=True,
    )


def _keep_refusal(kept: Attendee, now: dt.datetime) -> None:
    """A guardian's no to one entry ends an older consent to the other."""
    state = GuardianConsent.State
    consents = GuardianConsent.objects.filter(attendee=kept)
    valid = consents.filter(state__in=[state.ASKED, state.GIVEN]).first()
    noes = consents.filter(state__in=[state.REFUSED, state.WITHDRAWN])
    if valid and noes.filter(decided_at__gte=valid.decided_at or valid.recorded_at).exists():
        valid.state, valid.decided_at = state.WITHDRAWN, now
        valid.save(update_fields=["state", "decided_at"])


def _complete_profile(kept: Attendee, duplicate: Attendee, now: dt.datetime) -> None:
    """Fill what the kept entry leaves empty; age class and visibility are the more protected of both."""
    for field in OWN_TEXTS:
        setattr(kept, field, getattr(kept, field) or getattr(duplicate, field))
    kept.languages = kept.languages or duplicate.languages
    kept.translating_device = kept.translating_device or duplicate.translating_device
    kept.organisation = kept.organisation or duplicate.organisation
    if duplicate.role == Attendee.Role.SPEAKER:
        kept.role = duplicate.role
    if Attendee.Visibility.HIDDEN in (kept.visibility, duplicate.visibility):
        kept.visibility = Attendee.Visibility.HIDDEN
    both = (kept.age_class, duplicate.age_class)
    kept.age_class = next(one for one in MORE_PROTECTED if one in both)
    kept.changed_at = now
    kept.save()


def _carry_meetings(kept: Attendee, duplicate: Attendee, now: dt.datetime) -> None:
    """Give the kept one the duplicate's part in each meeting that they can have.

    Not where the two have one with each other or both with the same person, nor at a time when the kept one
    is taken, nor with somebody the contact policy keeps from the kept one, nor a session with a delegation:
    those end with the duplicate, and the others are told.
    """
    mine = Meeting.objects.filter(seats__attendee=kept)
    met = Seat.objects.filter(meeting__in=mine.exclude(state__in=_ENDED)).values_list("attendee_id", flat=True)
    taken = {kept.pk, *met}
    for seat in Seat.objects.filter(attendee=duplicate).exclude(kind=Meeting.Kind.GROUP).select_related("meeting"):
        others = set(seat.meeting.seats.exclude(pk=seat.pk).values_list("attendee_id", flat=True))
        if seat.meeting.state not in _ENDED and others & taken:
            continue
        if seat.meeting.state in _TO_COME and not _may_meet(kept, others, now):
            continue
        try:
            with transaction.atomic():
                Seat.objects.filter(pk=seat.pk).update(attendee=kept)
                Meeting.objects.filter(pk=seat.meeting_id, asker=duplicate).update(asker=kept, key="")
                Meeting.objects.filter(pk=seat.meeting_id, ended_by=duplicate).update(ended_by=kept)
                CounterOffer.objects.filter(meeting=seat.meeting_id, made_by=duplicate).update(made_by=kept)
                FollowUp.objects.filter(meeting=seat.meeting_id, attendee=duplicate).update(attendee=kept)
        except IntegrityError:  # the kept one is in it, or is taken at that time
            continue
        if seat.meeting.state not in _ENDED:
            taken |= others


def _may_meet(kept: Attendee, others: set[int], now: dt.datetime) -> bool:
    return contactable_for(kept, JOINING, now, others).count() == len(others)


_TO_COME = (*Meeting.OPEN_STATES, Meeting.State.ACCEPTED)
_ENDED = (Meeting.State.DECLINED, Meeting.State.WITHDRAWN, Meeting.State.EXPIRED, Meeting.State.CANCELLED)


def _carry_ties(kept: Attendee, duplicate: Attendee) -> None:
    """The kept account has met everybody the duplicate's met at editions; those of this one move.

    Not from where the duplicate's appeared under an alias: that the two met would tell who it is (S11).
    """
    mine, theirs = kept.person_id, duplicate.person_id
    aliases = Alias.objects.filter(attendee__person=theirs).values("attendee__event")
    ties = Tie.objects.filter(Q(first=theirs) | Q(second=theirs)).exclude(edition__in=aliases)
    added = []
    for tie in ties:
        other = tie.second_id if tie.first_id == theirs else tie.first_id
        if other != mine:
            low, high = sorted((mine, other))
            added.append(
                Tie(edition_id=tie.edition_id, first_id=low, second_id=high, met_on=tie.met_on, weight=tie.weight)
            )
    Tie.objects.bulk_create(added, ignore_conflicts=True)
    ties.filter(edition=kept.event_id).delete()


def _carry(model: type[Model], field: str, kept: int, duplicate: int, **only: object) -> None:
    """Let these rows be of the kept one; those the database refuses, as it has the same already, stay."""
    rows: Iterable[int] = model._default_manager.filter(**{field: duplicate}, **only).values_list("pk", flat=True)
    for pk in list(rows):
        try:
            with transaction.atomic():
                model._default_manager.filter(pk=pk).update(**{field: kept})
        except IntegrityError:
            continue
