"""How the API shows a person: the same public profile everywhere."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class TopicInterestSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    theme = serializers.CharField()
    seeks = serializers.BooleanField()
    offers = serializers.BooleanField()


class PublicProfileSerializer(serializers.Serializer[Any]):
    """What a card shows of a person."""

    attendee_id = serializers.IntegerField()
    name = serializers.CharField()
    title = serializers.CharField()
    organisation = serializers.CharField()
    sector = serializers.CharField()
    constituency = serializers.CharField()
    country = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    topics = TopicInterestSerializer(many=True)
