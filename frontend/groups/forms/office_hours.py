"""Forms of office hours."""

from __future__ import annotations

from django import forms

from backend.groups.services.office_hours import OfficeHourData
from frontend.fields import IdField, IdsField


class OfficeHourForm(forms.Form):
    """Whom to invite, when, about what, and where."""

    requests = IdsField(required=False)
    slot = IdField(required=False)
    about = forms.CharField(required=False)
    theme = forms.CharField(required=False)
    place = forms.ChoiceField(choices=[("table", "table"), ("online", "online")], required=False)
    key = forms.CharField(required=False, strip=False)

    def office_hour_data(self) -> OfficeHourData:
        values = self.cleaned_data
        return OfficeHourData(
            request_ids=values["requests"],
            slot_id=values["slot"] or 0,
            about=values["about"],
            theme=values["theme"],
            is_online=values["place"] == "online",
        )


class GuestForm(forms.Form):
    """The office hour with which a request is answered."""

    request = IdField()
