"""Pages of an account: welcome, time zone, API tokens, and where one is signed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginStageController
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core.internal.cryptokit import compare_user_code
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.static import serve

from backend.config.accounts import MailboxStage, SignInCode, sign_in_by_provider
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.limits import Kind, client_address, count_use, is_too_often
from backend.core.openid import Attempt, Provider, begin_attempt, finish_attempt, identity_providers
from backend.core.zones import zone_place
from backend.events.models.attendees import Attendee
from backend.events.rules.identities import may_use_identity
from backend.events.rules.roles import can_start_forums
from backend.events.rules.states import is_event_open
from backend.events.selectors import attendances_for, is_in_a_team
from backend.events.services.addresses import ask_address_change, change_address
from backend.events.services.identities import link_identity, name_of, person_of, unlink_identity
from backend.outcomes.selectors.connections import connections_for
from backend.people.models import QUIET_UNTIL, ApiToken, Person
from backend.people.rules import BY_CODE, remember_browser
from backend.people.selectors import (
    administrators,
    first_link_for,
    has_second_factor,
    identities_of,
    person_with_email,
    sign_ins_of,
    token_hash,
    tokens_of,
)
from backend.people.services import (
    ACCOUNT_MAIL_LIFE,
    BadQuietHours,
    UnknownDigest,
    UnknownTimezone,
    address_of_codes_link,
    are_codes_stopped,
    check_language,
    end_all_sign_ins,
    end_sign_in,
    end_token,
    end_tokens,
    make_first_administrator,
    make_token,
    reset_second_factors,
    set_language,
    set_own_name,
    set_reading_times,
    stop_codes,
)
from frontend.access import (
    Request,
    administrator,
    catch_refusal,
    fresh_proof,
    participant,
    public,
    shows_secret,
    signed_in,
)
from frontend.events.words.times import browser_zone, zones_offered
from frontend.fields import values_of
from frontend.people.forms import (
    AccountNameForm,
    AddressForm,
    CodeConfirmForm,
    CodeRequestForm,
    ConfirmationForm,
    EndTokenForm,
    FirstAdministratorForm,
    LanguageForm,
    PersonForm,
    ReadingTimesForm,
    ResetForm,
    StopForm,
    TokenForm,
)
from frontend.people.words import browser_label

LANGUAGE_KEPT = 365 * 24 * 3600  # seconds that a browser keeps what was chosen
ADDRESS_CHANGE = "address_change"  # in the session: the new address, the codes sent to both, and when
ELSEWHERE = "elsewhere"  # in the session: a sign-in at a provider that has begun, where to go after it
CONFIRMATION = "confirmation"  # in the session: the code sent to somebody who is signed in, and when


@public("says what Titian is and where to sign in; shows no names")
@require_safe
def welcome(request: Request) -> HttpResponse:
    """What Titian is for; when signed in, one's own forums, or the home of the only one."""
    attendances = attendances_for(request.user) if request.user.is_authenticated else ()
    may_start = request.user.is_authenticated and can_start_forums(request.user)
    if len(attendances) == 1 and not may_start and _comes_in(attendances[0]):
        return redirect("event_home", attendances[0].event.slug)
    context = {
        "attendances": attendances,
        "demo": settings.TITIAN_DEMO,
        "has_administrator": administrators().exists(),
        "has_connections": request.user.is_authenticated
        and bool(connections_for(request.user, timezone.now()).connections),
        "may_start": may_start,
    }
    return render(request, "people/welcome.html", context)


@public("says how accessible the pages are; shows no names")
@require_safe
def accessibility(request: Request) -> HttpResponse:
    """What of WCAG 2.2 was tested and what was not, and where to complain."""
    return render(request, "people/accessibility.html", {"contact": settings.TITIAN_ACCESSIBILITY_CONTACT})


@public("the handbook is the same for everybody; shows no names")
@require_safe
def handbook(request: Request, page: str = "") -> HttpResponse:
    """A page or file of the handbook; a sentence that says how it is made where it has not been."""
    if not (settings.HANDBOOK / "index.html").is_file():
        return render(request, "people/no_handbook.html", status=404)
    file = f"{page}index.html" if page.endswith("/") or not page else page
    return cast(HttpResponse, serve(request, file, str(settings.HANDBOOK)))


