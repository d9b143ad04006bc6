"""Signing in: by a code sent to an address the organiser has listed, and by a second factor."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStage, LoginStageController
from allauth.account.utils import perform_login
from allauth.core import context as allauth_context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import user_logged_in
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from backend.config.middleware import SEEN_AT
from backend.core.encryption import decrypt, encrypt
from backend.events.selectors import mailbox_choices, signed_in_person
from backend.moving.selectors import can_share_mailbox, waiting_account
from backend.moving.services.joining import end_waiting, join_accounts
from backend.people.models import ApiToken, Person, address_hash
from backend.people.rules import BY_CODE, BY_FACTOR, BY_PROVIDER, has_proved_factor, known_browser, remember_browser
from backend.people.selectors import is_confirmed, plain_word, who_reads_the_mailbox_of
from backend.people.services import codes_link, count_code_asked, note_language, queue_account_mail, use_token

_FACTOR = "second factor"  # what the key of stored secrets is for
_FACTOR_LIFE = dt.timedelta(days=100 * 365)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up: accounts come from the attendee lists of events. Mails are sent by the worker."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail and leave it to the worker: the page answers whatever the mail server does."""
        request = allauth_context.request
        given = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        mail = self.render_mail(template_prefix, email, given)
        queue_account_mail(mail=mail, now=timezone.now(), asked_by=context.get("asked_by"))

    def post_login(self, request: HttpRequest, user: Person, **named: Any) -> HttpResponse:
        """Lead on from a sign-in that is whole; from now on the browser is known to their address.

        An account that waited for this proof is theirs.
        """
        if waiting_id := (named["signal_kwargs"] or {}).get("joins"):
            join_accounts(person=user, waiting_id=waiting_id, now=timezone.now())
        response: HttpResponse = super().post_login(request, user, **named)
        by_factor = has_proved_factor(get_authentication_records(request, user))
        remember_browser(request=request, response=response, person=user, by_factor=by_factor)
        return response

    def send_notification_mail(
        self, template_prefix: str, user: Person, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the owner that a second factor came or went, at the address that signs in."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, str]]:
        """How the person may prove anew who they are, named as on our pages."""
        names = {
            "mfa_reauthenticate": _("Use a code of your authenticator app, or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use your passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        if not methods and user.is_authenticated:
            return [{"id": "code", "description": _("Use a code sent by mail"), "url": reverse("confirm_by_code")}]
        passkey_first = sorted(methods, key=lambda method: method["id"] != "mfa_reauthenticate:webauthn")
        return [method | {"description": names[method["id"]]} for method in passkey_first]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ARG002
        """Ask for a proof before second factors change, of those who have none yet, too.

        django-allauth would not ask the latter, so this raises what it raises.
        """
        request = allauth_context.request
        if request.user.is_demo:  # anybody can enter as them
            raise PermissionDenied
        if not is_confirmed(request, request.user, timezone.now()):
            raise ReauthenticationRequired
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether sign-in may redirect there; a malformed address is not safe."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_login_stages(self) -> list[str]:
        """Who of a mailbox it is, is asked between the code and a second factor."""
        stages: list[str] = super().get_login_stages()
        after = stages.index("allauth.account.stages.LoginByCodeStage") + 1
        return [*stages[:after], f"{__name__}.{MailboxStage.__name__}", *stages[after:]]


class SignInCode(LoginCodeVerificationProcess):  # type: ignore[misc]
    """A code for the browser that asks for it.

    Whether anybody has the address is looked up when the right code was typed, and by the job that mails it:
    until then all addresses are the same work.
    """

    @classmethod
    def begin(cls, request: HttpRequest, email: str) -> None:
        """Mail a code, and keep it in the session to be compared; refuses TooOften."""
        login = Login(email=email, state={"stages": {"current": LoginByCodeStage.key}})
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, email=email) | {"initiated_by_user": True})
        process = cls(stage)
        process.send()
        process.persist()

    def send(self, skip_enumeration_mails: bool = False) -> None:  # noqa: ARG002
        email, request = self.state["email"], self.request
        count_code_asked(request=request, email=email)
        known = known_browser(request, email)
        context = {
            "code": self.generate_code(),
            "link": codes_link(email, timezone.now()),
            "asked_by": known.account if known else "",
        }
        AccountAdapter(request).send_mail("account/email/login_code", email, context)

    def resend(self) -> None:
        self.send()
        self.record_resend()
        self.persist()


def sign_in_by_provider(
    request: HttpRequest, person: Person, *, provider: str, has_factor: bool, after: str
) -> HttpResponse:
    """Sign in whom a provider has named, through all stages: a second factor of theirs is still asked for."""
    record_authentication(request, person, BY_PROVIDER, provider=provider, has_factor=has_factor)
    response: HttpResponse = perform_login(request, person, redirect_url=after)
    return response


class MailboxStage(LoginStage):  # type: ignore[misc]
    """Where two people read the mailbox that the code came to: which of them it is.

    By a code it is always asked, whatever has become of one of them: nobody comes into an account unasked.
    """

    key = "mailbox"
    urlname = "choose_person"
    CANNOT = _lazy("Another person reads this mailbox, so it cannot sign you in. Ask the organisers.")

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if waiting := self.waiting():
            return self.handle_waiting(user, waiting)
        if user is None or (self.is_of(user) and who_reads_the_mailbox_of(user).count() < 2):
            return None, True
        people = self.people()
        if not people:
            messages.error(
                self.request,
                self.CANNOT
                if self.is_of(user)
                else _("The address of this account was changed: sign in with the new one."),
            )
            return HttpResponseRedirect(reverse(settings.LOGIN_URL)), False
        if self.readers() == [user]:
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True

    def waiting(self) -> Person | None:
        """The account that came with a forum and waits for a code that proves this address."""
        user = self.login.user
        is_proof = user is not None and self.login.email and self.is_of(user) and not self.has_factor()
        return waiting_account(user) if is_proof else None

    def handle_waiting(self, user: Person, waiting: Person) -> tuple[HttpResponse | None, bool]:
        """Of the same name it is the same person; of another name they are asked, where two may read a mailbox."""
        if plain_word(user.name) == plain_word(waiting.name):
            # Theirs once the whole sign-in has succeeded: `post_login`.
            self.login.signal_kwargs = {**(self.login.signal_kwargs or {}), "joins": waiting.pk}
        elif can_share_mailbox(user, waiting, timezone.now()):
            return HttpResponseRedirect(reverse(self.urlname)), True
        return None, True

    def is_of(self, person: Person) -> bool:
        """Whether the code, where there is one, came to the address that the person has now."""
        return not self.login.email or address_hash(self.login.email) == person.address_hash

    def readers(self) -> list[Person]:
        """Who is asked: by a code all who read the mailbox, by a link or a passkey the one it is of."""
        user = self.login.user
        if not self.login.email or self.has_factor():
            return [user]
        if waiting := self.waiting():
            return [user, waiting]
        return [one for one in who_reads_the_mailbox_of(user) if self.is_of(one)]

    def people(self) -> list[Person]:
        """Who of them may go on at this moment; a passkey is nobody else's, so it is held up by nothing."""
        readers = self.readers()
        if self.has_factor():
            return readers
        if waiting := self.waiting():
            return readers if can_share_mailbox(self.login.user, waiting, timezone.now()) else readers[:1]
        allowed = set(mailbox_choices(self.login.user, timezone.now()))
        return [one for one in readers if one in allowed]

    def has_factor(self) -> bool:
        return has_proved_factor(get_authentication_records(self.request, self.login.user))

    def choose(self, person: Person) -> None:
        """Go on as this person, whom the code proves as much."""
        if self.login.user.pk != person.pk:
            end_waiting(person=person)
            self.login.user = person
            record_authentication(self.request, person, BY_CODE)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are encrypted in the database, and named in plain words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _lazy("This did not work. Try again, with a new code where you typed one.")
    }

    def encrypt(self, text: str) -> str:
        return encrypt(text.encode(), purpose=_FACTOR, now=timezone.now()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; under another SECRET_KEY one that nobody knows, so that no code fits."""
        content = decrypt(encrypted_text.encode(), purpose=_FACTOR, within=_FACTOR_LIFE, now=timezone.now())
        return (content or base64.b32encode(secrets.token_bytes(20))).decode()

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user.pk, type=type).count() + 1
        return _("My passkey") if number == 1 else _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host that passkeys belong to, under the name that browsers show."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.name}


class SessionBackend(AuthenticationBackend):  # type: ignore[misc]
    """Whose session it is; nobody's, where it is of the demo's people and the demo is off."""

    def get_user(self, user_id: Any) -> Person | None:
        person = signed_in_person(user_id)
        is_open = person is not None and self.user_can_authenticate(person) and may_be_used(person)
        return person if is_open else None


class ProgramAuthentication(TokenAuthentication):
    """Whose API token it is; refused, where it is of the demo's people and the demo is off."""

    def authenticate_credentials(self, key: str) -> tuple[Person, ApiToken]:
        token = use_token(token=key, now=timezone.now())
        if token is None or not may_be_used(token.person):
            raise AuthenticationFailed(_("Invalid token."))
        return token.person, token


def may_be_used(person: Person) -> bool:
    """Whether the account opens anything: those of the demo's people only while the demo is on."""
    return bool(settings.TITIAN_DEMO) or not person.is_demo


@receiver(authenticator_added)
def note_proof(request: HttpRequest, user: Person, authenticator: Authenticator, **_named: Any) -> None:
    """Whoever has just set up a second factor has proved it in this session."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, BY_FACTOR, id=authenticator.pk, type=authenticator.type)


@receiver(user_logged_in)
def note_beginning(request: HttpRequest, user: Person, **_named: Any) -> None:
    """From now on the sign-in is used, and mails are in its browser's language unless they chose one."""
    request.session[SEEN_AT] = timezone.now().timestamp()
    if not getattr(request, "language_is_open", True):
        note_language(person=user, language=get_language() or settings.LANGUAGE_CODE)
