"""The filter of the audit trail, from the address of its page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from backend.audit.selectors import SYSTEM
from backend.core.api import MAX_ID
from frontend.audit.words import KINDS


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Whose entries, of which kind, of which day; None and "" stand for all."""

    person_id: int | None = None
    kind: str = ""
    day: dt.date | None = None


class EntryFilterForm(forms.Form):
    person = forms.IntegerField(min_value=SYSTEM, max_value=MAX_ID, required=False)
    kind = forms.ChoiceField(choices=KINDS.items(), required=False)
    day = forms.DateField(input_formats=["%Y-%m-%d"], required=False)


def entry_filter(query: QueryDict) -> EntryFilter:
    """What the address asks for; a value that is not valid filters nothing."""
    form = EntryFilterForm(query)
    form.is_valid()
    valid = form.cleaned_data
    return EntryFilter(valid.get("person"), valid.get("kind", ""), valid.get("day"))
