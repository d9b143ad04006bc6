"""Forms of the pages of meetings: what may be sent. What it means is for the services."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from itertools import count as count_from
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from backend.core.period import Period
from backend.events.models.agenda import Table
from backend.events.models.events import Event
from backend.events.rules.slot_grid import SlotGrid
from backend.events.selectors import Profile
from backend.events.services.venue import TableData
from backend.booking.selectors.availability import GridDay, SlotCell
from backend.outcomes.selectors.connections import ContactDetails
from backend.groups.selectors.delegation_sessions import Choice, SessionChoices
from backend.booking.selectors.meetings import FollowUpRow
from backend.groups.services.delegation_sessions import SessionPlan
from backend.outcomes.services.follow_ups import AGREED_LIMIT
from backend.groups.services.office_hours import OfficeHourData
from backend.booking.services.requests import MeetingRequestData
from frontend.events.words.times import when
from frontend.fields import IdField, IdsField, RefusableForm

WINDOWS = 3
MAX_TABLES = 100


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input"})


def _hour() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")


class AskForm(forms.Form):
    """A request to meet: up to three times or any, a first line, a theme, and where."""

    message = forms.CharField(
        label=_("Your message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "class": "input", "dir": "auto"}),
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False, widget=forms.Select(attrs={"class": "input"}))
    online = forms.BooleanField(label=_("Meet online"), required=False)
    step_free = forms.BooleanField(label=_("A place without steps"), required=False)
    any_time = forms.BooleanField(label=_("Any time we are both free"), required=False)
    slots = IdsField(required=False)
    key = forms.CharField(required=False, strip=False)

    def __init__(self, data: QueryDict | None, profile: Profile, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["theme"].choices = [  # type: ignore[attr-defined]
            ("", _("No theme")),
            *((theme.key, theme.name) for theme in profile.themes),
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        has_slots = bool(values.get("slots"))
        if values.get("any_time") and has_slots:
            self.add_error("any_time", _("Choose either up to three times, or any time."))
        if not values.get("any_time") and not has_slots:
            self.add_error("any_time", _("Choose up to three times, or any time."))
        return values

    def chosen_slots(self) -> set[int]:
        """The slots that are ticked: as sent, else as stored."""
        if self.is_bound and not self.errors.get("slots"):
            return set(self.cleaned_data["slots"])
        return set(self.initial.get("slots", ()))

    def request_data(self) -> MeetingRequestData:
        values = self.cleaned_data
        return MeetingRequestData(
            slot_ids=values["slots"],
            message=values["message"],
            theme=values["theme"],
            is_online=values["online"],
            needs_step_free=values["step_free"],
        )


class WaitForm(AskForm):
    """What somebody is asked as soon as a time falls free: as a request, without times."""

    def clean(self) -> dict[str, Any]:
        return {**forms.Form.clean(self), "slots": ()}  # type: ignore[dict-item]


class AcceptForm(forms.Form):
    """The slot that is accepted; without one, the first that is free."""

    slot = IdField(required=False)


class CounterOfferForm(forms.Form):
    """The times offered instead."""

    slots = IdsField(required=False)


class OfficeHourForm(forms.Form):
    """Whom to invite, when, about what, and where."""

    requests = IdsField(required=False)
    slot = IdField(required=False)
    about = forms.CharField(required=False)
    theme = forms.CharField(required=False)
    place = forms.ChoiceField(choices=[("table", "table"), ("online", "online")], required=False)
    key = forms.CharField(required=False, strip=False)

    def office_hour_data(self) -> OfficeHourData:
        values = self.cleaned_data
        return OfficeHourData(
            request_ids=values["requests"],
            slot_id=values["slot"] or 0,
            about=values["about"],
            theme=values["theme"],
            is_online=values["place"] == "online",
        )


class GuestForm(forms.Form):
    """The office hour with which a request is answered."""

    request = IdField()


class MoveForm(forms.Form):
    """Where an agreed meeting is to be: a time, and a table or any."""

    slot = IdField(required=False)
    table = IdField(required=False)


class ReasonForm(forms.Form):
    """The reason for declining or cancelling."""

    reason = forms.CharField(required=False)


class AssistantForm(RefusableForm):
    """Whom I name as my assistant, by their address."""

    email = forms.CharField(
        label=_("Their e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )


class QuestionForm(forms.Form):
    """A question about a request, or its answer."""

    text = forms.CharField(required=False)


class AttestForm(forms.Form):
    """Whether a meeting took place and, if so, how useful it was."""

    took_place = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    usefulness = forms.IntegerField(required=False)


class FollowUpForm(forms.Form):
    """What was agreed at a meeting, and the day to follow it up."""

    agreed = forms.CharField(
        label=_("What you agreed, in one line"),
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "dir": "auto", "maxlength": AGREED_LIMIT}),
    )
    due_on = forms.DateField(
        label=_("Remind me on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day like 2027-03-01.")},
    )

    def __init__(self, data: QueryDict | None, noted: FollowUpRow | None = None) -> None:
        initial = {"agreed": noted.agreed, "due_on": noted.due_on} if noted else {}
        super().__init__(data, initial=initial, auto_id="follow-up-%s")


class AnswerForm(forms.Form):
    """What an answer by a link may hold: a slot to accept, slots to offer, a reason, a usefulness.

    Who has not joined accepts the notice and the pledge with it, in the version they read.
    """

    slot = IdField(required=False)
    slots = IdsField(required=False)
    reason = forms.CharField(required=False)
    usefulness = forms.IntegerField(required=False)
    agree = forms.BooleanField(required=False)
    version = forms.CharField(required=False, max_length=20)


class AvailabilityForm(forms.Form):
    """The ticked slots, and perhaps a button that opens or closes a group of them.

    The button's value is open or close, then a date or nothing for all, then morning, afternoon or nothing,
    joined by colons.
    """

    slots = IdsField(required=False)
    all = forms.CharField(required=False)

    def __init__(self, data: QueryDict, days: Sequence[GridDay]) -> None:
        super().__init__(data)
        self.days = days

    def ticked(self) -> set[int]:
        """The slots to be open: those ticked, with the button's group opened or closed."""
        ticked = set(self.cleaned_data["slots"])
        action, _colon, group = self.cleaned_data["all"].partition(":")
        if action == "open":
            return ticked | self._group(group)
        return ticked - self._group(group) if action == "close" else ticked

    def _group(self, name: str) -> set[int]:
        date, _colon, half = name.partition(":")
        days = [day for day in self.days if date in ("", str(day.date))]
        cells = {"morning": lambda day: day.morning, "afternoon": lambda day: day.afternoon}
        return {
            cell.slot_id
            for day in days
            for cell in cells.get(half, lambda day: day.cells)(day)
            if is_changeable(cell)
        }


