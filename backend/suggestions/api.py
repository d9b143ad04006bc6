"""My suggestions, my feedback on them, and what the language model reads in my words."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import RowSerializer, TextField, validated
from backend.events.api.views import ParticipantView
from backend.events.rules.attendees import TEXT_LIMIT
from backend.safeguarding.api import PublicProfileSerializer
from backend.suggestions.models import NOTE_LENGTH, Feedback
from backend.suggestions.selectors.lists import (
    FILTER_NAMES,
    Filters,
    ReasonRow,
    SuggestionCard,
    SuggestionList,
    suggestions_for,
)
from backend.suggestions.selectors.shared_needs import SharedNeed, shared_needs_for
from backend.suggestions.services.feedback import give_feedback, withdraw_feedback
from backend.suggestions.services.understanding import UnderstoodWords, understand_words
from matching.recommend.strength import Strength


class ReasonSerializer(RowSerializer, row=ReasonRow, fields="code weight evidence"):
    """Why: a code with its evidence; see docs/matching.md for the codes."""

    evidence = serializers.DictField(child=serializers.JSONField())


class SuggestionSerializer(
    RowSerializer, row=SuggestionCard, fields="rank score strength exploratory saved with_device person reasons"
):
    help_texts = {
        "score": "The seeker's own score, 0 to 1; it orders the list and is not a chance.",
        "with_device": "We share no language, and are both glad to meet with a translating device.",
    }
    strength = serializers.ChoiceField(
        choices=[strength.value for strength in Strength], help_text="The word for the score."
    )
    person = PublicProfileSerializer(source="other")
    reasons = ReasonSerializer(many=True)


class SuggestionListSerializer(RowSerializer, row=SuggestionList, fields="total computed_at is_refreshing suggestions"):
    """My list; `is_refreshing` says that a newer one is being computed."""

    suggestions = SuggestionSerializer(source="cards", many=True)


class FeedbackSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Feedback.Verdict.choices)
    cause = serializers.ChoiceField(choices=Feedback.Cause.choices, required=False, allow_blank=True)
    note = TextField(
        max_length=NOTE_LENGTH,
        allow_blank=True,
        required=False,
        help_text="On somebody saved, for me alone; left out, it stays.",
    )


class SharedNeedSerializer(RowSerializer, row=SharedNeed, fields="name theme requests"):
    """Three or more requests to me about the same, which one office hour could answer."""

    help_texts = {"theme": "A theme's key."}
    requests = serializers.ListField(
        child=serializers.IntegerField(),
        source="request_ids",
        help_text="The first asked first; the first eight are proposed.",
    )


FILTERS = [OpenApiParameter(name, str, description=f"Only people of this {name}.") for name in FILTER_NAMES]


class SuggestionListView(ParticipantView):
    """My suggestions, best first."""

    @extend_schema(operation_id="suggestions_list", parameters=FILTERS, responses={200: SuggestionListSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        values = {name: request.query_params.get(name, "") for name in FILTER_NAMES}
        found = suggestions_for(attendee=self.attendee, now=timezone.now(), filters=Filters(**values))
        return Response(SuggestionListSerializer(found).data)


class SharedNeedListView(ParticipantView):
    """What several asked me about, most requests first."""

    @extend_schema(operation_id="office_hours_proposed", responses={200: SharedNeedSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        found = shared_needs_for(self.attendee, timezone.now())
        return Response(SharedNeedSerializer(found, many=True).data)


class FeedbackView(ParticipantView):
    """My feedback on one person as a suggestion."""

    @extend_schema(operation_id="feedback_replace", request=FeedbackSerializer, responses={200: FeedbackSerializer})
    def put(self, request: Request, slug: str, other: int) -> Response:  # noqa: ARG002
        data = validated(FeedbackSerializer, request)
        feedback = give_feedback(
            attendee=self.attendee,
            other_id=other,
            verdict=data["verdict"],
            cause=data.get("cause", ""),
            note=data.get("note"),
            by=self.person,
            now=timezone.now(),
        )
        return Response(FeedbackSerializer(feedback).data)

    @extend_schema(operation_id="feedback_withdraw", responses={204: None})
    def delete(self, request: Request, slug: str, other: int) -> Response:  # noqa: ARG002
        """Delete my feedback, if there is any."""
        withdraw_feedback(attendee=self.attendee, other_id=other, by=self.person, now=timezone.now())
        return Response(status=204)


class WordsSerializer(serializers.Serializer[Any]):
    """Words that I am writing, and the part of my profile they are for."""

    field = serializers.ChoiceField(choices=["seeks", "offers"], source="part")
    text = TextField(max_length=TEXT_LIMIT, allow_blank=True)


class UnderstoodSerializer(serializers.Serializer[Any]):
    """What is read in them: up to three topics of the event, and the language; empty for a few letters."""

    topics = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField(allow_blank=True, help_text="Its code; empty where uncertain.")


class UnderstoodView(ParticipantView):
    """What the language model reads in my words; they are neither stored nor logged."""

    refuses = (429,)

    @extend_schema(operation_id="profile_understood", request=WordsSerializer, responses=UnderstoodSerializer)
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """429 for more than forty a minute; 503 with Retry-After while the model is away."""
        words = validated(WordsSerializer, request)
        read = understand_words(attendee=self.attendee, field=words["part"], text=words["text"])
        return Response(UnderstoodSerializer(read or UnderstoodWords("", ())).data)