def _comes_in(attendee: Attendee) -> bool:
    return is_event_open(attendee.event) or attendee.permission != Attendee.Permission.PARTICIPANT


@public("the link from the terminal makes the first administrator, once; without it the page does not exist")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def first_administrator(request: Request, token: str) -> HttpResponse:
    """Ask who administers this installation; on POST, make the account, sign in and go to the forums."""
    now = timezone.now()
    if not first_link_for(token, now).exists():
        raise NotFound(_("There is no such page."))
    form = FirstAdministratorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            person = make_first_administrator(token=token, **form.cleaned_data, now=now)
        except NotFound:
            raise
        except BusinessError as refusal:  # its code says at which field
            form.add_error("name" if refusal.code == "bad_name" else "email", refusal.message)
        else:
            record_authentication(request, person, BY_CODE)  # the link from the terminal is as good
            messages.success(
                request, _("You administer this installation. You sign in with a code sent to your address.")
            )
            return cast(HttpResponse, perform_login(request, person, redirect_url=reverse("forums")))
    status = 422 if form.is_bound else 200
    return render(request, "people/first_administrator.html", {"form": form}, status=status)


class _AskCode(RequestLoginCodeView):  # type: ignore[misc]
    """Where somebody asks for a code; every address is answered the same."""

    def form_valid(self, form: CodeRequestForm) -> HttpResponse:
        SignInCode.begin(self.request, form.cleaned_data["email"])
        return redirect(self.get_success_url())


class _TypeCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """Where the code is typed, in the browser that asked for it."""

    def _verify_form_valid(self, form: CodeConfirmForm) -> HttpResponse:
        self.stage.login.user = form.person
        return cast(HttpResponse, SignInCode(self.stage).finish(self.get_next_url()))

    def _resend_form_valid(self, form: Form) -> HttpResponse:  # noqa: ARG002
        SignInCode(self.stage).resend()
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))


ask_code = public("where a code is asked for; says of no address whether it is known")(_AskCode.as_view())
type_code = public("where the code that was mailed is typed")(_TypeCode.as_view())


@public("the link of a mail about signing in: whoever reads the mailbox may ask for codes, or stop them")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token", "email")
def codes(request: Request, token: str) -> HttpResponse:
    """Let this browser ask for codes; on POST, stop those asked for elsewhere, or send them again."""
    now = timezone.now()
    email = address_of_codes_link(token, now)
    if request.method == "POST":
        stop_codes(email=email, stop=values_of(StopForm(request.POST))["stop"])
        response: HttpResponse = redirect("codes", token)
    else:
        context = {"email": email, "is_stopped": are_codes_stopped(email, now)}
        response = render(request, "people/codes.html", context)
    person = person_with_email(email)
    if person is not None:
        remember_browser(request=request, response=response, person=person, link=token_hash(token))
    return response


@public("between the code and being signed in: who of a mailbox it is")
@require_http_methods(["GET", "HEAD", "POST"])
def choose_person(request: Request) -> HttpResponse:
    """Whose part it is that the code signs in, where two people read the mailbox; a POST goes on as one."""
    stage = LoginStageController.enter(request, MailboxStage.key)
    if stage is None:
        return redirect(settings.LOGIN_URL)
    readers = stage.readers()
    if request.method == "POST":
        wanted = values_of(PersonForm(request.POST))["person"]
        chosen = next((one for one in readers if one.pk == wanted), None)
        if chosen in stage.people():
            stage.choose(chosen)
            return cast(HttpResponse, stage.exit())
        if chosen is not None:
            messages.error(request, stage.CANNOT)
            return redirect(stage.urlname)
    return render(request, "people/choose_person.html", {"people": readers})


@public("where a sign-in at a provider begins; each is offered to everybody")
@require_POST
def sign_in_elsewhere(request: Request, key: str) -> HttpResponse:
    """Lead to the provider's own page, where they sign in."""
    provider = _provider(key)
    if request.user.is_authenticated:
        return redirect(get_next_redirect_url(request) or "welcome")
    return _lead_to(provider, request, links=None)


@signed_in
@fresh_proof()
@require_POST
def link_elsewhere(request: Request, key: str) -> HttpResponse:
    """Lead to the provider's own page to sign in anew: the account used there is linked to mine."""
    return _lead_to(_provider(key), request, links=request.user.pk)


