"""Forms of what came of a meeting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.booking.selectors.meetings import FollowUpRow
from backend.outcomes.selectors.connections import ContactDetails
from backend.outcomes.services.follow_ups import AGREED_LIMIT
from frontend.events.forms.widgets import date_input
from frontend.fields import RefusableForm


class AttestForm(forms.Form):
    """Whether a meeting took place and, if so, how useful it was."""

    took_place = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    usefulness = forms.IntegerField(required=False)


class FollowUpForm(forms.Form):
    """What was agreed at a meeting, and the day to follow it up."""

    agreed = forms.CharField(
        label=_("What you agreed, in one line"),
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "dir": "auto", "maxlength": AGREED_LIMIT}),
    )
    due_on = forms.DateField(
        label=_("Remind me on"),
        required=False,
        widget=date_input(),
        error_messages={"invalid": _("Write the day like 2027-03-01.")},
    )

    def __init__(self, data: QueryDict | None, noted: FollowUpRow | None = None) -> None:
        initial = {"agreed": noted.agreed, "due_on": noted.due_on} if noted else {}
        super().__init__(data, initial=initial, auto_id="follow-up-%s")


class ContactForm(RefusableForm):
    """How somebody can reach me; what is left empty is not given."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "type": "tel", "autocomplete": "tel"}),
    )
    link = forms.CharField(
        label=_("Web page"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "url", "autocomplete": "url"}),
    )

    def __init__(self, data: Any, *, mine: ContactDetails) -> None:
        super().__init__(data, initial={"email": mine.email, "phone": mine.phone, "link": mine.link})
