"""The shape of what people type around meetings; what it means is for the services to say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from itertools import count as count_from
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.events.models import Event, Table
from backend.events.rules import SlotGrid
from backend.events.selectors import Profile
from backend.events.services import TableData
from backend.meetings.services import MeetingRequestData

WINDOWS = 3
MOST_TABLES = 100
WHOLE_MINUTES = {"invalid": _("Give whole minutes."), "required": _("Give whole minutes.")}


def number_in(value: str | None) -> int | None:
    """The row number somebody's form names; None for anything else.

    >>> number_in("12"), number_in("twelve"), number_in(""), number_in("9" * 40)
    (12, None, None, None)
    """
    return int(value) if value and re.fullmatch(r"[0-9]{1,18}", value) else None


def numbers_in(values: Iterable[str]) -> tuple[int, ...]:
    """The row numbers among these, each once, in their order."""
    found = (number_in(value) for value in values)
    return tuple(dict.fromkeys(number for number in found if number is not None))


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input"})


class AskForm(forms.Form):
    """What somebody asks for: up to three times or any, a first line, a theme, and where."""

    message = forms.CharField(
        label=_("Your message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "class": "input", "dir": "auto"}),
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False, widget=forms.Select(attrs={"class": "input"}))
    online = forms.BooleanField(label=_("Meet online"), required=False)
    step_free = forms.BooleanField(label=_("A place without steps"), required=False)
    any_time = forms.BooleanField(label=_("Any time we are both free"), required=False)

    def __init__(self, data: QueryDict | None, profile: Profile, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["theme"].choices = [  # type: ignore[attr-defined]
            ("", _("No theme")),
            *((theme.key, theme.name) for theme in profile.themes),
        ]
        for name in ("message", "theme"):
            self.fields[name].widget.attrs["aria-describedby"] = f"about-{name}"
        self.slot_ids = numbers_in(data.getlist("slots") if data is not None else initial.get("slots", ()))
        self.key = (data.get("key", "") if data is not None else initial.get("key", "")) or ""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("any_time") and self.slot_ids:
            self.add_error("any_time", _("Choose either up to three times, or any time."))
        if not said.get("any_time") and not self.slot_ids:
            self.add_error("any_time", _("Choose up to three times, or any time."))
        return said

    def wish(self) -> MeetingRequestData:
        said = self.cleaned_data
        return MeetingRequestData(
            slot_ids=self.slot_ids,
            message=said["message"],
            theme=said["theme"],
            is_online=said["online"],
            needs_step_free=said["step_free"],
        )


class GridForm(forms.Form):
    """Meeting times laid over days: which days, between which hours, how long, and the break after each."""

    days = forms.MultipleChoiceField(
        label=_("Days"), error_messages={"required": _("Choose at least one day.")}
    )
    length = forms.IntegerField(label=_("Minutes each"), error_messages={"invalid": _("Give whole minutes.")})
    pause = forms.IntegerField(
        label=_("Minutes between"), error_messages={"invalid": _("Give whole minutes.")}
    )

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
                    widget=forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M"),
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
        said = super().clean() or {}
        for number in range(1, WINDOWS + 1):
            opens, closes = said.get(f"opens_{number}"), said.get(f"closes_{number}")
            if (opens is None) != (closes is None) and not self.errors:
                self.add_error(f"closes_{number}", _("Give both hours, or neither."))
        return said

    def grid(self) -> SlotGrid:
        said = self.cleaned_data
        pairs = ((said[f"opens_{n}"], said[f"closes_{n}"]) for n in range(1, WINDOWS + 1))
        return SlotGrid(
            days=tuple(dt.date.fromisoformat(day) for day in said["days"]),
            windows=tuple((opens, closes) for opens, closes in pairs if opens is not None),
            length_minutes=said["length"],
            break_minutes=said["pause"],
        )


class TableForm(forms.Form):
    """A table or an online room; `count` makes as many, numbered on from the label."""

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
        max_value=MOST_TABLES,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )

    def __init__(self, data: QueryDict | None, table: Table | None = None, label: str = "T1") -> None:
        kept = ("label", "place", "room_link", "step_free")
        initial = {name: getattr(table, name) for name in kept} if table else {"label": label, "count": 1}
        super().__init__(data, initial=initial, auto_id=f"table-{table.pk if table else 'new'}-%s")

    def tables(self) -> list[TableData]:
        said = self.cleaned_data
        link = said["room_link"]
        return [
            TableData(
                label=label,
                place=said["place"],
                step_free=said["step_free"],
                is_online=bool(link),
                room_link=link,
            )
            for label in labels_from(said["label"], said.get("count") or 1)
        ]


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
    """How many requests may wait, and how long."""

    open_requests = forms.IntegerField(
        label=_("Requests one may have waiting"), widget=forms.NumberInput(attrs={"class": "input"})
    )
    expiry_hours = forms.IntegerField(
        label=_("Hours until a request expires"), widget=forms.NumberInput(attrs={"class": "input"})
    )
