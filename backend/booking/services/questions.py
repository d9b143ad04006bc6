"""One question about a request before it is answered, and the asker's answer to it."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.models.questions import Question
from backend.booking.rules import AlreadyAnswered, check_open_request, is_asker
from backend.booking.selectors.meetings import other_id_in
from backend.booking.services.locks import lock_own_meeting
from backend.booking.services.notices import notify
from backend.booking.services.requests import keep_open
from backend.core.errors import NotYours, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong, clean_text
from backend.events.rules.states import Activity, check_allowed
from backend.people.models import Person
from backend.safeguarding.services.reports import WordsNeeded

QUESTION_LIMIT = 500


@in_transaction
def ask_question(*, attendee: Attendee, meeting_id: int, text: str, by: Person, now: dt.datetime) -> Meeting:
    """Ask one question about a request one got, before answering it; the request waits its time anew.

    The same again changes nothing. Refuses NotYours (who asked to meet), NotInThisState, NotFound,
    AlreadyAnswered (a proposal, or no longer open), RequestExpired, `already_questioned`, WordsNeeded and
    TextTooLong.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    check_allowed(attendee.event, Activity.ASK)
    _check_open(meeting, now)
    if is_asker(attendee, meeting):
        raise NotYours(_("This request is yours: whoever you asked may ask a question."))
    text = _clean(text)
    earlier = Question.objects.filter(meeting=meeting).first()
    if earlier is not None and earlier.text == text:
        return meeting
    if earlier is not None:
        raise Refused("already_questioned", _("You have asked your question. Accept or decline the request next."))
    Question.objects.create(meeting=meeting, text=text, asked_at=now)
    keep_open(meeting, now)
    notify(meeting, Notice.Kind.QUESTION, to=[other_id_in(meeting, attendee)], now=now)
    return meeting


@in_transaction
def answer_question(*, attendee: Attendee, meeting_id: int, text: str, by: Person, now: dt.datetime) -> Meeting:
    """Answer the question about one's own request; the request waits its time anew.

    The same again changes nothing. Refuses NotYours, NotInThisState, NotFound, AlreadyAnswered,
    RequestExpired, `no_question`, `already_questioned`, WordsNeeded and TextTooLong.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    check_allowed(attendee.event, Activity.ASK)
    _check_open(meeting, now)
    if not is_asker(attendee, meeting):
        raise NotYours(_("The question is yours: whoever asked to meet answers it."))
    question = Question.objects.filter(meeting=meeting).first()
    if question is None:
        raise Refused("no_question", _("Nobody asked a question about this request. The page shows how it stands."))
    text = _clean(text)
    if question.answer == text:
        return meeting
    if question.answer:
        raise Refused("already_questioned", _("You have answered the question. You can say more when you meet."))
    question.answer, question.answered_at = text, now
    question.save(update_fields=["answer", "answered_at"])
    keep_open(meeting, now)
    notify(meeting, Notice.Kind.REPLY, to=[other_id_in(meeting, attendee)], now=now)
    return meeting


def _check_open(meeting: Meeting, now: dt.datetime) -> None:
    check_open_request(meeting, now)
    if meeting.state == Meeting.State.PROPOSED:
        raise AlreadyAnswered(
            _("The organisers proposed this meeting: say yes or no. Neither of you has asked the other."),
            state=meeting.state,
        )


def _clean(text: str) -> str:
    """The text as it is stored; refuses WordsNeeded and TextTooLong."""
    text = clean_text(text)
    if not text:
        raise WordsNeeded(_("Please write a few words."), field="text")
    if len(text) > QUESTION_LIMIT:
        raise TextTooLong(_("Please keep it under %(limit)d characters.") % {"limit": QUESTION_LIMIT}, field="text")
    return text
