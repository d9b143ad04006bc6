"""What is said of an event's share of the installation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REACHED = {
    "people": _("This forum has as many people as it may: nobody can be added."),
    "mails": _("This forum has sent as many mails as it may in a day: the others are sent tomorrow."),
    "pictures": _("This forum has as many pictures as it may: nobody can add one."),
}
