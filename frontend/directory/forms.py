"""Forms of the directory: whom to find, and notes on people saved."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.directory.selectors.finding import WANTED, Wanted
from backend.suggestions.models import NOTE_LENGTH


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


class NoteForm(forms.Form):
    """A note on somebody saved, or that they are saved no longer."""

    REMOVE = "remove"

    do = forms.CharField(required=False)
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