def _provider(key: str) -> Provider:
    found = next((one for one in identity_providers() if one.key == key), None)
    if found is None:
        raise NotFound(_("There is no such page."))
    return found


def _way_back(provider: Provider) -> str:
    return f"{settings.TITIAN_ADDRESS}{reverse('back_from_elsewhere', args=[provider.key])}"


def _lead_to(provider: Provider, request: Request, *, links: int | None) -> HttpResponse:
    """A page that goes on to the provider: no form of ours may be sent on to another server (CSP)."""
    count_use(Kind.PROVIDER_ASKED, account=client_address.get()())
    now = timezone.now()
    with catch_refusal() as outcome:
        address, attempt = begin_attempt(provider, back=_way_back(provider), asks_anew=links is not None, now=now)
        kept = {"attempt": asdict(attempt), "after": get_next_redirect_url(request) or "", "links": links}
        request.session[ELSEWHERE] = kept
        return render(request, "people/elsewhere.html", {"provider": provider, "address": address})
    return _not_signed_in(request, outcome.refusal)


def _not_signed_in(request: Request, refusal: BusinessError | None) -> HttpResponse:
    messages.error(request, refusal.message if refusal else "")
    return redirect("identities" if request.user.is_authenticated else settings.LOGIN_URL)


@public("where a provider sends the browser back; it opens nothing but a sign-in that this browser began")
@require_safe
@sensitive_variables("kept")
def back_from_elsewhere(request: Request, key: str) -> HttpResponse:
    """Sign in whose account it is, or link it to mine where I asked for that; else ask for a code first."""
    provider, now = _provider(key), timezone.now()
    kept = request.session.pop(ELSEWHERE, {"attempt": None, "after": "", "links": None})
    me = request.user.pk if request.user.is_authenticated else None
    attempt = Attempt(**kept["attempt"]) if kept["attempt"] and kept["links"] == me else None
    after: str = kept["after"]
    with catch_refusal() as outcome:
        identity = finish_attempt(provider, attempt, request.GET.dict(), back=_way_back(provider), now=now)
        if me is not None:
            link_identity(person=request.user, provider=provider, identity=identity, now=now)
            messages.success(request, _("“%(name)s” signs you in from now on.") % {"name": provider.name})
            return redirect(after or "identities")
        person = person_of(identity, now)
        if person is not None:
            return sign_in_by_provider(
                request, person, provider=provider.key, has_factor=identity.has_factor, after=after
            )
        messages.info(
            request,
            _("“%(name)s” does not sign you in here yet. Sign in with a code this once, then link the two.")
            % {"name": provider.name},
        )
        page = f"{reverse('identities')}?{urlencode({'next': after})}" if after else reverse("identities")
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': page})}")
    return _not_signed_in(request, outcome.refusal)


@signed_in
@require_safe
def identities(request: Request) -> HttpResponse:
    """My accounts elsewhere that sign me in, and the providers where I could link one."""
    linked = identities_of(request.user)
    issuers = {one.issuer for one in linked}
    context = {
        "linked": [(one, name_of(one)) for one in linked],
        "others": [one for one in identity_providers() if one.issuer not in issuers],
        "may_use": may_use_identity(request.user, timezone.now()),
        "after": get_next_redirect_url(request) or "",
    }
    return render(request, "people/identities.html", context)


