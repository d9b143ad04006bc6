"""Sessions with a delegation: asked of the leads, agreed by everybody in it, ended by anybody (S4, S5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.rules import MESSAGE_LIMIT, MIN_NOTICE
from backend.booking.selectors.availability import busy_during
from backend.booking.services.booking import SEAT_CONSTRAINT, TABLE_CONSTRAINT, violates
from backend.booking.services.locks import lock_requests
from backend.booking.services.requests import release_requests
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.isolation import for_each
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Topic
from backend.events.rules.attendees import TextTooLong, check_own, clean_text
from backend.events.rules.roles import check_lead
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees
from backend.groups.selectors.delegation_sessions import free_places, may_go_ahead, open_to_asking
from backend.groups.services.delegation_mails import Change, mail_leads, mail_seated
from backend.people.models import Person
from backend.safeguarding.models import DelegationSeat, DelegationSession
from backend.safeguarding.rules import can_ask_delegations, can_take_place

WISH_LIMIT = 120
OPEN_LIMIT = 3  # of one asker, at once
STATE, PART, ANSWER = DelegationSession.State, DelegationSeat.Part, DelegationSeat.Answer


class BadDelegationSession(BusinessError):
    """What was entered of such a session cannot be; `details["field"]` says which, where it is one."""

    code = "bad_delegation_session"
    status = 400


class DelegationSessionSettled(BusinessError):
    """The session is confirmed, over or ended, or this person has answered already."""

    code = "delegation_session_settled"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """Who is asked to sit in a session (attendee ids), when and where."""

    chaperone_id: int
    vetted_id: int
    minor_ids: Collection[int]
    slot_id: int
    table_id: int

    @property
    def parts(self) -> dict[int, str]:
        """The part of each; one person named twice has one, and another is missing then."""
        minors = dict.fromkeys(self.minor_ids, PART.MINOR.value)
        return minors | {self.chaperone_id: PART.CHAPERONE.value, self.vetted_id: PART.VETTED.value}


@in_transaction
def ask_delegation_session(
    *, attendee: Attendee, topic_id: int, wish: str, words: str, by: Person, now: dt.datetime
) -> DelegationSession:
    """Ask the leads for a session on a topic with a delegation, named in one's own words, never a person.

    The leads are mailed. Refuses NotYours, NotInThisState, NotFound (who is no listed adult who joined) and
    BadDelegationSession (no wish, no such topic, three open already), TextTooLong.
    """
    check_own(attendee, by, Activity.ASK)
    lock_attendees([attendee.pk])
    if not can_ask_delegations(attendee, now):
        raise NotFound(_("Only listed adults who have joined the forum can ask for such a session."))
    wish, words = one_line(clean_text(wish)), clean_text(words)
    if not 0 < len(wish) <= WISH_LIMIT:
        raise BadDelegationSession(_("Write with which delegation, in a few words."), field="wish")
    if len(words) > MESSAGE_LIMIT:
        raise TextTooLong(_("Please keep it under %(limit)d characters.") % {"limit": MESSAGE_LIMIT}, field="words")
    topic = Topic.objects.filter(event=attendee.event_id, pk=topic_id).first()
    if topic is None:
        raise BadDelegationSession(_("Choose one of the forum’s topics."), field="topic_id")
    if open_to_asking(attendee.pk).count() >= OPEN_LIMIT:
        raise BadDelegationSession(
            _("You have asked for %(count)d sessions already. Wait for an answer, or end one.") % {"count": OPEN_LIMIT}
        )
    session = DelegationSession.objects.create(
        event_id=attendee.event_id, topic=topic, wish=wish, words=words, asked_at=now
    )
    DelegationSeat.objects.create(
        event_id=attendee.event_id, session=session, attendee=attendee, part=PART.ASKER, answer=ANSWER.YES
    )
    mail_leads(session)
    return session


@in_transaction
def propose_delegation_session(
    *, event: Event, session_id: int, plan: SessionPlan, by: Person, now: dt.datetime
) -> DelegationSession:
    """As a lead, ask a chaperone, a second vetted adult and minors of one delegation whether they agree.

    Proposed anew, those who said yes to the same time, place and adults stay; a minor who said no is not
    asked again. Refuses NotFound, NotInThisState, DelegationSessionSettled and BadDelegationSession.
    """
    parts = plan.parts
    session = _led(event, session_id, by, *parts)
    asker = session.seats.get(part=PART.ASKER)
    if session.state not in (STATE.ASKED, STATE.PROPOSED):
        raise DelegationSessionSettled(_("This session is confirmed, or it is off. Load the page again."))
    refused = set(session.seats.filter(part=PART.MINOR, answer=ANSWER.NO).values_list("attendee_id", flat=True))
    if asker.attendee_id in parts or refused & set(parts):
        raise BadDelegationSession(_("Choose others: one of them asked for it, or said no."))
    if Attendee.objects.filter(event=event, pk__in=parts).count() != len(parts):
        raise BadDelegationSession(_("Choose people of the lists."))
    slot, table = _place_and_time(event.pk, plan.slot_id, plan.table_id, [asker.attendee_id, *parts], now)
    kept = _kept_answers(session, plan)
    session.seats.exclude(part=PART.ASKER).exclude(part=PART.MINOR, answer=ANSWER.NO).delete()
    DelegationSeat.objects.bulk_create(
        DelegationSeat(event=event, session=session, attendee_id=pk, part=part, answer=kept.get(pk, ""))
        for pk, part in sorted(parts.items())
    )
    session.state, session.slot, session.table, session.proposed_at = STATE.PROPOSED, slot, table, now
    session.save(update_fields=["state", "slot", "table", "proposed_at"])
    if not DelegationSession.objects.filter(can_take_place(now), pk=session.pk).exists():
        raise BadDelegationSession(
            _(
                "These people cannot sit together: it takes the delegation’s chaperone, another adult who "
                "was checked, young people of that delegation with consent, and a place in the open."
            )
        )
    mail_seated(session, Change.PROPOSED, session.seats.filter(answer=""))
    return session


@in_transaction
def answer_delegation_session(
    *, attendee: Attendee, session_id: int, is_yes: bool, by: Person, now: dt.datetime
) -> None:
    """As one who is asked: agree, or not; no reason is taken, and the leads are mailed.

    A yes can become a no until it is confirmed. Refuses NotYours, NotInThisState, NotFound and
    DelegationSessionSettled.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    session, seat = _own(attendee, session_id)
    is_open = session.state == STATE.PROPOSED and seat.part != PART.ASKER and seat.answer != ANSWER.NO
    if not is_open or (is_yes and not DelegationSession.objects.filter(can_take_place(now), pk=session.pk).exists()):
        raise DelegationSessionSettled(_("Nobody asks you this any more. Load the page again."))
    seat.answer = ANSWER.YES if is_yes else ANSWER.NO
    seat.save(update_fields=["answer"])
    mail_leads(session)


