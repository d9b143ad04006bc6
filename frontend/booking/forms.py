"""Forms of requests, answers and availability: what may be sent. What it means is for the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.booking.selectors.availability import GridDay, SlotCell
from backend.booking.services.requests import MeetingRequestData
from backend.events.selectors import Profile
from frontend.booking.words import Starter
from frontend.events.forms.widgets import select
from frontend.fields import IdField, IdsField, RefusableForm, values_of


class AskForm(forms.Form):
    """A request to meet: up to three times or any, a first line, a theme, and where."""

    message = forms.CharField(
        label=_("Your message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "class": "input", "dir": "auto"}),
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False, widget=select())
    online = forms.BooleanField(label=_("Meet online"), required=False)
    step_free = forms.BooleanField(label=_("A place without steps"), required=False)
    any_time = forms.BooleanField(label=_("Any time we are both free"), required=False)
    slots = IdsField(required=False)
    key = forms.CharField(required=False, strip=False)

    def __init__(
        self, data: QueryDict | None, profile: Profile, initial: dict[str, Any], starters: Sequence[Starter] = ()
    ) -> None:
        super().__init__(data, initial=initial)
        self.starters = starters
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


def slots_in_query(query: QueryDict) -> list[int]:
    """The slots that a link to the form ticks, as `slots`; none where one is no number."""
    return list(values_of(CounterOfferForm(query))["slots"])


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


class MoveForm(forms.Form):
    """Where an agreed meeting is to be: a time, and a table or any."""

    slot = IdField(required=False)
    table = IdField(required=False)


class ReasonForm(forms.Form):
    """The reason for declining or cancelling."""

    reason = forms.CharField(required=False)


class QuestionForm(forms.Form):
    """A question about a request, or its answer."""

    text = forms.CharField(required=False)


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
        return ticked - self.closed()

    def closed(self) -> set[int]:
        """The group that the button closes, with what is closed already: so it is for good."""
        action, _colon, group = self.cleaned_data["all"].partition(":")
        return self._group(group) if action == "close" else set()

    def _group(self, name: str) -> set[int]:
        date, _colon, half = name.partition(":")
        days = [day for day in self.days if date in ("", str(day.date))]
        cells = {"morning": lambda day: day.morning, "afternoon": lambda day: day.afternoon}
        return {
            cell.slot_id for day in days for cell in cells.get(half, lambda day: day.cells)(day) if is_changeable(cell)
        }


class BusyCalendarForm(RefusableForm):
    """Where one's own calendar is; it is written and never shown."""

    refusal_field = "address"
    address = forms.RegexField(
        r"(?i)^\s*(?:https|webcals?)://[^\s/@]+/\S*\s*$",
        label=_("Address of my calendar"),
        max_length=500,
        error_messages={"invalid": _("Write the whole address. It begins with https:// or webcal://.")},
        widget=forms.TextInput(attrs={"class": "input", "dir": "ltr", "autocomplete": "off", "inputmode": "url"}),
    )


def is_changeable(cell: SlotCell) -> bool:
    """Whether the page shows a checkbox for the slot: it is to come, and nothing else is on then."""
    return not cell.is_past and not cell.busy


def offer(form: forms.Form, field: str, choices: Iterable[tuple[int, str]]) -> None:
    """What a field's list shows."""
    form.fields[field].widget.choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]
