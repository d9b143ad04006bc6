"""The forms of sources of people and of webhooks."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.core.api import MAX_ID
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source, Webhook
from backend.integrations.services.runs import Decisions
from backend.integrations.services.sources import MAX_TOKEN, SourceData
from backend.roster.services.csv_tables import column_key
from frontend.events.forms.widgets import line, tell_of_length
from frontend.fields import IdsField, RefusableForm, ShownPeople


class NumbersField(forms.CharField):
    """Numbers of products, parted by commas or spaces."""

    default_error_messages = {"invalid": _("Write numbers, parted by commas.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=1_000, widget=line(), **options)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else ", ".join(map(str, value or ()))

    def clean(self, value: Any) -> tuple[int, ...]:  # type: ignore[override]
        words = re.split(r"[\s,;]+", super().clean(value).strip())
        numbers = [int(word) if re.fullmatch(r"[0-9]{1,19}", word) else 0 for word in words if word]
        if not all(1 <= number <= MAX_ID for number in numbers):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return tuple(numbers)


class SourceForm(RefusableForm):
    """Where people register; the token is written and never shown."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=line())
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Source.Kind.choices, widget=forms.Select(attrs={"class": "input"})
    )
    address = forms.CharField(
        label=_("Address"), max_length=500, widget=forms.URLInput(attrs={"class": "input", "dir": "ltr"})
    )
    token = forms.CharField(
        label=_("Token"),
        max_length=MAX_TOKEN,
        required=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "off", "dir": "ltr"}),
    )
    schedule = forms.ChoiceField(
        label=_("When it is read"), choices=Source.Schedule.choices, widget=forms.Select(attrs={"class": "input"})
    )
    products = NumbersField(label=_("Products in pretix, or forms in Indico"))
    minor_products = NumbersField(label=_("Products or forms of minors"))
    takes_unpaid = forms.BooleanField(label=_("Also who has yet to pay"), required=False)

    def __init__(self, data: QueryDict | None, source: Source | None = None) -> None:
        names = ("name", "kind", "address", "schedule", "products", "minor_products", "takes_unpaid")
        super().__init__(data, initial={name: getattr(source, name) for name in names} if source else {})
        tell_of_length(self)

    def data_of(self) -> SourceData:
        return SourceData(**self.cleaned_data)


class ReadForm(forms.Form):
    """Read a source: as a preview or, once that was read, for good, with what was decided of people."""

    confirm = forms.BooleanField(required=False)
    again = forms.BooleanField(required=False)  # only read it, with the columns chosen
    shown_columns = forms.CharField(required=False)  # as the preview read them
    leaving = forms.CharField(required=False)  # all whom the preview named, signed
    passed_on = IdsField(required=False)
    named = forms.CharField(required=False)  # those of whom `passed_on` are some, signed

    def __init__(self, data: QueryDict, reader: Attendee, source_id: int) -> None:
        super().__init__(data)
        self.reader, self.source_id = reader, source_id

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("leaving", "named"):
            values[name] = self.shown(name).read(values.get(name, ""))
        return values

    def shown(self, name: str) -> ShownPeople:
        """Who was shown in the preview of this source."""
        return ShownPeople(self.reader, f"{name}|{self.source_id}")

    def is_confirmed(self) -> bool:
        """Whether the list is to be brought up to it, with its columns read as the preview read them."""
        values = self.cleaned_data
        is_asked = values["confirm"] and not values["again"]
        return is_asked and ",".join(self._sent("column")) == values["shown_columns"]

    def columns(self) -> dict[str, str]:
        """The column chosen for each heading, by its key."""
        headings, columns = self._sent("heading"), self._sent("column")
        return {column_key(text): column for text, column in zip(headings, columns, strict=False)}

    def decisions(self) -> Decisions:
        values = self.cleaned_data
        passed_on = values["named"] & {*values["passed_on"]}
        return Decisions(
            taken_out=values["leaving"] | passed_on,
            sharing=frozenset(self._sent("sharing")),
            speakers=frozenset(self._sent("speakers")),
        )

    def _sent(self, name: str) -> list[str]:
        return [str(value) for value in self.data.getlist(name)]  # type: ignore[attr-defined]


class WebhookForm(RefusableForm):
    """Which address is told of what."""

    address = forms.CharField(
        label=_("Address"), max_length=500, widget=forms.URLInput(attrs={"class": "input", "dir": "ltr"})
    )
    types = forms.MultipleChoiceField(
        label=_("What it is told of"), choices=Webhook.Type.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: QueryDict | None, webhook: Webhook | None = None) -> None:
        initial = {"address": webhook.address, "types": webhook.types} if webhook else {}
        super().__init__(data, initial=initial)
        tell_of_length(self)


class SwitchForm(forms.Form):
    """Switch a webhook on, or off."""

    is_on = forms.BooleanField(required=False)


class SecretForm(forms.Form):
    """End the former secret of a webhook, or give it a new one."""

    end = forms.BooleanField(required=False)
