"""The administrator's pages: reference data, and never a way into somebody's account."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class ReferenceAdmin(AdminConfig):
    """Django's admin without what libraries put into it about people.

    Addresses are everybody's, minors included, and one added to an account opens it; a token acts as its
    owner; a job says for whom a mail is, one about a report among them. An administrator is not the
    safeguarding lead, and cannot become them here (S10).
    """

    default = False

    def ready(self) -> None:
        super().ready()
        # Imported late: models exist only now.
        from allauth.account.models import EmailAddress
        from django.contrib import admin
        from procrastinate.contrib.django.models import ProcrastinateJob
        from rest_framework.authtoken.models import TokenProxy

        admin.site.unregister([EmailAddress, ProcrastinateJob, TokenProxy])
