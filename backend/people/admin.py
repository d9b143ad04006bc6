"""What the administrator's pages of reference data share. People are not edited here."""

# mypy: disable-error-code="type-arg"
# Django's admin classes take no type argument when they run.
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin

from backend.core.texts import validate_one_line


class OneLineAdmin(admin.ModelAdmin):
    """Reference data whose names stay on one line: calendars, mails and files write them so."""

    def formfield_for_dbfield(self, *given: Any, **named: Any) -> Any:
        field = super().formfield_for_dbfield(*given, **named)
        if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.Textarea):
            field.validators.append(validate_one_line)
        return field
