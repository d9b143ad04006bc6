"""The forms of one's own profile and of the organisers' list of attendees."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from backend.events.models import Event
from backend.events.rules import LANGUAGE_LIMIT, TEXT_LIMIT
from backend.events.selectors import Profile
from backend.events.services import ProfileChange, RoleChange
from frontend.events.words.languages import LANGUAGES, Language, language_name
from frontend.fields import IdsField

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

COUNTRIES = (
    "Brunei Darussalam", "Cambodia", "Indonesia", "Lao PDR", "Malaysia", "Myanmar",
    "Philippines", "Singapore", "Thailand", "Timor-Leste", "Viet Nam",
)  # fmt: skip
TEXT_FIELDS = ("seeks", "offers", "about", "title", "country")
MAX_UPLOAD_BYTES = 4_000_000
MAX_CARRIED_LENGTH = 2_200_000  # Django reads 2.5 MB of a form without files
CARRIED_SALT = "attendee-list"


def _text(label: _StrOrPromise, placeholder: _StrOrPromise) -> forms.CharField:
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
                **{name: getattr(attendee, name) for name in TEXT_FIELDS},
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
            attributes |= {"class": "input", "aria-describedby": f"about-{name}"}
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
        values = self.cleaned_data
        return ProfileChange(
            **{name: values[name] for name in (*TEXT_FIELDS, "listed")},
            languages=tuple(values["languages"]),
            seeks_topics=frozenset(values["seeks_topics"]),
            offers_topics=frozenset(values["offers_topics"]),
        )


class RolesForm(forms.Form):
    """Values to set for the attendees ticked, or for everybody the list found."""

    attendee = IdsField(required=False)
    everybody = forms.BooleanField(required=False)
    set_age_class = forms.CharField(required=False)
    set_visibility = forms.CharField(required=False)
    set_permission = forms.CharField(required=False)

    def attendee_ids(self, found: Collection[int]) -> Collection[int]:
        ticked: tuple[int, ...] = self.cleaned_data["attendee"]
        return found if self.cleaned_data["everybody"] else ticked

    def change(self) -> RoleChange:
        values = self.cleaned_data
        return RoleChange(
            age_class=values["set_age_class"],
            visibility=values["set_visibility"],
            permission=values["set_permission"],
        )


class ImportForm(forms.Form):
    """A list of attendees: a file uploaded now, or the signed text of one previewed before.

    Once valid, `content` holds the file's bytes and `carried_text` the text that carries them on.
    """

    file = forms.FileField(required=False, allow_empty_file=True)
    carried = forms.CharField(required=False)
    encoding = forms.CharField(required=False)
    confirm = forms.BooleanField(required=False)

    content: bytes
    carried_text: str

    def __init__(self, data: QueryDict, files: MultiValueDict[str, UploadedFile[Any]], event: Event) -> None:
        super().__init__(data, files)
        self.event = event

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("carried"):
            self.carried_text = values["carried"]
            self.content = self._unsigned(self.carried_text)
            return values
        file: UploadedFile[Any] | None = values.get("file")
        if file is None:
            raise forms.ValidationError(_("Choose a file first."))
        if (file.size or 0) > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 4 MB: split it, or import it by the command.")
            )
        self.content = file.read()
        self.carried_text = signing.dumps(
            [self.event.slug, self.content.decode("latin-1")], salt=CARRIED_SALT, compress=True
        )
        if len(self.carried_text) > MAX_CARRIED_LENGTH:
            raise forms.ValidationError(
                _("The file is too large for this page: split it, or import it by the command.")
            )
        return values

    def _unsigned(self, carried: str) -> bytes:
        """The bytes of a file previewed at this event."""
        try:
            slug, text = signing.loads(carried, salt=CARRIED_SALT)
        except signing.BadSignature:
            slug, text = "", ""
        if slug != self.event.slug:
            raise forms.ValidationError(
                _("This preview is not of this forum or was changed. Choose the file again.")
            )
        return bytes(text, "latin-1")