def is_changeable(cell: SlotCell) -> bool:
    """Whether the page shows a checkbox for the slot: it is to come, and nothing else is on then."""
    return not cell.is_past and not cell.busy


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


class ResendForm(forms.Form):
    """The notice whose mail is sent again; without one, all refused mails."""

    notice = IdField(required=False)


class SlotsForm(forms.Form):
    """Ticked meeting times."""

    slots = IdsField(required=False)


class GridForm(forms.Form):
    """A grid of meeting times: which days, between which hours, how long, and the break after each."""

    days = forms.MultipleChoiceField(
        label=_("Days"), error_messages={"required": _("Choose at least one day.")}
    )
    length = forms.IntegerField(label=_("Minutes each"), error_messages={"invalid": _("Give whole minutes.")})
    pause = forms.IntegerField(
        label=_("Minutes between"), error_messages={"invalid": _("Give whole minutes.")}
    )
    do = forms.ChoiceField(choices=[("preview", "preview"), ("add", "add")], required=False)

    def __init__(self, data: QueryDict | None, event: Event) -> None:
        count = (event.ends_on - event.starts_on).days + 1
        self.dates = [event.starts_on + dt.timedelta(days=n) for n in range(count)]
        morning, afternoon = ("10:00", "12:30"), ("13:30", "17:00")
        windows = {
            f"{edge}_{number}": hour
            for number, pair in enumerate((morning, afternoon), start=1)
            for edge, hour in zip(("opens", "closes"), pair, strict=True)
        }
        everyday = [str(date) for date in self.dates]
        super().__init__(data, initial={"days": everyday, "length": 25, "pause": 5, **windows})
        self.fields["days"].choices = [(str(date), str(date)) for date in self.dates]  # type: ignore[attr-defined]
        for number in range(1, WINDOWS + 1):
            for edge, label in (("opens", _("From")), ("closes", _("To"))):
                self.fields[f"{edge}_{number}"] = forms.TimeField(
                    label=label,
                    required=False,
                    widget=_hour(),
                    error_messages={"invalid": _("Write the hour like 10:30.")},
                )
        for name in ("length", "pause"):
            self.fields[name].widget.attrs |= {"class": "input", "min": 0, "max": 480}

    @property
    def windows(self) -> Sequence[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"opens_{n}"], self[f"closes_{n}"]) for n in range(1, WINDOWS + 1)]

    @property
    def chosen_days(self) -> list[str]:
        return list(self["days"].value() or [])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for number in range(1, WINDOWS + 1):
            opens, closes = values.get(f"opens_{number}"), values.get(f"closes_{number}")
            if (opens is None) != (closes is None) and not self.errors:
                self.add_error(f"closes_{number}", _("Give both hours, or neither."))
        return values

    def grid(self) -> SlotGrid:
        values = self.cleaned_data
        pairs = ((values[f"opens_{n}"], values[f"closes_{n}"]) for n in range(1, WINDOWS + 1))
        return SlotGrid(
            days=tuple(dt.date.fromisoformat(day) for day in values["days"]),
            windows=tuple((opens, closes) for opens, closes in pairs if opens is not None),
            length_minutes=values["length"],
            break_minutes=values["pause"],
        )


