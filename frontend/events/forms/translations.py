"""The form of a remark on a translation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.services.translation_remarks import PASSAGE_LIMIT
from frontend.fields import RefusableForm


def _passage() -> forms.Textarea:
    return forms.Textarea(attrs={"class": "input", "rows": 3, "dir": "auto"})


class RemarkForm(RefusableForm):
    """What reads badly, and how it should read."""

    refusal_field = "passage"
    passage = forms.CharField(label=_("What reads badly?"), max_length=PASSAGE_LIMIT, widget=_passage())
    wording = forms.CharField(
        label=_("How should it read? (if you know)"), max_length=PASSAGE_LIMIT, required=False, widget=_passage()
    )
