"""Which matrix the bridges draw, and whom to nudge."""

from __future__ import annotations

from django import forms

from backend.stats.engine.figures import MATRIX_STEPS
from backend.stats.selectors.names import STEPS
from frontend.fields import IdsField
from frontend.stats.pictures import BY, HeatMapChoice


class HeatMapForm(forms.Form):
    """The step, grouping and theme of the heat map; an unknown value counts as not chosen."""

    step = forms.ChoiceField(required=False, choices=[(key, STEPS[key]) for key in MATRIX_STEPS])
    by = forms.ChoiceField(required=False, choices=list(BY.items()))
    theme = forms.Field(required=False)

    def choice(self) -> HeatMapChoice:
        self.full_clean()
        return HeatMapChoice(**{name: value or "" for name, value in self.cleaned_data.items()})


class NudgeForm(forms.Form):
    """Those ticked; nobody where none is."""

    attendee = IdsField(required=False)
