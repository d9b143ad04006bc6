"""The shape of what people type; what it means is for the services to say."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.account.forms import RequestLoginCodeForm
from django.http import QueryDict

from backend.people.models import Person
from backend.people.selectors import person_with_email
from backend.suggestions.selectors import Filters


class CodeRequestForm(RequestLoginCodeForm):  # type: ignore[misc]
    """The address a sign-in code goes to; the same person in whatever case it is typed."""

    _user: Person | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self._user = self._user or person_with_email(email)
        return email


def filters_in(query: QueryDict) -> Filters:
    """The filters an address asks for; anything else in it is ignored."""
    return Filters(**{name: query.get(name, "") for name in ("constituency", "theme", "country", "language")})


def filters_of(address: str) -> Filters:
    """The filters of a page of suggestions, by its address."""
    return filters_in(QueryDict(urlsplit(address).query))
