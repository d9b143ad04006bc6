"""Leaving a forum, or erasing one's account."""

from __future__ import annotations

from django import forms


class LeaveForm(forms.Form):
    """What is erased: one's part in this forum, or the account with all of them; and that it is meant."""

    FORUM, ACCOUNT = "forum", "account"
    what = forms.ChoiceField(choices=[(FORUM, FORUM), (ACCOUNT, ACCOUNT)], required=False)
    is_confirmed = forms.BooleanField(required=False)
