"""What organisers send from the pages of programmes; the services check what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.models.events import Event
from backend.people.models import Constituency
from backend.programme.models import Plan
from backend.programme.rules.options import PlanOptions
from frontend.fields import IdField, IdsField
from frontend.programme.words import ORDERS

WHOLE = {"invalid": _("Give a whole number."), "required": _("Give a whole number.")}


def _number(label: Any, least: int, most: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric", "min": least, "max": most})
    return forms.IntegerField(label=label, widget=widget, error_messages=WHOLE)


def _choice(label: Any, choices: Any, required: bool = True) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "input"})
    return forms.ChoiceField(label=label, choices=choices, required=required, widget=widget)


class PlanForm(forms.Form):
    """Options of a new plan; numbers out of bounds are refused by the service."""

    scope = _choice(_("Plan for"), Plan.Scope.choices)
    first = _choice(_("One constituency"), [("", _("Choose …")), *Constituency.choices], required=False)
    second = _choice(_("and the other"), [("", _("Choose …")), *Constituency.choices], required=False)
    least = _number(_("At least, per person"), 0, 50)
    most = _number(_("At most, per person"), 1, 50)
    cross = _number(_("Across constituencies, at least (%)"), 0, 100)
    seconds = _number(_("Seconds to search"), 1, 300)
    seed = _number(_("Seed"), 0, 2**31 - 1)

    def __init__(self, data: Any, event: Event, chosen: Mapping[str, str]) -> None:
        """`chosen`: scope and constituencies that a link to the page names."""
        initial = {"scope": "everyone", "least": 0, "most": max(event.meetings_per_person, 1)}
        super().__init__(data, initial={**initial, "cross": 0, "seconds": 20, "seed": 1, **chosen})

    def options(self) -> PlanOptions:
        values = self.cleaned_data
        is_between = values["scope"] == Plan.Scope.BETWEEN
        return PlanOptions(
            scope=values["scope"],
            first_constituency=values["first"] if is_between else "",
            second_constituency=values["second"] if is_between else "",
            least=values["least"],
            most=values["most"],
            cross_share=values["cross"] / 100,
            seconds=values["seconds"],
            seed=values["seed"],
        )


class PlanForForm(forms.Form):
    """Whom a link to the page of programmes plans for; an unknown value counts as not chosen."""

    scope = forms.ChoiceField(required=False, choices=Plan.Scope.choices)
    first = forms.ChoiceField(required=False, choices=Constituency.choices)
    second = forms.ChoiceField(required=False, choices=Constituency.choices)

    def chosen(self) -> dict[str, str]:
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PublishingForm(forms.Form):
    """Whether publishing arranges meetings at once ("yes") or proposes them."""

    confirms = forms.CharField(required=False)

    def clean_confirms(self) -> bool:
        return str(self.cleaned_data["confirms"]) == "yes"


class ByHandForm(forms.Form):
    """Two people, or the words to find them by; up to three times both have, and perhaps a table and why."""

    first = IdField(required=False)
    second = IdField(required=False)
    find_first = forms.CharField(required=False, max_length=200)
    find_second = forms.CharField(required=False, max_length=200)
    slots = IdsField(required=False)
    table = IdField(required=False)
    because = forms.CharField(required=False)
    key = forms.CharField(required=False)


class OrderForm(forms.Form):
    """The order and page of a plan; anything unknown means the grid, on the first page.

    `move`: the meeting that is being moved in the grid; `moved`: the one that just was.
    """

    by = forms.CharField(required=False)
    page = forms.CharField(required=False)
    move = IdField(required=False)
    moved = IdField(required=False)

    def clean_by(self) -> str:
        order = self.cleaned_data["by"]
        return order if order in ORDERS else "grid"


class PlannedMeetingForm(forms.Form):
    """What to do with a planned meeting: move (the default), lock, unlock or drop it.

    `cell`: slot and table (ids, with a hyphen between) of a cell of the grid, on this `page` of it.
    """

    MOVE, LOCK, UNLOCK, DROP = "move", "lock", "unlock", "drop"

    do = forms.CharField(required=False)
    slot = IdField(required=False)
    table = IdField(required=False)
    cell = forms.CharField(required=False)
    page = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        slot, _hyphen, table = self.cleaned_data.get("cell", "").partition("-")
        if slot.isdecimal() and table.isdecimal():
            self.cleaned_data |= {"slot": int(slot), "table": int(table)}
        return self.cleaned_data

    def clean_do(self) -> str:
        action = self.cleaned_data["do"]
        return action if action in (self.LOCK, self.UNLOCK, self.DROP) else self.MOVE


class ScheduleForm(forms.Form):
    """Which printed schedule to show; all of them where left out."""

    of = IdField(required=False)