@signed_in
@require_POST
def unlink_elsewhere(request: Request, identity_id: int) -> HttpResponse:
    """From now on this account elsewhere does not sign me in."""
    unlink_identity(person=request.user, identity_id=identity_id, now=timezone.now())
    messages.success(request, _("It is unlinked. Sign in with a code that is sent by mail."))
    return redirect("identities")


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def zone(request: Request, attendee: Attendee) -> HttpResponse:
    """Choose my zone, the browser's own offered first, and my quiet hours. On POST, keep them."""
    me = request.user
    refusal, chosen, quiet = None, me.own_timezone or browser_zone(request), (me.quiet_from, me.quiet_until)
    digest = me.digest
    if request.method == "POST":
        values = values_of(ReadingTimesForm(request.POST))
        chosen, quiet = values["zone"], (values["quiet_from"], values["quiet_until"])
        digest = values["digest"]
        begins, ends = quiet if quiet[0] else (None, None)  # the page offers no hour without an end
        try:
            set_reading_times(person=me, timezone=chosen, quiet_from=begins, quiet_until=ends, digest=digest)
        except (UnknownTimezone, BadQuietHours, UnknownDigest) as refused:
            refusal = refused
        else:
            messages.success(request, _zone_saved(chosen, attendee))
            return redirect("meetings", attendee.event.slug)
    context = {
        "regions": zones_offered(chosen, browser_zone(request), attendee.event.timezone),
        "chosen": chosen,
        "browser": browser_zone(request),
        "quiet_from": quiet[0],
        "quiet_until": quiet[1] or QUIET_UNTIL,
        "hours": sorted({dt.time(hour) for hour in range(24)} | {time for time in quiet if time}),
        "digest": digest,
        "digests": Person.Digest.choices,
        "refusal": refusal,
    }
    return render(request, "people/zone.html", context, status=refusal.status if refusal else 200)