@in_transaction
def confirm_delegation_session(*, event: Event, session_id: int, by: Person, now: dt.datetime) -> DelegationSession:
    """As a lead without a seat in it, confirm what chaperone, second adult and a minor agreed to.

    Minors who have not answered are not in it. Everybody in it gets the time, and the asker reads their first
    names. Refuses NotFound, NotInThisState, DelegationSessionSettled, `not_all_agreed` and
    BadDelegationSession.
    """
    session = _led(event, session_id, by)
    if session.state != STATE.PROPOSED:
        raise DelegationSessionSettled(_("This session is confirmed, or it is off. Load the page again."))
    if session.seats.filter(attendee__person=by).exists():
        raise BadDelegationSession(_("You sit in it yourself. Ask another safeguarding lead to confirm it."))
    session.seats.filter(part=PART.MINOR, answer="").delete()
    ids = list(session.seats.filter(answer=ANSWER.YES).values_list("attendee_id", flat=True))
    slot, table = _place_and_time(event.pk, session.slot_id, session.table_id, ids, now)
    session.state, session.confirmed_at, session.confirmed_by = STATE.CONFIRMED, now, by
    session.save(update_fields=["state", "confirmed_at", "confirmed_by"])
    if not may_go_ahead(session, now):
        raise Refused(
            "not_all_agreed",
            _("It takes a yes of the chaperone, of the second adult and of a young person, all still valid."),
        )
    _book(session, slot, table, ids, now)
    release_requests(attendee_ids=ids, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    mail_seated(session, Change.CONFIRMED, session.seats.filter(answer=ANSWER.YES))
    return session


@in_transaction
def leave_delegation_session(*, attendee: Attendee, session_id: int, by: Person, now: dt.datetime) -> None:
    """End a session one asked for or agreed to, without a reason: it does not take place for anybody.

    Ended already, nothing changes. Refuses NotYours, NotFound and DelegationSessionSettled (it is over).
    """
    check_own(attendee, by)
    session, seat = _own(attendee, session_id)
    if session.state == STATE.PROPOSED and seat.part != PART.ASKER:
        seat.answer = ANSWER.NO
        seat.save(update_fields=["answer"])
        mail_leads(session)
        return
    if seat.answer != ANSWER.YES:
        raise NotFound(_("There is no such session, or you cannot see it."))
    _end(session, now)


@in_transaction
def close_delegation_session(*, event: Event, session_id: int, by: Person, now: dt.datetime) -> None:
    """As a lead, end a session or say no to a request; the one who asked reads that it does not take place.

    Ended already, nothing changes. Refuses NotFound and DelegationSessionSettled (it is over).
    """
    check_lead(by, event)
    _end(_session_of(event, session_id), now)


def leave_sessions(*, attendee_ids: Collection[int], now: dt.datetime) -> None:
    """End the sessions these leaving attendees asked for or agreed to; where only asked, they say no.

    The caller has locked everybody in them.
    """
    seats = DelegationSeat.objects.filter(attendee__in=attendee_ids).exclude(session__state=STATE.ENDED)
    for seat in seats.select_related("session__event", "session__slot").order_by("session_id"):
        session = seat.session
        if session.state == STATE.PROPOSED and seat.part != PART.ASKER:
            seat.answer = ANSWER.NO
            seat.save(update_fields=["answer"])
            mail_leads(session)
        elif session.state != STATE.CONFIRMED or (session.slot and session.slot.ends_at > now):
            _end(session, now)


def end_broken_sessions(*, now: dt.datetime) -> int:
    """End the sessions that may no longer take place, and the requests whose time is past; their number.

    The contact policy closed them already. Everybody who agreed is told, without the cause. For a job.
    """
    waiting = DelegationSession.objects.exclude(state=STATE.ENDED).order_by("pk")
    return sum(
        for_each(
            "groups.end_broken_sessions",
            waiting.select_related("event", "slot"),
            lambda session: _is_broken(session, now) and _end_broken(session.pk, now),
        )
    )


@in_transaction
def _end_broken(session_id: int, now: dt.datetime) -> bool:
    session = DelegationSession.objects.select_related("event", "slot").get(pk=session_id)
    if session.state == STATE.ENDED or not _is_broken(session, now):
        return False
    _end(session, now)
    return True


def _is_broken(session: DelegationSession, now: dt.datetime) -> bool:
    slot = session.slot
    if session.state == STATE.CONFIRMED:
        return slot is not None and slot.ends_at > now and not may_go_ahead(session, now)
    day = now.astimezone(session.event.zone).date()
    return (slot is not None and slot.starts_at <= now) or session.event.ends_on < day


def end_session_of(meeting: Meeting, now: dt.datetime) -> None:
    """End the session whose time and place this meeting holds; the caller has locked the meeting."""
    session = meeting.delegation_session
    if session is not None and session.state != STATE.ENDED:
        _end(session, now)


def _end(session: DelegationSession, now: dt.datetime) -> None:
    """Free everybody and the place, and tell who had agreed; locks them."""
    lock_attendees(session.seats.values_list("attendee_id", flat=True))
    session = DelegationSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if session.state == STATE.ENDED:
        return
    if session.state == STATE.CONFIRMED and session.slot and session.slot.ends_at <= now:
        raise DelegationSessionSettled(_("This session is over."))
    session.state, session.ended_at = STATE.ENDED, now
    session.save(update_fields=["state", "ended_at"])
    meeting = Meeting.objects.select_for_update(no_key=True).filter(delegation_session=session).first()
    if meeting is not None:
        Seat.objects.filter(meeting=meeting).update(is_active=False)
        meeting.state = Meeting.State.CANCELLED
        meeting.save_revision("state", now=now)
    mail_seated(session, Change.ENDED, session.seats.filter(answer=ANSWER.YES))


def _led(event: Event, session_id: int, by: Person, *more: int) -> DelegationSession:
    """A session of the lead's event, locked with its people and with more attendees (ids)."""
    check_lead(by, event)
    check_allowed(event, Activity.ASK)
    return _locked(_session_of(event, session_id), *more)


def _session_of(event: Event, session_id: int) -> DelegationSession:
    found = DelegationSession.objects.filter(event=event, pk=session_id).first()
    if found is None:
        raise NotFound(_("There is no such session at this forum. Load the page again."))
    return found


def _own(attendee: Attendee, session_id: int) -> tuple[DelegationSession, DelegationSeat]:
    """A session in which the attendee has a seat, locked, and the seat."""
    found = DelegationSession.objects.filter(pk=session_id, seats__attendee=attendee.pk).first()
    session = _locked(found) if found else None
    seat = session.seats.filter(attendee=attendee.pk).first() if session else None
    if session is None or seat is None:
        raise NotFound(_("There is no such session, or you cannot see it."))
    return session, seat


def _locked(session: DelegationSession, *more: int) -> DelegationSession:
    lock_attendees([*session.seats.values_list("attendee_id", flat=True), *more])
    return DelegationSession.objects.select_for_update(no_key=True).get(pk=session.pk)


def _place_and_time(
    event_id: int, slot_id: int | None, table_id: int | None, ids: Collection[int], now: dt.datetime
) -> tuple[Slot, Table]:
    """Where and when these attendees (ids) can sit together; refuses BadDelegationSession."""
    slots = Slot.objects.filter(event=event_id, starts_at__gt=now + MIN_NOTICE)
    slot = slots.filter(pk=slot_id).first() if slot_id else None
    if slot is None:
        raise BadDelegationSession(_("Choose a time of the forum that is to come."), field="slot_id")
    free = free_places(event_id, slot)
    table = next((one for one in free if one.pk == table_id), None)
    if table is None:
        raise BadDelegationSession(
            _("Choose a place in the open that is free and not closed at that time."), field="table_id"
        )
    busy = Attendee.objects.filter(busy_during(OuterRef("pk"), slot.starts_at, slot.ends_at), pk__in=ids)
    if busy.exists():
        raise BadDelegationSession(
            _("One of them has a meeting or a programme session at that time. Choose another."), field="slot_id"
        )
    return slot, table


def _kept_answers(session: DelegationSession, plan: SessionPlan) -> dict[int, str]:
    """The answers by attendee (id), where time, place and adults stay as they were answered for."""
    seats = {seat.attendee_id: seat for seat in session.seats.all()}
    adults = {seat.part: seat.attendee_id for seat in seats.values() if seat.part != PART.MINOR}
    before = (session.slot_id, session.table_id, adults.get(PART.CHAPERONE), adults.get(PART.VETTED))
    if before != (plan.slot_id, plan.table_id, plan.chaperone_id, plan.vetted_id):
        return {}
    return {pk: seat.answer for pk, seat in seats.items() if seat.answer == ANSWER.YES}


def _book(session: DelegationSession, slot: Slot, table: Table, ids: Collection[int], now: dt.datetime) -> None:
    """Give all of them the time, and the session the place; constraints refuse double bookings."""
    lock_requests(ids, now)
    list(Table.objects.select_for_update(no_key=True).filter(pk=table.pk))
    period = DateTimeTZRange(slot.starts_at, slot.ends_at)
    group = {"event_id": session.event_id, "kind": Meeting.Kind.GROUP}
    try:
        with transaction.atomic():
            meeting = Meeting.objects.create(
                **group,
                delegation_session=session,
                state=Meeting.State.ACCEPTED,
                slot=slot,
                table=table,
                period=period,
                asked_at=session.asked_at,
                changed_at=now,
                answered_at=now,
                expires_at=slot.starts_at,
            )
            Seat.objects.bulk_create(
                Seat(**group, meeting=meeting, attendee_id=pk, part=Seat.Part.INVITED, period=period, is_active=True)
                for pk in sorted(ids)
            )
    except (IntegrityError, OperationalError) as error:
        if not violates(error, SEAT_CONSTRAINT, TABLE_CONSTRAINT):
            raise
        raise BadDelegationSession(
            _("Somebody in it, or the place, was taken for that time meanwhile. Propose another time.")
        ) from error
