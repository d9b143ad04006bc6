"""For organisers: addresses of other servers that are told what changes at the forum."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.events.models.attendees import Attendee
from backend.integrations.selectors import deliveries_for, webhooks_for
from backend.integrations.services.webhooks import (
    add_webhook,
    change_webhook,
    delete_webhook,
    end_former_secret,
    renew_secret,
    send_again,
    send_test_message,
    switch_webhook,
    webhook_of,
)
from frontend.access import Request, catch_refusal, organiser, shows_secret
from frontend.fields import values_of
from frontend.integrations.forms import SecretForm, SwitchForm, WebhookForm


@organiser
@require_safe
def webhooks(request: Request, attendee: Attendee) -> HttpResponse:
    """Which addresses are told what changes, and whether they take it."""
    return render(request, "integrations/webhooks.html", {"rows": webhooks_for(attendee.event)})


@organiser
@shows_secret
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("made")
def add(request: Request, attendee: Attendee) -> HttpResponse:
    """A webhook; the answer alone shows its secret."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            made = add_webhook(event=attendee.event, **form.cleaned_data, by=request.user, now=timezone.now())
            return _page(request, attendee, made.webhook.pk, secret=made.secret)
    status = 422 if form.is_bound else 200
    return render(request, "integrations/add_webhook.html", {"form": form}, status=status)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_page(request: Request, attendee: Attendee, webhook_id: int) -> HttpResponse:
    """A webhook: its state, what it was sent, and its settings."""
    if request.method != "POST":
        return _page(request, attendee, webhook_id)
    form = WebhookForm(request.POST, webhook_of(attendee.event, webhook_id))
    if form.is_valid():
        with catch_refusal(form):
            change_webhook(
                event=attendee.event, webhook_id=webhook_id, **form.cleaned_data, by=request.user, now=timezone.now()
            )
            messages.success(request, _("Saved."))
            return redirect("webhook", attendee.event.slug, webhook_id)
    return _page(request, attendee, webhook_id, form=form)


def _page(
    request: Request, attendee: Attendee, webhook_id: int, *, form: WebhookForm | None = None, secret: str = ""
) -> HttpResponse:
    webhook_of(attendee.event, webhook_id)
    row = webhooks_for(attendee.event).get(pk=webhook_id)
    context = {"row": row, "form": form or WebhookForm(None, row), "secret": secret, "deliveries": deliveries_for(row)}
    return render(request, "integrations/webhook.html", context, status=422 if form else 200)


@organiser
@shows_secret
@require_POST
@sensitive_variables("made")
def secret(request: Request, attendee: Attendee, webhook_id: int) -> HttpResponse:
    """A new secret, which the answer alone shows; or end the former one."""
    event, now = attendee.event, timezone.now()
    if values_of(SecretForm(request.POST))["end"]:
        end_former_secret(event=event, webhook_id=webhook_id, by=request.user, now=now)
        messages.success(request, _("The former secret is ended. Messages have one signature."))
        return redirect("webhook", attendee.event.slug, webhook_id)
    made = renew_secret(event=event, webhook_id=webhook_id, by=request.user, now=now)
    return _page(request, attendee, webhook_id, secret=made.secret)


@organiser
@require_POST
def switch(request: Request, attendee: Attendee, webhook_id: int) -> HttpResponse:
    """Switch a webhook on or off."""
    is_on = values_of(SwitchForm(request.POST))["is_on"]
    switch_webhook(event=attendee.event, webhook_id=webhook_id, is_on=is_on, by=request.user, now=timezone.now())
    messages.success(request, _("The webhook is on.") if is_on else _("The webhook is off."))
    return redirect("webhook", attendee.event.slug, webhook_id)


@organiser
@require_POST
def test(request: Request, attendee: Attendee, webhook_id: int) -> HttpResponse:
    """Send a message that says nothing."""
    send_test_message(event=attendee.event, webhook_id=webhook_id, by=request.user)
    messages.success(request, _("A test message is on its way. Load the page again to see the answer."))
    return redirect("webhook", attendee.event.slug, webhook_id)


@organiser
@require_POST
def again(request: Request, attendee: Attendee, webhook_id: int, delivery_id: int) -> HttpResponse:
    """Send a message once more."""
    send_again(
        event=attendee.event, webhook_id=webhook_id, delivery_id=delivery_id, by=request.user, now=timezone.now()
    )
    messages.success(request, _("The message is sent again. Load the page again to see the answer."))
    return redirect("webhook", attendee.event.slug, webhook_id)


@organiser
@require_POST
def delete(request: Request, attendee: Attendee, webhook_id: int) -> HttpResponse:
    """Forget a webhook and its messages."""
    delete_webhook(event=attendee.event, webhook_id=webhook_id, by=request.user, now=timezone.now())
    messages.success(request, _("The webhook is deleted."))
    return redirect("webhooks", attendee.event.slug)
