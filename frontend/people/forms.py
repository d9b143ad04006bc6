"""The forms of sign-in, of the zone I read times in, and of my API token."""

from __future__ import annotations

from allauth.account.forms import RequestLoginCodeForm
from django import forms

from backend.people.models import Person
from backend.people.selectors import person_with_email


class CodeRequestForm(RequestLoginCodeForm):  # type: ignore[misc]
    """The address a sign-in code goes to; the same person in whatever case it is typed."""

    _user: Person | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self._user = self._user or person_with_email(email)
        return email


class TimezoneForm(forms.Form):
    """The zone I read times in; empty for the event's own."""

    zone = forms.CharField(required=False)


class TokenForm(forms.Form):
    """What is done with my API token: a new one is made, unless it is to end."""

    MAKE, END = "make", "end"
    do = forms.ChoiceField(choices=[(MAKE, MAKE), (END, END)], required=False)
