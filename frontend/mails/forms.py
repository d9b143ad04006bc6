"""The forms of mail texts, and of a test mail."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.mails.models import MailTexts
from backend.mails.rules import OPENING_LIMIT, SENDER_LIMIT, SIGNATURE_LIMIT
from backend.mails.selectors import default_opening, default_signature
from backend.mails.services import MailTextsData
from frontend.events.forms.widgets import email_input, line


class MailTextsForm(forms.Form):
    """Sender, opening and signature. Titian's own words are shown where none were written."""

    sender_name = forms.CharField(label=_("Sender’s name"), max_length=SENDER_LIMIT, required=False, widget=line())
    reply_to = forms.CharField(label=_("Answers go to"), max_length=254, required=False, widget=email_input())
    opening = forms.CharField(
        label=_("Opening"),
        max_length=OPENING_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input", "dir": "auto"}),
    )
    signature = forms.CharField(
        label=_("Signature"),
        max_length=SIGNATURE_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input", "dir": "auto"}),
    )

    def __init__(self, data: QueryDict | None, texts: MailTexts) -> None:
        shown = {name: getattr(texts, name) for name in self.base_fields}
        shown["opening"] = shown["opening"] or default_opening()
        shown["signature"] = shown["signature"] or default_signature()
        super().__init__(data, initial=shown)

    def texts_data(self) -> MailTextsData:
        return MailTextsData(**self.cleaned_data)


class KindForm(forms.Form):
    """Which kind of mail to send as a test."""

    kind = forms.CharField()
