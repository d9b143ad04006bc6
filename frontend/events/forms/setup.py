"""The forms of an event: its sessions, topics, sectors, roles and start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.rules.languages import LANGUAGES
from backend.events.services.opening import EMAIL_LIMIT, NAME_LIMIT, PHONE_LIMIT
from frontend.events.forms.widgets import date_input, email_input, line
from frontend.fields import DaysField, IdField, RefusableForm

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


class TopicsForm(forms.Form):
    """One change of the themes and topics: which button was pressed, for which row, with which words."""

    BUTTONS = (
        "add_theme", "rename_theme", "theme_up", "theme_down", "remove_theme",
        "add_topic", "change_topic", "topic_up", "topic_down", "merge_topic", "remove_topic",
    )  # fmt: skip
    do = forms.ChoiceField(choices=[(name, name) for name in BUTTONS])
    theme_id = IdField(required=False)
    topic_id = IdField(required=False)
    into_id = IdField(required=False)
    name = forms.CharField(required=False)
    description = forms.CharField(required=False)


class SectorsForm(forms.Form):
    """One change of the sectors: which button was pressed, for which row, with which words."""

    BUTTONS = ("add", "change", "up", "down", "merge", "remove")
    do = forms.ChoiceField(choices=[(name, name) for name in BUTTONS])
    sector_id = IdField(required=False)
    into_id = IdField(required=False)
    name = forms.CharField(required=False)
    constituency = forms.CharField(required=False)


class OutsideContactForm(RefusableForm):
    """Whom to turn to outside the forum."""

    refusal_field = "name"
    name = forms.CharField(label=_("Name"), max_length=NAME_LIMIT, widget=forms.TextInput(attrs={"class": "input"}))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=PHONE_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "type": "tel"}),
    )
    email = forms.EmailField(label=_("E-mail"), max_length=EMAIL_LIMIT, required=False, widget=email_input())


def _email_input() -> forms.EmailInput:
    return forms.EmailInput(attrs={"class": "input", "autocomplete": "off"})


class AboutForm(forms.Form):
    """What describes a forum."""

    name = forms.CharField(label=_("Name of the forum"), max_length=200, widget=line())
    starts_on = forms.DateField(label=_("First day"), widget=date_input())
    ends_on = forms.DateField(label=_("Last day"), widget=date_input())
    venue = forms.CharField(label=_("Venue"), max_length=200, required=False, widget=line())
    timezone = forms.CharField(label=_("Time zone"), max_length=60)
    languages = forms.MultipleChoiceField(
        label=_("Languages it is held in"),
        required=False,
        choices=[(language.code, language.name) for language in LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
    )
    interpreters = forms.BooleanField(label=_("There are interpreters"), required=False)


class AboutEventForm(AboutForm):
    """What describes a forum that exists, and whether people see who has not joined it."""

    shows_unjoined = forms.BooleanField(
        label=_("Show people who have not joined to other attendees: they agreed to it when they registered"),
        required=False,
    )
    retention_days = DaysField(label=_("Days for which people’s data is kept after the last day"))


def _name(label: _StrOrPromise) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, widget=line())


def _address(label: _StrOrPromise) -> forms.EmailField:
    return forms.EmailField(label=label, max_length=EMAIL_LIMIT, widget=_email_input())