@public("anybody chooses the language of the pages, signed in or not")
@require_POST
def choose_language(request: Request) -> HttpResponse:
    """Show pages in this language from now on, in this browser and for this account; back to the page."""
    sent = values_of(LanguageForm(request.POST))
    language, back = sent["language"], sent["next"]
    if request.user.is_authenticated:
        set_language(person=request.user, language=language)
    else:
        check_language(language)
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(back if is_ours else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=LANGUAGE_KEPT,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@participant
@require_POST
def account_name(request: Request, attendee: Attendee) -> HttpResponse:
    """Set what my account is called."""
    set_own_name(person=request.user, name=values_of(AccountNameForm(request.POST))["name"])
    messages.success(request, _("Your account has this name now."))
    return redirect("zone", attendee.event.slug)


def _zone_saved(chosen: str, attendee: Attendee) -> str:
    if not chosen:
        return _("Saved. Pages go by your browser; mails give the forum’s time alone.")
    if chosen == attendee.event.timezone:
        return _("Saved. You read the forum’s time alone.")
    message = _("Saved. Beside the forum’s time you read that of %(place)s wherever it differs.")
    return message % {"place": zone_place(chosen)}


@participant
@shows_secret
@fresh_proof(to_read=True)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def api_access(request: Request, attendee: Attendee) -> HttpResponse:
    """My tokens; on POST make a new one, which this answer alone shows."""
    me, now, token = attendee.person, timezone.now(), ""
    may_organise = can_start_forums(me) or is_in_a_team(me)
    form = TokenForm(request.POST if request.method == "POST" else None, may_organise=may_organise)
    if form.is_valid():
        with catch_refusal(form):
            token = make_token(person=me, **form.cleaned_data, now=now)
            form = TokenForm(None, may_organise=may_organise)
    labels = dict(ApiToken.Scope.choices)
    context = {"token": token, "tokens": tokens_of(me), "form": form, "now": now, "labels": labels}
    return render(request, "people/api_access.html", context, status=422 if form.is_bound else 200)


@participant
@require_POST
def end_api_access(request: Request, attendee: Attendee) -> HttpResponse:
    """End one of my tokens, or all."""
    token_id = values_of(EndTokenForm(request.POST))["token"]
    if token_id is None:
        end_tokens(person=attendee.person)
        messages.success(request, _("All your tokens are ended. Programs that still send one are refused."))
    else:
        end_token(person=attendee.person, token_id=token_id)
        messages.success(request, _("The token is ended. A program that still sends it is refused."))
    return redirect("api_access", attendee.event.slug)


@signed_in
@require_safe
def sign_ins(request: Request) -> HttpResponse:
    """Where I am signed in."""
    found = sign_ins_of(request.user, request.session.session_key, timezone.now())
    labelled = [(one, browser_label(one.browser)) for one in found]
    return render(request, "people/sign_ins.html", {"sign_ins": labelled})


@signed_in
@require_POST
def end_one_sign_in(request: Request, sign_in_id: int) -> HttpResponse:
    """Sign me out in one browser, which may be this one."""
    key = end_sign_in(person=request.user, sign_in_id=sign_in_id)
    if key == request.session.session_key:
        logout(request)
        return redirect("welcome")
    messages.success(request, _("That browser is signed out."))
    return redirect("sign_ins")


@signed_in
@require_POST
def end_every_sign_in(request: Request) -> HttpResponse:
    """Sign me out everywhere, here too, and end my API tokens."""
    end_all_sign_ins(person=request.user)
    logout(request)
    messages.success(request, _("You are signed out everywhere, and your API tokens are ended."))
    return redirect("account_request_login_code")


@administrator
@fresh_proof()
@require_POST
def reset_factor(request: Request) -> HttpResponse:
    """Remove somebody's lost second factor."""
    reset_second_factors(email=values_of(ResetForm(request.POST))["email"], by=request.user, now=timezone.now())
    messages.success(request, _("Their second factor is removed. They sign in with a code sent by mail."))
    return redirect("forums")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("code", "expected")
def confirm_by_code(request: Request) -> HttpResponse:
    """Prove anew who I am, without a second factor: a POST without a code mails one, another is compared."""
    me, now = request.user, timezone.now()
    values = values_of(ConfirmationForm(request.POST or request.GET))
    if has_second_factor(me):
        return redirect(get_adapter().get_reauthentication_methods(me)[0]["url"])
    expected, sent_at = request.session.get(CONFIRMATION, ("", 0.0))
    is_sent = sent_at > (now - ACCOUNT_MAIL_LIFE).timestamp()
    problem = ""
    if request.method == "POST":
        code = values["code"]
        kind, counted = (Kind.SIGN_IN, f"{me.pk} {sent_at}") if code else (Kind.OWN_CODE_ASKED, str(me.pk))
        if is_too_often(kind, account=counted):
            problem = _("That was tried too often. Please wait an hour, or sign out and in again.")
        elif not code:
            expected, is_sent = get_adapter().generate_login_code(), True
            request.session[CONFIRMATION] = (expected, now.timestamp())
            get_adapter().send_mail("account/email/confirmation_code", me.email, {"code": expected})
        elif is_sent and compare_user_code(actual=code, expected=expected):
            del request.session[CONFIRMATION]
            record_authentication(request, me, BY_CODE, reauthenticated=True)
            return redirect(get_next_redirect_url(request) or "welcome")
        else:
            problem = _("This is not the code of the newest mail, or it is too old. Ask for a new one.")
    context = {"is_sent": is_sent, "problem": problem, "after": values["next"]}
    return render(request, "people/confirm_by_code.html", context, status=422 if problem else 200)


@signed_in
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("values", "codes", "pending")
def change_own_address(request: Request) -> HttpResponse:
    """Change the address I sign in with: a code goes to the old and to the new one; both are typed."""
    me, now = request.user, timezone.now()
    values = values_of(AddressForm(request.POST))
    email, codes, sent_at = request.session.get(ADDRESS_CHANGE, ("", ("", ""), 0.0))
    if sent_at <= (now - ACCOUNT_MAIL_LIFE).timestamp():
        email = ""
    with catch_refusal() as outcome:
        if request.method != "POST":
            pass
        elif values["email"] or not email:
            count_use(Kind.OWN_CODE_ASKED, account=me.pk)
            codes = (get_adapter().generate_login_code(), get_adapter().generate_login_code())
            email = ask_address_change(person=me, email=values["email"], codes=codes, now=now)
            request.session[ADDRESS_CHANGE] = (email, codes, now.timestamp())
        else:
            _check_both(values, codes, f"{me.pk} {sent_at}")
            change_address(person=me, email=email, now=now)
            logout(request)
            messages.success(request, _("Your address is changed. Sign in with the new one."))
            return redirect("account_request_login_code")
    refusal = outcome.refusal
    context = {"email": email, "typed": values["email"], "problem": refusal.message if refusal else ""}
    return render(request, "people/address.html", context, status=refusal.status if refusal else 200)


def _check_both(values: dict[str, Any], codes: tuple[str, str], attempt: str) -> None:
    """Refuse `wrong_codes` unless both are as they were sent, and TooOften after some attempts."""
    count_use(Kind.SIGN_IN, account=attempt)
    typed = (values["old_code"], values["new_code"])
    if not all(compare_user_code(actual=code, expected=expected) for code, expected in zip(typed, codes, strict=True)):
        raise Refused(
            "wrong_codes",
            _("One of the codes is not the one sent last: look at both mails, and type both."),
            status=422,
        )