class TableForm(forms.Form):
    """A table or an online room; `count` makes as many, with numbered labels."""

    label = forms.CharField(label=_("Label"), max_length=60, widget=_line())
    place = forms.CharField(
        label=_("Where it is"),
        max_length=200,
        required=False,
        widget=_line(),
    )
    room_link = forms.CharField(label=_("Room link"), max_length=300, required=False, widget=_line())
    step_free = forms.BooleanField(label=_("Without steps"), required=False)
    count = forms.IntegerField(
        label=_("How many"),
        required=False,
        min_value=1,
        max_value=MAX_TABLES,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )

    def __init__(self, data: QueryDict | None, table: Table | None = None, label: str = "T1") -> None:
        kept = ("label", "place", "room_link", "step_free")
        initial = {name: getattr(table, name) for name in kept} if table else {"label": label, "count": 1}
        super().__init__(data, initial=initial, auto_id=f"table-{table.pk if table else 'new'}-%s")

    def tables(self) -> list[TableData]:
        values = self.cleaned_data
        link = values["room_link"]
        return [
            TableData(
                label=label,
                place=values["place"],
                step_free=values["step_free"],
                is_online=bool(link),
                room_link=link,
            )
            for label in labels_from(values["label"], values.get("count") or 1)
        ]


class TableButtonForm(forms.Form):
    """Which button of one table's form was pressed."""

    do = forms.ChoiceField(choices=[("change", "change"), ("remove", "remove")], required=False)


def labels_from(first: str, count: int) -> list[str]:
    """That many labels, counted on from the first.

    >>> labels_from("T9", 3), labels_from("East", 2), labels_from("Booth", 1)
    (['T9', 'T10', 'T11'], ['East 1', 'East 2'], ['Booth'])
    """
    if count == 1:
        return [first]
    stem, digits = re.fullmatch(r"(.*?)([0-9]{0,9})", first, re.DOTALL).groups()  # type: ignore[union-attr]
    start = int(digits) if digits else 1
    stem = stem if digits else f"{first} "
    return [f"{stem}{number:0{len(digits)}d}" for number in range(start, start + count)]


def next_label(labels: Collection[str]) -> str:
    """The first T1, T2, ... that no table has.

    >>> next_label([]), next_label(["T1", "T3"])
    ('T1', 'T2')
    """
    return next(label for number in count_from(1) if (label := f"T{number}") not in labels)


class RulesForm(forms.Form):
    """How many requests may wait, how long, and whether there are interpreters."""

    open_requests = forms.IntegerField(
        label=_("Requests one may have waiting"), widget=forms.NumberInput(attrs={"class": "input"})
    )
    expiry_hours = forms.IntegerField(
        label=_("Hours until a request expires"), widget=forms.NumberInput(attrs={"class": "input"})
    )
    proposal_hours = forms.IntegerField(
        label=_("Hours until the organisers’ proposal expires"),
        widget=forms.NumberInput(attrs={"class": "input"}),
        required=False,
    )
    interpreters = forms.BooleanField(label=_("There are interpreters"), required=False)


class ContactRuleForm(forms.Form):
    """Two groups to part, previewed before it is done."""

    first = forms.ChoiceField(label=_("People of"), widget=forms.Select(attrs={"class": "input"}))
    second = forms.ChoiceField(label=_("and people of"), widget=forms.Select(attrs={"class": "input"}))
    do = forms.ChoiceField(choices=[("preview", "preview"), ("add", "add")], required=False)

    def __init__(self, data: QueryDict | None, groups: Sequence[tuple[str, list[tuple[str, str]]]]) -> None:
        super().__init__(data)
        for name in ("first", "second"):
            self.fields[name].choices = [("", _("Choose a group")), *groups]  # type: ignore[attr-defined]
            self.fields[name].error_messages["required"] = _("Choose two groups.")


