"""Forms of the directory: whom to find."""

from __future__ import annotations

from django import forms

from backend.directory.selectors import WANTED, Wanted


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
