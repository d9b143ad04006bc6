"""The form of the sign-in page."""

from __future__ import annotations

from allauth.account.forms import RequestLoginCodeForm

from backend.people.models import Person
from backend.people.selectors import person_with_email


class CodeRequestForm(RequestLoginCodeForm):  # type: ignore[misc]
    """The address a sign-in code goes to; the same person in whatever case it is typed."""

    _user: Person | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self._user = self._user or person_with_email(email)
        return email
