"""My data over the API."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.people.api import PersonView
from backend.privacy.selectors import export_for


class MyDataSerializer(serializers.Serializer[Any]):
    """What is stored of me: of my account, and at every forum. Others are named where I may see them."""

    made_at = serializers.DateTimeField()
    account = serializers.DictField(child=serializers.JSONField(allow_null=True))
    forums = serializers.ListField(child=serializers.DictField(child=serializers.JSONField(allow_null=True)))


class MyDataView(PersonView):
    """All that is stored of me."""

    @extend_schema(operation_id="my_data_read", responses={200: MyDataSerializer})
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response(MyDataSerializer(export_for(self.person, timezone.now())).data)
