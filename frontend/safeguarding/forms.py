"""The forms of reports, of guardians' consent, of whom to ring and of aliases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from backend.events.models.events import Event
from backend.events.rules.consents import current_wording
from backend.safeguarding.models import Report
from backend.safeguarding.selectors.supervision import Candidate, Delegation
from backend.safeguarding.services.report_entries import ENTRY_LIMIT
from backend.safeguarding.services.reports import NAMED_LIMIT, OUTCOME_LIMIT, WORDS_LIMIT
from frontend.events.forms.widgets import date_input, email_input, hour, line, select
from frontend.fields import IdField, RefusableForm

KEEP_BLOCKED, LIFT = "keep", "lift"


def _long_text(label: Any, rows: int, limit: int, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto", "class": "input"})
    return forms.CharField(label=label, max_length=limit, widget=widget, **options)


def _wants_news() -> forms.BooleanField:
    return forms.BooleanField(label=_("I want to hear what becomes of it"), required=False)


class ReportForm(RefusableForm):
    """What a report is about, and what happened."""

    refusal_field = "words"
    category = forms.ChoiceField(
        label=_("What it is about"),
        choices=Report.Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what your report is about.")},
    )
    words = _long_text(
        _("What happened"),
        7,
        WORDS_LIMIT,
        error_messages={"required": _("Please say in your own words what happened.")},
    )
    wants_news = _wants_news()


class CloseForm(RefusableForm):
    """What was done, whether contact between the two stays blocked, and a final word to the reporter."""

    outcome = _long_text(
        _("What was done"), 4, OUTCOME_LIMIT, error_messages={"required": _("Please say in a few words what was done.")}
    )
    final_word = _long_text(_("Final word to whoever made the report"), 3, ENTRY_LIMIT, required=False)
    then = forms.ChoiceField(
        label=_("And then"),
        choices=[(KEEP_BLOCKED, _("Keep the two apart")), (LIFT, _("Let them see and contact each other again"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose whether the two stay apart.")},
    )


class NoteForm(RefusableForm):
    """A note of a lead."""

    note = _long_text(_("Note"), 4, ENTRY_LIMIT, error_messages={"required": _("Please write something first.")})


class WordForm(RefusableForm):
    """A word to whoever made the report."""

    word = _long_text(
        _("Word to whoever made the report"),
        3,
        ENTRY_LIMIT,
        error_messages={"required": _("Please write something first.")},
    )


class DueForm(RefusableForm):
    """By when a lead has to act, in the event's zone."""

    day = forms.DateField(label=_("Day"), widget=date_input())
    time = forms.TimeField(label=_("Time"), widget=hour())

    def due_at(self, event: Event) -> dt.datetime:
        values = self.cleaned_data
        return dt.datetime.combine(values["day"], values["time"], tzinfo=event.zone)


class SuspendForm(RefusableForm):
    """Why somebody is suspended."""

    reason = _long_text(_("Why"), 4, ENTRY_LIMIT, error_messages={"required": _("Please write something first.")})


class SuspendedForm(forms.Form):
    """Who is or will be suspended, and the report from which the page was opened, if any."""

    attendee = IdField()
    report = IdField(required=False)


class HandOverForm(forms.Form):
    """The lead who may read a report, or is in charge of it, from now on."""

    lead = IdField()


class FindForm(forms.Form):
    """The name by which a lead looks for somebody."""

    name = forms.CharField(max_length=NAMED_LIMIT, required=False)


class UnsafeForm(RefusableForm):
    """What happened, and whom it is about; one of the two is enough."""

    refusal_field = "words"
    words = _long_text(_("What happened"), 7, WORDS_LIMIT, required=False)
    named = forms.CharField(
        label=_("Who it is about"),
        max_length=NAMED_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "class": "input"}),
    )
    lead = IdField(required=False)
    wants_news = _wants_news()


