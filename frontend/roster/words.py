"""The columns of a list of attendees in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

COLUMN_WORDS = {
    "email": _("E-mail"),
    "name": _("Full name"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "short_name": _("Name to be called"),
    "title": _("Title"),
    "organisation": _("Organisation"),
    "sector": _("Sector"),
    "country": _("Country"),
    "languages": _("Languages"),
    "translating_device": _("Translating device"),
    "age_class": _("Age class"),
    "role": _("Role"),
    "about": _("About"),
    "seeks": _("Seeks"),
    "offers": _("Offers"),
    "topics_seek": _("Topics they seek"),
    "topics_offer": _("Topics they offer"),
    "id": _("Id of an earlier download"),
}
