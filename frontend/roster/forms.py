"""The forms of the list of attendees, and of one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.directory.selectors.roster import RosterPerson
from backend.events.models.attendees import Attendee
from backend.events.rules.languages import language_name, languages_in
from backend.events.services.attendees import OWN_FIELDS, AttendeeChange, NewAttendee
from backend.roster.services.csv_tables import MAX_COLUMNS
from backend.roster.services.roles import RoleChange
from frontend.events.forms.files import FileForm
from frontend.fields import IdField, IdsField, ShownPeople

if TYPE_CHECKING:
    pass

from frontend.events.forms.widgets import email_input, line, select, tell_of_length


class RolesForm(forms.Form):
    """What to do for those ticked, or for all the list found: set values, unless `do` says otherwise."""

    INVITE, OPEN_TIMES = "invite", "open_times"

    do = forms.CharField(required=False)
    attendee = IdsField(required=False)
    everybody = forms.BooleanField(required=False)
    named = forms.CharField(required=False)  # those whose names were read, signed, once that was confirmed
    set_age_class = forms.CharField(required=False)
    set_visibility = forms.CharField(required=False)
    confirmed_adults = forms.CharField(required=False)  # those of unknown age who were read, signed

    def __init__(self, data: QueryDict, reader: Attendee) -> None:
        super().__init__(data)
        self.reader = reader

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("named", "confirmed_adults"):
            values[name] = self.shown(name).read(values.get(name, ""))
        return values

    def shown(self, field: str) -> ShownPeople:
        """Who was shown for this change in a field."""
        change = (self.cleaned_data.get(name, "") for name in ("set_age_class", "set_visibility"))
        return ShownPeople(self.reader, "|".join([field, *change]))

    def attendee_ids(self, found: Collection[int]) -> Collection[int]:
        ticked: tuple[int, ...] = self.cleaned_data["attendee"]
        return self.cleaned_data["named"] or (found if self.cleaned_data["everybody"] else ticked)

    def has_to_name(self, found: Collection[int]) -> bool:
        """Whether the names of several people have to be read first.

        Where all that is set is that they are adults, the question about those of unknown age names them.
        """
        change = self.change()
        asks_anyway = (change.age_class, change.visibility) == ("adult", "")
        is_named = bool(self.cleaned_data["named"]) or asks_anyway
        return not is_named and change != RoleChange() and len(self.attendee_ids(found)) > 1

    def sent(self) -> list[tuple[str, str]]:
        """What was sent, for a page that asks first and sends it again; without what was confirmed before."""
        values = self.cleaned_data
        settings = [(name, values[name]) for name in ("do", "set_age_class", "set_visibility")]
        everybody = [("everybody", "1")] if values["everybody"] else []
        ids = [("attendee", str(pk)) for pk in values["attendee"]]
        named = [("named", self.shown("named").sign(values["named"]))] if values["named"] else []
        return [(name, value) for name, value in settings + everybody + ids + named if value]

    def kept(self) -> dict[str, Any]:
        """What stays chosen on the page of the list when the change was refused."""
        self.full_clean()
        return {name: self.cleaned_data.get(name) for name in self.base_fields}

    def change(self) -> RoleChange:
        values = self.cleaned_data
        return RoleChange(age_class=values["set_age_class"], visibility=values["set_visibility"])


class NewAttendeeForm(forms.Form):
    """One person who is added by hand."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=line())
    email = forms.CharField(label=_("E-mail"), max_length=254, widget=email_input())
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=255, widget=line())
    role = forms.ChoiceField(
        label=_("Role"), choices=Attendee.Role.choices, initial=Attendee.Role.DELEGATE, widget=select()
    )
    age_class = forms.ChoiceField(
        label=_("Age class"), choices=Attendee.AgeClass.choices, initial=Attendee.AgeClass.UNKNOWN, widget=select()
    )

    shares_mailbox = forms.BooleanField(label=_("Somebody else reads this mailbox, too"), required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["organisation"].widget.attrs["list"] = "organisations"
        tell_of_length(self)

    def new_attendee(self) -> NewAttendee:
        return NewAttendee(**{name: self.cleaned_data[name] for name in self.fields if name != "shares_mailbox"})


class AttendeeForm(forms.Form):
    """What organisers set of one attendee.

    Fields that are not for them are left out: a minor's full name, and what the person wrote themself.
    """

    name = forms.CharField(label=_("Name"), max_length=200, widget=line())
    short_name = forms.CharField(label=_("Name to be called"), required=False, max_length=60, widget=line())
    title = forms.CharField(label=_("Title"), required=False, max_length=200, widget=line())
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=255, widget=line())
    role = forms.ChoiceField(label=_("Role"), choices=Attendee.Role.choices, widget=select())
    country = forms.CharField(label=_("Country"), required=False, max_length=80, widget=line())
    languages = forms.CharField(label=_("Languages"), required=False, max_length=400, widget=line())
    translating_device = forms.BooleanField(label=_("Translating device"), required=False)

    def __init__(self, data: QueryDict | None, person: RosterPerson) -> None:
        names = ("name", "short_name", "title", "organisation", "role", "country", "translating_device")
        spoken = ", ".join(str(language_name(code)) for code in person.languages)
        super().__init__(data, initial={name: getattr(person, name) for name in names} | {"languages": spoken})
        self.fields["organisation"].widget.attrs["list"] = "organisations"
        self.fields["country"].widget.attrs["list"] = "countries"
        left_out = {"name"} if person.is_minor else set()
        left_out |= {"title"} if person.is_withheld else set()
        left_out |= set(OWN_FIELDS) if person.is_own else set()
        for name in left_out:
            del self.fields[name]
        tell_of_length(self)

    def clean_languages(self) -> tuple[str, ...]:
        codes, unknown = languages_in(self.cleaned_data["languages"])
        if unknown:
            raise forms.ValidationError(
                _("“%(word)s” is not a language we know: write it in English, or its code."),
                params={"word": unknown[0][:40]},
            )
        return codes

    def change(self) -> AttendeeChange:
        return AttendeeChange(**self.cleaned_data)


