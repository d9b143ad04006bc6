"""Forms of a forum's set-up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from itertools import count as count_from
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backend.core.period import Period
from backend.events.models.agenda import Table
from backend.events.models.events import Event
from backend.events.rules.slot_grid import SlotGrid
from backend.events.services.opening import EMAIL_LIMIT
from backend.events.services.venue import TableData
from backend.setup.selectors.local_names import NamedRow
from backend.setup.services.forums import FROM_EDITION, FROM_NOTHING, FROM_SHIPPED, ForumData
from backend.setup.services.quotas import MOST, Quota
from frontend.events.forms.setup import AboutForm, _address, _name
from frontend.events.forms.widgets import email_input, hour, line, lines, number_input, select
from frontend.fields import IdsField, RefusableForm, values_of

WINDOWS = 3


MAX_TABLES = 100


class SlotsForm(forms.Form):
    """Ticked meeting times."""

    slots = IdsField(required=False)


class GridForm(forms.Form):
    """A grid of meeting times: which days, between which hours, how long, and the break after each."""

    days = forms.MultipleChoiceField(label=_("Days"), error_messages={"required": _("Choose at least one day.")})
    length = forms.IntegerField(label=_("Minutes each"), error_messages={"invalid": _("Give whole minutes.")})
    pause = forms.IntegerField(label=_("Minutes between"), error_messages={"invalid": _("Give whole minutes.")})
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
            for edge, label in (
                ("opens", pgettext_lazy("an hour", "From")),
                ("closes", pgettext_lazy("an hour", "To")),
            ):
                self.fields[f"{edge}_{number}"] = forms.TimeField(
                    label=label,
                    required=False,
                    widget=hour(),
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

    label = forms.CharField(label=_("Label"), max_length=60, widget=line())
    place = forms.CharField(label=_("Where it is"), max_length=200, required=False, widget=line())
    room_link = forms.CharField(label=_("Room link"), max_length=300, required=False, widget=line())
    step_free = forms.BooleanField(label=_("Without steps"), required=False)
    count = forms.IntegerField(
        label=_("How many"), required=False, min_value=1, max_value=MAX_TABLES, widget=number_input()
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
                label=label, place=values["place"], step_free=values["step_free"], is_online=bool(link), room_link=link
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

    open_requests = forms.IntegerField(label=_("Requests one may have waiting"), widget=number_input())
    expiry_hours = forms.IntegerField(label=_("Hours until a request expires"), widget=number_input())
    proposal_hours = forms.IntegerField(
        label=_("Hours until the organisers’ proposal expires"), widget=number_input(), required=False
    )
    interpreters = forms.BooleanField(label=_("There are interpreters"), required=False)


class ContactRuleForm(forms.Form):
    """Two groups to part, previewed before it is done."""

    first = forms.ChoiceField(label=_("People of"), widget=select())
    second = forms.ChoiceField(label=_("and people of"), widget=select())
    do = forms.ChoiceField(choices=[("preview", "preview"), ("add", "add")], required=False)

    def __init__(self, data: QueryDict | None, groups: Sequence[tuple[str, list[tuple[str, str]]]]) -> None:
        super().__init__(data)
        for name in ("first", "second"):
            self.fields[name].choices = [("", _("Choose a group")), *groups]  # type: ignore[attr-defined]
            self.fields[name].error_messages["required"] = _("Choose two groups.")


class ClosureForm(forms.Form):
    """A day, some hours of it, or all of it, and perhaps one room; previewed before it is closed."""

    day = forms.ChoiceField(label=_("Day"), widget=select())
    opens = forms.TimeField(
        label=pgettext_lazy("an hour", "From"),
        required=False,
        widget=hour(),
        error_messages={"invalid": _("Write the hour like 10:30.")},
    )
    closes = forms.TimeField(
        label=pgettext_lazy("an hour", "To"),
        required=False,
        widget=hour(),
        error_messages={"invalid": _("Write the hour like 10:30.")},
    )
    room = forms.ChoiceField(label=_("Where"), required=False, widget=select())
    reason = forms.CharField(label=_("Reason, as people will read it"), max_length=200, required=False, widget=line())
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


class StarterForm(forms.Form):
    """Whom an administrator lets start forums, or no longer."""

    ALLOW, END = "allow", "end"

    email = forms.EmailField(label=_("E-mail"), max_length=EMAIL_LIMIT, widget=email_input())
    do = forms.ChoiceField(choices=[(ALLOW, ""), (END, "")], required=False)


class QuotaForm(RefusableForm):
    """A forum's share of the installation."""

    max_people = forms.IntegerField(label=_("People"), min_value=1, max_value=MOST, widget=number_input())
    max_mails_a_day = forms.IntegerField(label=_("Mails a day"), min_value=1, max_value=MOST, widget=number_input())
    max_pictures = forms.IntegerField(label=_("Pictures"), min_value=1, max_value=MOST, widget=number_input())
    max_picture_mb = forms.IntegerField(
        label=_("Megabytes of pictures"), min_value=1, max_value=MOST, widget=number_input()
    )

    def quota(self) -> Quota:
        return Quota(**self.cleaned_data)


class StartForm(AboutForm):
    """A new forum: what describes it, what it starts from, and its first organiser and lead."""

    FIELD_OF = {
        "slug_taken": "slug", "unknown_zone": "timezone", "bad_event": None, "bad_email": "lead_email",
        "name_two_others": "lead_email", "not_found": "basis",
    }  # fmt: skip

    slug = forms.SlugField(label=_("Name in addresses"), max_length=60, widget=line())
    basis = forms.ChoiceField(label=_("Start from"), widget=select())
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
            (FROM_NOTHING, _("nothing")),
            (FROM_SHIPPED, _("the seventeen topics of the first forum")),
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


class LocalNamesForm(forms.Form):
    """What each row of the forum is called in one language; a field for each, by its kind and number."""

    def __init__(self, rows: Iterable[NamedRow], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for row in rows:
            self.fields[f"{row.kind}-{row.row_id}"] = forms.CharField(
                label=row.own, initial=row.local, required=False, widget=lines() if row.has_lines else line()
            )

    def names(self) -> dict[tuple[str, int], str]:
        """The names sent, by (kind, id)."""
        values = values_of(self)
        pairs = ((name.split("-"), values[name]) for name in values if name in self.data)
        return {(kind, int(row_id)): value for (kind, row_id), value in pairs}
