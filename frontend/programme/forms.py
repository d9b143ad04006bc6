"""The shape of what organisers type around programmes; what it means is for the services to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.models import Event
from backend.people.models import Constituency
from backend.programme.services import PlanSaid

SCOPES = (
    ("everyone", _("Everyone")),
    ("between", _("Two constituencies")),
    ("without_meeting", _("People without a meeting")),
)
WHOLE = {"invalid": _("Give a whole number."), "required": _("Give a whole number.")}


def _number(label: Any, least: int, most: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric", "min": least, "max": most})
    return forms.IntegerField(label=label, widget=widget, error_messages=WHOLE)


def _choice(label: Any, choices: Any, required: bool = True) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "input"})
    return forms.ChoiceField(label=label, choices=choices, required=required, widget=widget)


class AimsForm(forms.Form):
    """What a plan is for. Numbers out of bounds are the service's to refuse."""

    scope = _choice(_("Plan for"), SCOPES)
    first = _choice(_("One constituency"), [("", _("Choose …")), *Constituency.choices], required=False)
    second = _choice(_("and the other"), [("", _("Choose …")), *Constituency.choices], required=False)
    least = _number(_("At least, per person"), 0, 50)
    most = _number(_("At most, per person"), 1, 50)
    cross = _number(_("Across constituencies, at least (%)"), 0, 100)
    seconds = _number(_("Seconds to search"), 1, 300)
    seed = _number(_("Seed"), 0, 2**31 - 1)

    def __init__(self, data: Any, event: Event) -> None:
        initial = {"scope": "everyone", "least": 0, "most": max(event.meetings_per_person, 1)}
        super().__init__(data, initial={**initial, "cross": 0, "seconds": 20, "seed": 1})

    def said(self) -> PlanSaid:
        said = self.cleaned_data
        is_between = said["scope"] == "between"
        return PlanSaid(
            scope=said["scope"],
            first_constituency=said["first"] if is_between else "",
            second_constituency=said["second"] if is_between else "",
            least=said["least"],
            most=said["most"],
            cross_share=said["cross"] / 100,
            seconds=said["seconds"],
            seed=said["seed"],
        )
