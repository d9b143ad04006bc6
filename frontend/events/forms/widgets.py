"""Fields and widgets that several forms of this feature have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.rules.attendees import TEXT_LIMIT

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


def line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "dir": "auto"})


def lines() -> forms.Textarea:
    return forms.Textarea(attrs={"class": "input", "dir": "auto", "rows": 5})


def select() -> forms.Select:
    return forms.Select(attrs={"class": "input"})


def email_input() -> forms.EmailInput:
    return forms.EmailInput(attrs={"class": "input"})


def number_input() -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "input"})


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d")


def hour() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")


def text(label: _StrOrPromise, placeholder: _StrOrPromise) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 5, "placeholder": placeholder, "dir": "auto"})
    return forms.CharField(label=label, required=False, max_length=TEXT_LIMIT, widget=area)


def topics(label: _StrOrPromise) -> forms.MultipleChoiceField:
    wrong = {"invalid_choice": _("One of the topics is not part of this forum. Choose again.")}
    return forms.MultipleChoiceField(label=label, required=False, error_messages=wrong)


def tell_of_length(form: forms.Form) -> None:
    """Let an error tell of a text that is too long, where a browser would cut it silently."""
    for field in form.fields.values():
        field.widget.attrs.pop("maxlength", None)
