"""The forms of one's own profile and of joining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.events.rules.attendees import LANGUAGE_LIMIT, TEXT_LIMIT
from backend.events.rules.languages import LANGUAGES, Language, language_name
from backend.events.selectors import Profile
from backend.events.services.profiles import ProfileChange

if TYPE_CHECKING:
    pass

from frontend.events.forms.widgets import text, topics
from frontend.events.words.countries import country_words

TEXT_FIELDS = ("seeks", "offers", "about", "short_name", "title", "country")
SWITCHES = ("translating_device", "shows_sessions")


class ProfileForm(forms.Form):
    """One's own profile. The topics are those of the event, each to seek, to offer, or both."""

    seeks = text(_("What I seek"), _("A partner to …, an example of …, somebody who has …"))
    offers = text(_("What I offer"), _("A guide we use, a training, data, a contact in …"))
    about = text(_("About me and my work"), _("What you do, who for, and where"))
    short_name = forms.CharField(
        label=_("The name you want to be called"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "nickname"}),
    )
    title = forms.CharField(label=_("Your title"), required=False, max_length=200)
    country = forms.CharField(label=_("Country"), required=False, max_length=80)
    languages = forms.MultipleChoiceField(label=_("Languages I can meet in"), required=False)
    translating_device = forms.BooleanField(label=_("I am glad to meet with a translating device"), required=False)
    listed = forms.BooleanField(label=_("List me at this forum"), required=False)
    shows_sessions = forms.BooleanField(label=_("Let others see my sessions"), required=False)
    seeks_topics = topics(_("Topics I seek"))
    offers_topics = topics(_("Topics I offer"))

    def __init__(self, data: QueryDict | None, profile: Profile) -> None:
        attendee = profile.attendee
        topics = [topic for theme in profile.themes for topic in theme.topics]
        super().__init__(
            data,
            initial={
                **{name: getattr(attendee, name) for name in (*TEXT_FIELDS, *SWITCHES)},
                "country": country_words(attendee.country),
                "languages": attendee.languages,
                "listed": attendee.visibility == attendee.Visibility.LISTED,
                "seeks_topics": [topic.key for topic in topics if topic.seeks],
                "offers_topics": [topic.key for topic in topics if topic.offers],
            },
        )
        known = {language.code for language in LANGUAGES}
        others = [code for code in attendee.languages if code not in known]  # an import may bring more
        self.languages_offered = (*LANGUAGES, *(Language(code, language_name(code)) for code in others))
        self.fields["languages"].choices = [(row.code, row.name) for row in self.languages_offered]  # type: ignore[attr-defined]
        for name in ("seeks_topics", "offers_topics"):
            self.fields[name].choices = [(topic.key, topic.name) for topic in topics]  # type: ignore[attr-defined]
        for name in TEXT_FIELDS:
            attributes = self.fields[name].widget.attrs
            attributes["class"] = "input"
            attributes.pop("maxlength")  # a browser would silently cut a pasted text; the error does not
        self.fields["country"].widget.attrs["list"] = "countries"

    def clean_languages(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["languages"]
        if len(chosen) > LANGUAGE_LIMIT:
            raise forms.ValidationError(
                _("You chose %(count)d languages; please choose at most %(limit)d."),
                params={"count": len(chosen), "limit": LANGUAGE_LIMIT},
            )
        return chosen

    def chosen(self, name: str) -> list[str]:
        """What is ticked in a group as the page shows it now: as typed, else as stored."""
        return list(self[name].value() or [])

    def change(self) -> ProfileChange:
        values: dict[str, Any] = {**self.initial, **self.cleaned_data}
        return ProfileChange(
            **{name: values[name] for name in (*TEXT_FIELDS, *SWITCHES, "listed")},
            languages=tuple(values["languages"]),
            seeks_topics=frozenset(values["seeks_topics"]),
            offers_topics=frozenset(values["offers_topics"]),
        )


class JoinForm(ProfileForm):
    """One step of joining: a part of one's profile, and in the first the notice and the pledge."""

    STEPS = {
        1: ("short_name", "title", "country", "languages", "translating_device", "agree", "version"),
        2: ("offers", "offers_topics"),
        3: ("seeks", "seeks_topics"),
    }

    agree = forms.BooleanField(
        label=_("I accept the privacy notice and the conduct pledge"),
        error_messages={"required": _("Read both, then tick this: without it you cannot join.")},
    )
    version = forms.CharField(label=_("Conduct pledge"), max_length=20)

    def __init__(self, data: QueryDict | None, profile: Profile, step: int) -> None:
        super().__init__(data, profile)
        self.sent = data
        for name in self.fields.keys() - set(self.STEPS[step]):
            del self.fields[name]

    @property
    def is_without_script(self) -> bool:
        """Whether it came from a page that could not read along."""
        return self.sent is not None and "without_script" in self.sent

    def example(self) -> QueryDict | None:
        """What was sent, with the example that was pressed at the end of its text; None where none was."""
        text = next((name for name in ("offers", "seeks") if name in self.fields), "")
        if not text or self.sent is None or not self.sent.get("example"):
            return None
        filled = self.sent.copy()
        filled[text] = f"{self.sent.get(text, '')}\n{self.sent['example']}".strip()
        return filled


class ReadAlongForm(forms.Form):
    """Words that somebody writes, and how often a page has asked in vain what the model reads in them."""

    offers = forms.CharField(required=False, max_length=TEXT_LIMIT)
    seeks = forms.CharField(required=False, max_length=TEXT_LIMIT)
    tries = forms.IntegerField(required=False, min_value=0, max_value=100)
