"""Reference data for the administrator: sectors and organisations. People are not edited here."""

# mypy: disable-error-code="type-arg"
# Django's admin classes take no type argument when they run.
from __future__ import annotations

from django.contrib import admin

from backend.people.models import Organisation, Sector


@admin.register(Sector)
class SectorAdmin(admin.ModelAdmin):
    list_display = ("key", "name", "constituency")
    list_filter = ("constituency",)
    search_fields = ("key", "name")


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ("name", "sector")
    list_filter = ("sector",)
    list_select_related = ("sector",)
    search_fields = ("name",)
