"""The forms of invitations: whom to invite, what was previewed, and how a forum invites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.invitations.models import MAX_REMINDER_DAYS, MAX_VALID_DAYS, Invitation, InvitationRules
from backend.invitations.rules import LETTER_LIMIT
from backend.invitations.services.letters import default_template
from backend.invitations.services.rules import InvitationRulesData
from backend.mails.rules import SUBJECT_LIMIT
from frontend.events.forms.widgets import line, number_input, select
from frontend.fields import IdsField

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

TEXT_FIELDS = ("subject", "text", "reminder_subject", "reminder_text")


class SelectionForm(forms.Form):
    """Whom to invite: those ticked, or everybody the list found."""

    attendee = IdsField(required=False)
    everybody = forms.BooleanField(required=False)


class ReturnedForm(SelectionForm):
    """Whose mail came back, or did not after all."""

    ARRIVED = "arrived"

    do = forms.CharField(required=False)


class SendForm(forms.Form):
    """What a preview showed, signed."""

    confirmation = forms.CharField(widget=forms.HiddenInput)


def _line(label: _StrOrPromise, limit: int, *, required: bool = True) -> forms.CharField:
    widget = line()
    return forms.CharField(label=label, max_length=limit, required=required, widget=widget)


def _letter(label: _StrOrPromise) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 9, "class": "input", "dir": "auto"})
    return forms.CharField(label=label, max_length=LETTER_LIMIT, widget=area)


def _days(label: _StrOrPromise, limit: int, *, required: bool = False) -> forms.IntegerField:
    widget = number_input()
    return forms.IntegerField(label=label, min_value=1, max_value=limit, required=required, widget=widget)


class RulesForm(forms.Form):
    """How a forum invites: texts and days. Titian's own texts are shown where none were written."""

    valid_days = _days(_("Days a link is valid"), MAX_VALID_DAYS, required=True)
    subject = _line(_("Subject of the invitation"), SUBJECT_LIMIT)
    text = _letter(_("Text of the invitation"))
    schedule = forms.ChoiceField(label=_("Reminders"), choices=InvitationRules.Schedule.choices, widget=select())
    first_reminder_days = _days(_("Days of the first reminder"), MAX_REMINDER_DAYS)
    second_reminder_days = _days(_("Days of the second reminder"), MAX_REMINDER_DAYS)
    reminder_subject = _line(_("Subject of the reminders"), SUBJECT_LIMIT)
    reminder_text = _letter(_("Text of the reminders"))

    def __init__(self, data: QueryDict | None, rules: InvitationRules) -> None:
        shown = {name: getattr(rules, name) for name in self.base_fields}
        for prefix, kind in (("", Invitation.Kind.INVITATION), ("reminder_", Invitation.Kind.REMINDER)):
            default = default_template(kind)
            shown[f"{prefix}subject"] = shown[f"{prefix}subject"] or default.subject
            shown[f"{prefix}text"] = shown[f"{prefix}text"] or default.text
        super().__init__(data, initial=shown)

    def rules_data(self) -> InvitationRulesData:
        """What was typed; Titian's own texts, unchanged, stay Titian's own."""
        values = dict(self.cleaned_data)
        for prefix, kind in (("", Invitation.Kind.INVITATION), ("reminder_", Invitation.Kind.REMINDER)):
            default = default_template(kind)
            if values[f"{prefix}subject"] == default.subject:
                values[f"{prefix}subject"] = ""
            if values[f"{prefix}text"].replace("\r\n", "\n") == default.text:
                values[f"{prefix}text"] = ""
        return InvitationRulesData(**values)
