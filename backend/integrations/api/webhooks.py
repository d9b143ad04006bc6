"""For organisers: the webhooks of their event, and what each was sent."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import BoundedListField, TextField, validated
from backend.events.api.views import OrganiserView
from backend.integrations.models import Webhook, WebhookDelivery
from backend.integrations.selectors import deliveries_for, webhooks_for
from backend.integrations.services.webhooks import (
    NewSecret,
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


class WebhookDataSerializer(serializers.Serializer[Any]):
    """Which address is told of what; what it is sent follows Standard Webhooks (standardwebhooks.com)."""

    address = TextField(max_length=500)
    types = BoundedListField(child=serializers.ChoiceField(choices=Webhook.Type.choices), max_length=20, not_empty=True)


class WebhookSerializer(WebhookDataSerializer):
    webhook_id = serializers.IntegerField(source="pk", read_only=True)
    state = serializers.ChoiceField(choices=Webhook.State.choices, read_only=True)
    has_former_secret = serializers.BooleanField(read_only=True)
    failing_since = serializers.DateTimeField(read_only=True, allow_null=True)
    waits_until = serializers.DateTimeField(read_only=True, allow_null=True, help_text="As its server asked.")
    waiting = serializers.IntegerField(read_only=True, help_text="How many messages are not sent yet.")


class NewSecretSerializer(serializers.Serializer[Any]):
    """A secret, which is shown this once."""

    webhook_id = serializers.IntegerField(read_only=True)
    secret = serializers.CharField(read_only=True)


class SwitchSerializer(serializers.Serializer[Any]):
    is_on = serializers.BooleanField()


class WebhookDeliverySerializer(serializers.Serializer[Any]):
    """A message: what it tells of whom or which meeting, and what was answered last (a status, or a word)."""

    delivery_id = serializers.IntegerField(source="pk")
    message_id = serializers.SerializerMethodField(help_text="As the header webhook-id has it.")
    type = serializers.CharField()
    attendee_id = serializers.IntegerField(allow_null=True)
    meeting_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    next_try_at = serializers.DateTimeField()
    tried_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()

    def get_message_id(self, delivery: WebhookDelivery) -> str:
        return delivery.header_id


class WebhookListView(OrganiserView):
    """Which addresses are told what changes."""

    @extend_schema(operation_id="webhooks_list", responses={200: WebhookSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(WebhookSerializer(webhooks_for(self.event), many=True).data)

    @extend_schema(operation_id="webhooks_add", request=WebhookDataSerializer, responses={201: NewSecretSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """A webhook, which is on; this answer alone gives its secret."""
        data = validated(WebhookDataSerializer, request)
        made = add_webhook(event=self.event, **data, by=self.person, now=timezone.now())
        return Response(_secret(made), status=201)


class WebhookView(OrganiserView):
    @extend_schema(operation_id="webhooks_read", responses={200: WebhookSerializer})
    def get(self, request: Request, slug: str, webhook_id: int) -> Response:  # noqa: ARG002
        return Response(_body(webhook_of(self.event, webhook_id)))

    @extend_schema(operation_id="webhooks_replace", request=WebhookDataSerializer, responses={200: WebhookSerializer})
    def put(self, request: Request, slug: str, webhook_id: int) -> Response:  # noqa: ARG002
        """What waits goes to the new address."""
        data, now = validated(WebhookDataSerializer, request), timezone.now()
        webhook = change_webhook(event=self.event, webhook_id=webhook_id, **data, by=self.person, now=now)
        return Response(_body(webhook))

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    def delete(self, request: Request, slug: str, webhook_id: int) -> Response:  # noqa: ARG002
        """Forget the webhook and its messages."""
        delete_webhook(event=self.event, webhook_id=webhook_id, by=self.person, now=timezone.now())
        return Response(status=204)


class WebhookSwitchView(OrganiserView):
    @extend_schema(operation_id="webhooks_switch", request=SwitchSerializer, responses={200: WebhookSerializer})
    def put(self, request: Request, slug: str, webhook_id: int) -> Response:  # noqa: ARG002
        """Switch it on or off; what happens while it is off is not told later."""
        is_on, now = validated(SwitchSerializer, request)["is_on"], timezone.now()
        webhook = switch_webhook(event=self.event, webhook_id=webhook_id, is_on=is_on, by=self.person, now=now)
        return Response(_body(webhook))


class WebhookSecretView(OrganiserView):
    @extend_schema(operation_id="webhooks_renew_secret", request=None, responses={201: NewSecretSerializer})
    def post(self, request: Request, slug: str, webhook_id: int) -> Response:  # noqa: ARG002
        """A new secret; the one before signs as well until it is ended, an older one no more."""
        made = renew_secret(event=self.event, webhook_id=webhook_id, by=self.person, now=timezone.now())
        return Response(_secret(made), status=201)

    @extend_schema(operation_id="webhooks_end_former_secret", responses={204: None})
    def delete(self, request: Request, slug: str, webhook_id: int) -> Response:  # noqa: ARG002
        """Sign with the newest secret alone."""
        end_former_secret(event=self.event, webhook_id=webhook_id, by=self.person, now=timezone.now())
        return Response(status=204)


class WebhookDeliveryListView(OrganiserView):
    @extend_schema(operation_id="webhooks_deliveries", responses={200: WebhookDeliverySerializer(many=True)})
    def get(self, request: Request, slug: str, webhook_id: int) -> Response:  # noqa: ARG002
        """The newest hundred messages of the last thirty days, newest first."""
        rows = deliveries_for(webhook_of(self.event, webhook_id))
        return Response(WebhookDeliverySerializer(rows, many=True).data)

    @extend_schema(operation_id="webhooks_test", request=None, responses={201: WebhookDeliverySerializer})
    def post(self, request: Request, slug: str, webhook_id: int) -> Response:  # noqa: ARG002
        """Send a message that says nothing."""
        sent = send_test_message(event=self.event, webhook_id=webhook_id, by=self.person)
        return Response(WebhookDeliverySerializer(sent).data, status=201)


class WebhookDeliveryView(OrganiserView):
    @extend_schema(operation_id="webhooks_send_again", request=None, responses={200: WebhookDeliverySerializer})
    def post(self, request: Request, slug: str, webhook_id: int, delivery_id: int) -> Response:  # noqa: ARG002
        """Send a message once more, under the same id."""
        sent = send_again(
            event=self.event, webhook_id=webhook_id, delivery_id=delivery_id, by=self.person, now=timezone.now()
        )
        return Response(WebhookDeliverySerializer(sent).data)


def _secret(made: NewSecret) -> dict[str, Any]:
    return {"webhook_id": made.webhook.pk, "secret": made.secret}


def _body(webhook: Webhook) -> dict[str, Any]:
    return dict(WebhookSerializer(webhooks_for(webhook.event).get(pk=webhook.pk)).data)
