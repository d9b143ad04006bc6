"""The states of an event, and what people can do in each."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import BusinessError
from backend.events.models.events import Event

State = Event.State


class Activity(enum.Enum):
    """What an event's state allows, or not."""

    JOIN = "join"  # come in, and write one's profile
    TAKE_PART = "take-part"  # keep one's own times, sessions, verdicts, notices and calendar address
    ASK = "ask"  # ask for a meeting, and change a request
    ATTEST = "attest"  # say whether a meeting took place
    INVITE = "invite"  # organisers send invitations
    EDIT = "edit"  # organisers change the set-up


_ALL = frozenset(Activity)
ALLOWED: Mapping[str, frozenset[Activity]] = {
    # Organisers and leads, who alone come into a draft, write their profiles there, too.
    State.DRAFT: frozenset({Activity.EDIT, Activity.JOIN, Activity.TAKE_PART}),
    State.INVITING: frozenset({Activity.EDIT, Activity.INVITE, Activity.JOIN, Activity.TAKE_PART}),
    State.OPEN: _ALL,
    State.LIVE: _ALL,
    State.CLOSED: frozenset({Activity.EDIT, Activity.ATTEST, Activity.TAKE_PART}),
    State.ARCHIVED: frozenset(),
}
SENTENCES: Mapping[str, str | Promise] = {
    State.DRAFT: gettext_lazy("Organisers and safeguarding leads prepare the forum; nobody else can come in."),
    State.INVITING: gettext_lazy(
        "Invitations can be sent; people come in and write their profiles. Nobody can ask for a meeting yet."
    ),
    State.OPEN: gettext_lazy("People come in, ask for meetings and answer."),
    State.LIVE: gettext_lazy("People ask, answer, meet, and say which meetings took place."),
    State.CLOSED: gettext_lazy("The forum is over: people say which meetings took place. Nobody can ask any more."),
    State.ARCHIVED: gettext_lazy("Everything can be read, and nothing changed."),
}
NEXT_STATES: Mapping[str, tuple[str, ...]] = {
    State.DRAFT: (State.INVITING, State.OPEN),
    State.INVITING: (State.OPEN, State.DRAFT),
    State.OPEN: (State.LIVE, State.INVITING),
    State.LIVE: (State.CLOSED, State.OPEN),
    State.CLOSED: (State.ARCHIVED, State.LIVE),
    State.ARCHIVED: (State.CLOSED,),
}
_REFUSED: Mapping[Activity, str | Promise] = {
    Activity.JOIN: gettext_lazy("Profiles of %(event)s cannot be changed now: the forum is %(state)s."),
    Activity.TAKE_PART: gettext_lazy("%(event)s can only be read now: the forum is %(state)s."),
    Activity.ASK: gettext_lazy("Nobody can ask for a meeting at %(event)s now: the forum is %(state)s."),
    Activity.ATTEST: gettext_lazy("Nobody can report on meetings of %(event)s now: the forum is %(state)s."),
    Activity.INVITE: gettext_lazy("Nobody can be invited to %(event)s now: the forum is %(state)s."),
    Activity.EDIT: gettext_lazy(
        "Nothing of %(event)s can be changed: the forum is %(state)s. An organiser can close it again on the "
        "set-up page, and then change it."
    ),
}
_WORDS: Mapping[str, str | Promise] = {
    State.DRAFT: gettext_lazy("a draft"),
    State.INVITING: gettext_lazy("inviting people, and opens later"),
    State.OPEN: gettext_lazy("open"),
    State.LIVE: gettext_lazy("taking place"),
    State.CLOSED: gettext_lazy("over"),
    State.ARCHIVED: gettext_lazy("archived"),
}


class NotInThisState(BusinessError):
    """The event's state does not allow this."""

    code = "not_in_this_state"


class NotOpenYet(BusinessError):
    code = "not_open_yet"
    status = 403


def is_allowed(event: Event, doing: Activity) -> bool:
    """Whether the event's state allows this."""
    return doing in ALLOWED[event.state]


def states_that_allow(doing: Activity) -> list[str]:
    return [state for state, doings in ALLOWED.items() if doing in doings]


def check_allowed(event: Event, doing: Activity) -> None:
    """Refuse NotInThisState where the event's state does not allow this; in a draft NotOpenYet."""
    if doing in (Activity.ASK, Activity.ATTEST):
        check_event_open(event)
    if not is_allowed(event, doing):
        sentence = str(_REFUSED[doing])
        raise NotInThisState(sentence % {"event": event.local_name, "state": _WORDS[event.state]})


def is_event_open(event: Event) -> bool:
    """Whether participants can come in: always but in a draft."""
    return event.state != State.DRAFT


def is_running(event: Event) -> bool:
    """Whether participants come in, ask or meet: not in a draft, and not once the forum is over."""
    return event.state in (State.INVITING, State.OPEN, State.LIVE)


def is_closed(event: Event) -> bool:
    """Whether its organisers have closed or archived it: nothing can be asked or planned any more."""
    return event.state in (State.CLOSED, State.ARCHIVED)


def is_over(event: Event, now: dt.datetime) -> bool:
    """Whether the event's days are past, or its organisers have closed it."""
    has_passed = event.ends_on < now.astimezone(event.zone).date()
    return has_passed or is_closed(event)


def check_event_open(event: Event) -> None:
    """Refuse NotOpenYet while the event is a draft."""
    if not is_event_open(event):
        raise NotOpenYet(
            _("%(event)s is not open yet: its organisers are still preparing it. Look in again later.")
            % {"event": event.local_name}
        )
