"""One session of an event: added, changed or removed by organisers."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, Refused
from backend.core.local_names import kept_names
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Session
from backend.events.models.events import Event, Theme
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.states import Activity
from backend.events.selectors import session_for
from backend.people.models import Person

TITLE_LENGTH = 200
ROOM_LENGTH = 80
ABSTRACT_LENGTH = 10_000
LINK_LENGTH = 200
LONGEST = dt.timedelta(hours=24)


class BadSession(BusinessError):
    code = "bad_session"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionData:
    """The values of a session. `theme` is the key of one of the event's themes, or empty.

    `source_id` is the session's own id in the file it came from; empty for one written by hand.
    """

    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    theme: str = ""
    room: str = ""
    abstract: str = ""
    stream_url: str = ""
    source_id: str = ""


def check_session(data: SessionData, event: Event, themes: dict[str, Theme]) -> SessionData:
    """The values as they are stored; refuses BadSession. `themes` are the event's, by key."""
    title, room = one_line(clean_text(data.title)), one_line(clean_text(data.room))
    abstract, link = clean_text(data.abstract), clean_text(data.stream_url)
    if not 0 < len(title) <= TITLE_LENGTH:
        raise BadSession(_("A session needs a title of at most %(limit)s characters.") % {"limit": TITLE_LENGTH})
    if len(room) > ROOM_LENGTH:
        raise BadSession(_("The name of a room has at most %(limit)s characters.") % {"limit": ROOM_LENGTH})
    if len(abstract) > ABSTRACT_LENGTH:
        raise BadSession(_("An abstract has at most %(limit)s characters.") % {"limit": f"{ABSTRACT_LENGTH:,}"})
    if not dt.MINYEAR < data.starts_at.year < dt.MAXYEAR:  # it might be no time at all in the event's zone
        raise BadSession(_("The forum is not on %(day)s. Choose one of its days.") % {"day": data.starts_at.date()})
    if not data.starts_at < data.ends_at <= data.starts_at + LONGEST:
        raise BadSession(_("A session ends after it starts, within 24 hours. Correct its hours."))
    first, last = _days(data, event)
    if first < event.starts_on or last > event.ends_on:
        raise BadSession(
            _(
                "The forum is from %(first)s to %(last)s; %(day)s is outside. Choose a day "
                "within it, or change its days under About."
            )
            % {"first": event.starts_on, "last": event.ends_on, "day": first if first < event.starts_on else last}
        )
    if link:
        try:
            URLValidator(schemes=["https", "http"])(link)
        except ValidationError:
            link = ""
        if not 0 < len(link) <= LINK_LENGTH:
            raise BadSession(_("The link to a stream is a web address, such as https://example.org/live."))
    if data.theme and data.theme not in themes:
        raise BadSession(
            _("The forum has no theme “%(theme)s”. Choose one of its themes.") % {"theme": data.theme[:60]}
        )
    return SessionData(
        title=title,
        starts_at=data.starts_at,
        ends_at=data.ends_at,
        theme=data.theme,
        room=room,
        abstract=abstract,
        stream_url=link,
        source_id=clean_source_id(data.source_id),
    )


def clean_source_id(text: str) -> str:
    """An id of a session in its file, as it is kept."""
    return one_line(clean_text(text))[:TITLE_LENGTH]


@in_transaction
def add_session(*, event: Event, data: SessionData, by: Person) -> Session:
    """Add a session; refuses OrganisersOnly, BadSession and `session_taken`."""
    check_organiser(by, event, Activity.EDIT)
    return save_session(Session(event=event), data, themes_by_key(event))


@in_transaction
def change_session(*, event: Event, session_id: int, data: SessionData, by: Person) -> Session:
    """Change a session. Refuses OrganisersOnly, NotFound, BadSession and `session_taken`."""
    check_organiser(by, event, Activity.EDIT)
    return save_session(session_for(event, session_id), data, themes_by_key(event))


@in_transaction
def remove_session(*, event: Event, session_id: int, by: Person) -> None:
    """Remove a session from the agenda and from everybody's; a missing one is no error.

    Refuses OrganisersOnly.
    """
    check_organiser(by, event, Activity.EDIT)
    Session.objects.filter(event=event, pk=session_id).delete()


def themes_by_key(event: Event) -> dict[str, Theme]:
    return {theme.key: theme for theme in Theme.objects.filter(event=event)}


def save_session(session: Session, data: SessionData, themes: dict[str, Theme]) -> Session:
    """Write checked values into the row; refuses BadSession and `session_taken`."""
    data = check_session(data, session.event, themes)
    values = asdict(data)
    session.theme = themes.get(values.pop("theme"))
    source_id = values.pop("source_id")
    session.names = kept_names(session.title, data.title, session.names)
    for name, value in values.items():
        setattr(session, name, value)
    session.source_id = source_id or session.source_id
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as error:
        raise Refused(
            "session_taken",
            _("There is a session “%(title)s” at that time already. Change that one, or choose another title or time.")
            % {"title": data.title},
        ) from error
    return session


def _days(data: SessionData, event: Event) -> tuple[dt.date, dt.date]:
    """The first and the last day of the session in the event's zone."""
    last_moment = data.ends_at - dt.timedelta(microseconds=1)
    return data.starts_at.astimezone(event.zone).date(), last_moment.astimezone(event.zone).date()
