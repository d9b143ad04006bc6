"""The form of what leads agree to when their forum moves."""

from __future__ import annotations

from django import forms

from backend.moving.models import Approval

WITHDRAW = "withdraw"


class ApprovalForm(forms.Form):
    """Which button was pressed: agree to an export or to the deletion, or withdraw what was agreed."""

    do = forms.ChoiceField(choices=[*Approval.Kind.choices, (WITHDRAW, WITHDRAW)])
