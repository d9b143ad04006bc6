"""The forms of a report and of its closing."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.safeguarding.models import Report
from backend.safeguarding.services import NAMED_LIMIT, OUTCOME_LIMIT, WORDS_LIMIT
from frontend.fields import IdField

KEEP_BLOCKED, LIFT = "keep", "lift"


class ReportForm(forms.Form):
    """What a report is about, and what happened."""

    category = forms.ChoiceField(
        choices=Report.Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what your report is about.")},
    )
    words = forms.CharField(
        label=_("What happened"),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto", "class": "input"}),
        error_messages={"required": _("Please say in your own words what happened.")},
    )


class CloseForm(forms.Form):
    """What was done, and whether contact between the two stays blocked."""

    outcome = forms.CharField(
        label=_("What was done"),
        max_length=OUTCOME_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "class": "input"}),
        error_messages={"required": _("Please say in a few words what was done.")},
    )
    then = forms.ChoiceField(
        choices=[
            (KEEP_BLOCKED, _("Keep the two apart")),
            (LIFT, _("Let them see and contact each other again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose whether the two stay apart.")},
    )


class HandOverForm(forms.Form):
    """The lead who may read a report from now on."""

    lead = IdField()


class FindForm(forms.Form):
    """The name by which a lead looks for somebody."""

    name = forms.CharField(max_length=NAMED_LIMIT, required=False)


class UnsafeForm(forms.Form):
    """What happened, and whom it is about; one of the two is enough."""

    words = forms.CharField(
        label=_("What happened"),
        max_length=WORDS_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto", "class": "input"}),
    )
    named = forms.CharField(
        label=_("Who it is about"),
        max_length=NAMED_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "class": "input"}),
    )
    lead = IdField(required=False)
