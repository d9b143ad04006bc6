"""The form that names an assistant."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.fields import RefusableForm


class AssistantForm(RefusableForm):
    """Whom I name as my assistant, by their address."""

    email = forms.CharField(
        label=_("Their e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
