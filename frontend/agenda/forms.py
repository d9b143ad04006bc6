"""Forms of sessions and calendars."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backend.agenda.services.sessions import SessionData
from backend.events.models.agenda import Session
from backend.events.models.events import Event
from frontend.events.forms.files import FileForm
from frontend.events.forms.widgets import hour, line, select
from frontend.fields import IdField


class CalendarFeedForm(forms.Form):
    """Which button of one's calendar address was pressed."""

    do = forms.ChoiceField(choices=[("make", "make"), ("rotate", "rotate"), ("close", "close")])


class BookmarkForm(forms.Form):
    """Whether a session is added to the agenda or removed, and the theme whose list the page shows."""

    do = forms.ChoiceField(choices=[("add", "add"), ("remove", "remove")], required=False)
    theme = forms.CharField(required=False)


class SpeakerForm(forms.Form):
    """The speaker to assign to a session or to remove from it."""

    do = forms.ChoiceField(choices=[("assign", "assign"), ("remove", "remove")], required=False)
    session_id = IdField()
    attendee_id = IdField()


class SessionForm(forms.Form):
    """A session: its title, day and hours in the event's zone, and what else the agenda shows."""

    title = forms.CharField(label=pgettext_lazy("of a session", "Title"), max_length=200, widget=line())
    day = forms.ChoiceField(label=_("Day"), widget=select())
    starts = forms.TimeField(
        label=pgettext_lazy("an hour", "From"),
        widget=hour(),
        error_messages={"invalid": _("Write the hour like 10:30.")},
    )
    ends = forms.TimeField(
        label=pgettext_lazy("an hour", "To"), widget=hour(), error_messages={"invalid": _("Write the hour like 10:30.")}
    )
    room = forms.CharField(label=_("Room"), max_length=80, required=False, widget=line())
    theme = forms.ChoiceField(label=_("Theme"), required=False, widget=select())
    stream_url = forms.CharField(label=_("Link to the stream"), max_length=200, required=False, widget=line())
    abstract = forms.CharField(
        label=_("Abstract"), required=False, widget=forms.Textarea(attrs={"rows": 5, "class": "input", "dir": "auto"})
    )
    do = forms.ChoiceField(choices=[("save", "save"), ("remove", "remove")], required=False)

    def __init__(self, data: QueryDict | None, event: Event, session: Session | None = None) -> None:
        self.event = event
        count = (event.ends_on - event.starts_on).days + 1
        days = [event.starts_on + dt.timedelta(days=number) for number in range(count)]
        super().__init__(data, initial=_session_values(session, event.zone) if session else {})
        self.fields["day"].choices = [(str(day), date_format(day, "l j F")) for day in days]  # type: ignore[attr-defined]
        self.fields["theme"].choices = [  # type: ignore[attr-defined]
            ("", _("No theme")),
            *event.themes.values_list("key", "name"),
        ]

    def session_data(self) -> SessionData:
        values = self.cleaned_data
        day = dt.date.fromisoformat(values["day"])
        starts_at, ends_at = (
            dt.datetime.combine(day, values[name], tzinfo=self.event.zone) for name in ("starts", "ends")
        )
        if ends_at <= starts_at:
            ends_at += dt.timedelta(days=1)
        names = ("title", "room", "theme", "stream_url", "abstract")
        return SessionData(starts_at=starts_at, ends_at=ends_at, **{name: values[name] for name in names})


def _session_values(session: Session, zone: dt.tzinfo) -> dict[str, Any]:
    starts_at, ends_at = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    return {
        **{name: getattr(session, name) for name in ("title", "room", "stream_url", "abstract")},
        "theme": session.theme.key if session.theme else "",
        "day": str(starts_at.date()),
        "starts": starts_at.time(),
        "ends": ends_at.time(),
    }


class AgendaFileForm(FileForm):
    """A file of sessions; `remove_missing` also removes those that the file does not hold."""

    salt = "agenda"
    remove_missing = forms.BooleanField(required=False)
