"""The forms of sign-in, of the zone I read times in, and of my API token."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.core import context
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from backend.people.models import Person
from backend.people.selectors import person_with_email
from backend.people.services import take_sign_in_attempt


class CodeRequestForm(RequestLoginCodeForm):  # type: ignore[misc]
    """The address a sign-in code goes to; the same person in whatever case it is typed."""

    _user: Person | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self._user = self._user or person_with_email(email)
        return email


class CodeConfirmForm(ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code from the mail, compared with the one sent as often as the settings allow."""

    def clean_code(self) -> str:
        request = context.request
        sign_in = f"{request.session.session_key} {request._login_stage.state['at']}"
        is_within = take_sign_in_attempt(
            key=salted_hmac("sign-in attempts", sign_in, algorithm="sha256").hexdigest(),
            limit=settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS,
            now=timezone.now(),
        )
        if not is_within:
            raise get_adapter().validation_error("too_many_login_attempts")
        return str(super().clean_code())


class ReadingTimesForm(forms.Form):
    """The zone I read times in (empty: the event's own), and the hours in which mails wait (empty: none)."""

    zone = forms.CharField(required=False)
    quiet_from = forms.TimeField(required=False)
    quiet_until = forms.TimeField(required=False)


class AccountNameForm(forms.Form):
    """What my account is called."""

    name = forms.CharField(required=False)


class TokenForm(forms.Form):
    """What is done with my API token: a new one is made, unless it is to end."""

    MAKE, END = "make", "end"
    do = forms.ChoiceField(choices=[(MAKE, MAKE), (END, END)], required=False)


class FirstAdministratorForm(forms.Form):
    """Who administers this installation."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "dir": "auto", "autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )
