"""Forms of sessions with a delegation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.models.events import Event
from backend.groups.selectors.delegation_sessions import Choice, SessionChoices
from backend.groups.services.delegation_sessions import SessionPlan
from frontend.booking.forms import offer
from frontend.events.words.times import when
from frontend.fields import IdField, IdsField, RefusableForm


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
    minor_ids = IdsField(label=_("Young people"), error_messages={"required": _("Choose at least one young person.")})
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
