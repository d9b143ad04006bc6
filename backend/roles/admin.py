# mypy: disable-error-code="type-arg"
"""Roles for the administrator, who confirms, refuses and ends them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.events.models.roles import Appointment
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.aliases import is_under_alias
from backend.events.selectors import name_in_lists
from backend.roles.services.appointments import confirm_role, end_role, refuse_role


@admin.register(Appointment)
class AppointmentAdmin(admin.ModelAdmin):
    """Organisers and safeguarding leads: the administrator confirms, refuses and ends, no more."""

    list_display = ("who", "address", "permission", "event", "state", "proposed_by_name", "proposed_at")
    list_display_links = None
    list_filter = ("state", "permission")
    list_select_related = ("attendee__person", "attendee__event", "proposed_by")
    ordering = ("-proposed_at",)
    actions = ("confirm", "refuse", "end")

    def get_queryset(self, request: HttpRequest) -> QuerySet:  # noqa: ARG002
        shown = Attendee.objects.filter(is_known_adult(), pk=OuterRef("attendee")).exclude(is_under_alias())
        return Appointment.objects.annotate(has_shown_address=Exists(shown))

    @admin.display(description=gettext_lazy("person"))
    def who(self, row: Appointment) -> str:
        return name_in_lists(row.attendee)

    @admin.display(description=gettext_lazy("e-mail"))
    def address(self, row: Appointment) -> str:
        """So that a second mailbox of the one who proposes can be told.

        Nobody who is no known adult, or under an alias.
        """
        return row.attendee.person.email if row.has_shown_address else ""  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("event"))
    def event(self, row: Appointment) -> str:
        return row.attendee.event.name

    @admin.display(description=gettext_lazy("proposed by"))
    def proposed_by_name(self, row: Appointment) -> str:
        return row.proposed_by.name if row.proposed_by else ""

    @admin.action(description=gettext_lazy("Confirm"), permissions=["view"])
    def confirm(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, confirm_role)

    @admin.action(description=gettext_lazy("Refuse"), permissions=["view"])
    def refuse(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, refuse_role)

    @admin.action(description=gettext_lazy("End"), permissions=["view"])
    def end(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, end_role)

    def _decide(self, request: HttpRequest, rows: QuerySet, service: Callable[..., object]) -> None:
        """One after the other; the sentence of each refusal is shown."""
        for row in rows.select_related("attendee__event").order_by("pk"):
            event = row.attendee.event
            try:
                service(event=event, appointment_id=row.pk, by=request.user, now=timezone.now())
            except BusinessError as refusal:
                self.message_user(request, refusal.message, messages.ERROR)
            else:
                self.message_user(request, _("Done. The leads and organisers are told by mail."))

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Appointment | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Appointment | None = None) -> bool:  # noqa: ARG002
        return False
