"""For organisers: which groups of an event are not in contact."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import RowSerializer, TextField, validated
from backend.events.api.views import OrganiserView
from backend.safeguarding.selectors.contact_rules import ContactRuleRow, contact_rules_for
from backend.safeguarding.services.contact_rules import add_contact_rule, contact_rule_between, remove_contact_rule
from backend.setup.selectors.contact_rules import contact_rule_effect


class FewField(serializers.IntegerField):
    """A count; null stands for one to four."""

    def __init__(self) -> None:
        super().__init__(allow_null=True, help_text="null: one to four")


class ContactRuleSerializer(RowSerializer, row=ContactRuleRow, fields="rule first second first_people second_people"):
    """A rule; the counts are of the listed adults of each group."""

    first_people = FewField()
    second_people = FewField()


class ContactRuleDataSerializer(serializers.Serializer[Any]):
    first = TextField(max_length=80, help_text="constituency:industry, or sector:law-enforcement: by key.")
    second = TextField(max_length=80)


class ContactRuleEffectSerializer(serializers.Serializer[Any]):
    """What a rule would end."""

    requests = FewField()
    meetings = FewField()


RULES = ContactRuleSerializer(many=True)


class ContactRuleListView(OrganiserView):
    """The contact rules of the event."""

    @extend_schema(operation_id="contact_rules_list", responses={200: RULES})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(ContactRuleSerializer(contact_rules_for(self.event), many=True).data)

    @extend_schema(operation_id="contact_rules_add", request=ContactRuleDataSerializer, responses={201: RULES})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Part two groups; a job ends their requests and meetings to come."""
        values = validated(ContactRuleDataSerializer, request)
        add_contact_rule(event=self.event, by=self.person, now=timezone.now(), **values)
        return Response(ContactRuleSerializer(contact_rules_for(self.event), many=True).data, status=201)


class ContactRulePreviewView(OrganiserView):
    @extend_schema(
        operation_id="contact_rules_preview",
        request=ContactRuleDataSerializer,
        responses={200: ContactRuleEffectSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How many requests and meetings such a rule would end; nothing changes."""
        rule = contact_rule_between(event=self.event, **validated(ContactRuleDataSerializer, request))
        return Response(ContactRuleEffectSerializer(contact_rule_effect(rule, timezone.now())).data)


class ContactRuleView(OrganiserView):
    @extend_schema(operation_id="contact_rules_remove", responses={204: None})
    def delete(self, request: Request, slug: str, rule_id: int) -> Response:  # noqa: ARG002
        """Let the two groups meet again."""
        remove_contact_rule(event=self.event, rule_id=rule_id, by=self.person, now=timezone.now())
        return Response(status=204)
