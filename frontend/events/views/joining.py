"""Joining in three short steps: who I am, what I offer, what I seek; each is saved by itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.booking.selectors.joining import Joining, joining_for
from backend.booking.services.joining import join_with_profile
from backend.core.encoder import EncoderAway
from backend.core.errors import NotFound
from backend.core.limits import TooOften
from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import RealNameInText
from backend.events.rules.attendees import TextTooLong
from backend.events.rules.countries import country_names
from backend.events.selectors import profile_for
from backend.events.services.profiles import update_profile
from backend.suggestions.services.understanding import prepare_to_read, understand_words
from frontend.access import Outcome, Request, catch_refusal, participant
from frontend.events.forms.profile import JoinForm, ReadAlongForm
from frontend.events.views.drafts import is_draft, save_draft
from frontend.events.words.examples import examples_for
from frontend.events.words.understood import sentence_for

TEXTS = {2: "offers", 3: "seeks"}
MOST_TRIES = 5  # while the model is being loaded, every three seconds


@participant
@require_safe
def join(request: Request, attendee: Attendee) -> HttpResponse:
    """To the first step that is not done; where all are, to the suggestions."""
    joining = joining_for(attendee, timezone.now())
    if (stopped := _stopped(request, joining)) is not None:
        return stopped
    if joining.next_step:
        return redirect("join_step", attendee.event.slug, joining.next_step)
    return redirect("suggestions", attendee.event.slug)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def join_step(request: Request, attendee: Attendee, step: int) -> HttpResponse:
    """One step. Its button saves it and goes on; an example is put into the text and saved with it."""
    now = timezone.now()
    joining, profile = joining_for(attendee, now), profile_for(attendee)
    if step not in JoinForm.STEPS:
        raise NotFound(_("There is no such page."))
    if (stopped := _stopped(request, joining)) is not None:
        return stopped
    if step > 1 and not attendee.has_joined:
        return redirect("join_step", attendee.event.slug, 1)
    form, outcome = JoinForm(request.POST if request.method == "POST" else None, profile, step), Outcome()
    if is_draft(request):
        return save_draft(request, attendee, form)
    if (example := form.example()) is not None:
        form = JoinForm(example, profile, step)
    elif form.is_bound and form.is_valid():
        change = form.change()
        with catch_refusal() as outcome:
            try:
                if step == 1:
                    version = form.cleaned_data["version"]
                    join_with_profile(attendee=attendee, version=version, change=change, by=request.user, now=now)
                else:
                    update_profile(attendee=attendee, change=change, by=request.user, now=now)
            except (TextTooLong, RealNameInText) as refusal:
                form.add_error(str(refusal.details["field"]), refusal.message)
        if outcome.refusal is None and not form.errors:
            if form.is_without_script and step in TEXTS:
                messages.info(request, _understood(attendee, step, form.cleaned_data[TEXTS[step]])[0])
            return _go_on(request, attendee, step)
    text = TEXTS.get(step, "")
    if text:
        prepare_to_read()
    context = {
        "step": step,
        "joining": joining,
        "form": form,
        "refusal": outcome.refusal,
        "words": form[text] if text else None,
        "topics_name": f"{text}_topics",
        "themes": profile.themes,
        "chosen": form.chosen(f"{text}_topics") if text else form.chosen("languages"),
        "examples": examples_for(text, [theme.key for theme in profile.themes]),
        "languages": form.languages_offered,
        "countries": country_names(),
    }
    status = outcome.refusal.status if outcome.refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "events/join.html", context, status=status)


@participant
@require_POST
def understood(request: Request, attendee: Attendee, step: int) -> HttpResponse:
    """The line under the words of a step: what the model reads in them, asked for while they are typed."""
    if step not in TEXTS:
        raise NotFound(_("There is no such page."))
    form = ReadAlongForm(request.POST)
    form.full_clean()
    tries = form.cleaned_data.get("tries") or 0
    sentence, is_away = _understood(attendee, step, form.cleaned_data.get(TEXTS[step], ""))
    context = {
        "sentence": sentence,
        "step": step,
        "text": TEXTS[step],
        "next_try": tries + 1 if is_away and tries < MOST_TRIES else 0,
    }
    return render(request, "events/_understood.html", context)


def _understood(attendee: Attendee, step: int, words: str) -> tuple[str, bool]:
    """The sentence, and whether the model was away."""
    try:
        return sentence_for(understand_words(attendee=attendee, field=TEXTS[step], text=words)), False
    except EncoderAway:
        return _("We cannot read along just now; what you write is saved all the same."), True
    except TooOften as refusal:
        return refusal.message, False


def _stopped(request: Request, joining: Joining) -> HttpResponse | None:
    """What a person reads who cannot join by themself; asked of them is nothing."""
    if joining.why_not == "minor":
        return redirect("safety", joining.attendee.event.slug)
    if joining.why_not:
        return render(request, "events/join_waits.html")
    return None


def _go_on(request: Request, attendee: Attendee, step: int) -> HttpResponse:
    if step < max(JoinForm.STEPS):
        return redirect("join_step", attendee.event.slug, step + 1)
    messages.success(
        request,
        _("You have joined. All your meeting times are open: close those that do not suit you."),
        extra_tags=f"go {reverse('suggestions', args=[attendee.event.slug])}",
    )
    return redirect("availability", attendee.event.slug)
