"""Forms of the directory: whom to find, and notes on people saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django import forms
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from backend.directory.selectors.finding import WANTED, Wanted
from backend.events.models.events import Event
from backend.suggestions.models import NOTE_LENGTH
from frontend.fields import own_address


class FindForm(forms.Form):
    """A search and filters; a value that nobody has finds nobody."""

    page = forms.IntegerField(required=False)

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        for name in WANTED:
            self.fields[name] = forms.CharField(required=False)

    def wanted(self) -> Wanted:
        self.full_clean()
        return Wanted(**{name: self.cleaned_data.get(name, "") for name in WANTED})

    def page_number(self) -> int:
        self.full_clean()
        return self.cleaned_data.get("page") or 1


@dataclass(frozen=True, slots=True)
class BackTo:
    """The page from which somebody came to a person's page."""

    address: str
    label: str


class BackToForm(forms.Form):
    """The page of this event from which one came, as `from`; anything else is the page of suggestions."""

    PAGES = {
        "event_home": _("Home"),
        "home": _("Home"),
        "suggestions": _("Suggestions"),
        "people": _("People"),
        "saved_people": _("Saved and recently seen"),
        "session_companions": _("In my sessions"),
        "working_on": _("Who works on it"),
        "meetings": _("Meetings"),
        "meeting": _("Meeting"),
        "office_hour": _("Office hour"),
        "my_agenda": _("Agenda"),
        "sessions": _("Sessions"),
        "connections": _("Connections"),
        "notices": _("News"),
        "assistants": _("Assistants"),
        "acting_for": _("Acting for somebody"),
    }
    LONGEST = 1_000

    def __init__(self, data: Mapping[str, object]) -> None:
        super().__init__(data)
        self.fields["from"] = forms.CharField(required=False, max_length=self.LONGEST)

    def back_to(self, event: Event) -> BackTo:
        asked = own_address(self.cleaned_data["from"], event) if self.is_valid() else ""
        parts = urlsplit(asked)
        try:
            name = resolve(parts.path).url_name or "" if asked else ""
        except Resolver404:
            name = ""
        if name not in self.PAGES:
            return BackTo(reverse("suggestions", args=[event.slug]), str(self.PAGES["suggestions"]))
        return BackTo(urlunsplit(("", "", parts.path, parts.query, "")), str(self.PAGES[name]))


class RowForm(forms.Form):
    """In which list of the page a row stands."""

    at = forms.SlugField(max_length=20)


class NoteForm(forms.Form):
    """A note on somebody saved."""

    note = forms.CharField(
        label=_("My note"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3, "dir": "auto"}),
    )

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self.fields["note"].widget.attrs.pop("maxlength")  # a browser would silently cut a pasted text


class TopicForm(forms.Form):
    """The key of a topic, or of a theme."""

    topic = forms.CharField(required=False)
    theme = forms.CharField(required=False)

    def chosen(self) -> dict[str, str]:
        self.full_clean()
        return {name: self.cleaned_data.get(name, "") for name in ("topic", "theme")}


class VersionForm(forms.Form):
    """Which version of a part of the page is shown already."""

    version = forms.CharField(required=False)
