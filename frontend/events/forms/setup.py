"""The forms of an event: its sessions, topics, sectors, roles and start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from backend.events.models.agenda import Session
from backend.events.models.events import Event
from backend.events.rules.languages import LANGUAGES
from backend.events.rules.roles import LEAD, ORGANISER
from backend.agenda.services.sessions import SessionData
from backend.events.services.opening import EMAIL_LIMIT, NAME_LIMIT, PHONE_LIMIT
from backend.setup.services.forums import FROM_EDITION, FROM_NOTHING, FROM_SHIPPED, ForumData
from frontend.fields import DaysField, IdField

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

from frontend.events.forms.widgets import hour, line


class SessionForm(forms.Form):
    """A session: its title, day and hours in the event's zone, and what else the agenda shows."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=line())
    day = forms.ChoiceField(label=_("Day"), widget=forms.Select(attrs={"class": "input"}))
    starts = forms.TimeField(
        label=_("From"), widget=hour(), error_messages={"invalid": _("Write the hour like 10:30.")}
    )
    ends = forms.TimeField(
        label=_("To"), widget=hour(), error_messages={"invalid": _("Write the hour like 10:30.")}
    )
    room = forms.CharField(label=_("Room"), max_length=80, required=False, widget=line())
    theme = forms.ChoiceField(label=_("Theme"), required=False, widget=forms.Select(attrs={"class": "input"}))
    stream_url = forms.CharField(label=_("Link to the stream"), max_length=200, required=False, widget=line())
    abstract = forms.CharField(
        label=_("Abstract"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "input", "dir": "auto"}),
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


class TopicsForm(forms.Form):
    """One change of the themes and topics: which button was pressed, for which row, with which words."""

    BUTTONS = (
        "add_theme", "rename_theme", "theme_up", "theme_down", "remove_theme",
        "add_topic", "change_topic", "topic_up", "topic_down", "merge_topic", "remove_topic",
    )  # fmt: skip
    do = forms.ChoiceField(choices=[(name, name) for name in BUTTONS])
    theme_id = IdField(required=False)
    topic_id = IdField(required=False)
    into_id = IdField(required=False)
    name = forms.CharField(required=False)
    description = forms.CharField(required=False)


class SectorsForm(forms.Form):
    """One change of the sectors: which button was pressed, for which row, with which words."""

    BUTTONS = ("add", "change", "up", "down", "merge", "remove")
    do = forms.ChoiceField(choices=[(name, name) for name in BUTTONS])
    sector_id = IdField(required=False)
    into_id = IdField(required=False)
    name = forms.CharField(required=False)
    constituency = forms.CharField(required=False)


class ProposalForm(forms.Form):
    """Whom to propose, and as what."""

    attendee_id = IdField()
    permission = forms.ChoiceField(
        choices=[(ORGANISER.value, ORGANISER.label), (LEAD.value, LEAD.label)],
        error_messages={"required": _("Choose what to propose them as.")},
    )


class DecisionForm(forms.Form):
    """The button pressed beside a proposal, an organiser or a lead."""

    CONFIRM, REFUSE, END = "confirm", "refuse", "end"

    do = forms.ChoiceField(choices=[(CONFIRM, ""), (REFUSE, ""), (END, "")])


class OutsideContactForm(forms.Form):
    """Whom to turn to outside the forum."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_LIMIT, widget=forms.TextInput(attrs={"class": "input"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=PHONE_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "type": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=EMAIL_LIMIT,
        required=False,
        widget=forms.EmailInput(attrs={"class": "input"}),
    )


class StarterForm(forms.Form):
    """Whom an administrator lets start forums, or no longer."""

    ALLOW, END = "allow", "end"

    email = forms.EmailField(
        label=_("E-mail"), max_length=EMAIL_LIMIT, widget=forms.EmailInput(attrs={"class": "input"})
    )
    do = forms.ChoiceField(choices=[(ALLOW, ""), (END, "")], required=False)


def _email_input() -> forms.EmailInput:
    return forms.EmailInput(attrs={"class": "input", "autocomplete": "off"})


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")


class AboutForm(forms.Form):
    """What describes a forum."""

    name = forms.CharField(label=_("Name of the forum"), max_length=200, widget=line())
    starts_on = forms.DateField(label=_("First day"), widget=_date_input())
    ends_on = forms.DateField(label=_("Last day"), widget=_date_input())
    venue = forms.CharField(label=_("Venue"), max_length=200, required=False, widget=line())
    timezone = forms.CharField(label=_("Time zone"), max_length=60)
    languages = forms.MultipleChoiceField(
        label=_("Languages it is held in"),
        required=False,
        choices=[(language.code, language.name) for language in LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
    )
    interpreters = forms.BooleanField(label=_("There are interpreters"), required=False)


class AboutEventForm(AboutForm):
    """What describes a forum that exists, and whether people see who has not joined it."""

    shows_unjoined = forms.BooleanField(
        label=_("Show people who have not joined to other attendees: they agreed to it when they registered"),
        required=False,
    )
    retention_days = DaysField(label=_("Days for which people’s data is kept after the last day"))


def _name(label: _StrOrPromise) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, widget=line())


def _address(label: _StrOrPromise) -> forms.EmailField:
    return forms.EmailField(label=label, max_length=EMAIL_LIMIT, widget=_email_input())


class StartForm(AboutForm):
    """A new forum: what describes it, what it starts from, and its first organiser and lead."""

    FIELD_OF = {
        "slug_taken": "slug", "unknown_zone": "timezone", "bad_event": None, "bad_email": "lead_email",
        "name_two_others": "lead_email", "not_found": "basis",
    }  # fmt: skip

    slug = forms.SlugField(label=_("Name in addresses"), max_length=60, widget=line())
    basis = forms.ChoiceField(label=_("Start from"), widget=forms.Select(attrs={"class": "input"}))
    organiser_name = _name(_("Name of the first organiser"))
    organiser_email = _address(_("E-mail of the first organiser"))
    lead_name = _name(_("Name of the first safeguarding lead"))
    lead_email = _address(_("E-mail of the first safeguarding lead"))

    def __init__(self, data: QueryDict | None, editions: Collection[Event]) -> None:
        given = data
        if data is not None and not data.get("slug", "").strip():
            given = data.copy()
            given["slug"] = slugify(data.get("name", ""))[:60]  # suggested where none was written
        super().__init__(given)
        self.fields["basis"].choices = [  # type: ignore[attr-defined]
            (FROM_SHIPPED, _("the seventeen topics of the first forum")),
            (FROM_NOTHING, _("nothing")),
            *((f"{FROM_EDITION}:{event.slug}", event.name) for event in editions),
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for no name in addresses where the name, which it is made from, is missing itself."""
        values = super().clean() or {}
        if "name" in self.errors and not self.data.get("slug"):
            self.errors.pop("slug", None)
        return values

    def forum_data(self) -> ForumData:
        values = dict(self.cleaned_data)
        basis, _colon, edition = values.pop("basis").partition(":")
        languages = tuple(values.pop("languages"))
        return ForumData(**values, basis=basis, edition=edition, languages=languages)
