"""Form fields for row numbers, a yes or no, and the refusal of a form that no page of ours can send."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from backend.core.api import MAX_ID
from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.events.models.events import MAX_RETENTION_DAYS, Event

MAX_IDS = 1_000  # of one name in one form
SHOWN_FOR = dt.timedelta(hours=1)


class BadForm(BusinessError):
    code = "bad_form"
    status = 400


class IdField(forms.Field):
    """The number of a row, 1 to 2**63 - 1; None where it is left out and not required.

    >>> IdField().clean("12"), IdField(required=False).clean("")
    (12, None)
    """

    widget = forms.HiddenInput
    default_error_messages = {"invalid": _("“%(value)s” is not the number of anything here.")}

    def to_python(self, value: Any) -> int | None:
        text = str(value).strip() if value is not None else ""
        if not text:
            return None
        number = int(text) if re.fullmatch(r"[0-9]{1,19}", text) else 0
        if not 1 <= number <= MAX_ID:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": text[:40]})
        return number


class IdsField(IdField):
    """The numbers of rows from checkboxes of one name: each once, in the order sent.

    >>> IdsField().clean(["3", "12", "3"]), IdsField(required=False).clean([])
    ((3, 12), ())
    """

    widget = forms.MultipleHiddenInput
    default_error_messages = {"max_length": _("At most %(limit)s can be chosen at once.")}

    def __init__(self, *, max_length: int = MAX_IDS, **options: Any) -> None:
        super().__init__(**options)
        self.max_length = max_length

    def to_python(self, value: Any) -> tuple[int, ...]:  # type: ignore[override]
        if value and len(value) > self.max_length:
            message = self.error_messages["max_length"]
            raise ValidationError(message, code="max_length", params={"limit": self.max_length})
        found = (super(IdsField, self).to_python(one) for one in value or ())
        return tuple(dict.fromkeys(number for number in found if number is not None))


def own_address(address: str, event: Event) -> str:
    """The address, where it is one of this event's pages; empty for anything else."""
    home = reverse("event_home", args=[event.slug])
    is_own = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_own and urlsplit(address).path.startswith(home) else ""


class BackForm(forms.Form):
    """The page of this event that a button was on."""

    next = forms.CharField(required=False)

    def back(self, event: Event, otherwise: str) -> str:
        """That page; for anything else, the other address."""
        return (own_address(self.cleaned_data["next"], event) if self.is_valid() else "") or otherwise


def values_of(form: forms.Form) -> dict[str, Any]:
    """The values of a form whose page has no place for errors; refuses BadForm with the first error."""
    if not form.is_valid():
        errors = next(iter(form.errors.values()))
        raise BadForm(str(errors[0]))
    return form.cleaned_data


class ShownPeople:
    """Signs the numbers of people whom a page shows by name, so that no form confirms what nobody has read.

    Such a value counts for one reader at one event (`reader`), for one `purpose`, and for an hour.
    """

    def __init__(self, reader: Attendee, purpose: str) -> None:
        self._salt = f"shown people|{reader.pk}|{purpose}"

    def sign(self, ids: Iterable[int]) -> str:
        return signing.dumps(sorted(ids), salt=self._salt, compress=True)

    def read(self, signed: str) -> frozenset[int]:
        """The numbers; none of an empty value. Raises ValidationError of any other that was not shown."""
        try:
            return frozenset(signing.loads(signed, salt=self._salt, max_age=SHOWN_FOR) if signed else ())
        except signing.BadSignature:
            raise ValidationError(
                _("This is not what the page before showed, or it is older than an hour. Look at it again.")
            ) from None


class RefusableForm(forms.Form):
    """A form that shows a service's refusal at the field it is about, or else at `refusal_field`."""

    refusal_field: str | None = None

    def add_refusal(self, refusal: BusinessError) -> None:
        field = refusal.details.get("field", self.refusal_field)
        self.add_error(field if field in self.fields else None, refusal.message)  # type: ignore[arg-type]


class DaysField(forms.IntegerField):
    """For how many days something is kept, ten years at most; empty leaves it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})
        super().__init__(min_value=1, max_value=MAX_RETENTION_DAYS, required=False, widget=widget, **options)


class YesOrNoForm(forms.Form):
    """An answer."""

    YES, NO = "yes", "no"

    answer = forms.ChoiceField(choices=[(YES, YES), (NO, NO)])
