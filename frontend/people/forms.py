"""The forms of sign-in, of passkeys, of the zone I read times in, and of my API tokens."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.core.limits import Kind, count_use, is_too_often
from backend.people.models import ApiToken, Person
from backend.people.rules import account_mark, known_browser
from backend.people.selectors import person_with_email
from backend.people.services import TOKEN_DAYS, BadEmail, check_email
from frontend.fields import IdField, RefusableForm

MAX_CREDENTIAL_BYTES = 16_384
# What the libraries raise that read bytes of a device and compare its signature.
UNSOUND = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, AssertionError, NotImplementedError,
    RecursionError, struct.error, InvalidSignature, UnsupportedAlgorithm,
)  # fmt: skip


class CodeRequestForm(RequestLoginCodeForm):  # type: ignore[misc]
    """The address a sign-in code goes to, whether or not anybody has it; the same however it is typed."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        with suppress(BadEmail):  # an account of an earlier version may have it still
            email = check_email(email)
        return email


class CodeConfirmForm(ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code from the mail, compared with the one sent to this browser, as often as the limits allow."""

    person: Person | None  # who reads the mailbox, once the code is right

    def clean_code(self) -> str:
        request = context.request
        state = request._login_stage.state
        if is_too_often(Kind.SIGN_IN, account=f"{request.session.session_key} {state['at']}"):
            raise get_adapter().validation_error("too_many_login_attempts")
        code = str(super().clean_code())
        self.person = person_with_email(state["email"])
        if self.person is None:
            raise get_adapter().validation_error("incorrect_code")
        return code


class CountedFactor:
    """Counts each typed code of an app, and each recovery code, by the account, in every web process alike.

    Where they have signed in with a second factor they have a count of their own: whoever reads the mailbox
    as well cannot keep them out, nor guess the more by having signed in before there was one. A code that has
    opened the account once does not a second time.
    """

    user: Person

    def clean_code(self) -> str:
        known = known_browser(context.request, self.user.email)
        is_own = known is not None and known.by_factor and known.account == account_mark(self.user)
        count_use(Kind.FACTOR_TYPED, account=f"{self.user.pk} {known.source if known and is_own else ''}")
        code = str(super().clean_code())  # type: ignore[misc]
        if is_too_often(Kind.FACTOR_USED, account=f"{self.user.pk} {code}"):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class FactorForm(CountedFactor, AuthenticateForm):  # type: ignore[misc]
    """The second factor of a sign-in."""


class FactorProofForm(CountedFactor, ReauthenticateForm):  # type: ignore[misc]
    """The second factor as a fresh proof."""


class ConfirmationForm(forms.Form):
    """The code mailed to somebody who is signed in, or nothing where it is asked for."""

    code = forms.CharField(required=False, max_length=40)
    next = forms.CharField(required=False)


class PersonForm(forms.Form):
    """Who of a mailbox signs in."""

    person = IdField()


class LanguageForm(forms.Form):
    """The language to show pages in, and the address of the page it was chosen on."""

    language = forms.CharField(max_length=10)
    next = forms.CharField(required=False)


class AddressForm(forms.Form):
    """The address to change to; or the codes that were sent to the present one and to the new one."""

    email = forms.CharField(required=False)
    old_code = forms.CharField(required=False, max_length=40)
    new_code = forms.CharField(required=False, max_length=40)


class CredentialField(forms.JSONField):
    """What a passkey's device answered: an object that the database can hold."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            credential = super().to_python(value)
            text = json.dumps(credential, ensure_ascii=False)
            can_take_place = isinstance(credential, dict) and credential and len(text.encode()) <= MAX_CREDENTIAL_BYTES
        except (ValueError, RecursionError):  # also digits and surrogates without an end
            can_take_place = False
        if not can_take_place or "\\u0000" in text:
            raise get_mfa_adapter().validation_error("incorrect_code")
        return credential

    def bound_data(self, data: Any, initial: Any) -> Any:  # noqa: ARG002
        """Nothing: an answer counts once, so no page shows it again."""
        return ""


class CredentialForm(forms.Form):
    """What a passkey's device answered; whatever else is sent in its place is refused."""

    credential = CredentialField()

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except UNSOUND:
            self.add_error("credential", get_mfa_adapter().validation_error("incorrect_code"))


class PasskeyLoginForm(CredentialForm, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone, without a code by mail."""


class PasskeyFactorForm(CredentialForm, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second factor of a sign-in."""


class PasskeyProofForm(CredentialForm, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as a fresh proof."""


class PasskeyForm(CredentialForm, AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, and what it is called."""

    name = forms.CharField(
        label=_("What to call it"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey alone, without a code by mail"),
        help_text=_("Untick it for a security key without a PIN or fingerprint."),
        initial=True,
        required=False,
    )


class StopForm(forms.Form):
    """Whether codes that are asked for elsewhere are stopped."""

    stop = forms.BooleanField(required=False)


class ResetForm(forms.Form):
    """Whose second factor is lost."""

    email = forms.CharField(required=False)


class ReadingTimesForm(forms.Form):
    """The zone I read times in (empty: the event's own), and the hours in which mails wait (empty: none)."""

    zone = forms.CharField(required=False)
    digest = forms.CharField(required=False)
    quiet_from = forms.TimeField(required=False)
    quiet_until = forms.TimeField(required=False)


class AccountNameForm(forms.Form):
    """What my account is called."""

    name = forms.CharField(required=False)


def _lives_of_tokens() -> list[tuple[int, str]]:
    return [(days, gettext("%(days)d days") % {"days": days}) for days in TOKEN_DAYS]


class TokenForm(RefusableForm):
    """A new API token: its name, what it may do, and for how many days. Only a team member's may organise."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "dir": "auto", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=ApiToken.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        coerce=int,
        choices=_lives_of_tokens,
        initial=TOKEN_DAYS[1],
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, data: QueryDict | None, *, may_organise: bool) -> None:
        super().__init__(data, initial={"scopes": [ApiToken.Scope.READ]})
        if not may_organise:
            offered = [one for one in ApiToken.Scope.choices if one[0] != ApiToken.Scope.ORGANISE]
            cast(forms.MultipleChoiceField, self.fields["scopes"]).choices = offered


class EndTokenForm(forms.Form):
    """Which of my API tokens ends; all of them, where none is named."""

    token = IdField(required=False)


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