class OrganisationForm(forms.Form):
    """An organisation's name and its sector at this event."""

    organisation_id = IdField()
    organisation_name = forms.CharField(label=_("Organisation"), required=False)
    sector = forms.CharField(label=_("Sector"), required=False)


class ImportForm(FileForm):
    """A list of attendees, and those of unknown age, as its preview signed them, who are adults."""

    salt = "attendee-list"
    confirmed_adults = forms.CharField(required=False)
    again = forms.BooleanField(required=False)  # only read it, with the columns chosen
    shown_columns = forms.CharField(required=False)  # as the preview read them

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if signed := values.get("confirmed_adults"):
            values["confirmed_adults"] = self.shown_adults(columns_text(self.columns())).read(signed)
        return values

    def columns(self) -> dict[int, str]:
        """The column chosen for each heading, by its position; empty where it is left out."""
        chosen = {}
        for position in range(MAX_COLUMNS):
            column = self.data.get(f"column-{position}")
            if column is not None:
                chosen[position] = column
        return chosen

    def is_confirmed(self) -> bool:
        """Whether the list is to be imported, with its columns read as the preview read them."""
        values = self.cleaned_data
        is_asked = values["confirm"] and not values["again"]
        return is_asked and columns_text(self.columns()) == values["shown_columns"]

    def shown_adults(self, columns: str) -> ShownPeople:
        """Who was shown in the preview of this file, with its columns read like this."""
        digest = hashlib.sha256(self.content).hexdigest()
        return ShownPeople(self.reader, f"adults|{digest}|{self.cleaned_data.get('encoding', '')}|{columns}")


def columns_text(columns: Mapping[int, str]) -> str:
    """The columns as one value of a form.

    >>> columns_text({3: "name", 0: ""})
    '0:,3:name'
    """
    return ",".join(f"{position}:{column}" for position, column in sorted(columns.items()))
