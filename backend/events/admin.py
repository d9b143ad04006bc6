"""Reference data for the administrator: events with their themes, topics, sessions and organisations.

Attendees and what they seek are not here: those belong to the attendees and to the import. Of an event's
organisers and safeguarding leads there is what the administrator decides: who is confirmed and who is ended.
"""

# mypy: disable-error-code="type-arg"
# Django's admin classes take no type argument when they run.
from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.events.models.agenda import Session
from backend.events.models.attendees import Organisation, Sector
from backend.events.models.events import Event, Theme, Topic
from backend.events.models.roles import OutsideContact
from backend.events.services.opening import set_outside_contact
from backend.events.services.setup import check_zone
from backend.people.admin import OneLineAdmin
from backend.people.models import Person


class EventForm(forms.ModelForm):
    class Meta:
        model = Event
        fields = (
            "slug",
            "name",
            "timezone",
            "starts_on",
            "ends_on",
            "venue",
            "meetings_per_person",
            "interpreters",
            "previous",
        )

    def clean_timezone(self) -> str:
        zone = str(self.cleaned_data["timezone"])
        try:
            check_zone(zone)
        except BusinessError as refusal:
            raise forms.ValidationError(refusal.message) from None
        return zone


class SameEventForm(forms.ModelForm):
    """A topic or session takes a theme of its own event only."""

    def clean(self) -> dict[str, object] | None:
        cleaned = super().clean() or {}
        theme, event = cleaned.get("theme"), cleaned.get("event")
        event_id = event.pk if isinstance(event, Event) else self.instance.event_id  # stored: read-only
        if isinstance(theme, Theme) and event_id is not None and theme.event_id != event_id:
            self.add_error("theme", _("This theme belongs to another event."))
        return cleaned


@admin.register(Event)
class EventAdmin(OneLineAdmin):
    form = EventForm
    list_display = ("slug", "name", "starts_on", "ends_on", "timezone")
    search_fields = ("slug", "name")

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:  # noqa: ARG002
        """Never: it would remove reports, and the page that asks would count them (S10)."""
        return False


@admin.register(Theme)
class ThemeAdmin(OneLineAdmin):
    list_display = ("name", "event", "position")
    list_filter = ("event",)
    list_select_related = ("event",)
    search_fields = ("name",)


@admin.register(Topic)
class TopicAdmin(OneLineAdmin):
    form = SameEventForm
    list_display = ("name", "theme", "event", "position")
    list_filter = ("event", "theme")
    list_select_related = ("event", "theme")
    search_fields = ("name",)


@admin.register(Session)
class SessionAdmin(OneLineAdmin):
    form = SameEventForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ("title", "event", "theme", "starts_at", "ends_at", "room")
    list_filter = ("event", "theme")
    list_select_related = ("event", "theme")
    search_fields = ("title",)

    def get_readonly_fields(self, request: HttpRequest, obj: Session | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """A stored session keeps its time: people's meetings were arranged around it.

        To move it, add a session at the new time and remove the old one.
        """
        return ("event", "starts_at", "ends_at") if obj else ()


@admin.register(Sector)
class SectorAdmin(OneLineAdmin):
    list_display = ("name", "event", "constituency", "position")
    list_filter = ("event", "constituency")
    list_select_related = ("event",)
    search_fields = ("key", "name")


@admin.register(Organisation)
class OrganisationAdmin(OneLineAdmin):
    list_display = ("name", "event", "sector")
    list_filter = ("event", "sector")
    list_select_related = ("event", "sector")
    search_fields = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """A stored organisation stays with its event: the attendees who work there do."""
        return ("event",) if obj else ()


class OutsideContactForm(forms.ModelForm):
    class Meta:
        model = OutsideContact
        fields = ("event", "name", "email", "phone")

    def clean(self) -> dict[str, object] | None:
        values = super().clean() or {}
        event = values.get("event")
        if isinstance(event, Event) and event.is_rehearsal:
            self.add_error("event", _("This is a rehearsal, and its people are made up: choose the forum itself."))
        if not values.get("email") and not values.get("phone"):
            raise forms.ValidationError(_("Write a mail address or a phone number of the outside contact."))
        return values


@admin.register(OutsideContact)
class OutsideContactAdmin(OneLineAdmin):
    form = OutsideContactForm
    list_display = ("event", "name", "email", "phone")
    list_select_related = ("event",)

    def save_model(self, request: HttpRequest, obj: OutsideContact, *_given: Any) -> None:
        saved = set_outside_contact(
            event=obj.event,
            name=obj.name,
            email=obj.email,
            phone=obj.phone,
            by=cast(Person, request.user),
            now=timezone.now(),
        )
        obj.pk = saved.pk

    def get_readonly_fields(self, request: HttpRequest, obj: OutsideContact | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("event",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: OutsideContact | None = None) -> bool:  # noqa: ARG002
        return False
