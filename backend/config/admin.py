"""The administrator's pages: reference data, without access to accounts."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string


class StaffSite(AdminSite):
    """Django's admin, which is not there (404) for those who are signed in and not staff.

    Django would send them to sign in, and sign-in, since they are, back here without end.
    """

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def staff_only(request: HttpRequest, *given: Any, **named: Any) -> Any:
            # Imported late: models exist only now.
            from allauth.core.exceptions import ReauthenticationRequired

            from backend.events.rules.second_factors import ProofRequired, SecondFactorRequired
            from backend.events.services.second_factors import check_fresh_proof, check_second_factor

            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            if request.user.is_authenticated:
                try:
                    check_second_factor(person=request.user, request=request, now=timezone.now())
                    check_fresh_proof(person=request.user, request=request, now=timezone.now())
                except ProofRequired:
                    raise ReauthenticationRequired from None
                except SecondFactorRequired as refusal:
                    return import_string("frontend.access.refused")(request, refusal)
            return guarded(request, *given, **named)

        return staff_only


class ReferenceAdmin(AdminConfig):
    """Django's admin without what libraries put into it about people.

    Addresses are everybody's, minors included, and one added to an account opens it; a job says
    for whom a mail is, one about a report among them. An administrator is not the
    safeguarding lead, and cannot become them here (S10).
    """

    default = False
    default_site = "backend.config.admin.StaffSite"

    def ready(self) -> None:
        super().ready()
        # Imported late: models exist only now.
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator
        from allauth.usersessions.models import UserSession
        from django.contrib import admin
        from procrastinate.contrib.django.models import ProcrastinateJob

        admin.site.unregister([Authenticator, EmailAddress, ProcrastinateJob, UserSession])
