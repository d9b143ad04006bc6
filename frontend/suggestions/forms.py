"""Forms of the pages of suggestions: filters, feedback, and whose list an organiser inspects."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import forms
from django.http import QueryDict
from django.urls import reverse

from backend.events.models.events import Event
from backend.suggestions.selectors.lists import Filters
from frontend.fields import IdField, own_address


class FiltersForm(forms.Form):
    """Filters of the list; a value that nobody has gives an empty list."""

    constituency = forms.Field(required=False)
    theme = forms.Field(required=False)
    country = forms.Field(required=False)
    language = forms.Field(required=False)

    def filters(self) -> Filters:
        self.full_clean()
        return Filters(**{name: value or "" for name, value in self.cleaned_data.items()})


def filters_in_query(query: QueryDict) -> Filters:
    """The filters of a query string; anything else in it is ignored."""
    return FiltersForm(query).filters()


def filters_in_address(address: str) -> Filters:
    """The filters of a page of suggestions, by its address."""
    return filters_in_query(QueryDict(urlsplit(address).query))


class FeedbackForm(forms.Form):
    """Feedback on one suggestion; the service refuses verdicts and causes it does not know."""

    WITHDRAW = "withdraw"

    verdict = forms.CharField(required=False)
    cause = forms.CharField(required=False)
    next = forms.CharField(required=False)

    def __init__(self, data: QueryDict, event: Event) -> None:
        super().__init__(data)
        self.event = event

    def clean_next(self) -> str:
        """The page of this event the form was on; anything else becomes the page of suggestions."""
        own = own_address(self.cleaned_data["next"], self.event)
        return own or reverse("suggestions", args=[self.event.slug])


class InspectionForm(forms.Form):
    """Whose list to show; nobody's where the number is none."""

    of = IdField(required=False)

    def attendee_id(self) -> int | None:
        self.full_clean()
        return self.cleaned_data.get("of")


class NightlyLearningForm(forms.Form):
    """The organisers' switch: learn the weights every night, also from earlier editions since one."""

    is_on = forms.BooleanField(required=False)
    since = forms.SlugField(required=False)
