"""Every address that is no page: sign-in, admin, API, monitors; frontend/urls.py lists the pages."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backend.agenda.api.calendar import calendar_file
from backend.config.health import failed, healthz, readyz
from backend.config.metrics import metrics
from backend.config.security import security_txt


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 for an address that leads nowhere: JSON under the API's, a page elsewhere."""
    if not request.path.startswith("/api/v1/"):
        return page_not_found(request, exception)
    refusal = {"code": "not_found", "message": _("There is no such address."), "details": {}}
    return JsonResponse(refusal, status=404)


handler404 = not_found
handler500 = failed

# Sign-in is by code alone: the pages that ask for a password, or offer an account, lead to the code page.
_CODE_ONLY = RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("accounts/login/", _CODE_ONLY),
    path("accounts/signup/", _CODE_ONLY),
    path("accounts/password/<path:rest>", RedirectView.as_view(url="/accounts/login/code/")),
    # Only organisers add e-mail addresses to accounts.
    path("accounts/email/", RedirectView.as_view(url="/")),
    path("accounts/reauthenticate/", RedirectView.as_view(url="/")),
    path("accounts/confirm-email/", RedirectView.as_view(url="/")),
    path("accounts/confirm-email/<secret:key>/", RedirectView.as_view(url="/"), name="account_confirm_email"),
    path("", include("frontend.urls")),  # before the library's: two of its pages are ours
    path("accounts/", include("allauth.account.urls")),
    # The passkeys stand on the first of these pages, with the other second factors.
    path("accounts/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/login/", _CODE_ONLY),
    path("admin/", admin.site.urls),
    path("api/v1/", include("backend.config.api_urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
    path("calendar/<secret:token>.ics", calendar_file, name="calendar_file"),
]
