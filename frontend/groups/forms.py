"""Forms of office hours, of sessions with a delegation, and of rounds of tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.booking.models.meetings import MAX_MEMBERS
from backend.events.models.events import Event
from backend.groups.models import FEWEST
from backend.groups.selectors.delegation_sessions import Choice, SessionChoices
from backend.groups.selectors.rounds import RoundsChoices
from backend.groups.services.delegation_sessions import SessionPlan
from backend.groups.services.office_hours import OfficeHourData
from backend.groups.services.rounds import RoundsOptions
from backend.people.models import Constituency
from frontend.booking.forms import offer
from frontend.events.words.times import when
from frontend.fields import IdField, IdsField, RefusableForm


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


def _number(label: Any, least: int, most: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric", "min": least, "max": most})
    whole = {"invalid": _("Give a whole number."), "required": _("Give a whole number.")}
    return forms.IntegerField(label=label, widget=widget, error_messages=whole)


class RoundsForm(RefusableForm):
    """What rounds of tables are drafted from; what cannot be is refused by the service."""

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

    def __init__(self, data: Any, choices: RoundsChoices, event: Event) -> None:
        super().__init__(data, initial={"least": 4, "most": 6})
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
            title=values["title"],
            slot_ids=tuple(map(int, values["slots"])),
            table_ids=tuple(map(int, values["tables"])),
            constituencies=tuple(values["constituencies"]),
            topic=values["topic"],
            least=values["least"],
            most=values["most"],
        )


class AnswerByForm(RefusableForm):
    """Until when places are accepted, in the event's zone."""

    day = forms.DateField(
        label=_("Answer by: day"),
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
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
