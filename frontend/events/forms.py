"""The forms of one's own profile and of the organisers' list of attendees."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.events.rules import LANGUAGE_LIMIT, TEXT_LIMIT
from backend.events.selectors import Profile
from backend.events.services import ProfileChange
from frontend.events.words.languages import LANGUAGES, Language, language_name

COUNTRIES = (
    "Brunei Darussalam", "Cambodia", "Indonesia", "Lao PDR", "Malaysia", "Myanmar",
    "Philippines", "Singapore", "Thailand", "Timor-Leste", "Viet Nam",
)  # fmt: skip
TYPED = ("seeks", "offers", "about", "title", "country")


def _text(label: Any, placeholder: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 5, "placeholder": placeholder, "dir": "auto"})
    return forms.CharField(label=label, required=False, max_length=TEXT_LIMIT, widget=area)


class ProfileForm(forms.Form):
    """One's own profile. The topics are those of the event, each to seek, to offer, or both."""

    seeks = _text(_("What I seek"), _("A partner to …, an example of …, somebody who has …"))
    offers = _text(_("What I offer"), _("A guide we use, a training, data, a contact in …"))
    about = _text(_("About me and my work"), _("What you do, for whom, and where"))
    title = forms.CharField(label=_("Your title"), required=False, max_length=200)
    country = forms.CharField(label=_("Country"), required=False, max_length=80)
    languages = forms.MultipleChoiceField(label=_("Languages I can meet in"), required=False)
    listed = forms.BooleanField(label=_("List me at this forum"), required=False)
    seeks_topics = forms.MultipleChoiceField(required=False)
    offers_topics = forms.MultipleChoiceField(required=False)

    def __init__(self, data: QueryDict | None, profile: Profile) -> None:
        attendee = profile.attendee
        topics = [topic for theme in profile.themes for topic in theme.topics]
        super().__init__(
            data,
            initial={
                **{
                    name: getattr(attendee, name) for name in ("seeks", "offers", "about", "title", "country")
                },
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
        for name in TYPED:
            attributes = self.fields[name].widget.attrs
            attributes |= {"class": "input", "aria-describedby": f"about-{name}"}
            attributes.pop("maxlength")  # a browser would cut what is pasted; saying so loses nothing
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
        said = self.cleaned_data
        return ProfileChange(
            **{name: said[name] for name in ("title", "country", "about", "seeks", "offers", "listed")},
            languages=tuple(said["languages"]),
            seeks_topics=frozenset(said["seeks_topics"]),
            offers_topics=frozenset(said["offers_topics"]),
        )
