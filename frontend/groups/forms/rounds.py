"""Forms of small groups; organisers alone read them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.booking.models.meetings import MAX_MEMBERS
from backend.events.models.events import Event
from backend.groups.models import FEWEST, Rounds
from backend.groups.selectors.rounds import RoundsChoices
from backend.groups.services.rounds import MAX_ROUNDS, RoundsOptions
from backend.people.models import Constituency
from frontend.events.words.times import when
from frontend.fields import IdField, RefusableForm


def _number(label: Any, least: int, most: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric", "min": least, "max": most})
    whole = {"invalid": _("Give a whole number."), "required": _("Give a whole number.")}
    return forms.IntegerField(label=label, widget=widget, error_messages=whole)


class RoundsForm(RefusableForm):
    """What groups are drafted from; what cannot be is refused by the service."""

    kind = forms.ChoiceField(
        label=_("What to draft"), choices=Rounds.Kind.choices, widget=forms.Select(attrs={"class": "input"})
    )
    title = forms.CharField(
        label=_("Title"), required=False, widget=forms.TextInput(attrs={"class": "input", "dir": "auto"})
    )
    constituencies = forms.MultipleChoiceField(
        choices=Constituency.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    topic = forms.ChoiceField(
        label=_("Who seeks or offers"), required=False, widget=forms.Select(attrs={"class": "input"})
    )
    slots = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    tables = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    least = _number(_("At least, at a table"), FEWEST, MAX_MEMBERS)
    most = _number(_("At most, at a table"), FEWEST, MAX_MEMBERS)
    most_each = _number(_("Roundtables or trios of one person, at most"), 1, MAX_ROUNDS)

    def __init__(self, data: Any, choices: RoundsChoices, event: Event) -> None:
        super().__init__(data, initial={"least": 4, "most": 6, "most_each": 1})
        offered = {
            "slots": [(one.pk, when(one.starts_at, one.ends_at, event)) for one in choices.slots],
            "tables": [(one.pk, one.label) for one in choices.tables],
            "topic": [("", _("any topic")), *((one.key, one.local_name) for one in choices.topics)],
        }
        for name, shown in offered.items():
            self.fields[name].choices = shown  # type: ignore[attr-defined]

    def options(self) -> RoundsOptions:
        values = self.cleaned_data
        return RoundsOptions(
            kind=values["kind"],
            title=values["title"],
            slot_ids=tuple(map(int, values["slots"])),
            table_ids=tuple(map(int, values["tables"])),
            constituencies=tuple(values["constituencies"]),
            topic=values["topic"],
            least=values["least"],
            most=values["most"],
            most_each=values["most_each"],
        )


class AnswerByForm(RefusableForm):
    """Until when places are accepted, in the event's zone."""

    day = forms.DateField(
        label=_("Answer by: day"), widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d")
    )
    hour = forms.TimeField(
        label=_("Hour"), widget=forms.TimeInput(attrs={"class": "input", "type": "time"}, format="%H:%M")
    )

    def __init__(self, data: Any, event: Event, proposed: dt.datetime | None) -> None:
        local = proposed.astimezone(event.zone) if proposed else None
        super().__init__(data, initial={"day": local.date(), "hour": local.time()} if local else {})
        self._zone = event.zone

    def answer_by(self) -> dt.datetime:
        return dt.datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"], self._zone)


class SeatForm(forms.Form):
    """Who of a draft is moved to the table of which label in which round; without one, out of it."""

    slot = IdField()
    attendee = IdField()
    table = forms.CharField(required=False)


class RoundForm(forms.Form):
    """Which round of them is read; the first, where it is none of theirs."""

    round = IdField(required=False)

    def number(self, rounds: int) -> int:
        chosen = self.cleaned_data.get("round") if self.is_valid() else None
        return chosen if chosen and chosen <= rounds else 1