class ClosureForm(forms.Form):
    """A day, some hours of it, or all of it, and perhaps one room; previewed before it is closed."""

    day = forms.ChoiceField(label=_("Day"), widget=forms.Select(attrs={"class": "input"}))
    opens = forms.TimeField(
        label=_("From"),
        required=False,
        widget=_hour(),
        error_messages={"invalid": _("Write the hour like 10:30.")},
    )
    closes = forms.TimeField(
        label=_("To"),
        required=False,
        widget=_hour(),
        error_messages={"invalid": _("Write the hour like 10:30.")},
    )
    room = forms.ChoiceField(label=_("Where"), required=False, widget=forms.Select(attrs={"class": "input"}))
    reason = forms.CharField(
        label=_("Reason, as people will read it"), max_length=200, required=False, widget=_line()
    )
    do = forms.ChoiceField(choices=[("preview", "preview"), ("close", "close")], required=False)

    def __init__(self, data: QueryDict | None, event: Event, rooms: Sequence[str]) -> None:
        super().__init__(data)
        self.event = event
        count = (event.ends_on - event.starts_on).days + 1
        days = [event.starts_on + dt.timedelta(days=number) for number in range(count)]
        self.fields["day"].choices = [(str(day), date_format(day, "l j F")) for day in days]  # type: ignore[attr-defined]
        self.fields["room"].choices = [("", _("The whole venue")), *((room, room) for room in rooms)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("opens") is None) != (values.get("closes") is None) and not self.errors:
            self.add_error("closes", _("Give both hours, or neither for the whole day."))
        return values

    def period(self) -> Period:
        values, zone = self.cleaned_data, self.event.zone
        day = dt.date.fromisoformat(values["day"])
        midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone)
        if values["opens"] is None:
            return Period(dt.datetime.combine(day, dt.time(), tzinfo=zone), midnight)
        starts_at = dt.datetime.combine(day, values["opens"], tzinfo=zone)
        closes = dt.datetime.combine(day, values["closes"], tzinfo=zone)
        return Period(starts_at, midnight if values["closes"] == dt.time() else closes)


class ClosureButtonForm(forms.Form):
    """What is done with a closed time: opened again, or undone with its meetings back as before."""

    do = forms.ChoiceField(choices=[("undo", "undo"), ("reopen", "reopen")])


class StateForm(forms.Form):
    """The state that an event is to have."""

    state = forms.ChoiceField(choices=Event.State.choices)


class AskDelegationForm(RefusableForm):
    """The topic, the delegation in one's own words, and what it is to be about."""

    topic_id = IdField(label=_("Topic"), widget=forms.Select(attrs={"class": "input"}))
    wish = forms.CharField(
        label=_("With which delegation"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "input", "dir": "auto"}),
    )
    words = forms.CharField(
        label=_("What you would like to talk about"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "class": "input"}),
    )

    def __init__(self, data: Any, *, topics: Iterable[Choice]) -> None:
        super().__init__(data)
        offer(self, "topic_id", ((one.pk, one.words) for one in topics))


class PlanForm(RefusableForm):
    """Whom a lead asks, when and where."""

    chaperone_id = IdField(label=_("Chaperone"), widget=forms.Select(attrs={"class": "input"}))
    vetted_id = IdField(label=_("Second adult"), widget=forms.Select(attrs={"class": "input"}))
    minor_ids = IdsField(
        label=_("Young people"),
        error_messages={"required": _("Choose at least one young person.")},
    )
    slot_id = IdField(label=_("Time"), widget=forms.Select(attrs={"class": "input"}))
    table_id = IdField(label=_("Place in the open"), widget=forms.Select(attrs={"class": "input"}))

    def __init__(self, data: Any, *, choices: SessionChoices, event: Event) -> None:
        super().__init__(data)
        offer(self, "chaperone_id", ((one.pk, one.words) for one in choices.chaperones))
        offer(self, "vetted_id", ((one.pk, one.words) for one in choices.vetted))
        offer(self, "slot_id", ((one.pk, when(one.starts_at, one.ends_at, event)) for one in choices.slots))
        offer(self, "table_id", ((one.pk, one.words) for one in choices.places))

    @property
    def chosen_minors(self) -> set[int]:
        """Those ticked, also where something else is wrong."""
        sent = self["minor_ids"].value() or []
        return {int(one) for one in sent if str(one).isdecimal() and len(str(one)) < 20}

    @property
    def plan(self) -> SessionPlan:
        return SessionPlan(**self.cleaned_data)


class ContactForm(RefusableForm):
    """How somebody can reach me; what is left empty is not given."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "type": "tel", "autocomplete": "tel"}),
    )
    link = forms.CharField(
        label=_("Web page"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "url", "autocomplete": "url"}),
    )

    def __init__(self, data: Any, *, mine: ContactDetails) -> None:
        super().__init__(data, initial={"email": mine.email, "phone": mine.phone, "link": mine.link})


def offer(form: forms.Form, field: str, choices: Iterable[tuple[int, str]]) -> None:
    """What a field's list shows."""
    form.fields[field].widget.choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]