class ConsentForm(RefusableForm):
    """A guardian to ask by mail, or a consent given on paper."""

    MAIL, PAPER = "mail", "paper"
    AFTER_EVENT = dt.timedelta(days=30)

    way = forms.ChoiceField(
        choices=[(MAIL, _("Ask by mail")), (PAPER, _("It was signed on paper"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how the guardian consents.")},
    )
    guardian = forms.CharField(label=_("Name of the parent or guardian"), max_length=120, widget=line())
    email = forms.CharField(label=_("Their e-mail address"), max_length=254, required=False, widget=email_input())
    certified = forms.BooleanField(
        label=_("I know this address to be the guardian’s: the delegation gave it, not the young person."),
        required=False,
    )
    seen_by = forms.CharField(label=_("Who saw the signed paper"), max_length=120, required=False, widget=line())
    language = forms.ChoiceField(label=_("Language of the mail and of the page"), required=False, widget=select())
    until = forms.DateField(label=_("Last day of the consent"), widget=date_input())

    def __init__(self, data: Any, *, event: Event, language: str) -> None:
        """`language` is the one that is most likely the guardian's."""
        initial = {"until": event.ends_on + self.AFTER_EVENT, "way": self.MAIL, "language": language}
        super().__init__(data, initial=initial)
        self.version = current_wording().version
        if len(settings.LANGUAGES) > 1:
            self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        else:
            del self.fields["language"]

    @property
    def is_paper(self) -> bool:
        return bool(self.cleaned_data["way"] == self.PAPER)

    def consent_values(self) -> dict[str, Any]:
        """The arguments of the service for this way."""
        values = {name: self.cleaned_data[name] for name in ("guardian", "email", "until")}
        values["language"] = self.cleaned_data.get("language") or self.initial["language"]
        if self.is_paper:
            return values | {"seen_by": self.cleaned_data["seen_by"]}
        return values | {"is_certified": self.cleaned_data["certified"]}


class ConsentAnswerForm(forms.Form):
    """A guardian's answer."""

    YES, NO = "yes", "no"

    answer = forms.ChoiceField(choices=[(YES, YES), (NO, NO)])


class CountryContactForm(RefusableForm):
    """Whom to ring in a country."""

    country = forms.CharField(
        label=_("Country"), max_length=80, widget=forms.TextInput(attrs={"class": "input", "list": "countries"})
    )
    name = forms.CharField(label=_("Whom one reaches"), max_length=120, widget=line())
    phone = forms.CharField(
        label=_("Number"), max_length=40, widget=forms.TextInput(attrs={"class": "input", "type": "tel"})
    )
    source = forms.CharField(label=_("Where this number is published"), max_length=300, widget=line())
    checked_on = forms.DateField(label=_("Checked on"), widget=date_input())
    is_host = forms.BooleanField(label=_("The forum is held in this country"), required=False)


class VettingForm(RefusableForm):
    """The check of an adult: of whom, by whom, which, and its last day."""

    attendee_id = IdField(label=_("Person"), widget=select())
    checked_by = forms.CharField(label=_("Checked by"), max_length=120, widget=line())
    check_made = forms.CharField(label=_("Which check"), max_length=120, widget=line())
    until = forms.DateField(label=_("Last day on which it holds"), widget=date_input())

    def __init__(self, data: Any, *, candidates: Iterable[Candidate]) -> None:
        super().__init__(data)
        named = ((one.attendee_id, ", ".join(filter(None, (one.name, one.organisation)))) for one in candidates)
        self.fields["attendee_id"].widget.choices = [("", _("Choose")), *named]  # type: ignore[attr-defined]


class ChaperoneForm(forms.Form):
    """The delegation a chaperone looks after."""

    delegation = forms.ChoiceField()

    def __init__(self, data: Any, *, delegations: Iterable[Delegation]) -> None:
        super().__init__(data)
        self.by_key = {one.key: one for one in delegations}
        self.fields["delegation"].choices = [(key, key) for key in self.by_key]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Delegation:
        return self.by_key[self.cleaned_data["delegation"]]


class OpenPlaceForm(forms.Form):
    """Whether a place stands in the open."""

    YES, NO = "yes", "no"

    answer = forms.ChoiceField(choices=[(YES, YES), (NO, NO)])


def _line(label: Any, limit: int, *, required: bool = False, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input", "dir": "auto", "autocomplete": "off", **attributes})
    return forms.CharField(label=label, max_length=limit, required=required, widget=widget)


class AliasForm(RefusableForm):
    """What the forum shows of somebody, and the real name and affiliation behind it."""

    name = _line(_("Name they appear under"), 200, required=True)
    organisation = _line(_("Affiliation they appear with"), 255)
    title = _line(_("Title they appear with"), 200)
    country = _line(_("Country they appear with"), 80, list="countries")
    real_name = _line(_("Real name"), 200, required=True)
    real_organisation = _line(_("Real affiliation"), 255)
    is_wish = forms.TypedChoiceField(
        label=_("Why"),
        choices=[("yes", _("The person asked for it")), ("no", _("I judge that it is needed"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose why they appear under an alias.")},
    )


class AdultDecisionForm(forms.Form):
    """What a safeguarding lead decides about a proposal that somebody is an adult."""

    ADULT, MINOR = "adult", "minor"

    decision = forms.ChoiceField(choices=[(ADULT, ADULT), (MINOR, MINOR)])


class AgeAgreementForm(forms.Form):
    """About whom, and what another event knows, a lead agrees."""

    attendee = IdField()
    known_minor = IdField()
