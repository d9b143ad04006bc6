"""The form of a roundtable that an attendee proposes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.models.events import Event
from backend.groups.models import OPEN_SEATS
from backend.groups.selectors.open_roundtables import ProposedRoundtable, RoundtableChoices
from backend.groups.services.open_roundtables import RoundtableData
from frontend.booking.forms import ReasonForm
from frontend.events.words.times import when
from frontend.fields import IdField, RefusableForm

SELECT = {"class": "input"}


class RoundtableForm(RefusableForm):
    """What it is about, when, and for how many; what cannot be is refused by the service."""

    about = forms.CharField(
        label=_("What it is about"), required=False, widget=forms.TextInput(attrs={"class": "input", "dir": "auto"})
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False, widget=forms.Select(attrs=SELECT))
    slot = forms.ChoiceField(label=_("When"), widget=forms.Select(attrs=SELECT))
    seats = forms.TypedChoiceField(label=_("Seats, with yours"), coerce=int, widget=forms.Select(attrs=SELECT))

    def __init__(
        self, data: Any, choices: RoundtableChoices, event: Event, own: ProposedRoundtable | None = None
    ) -> None:
        """`own`: what is changed; none of a new one."""
        initial: dict[str, Any] = {"seats": OPEN_SEATS[1]}
        if own:
            initial = {"about": own.about, "topic": own.topic, "slot": own.slot_id, "seats": own.seats}
        super().__init__(data, initial=initial)
        offered = {
            "topic": [("", "–"), *((one.key, one.local_name) for one in choices.topics)],
            "slot": [(one.pk, when(one.starts_at, one.ends_at, event)) for one in choices.slots],
            "seats": [(number, number) for number in range(OPEN_SEATS[0], OPEN_SEATS[1] + 1)],
        }
        for name, shown in offered.items():
            self.fields[name].choices = shown  # type: ignore[attr-defined]

    def roundtable(self) -> RoundtableData:
        values = self.cleaned_data
        return RoundtableData(
            about=values["about"], slot_id=int(values["slot"]), seats=values["seats"], topic=values["topic"]
        )


class ProposalAnswerForm(ReasonForm):
    """An organiser's answer to the version of a proposal that they read."""

    version = IdField(required=False)
