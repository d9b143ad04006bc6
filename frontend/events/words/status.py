"""What the administrators' status page says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

QUEUE_NAMES = {
    "clock": _("Regular work"),
    "urgent": _("Sign-in codes"),
    "mail": _("Mails"),
    "default": _("Suggestions"),
    "small": _("Suggestions of small forums"),
    "plans": _("Programmes"),
    "long": _("Lists and files"),
    "webhooks": _("Webhooks"),
}
PROBLEMS = {
    "worker_silent": _("No worker has given a sign of life for a minute: nothing is mailed or computed."),
    "codes_wait": _("Sign-in codes wait for over a minute: see whether the mail server answers."),
    "work_waits": _("Work waits for over half an hour: see in the log what the worker does."),
    "jobs_failed": _("Jobs failed in the last 24 hours: the log says why."),
    "jobs_given_up": _(
        "A job was given up: the worker ended each time it was tried, perhaps for want of memory. See below."
    ),
    "rows_failed": _("Regular work failed on some rows in the last 24 hours, and did the others. See below."),
    "mail_fails": _("The newest mail could not be sent: see whether the mail server takes mail."),
    "connections_used": _("Four of five connections of the database are in use."),
    "backup_old": _("This machine has no backup from the last 36 hours."),
}
STAGES = {
    "graph": _("Linking who is tied to whom"),
    "pairs": _("Scoring pairs"),
    "balance": _("Balancing"),
    "lists": _("Choosing the lists"),
}


def stage_name(stage: str) -> str:
    """A stage of matching in words; those of reading texts are words already."""
    return str(STAGES.get(stage, stage))
