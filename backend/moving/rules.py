"""What becomes of each table when a forum moves to another installation.

A test compares this with every table of the database: a new one has to say which it is.
"""

from __future__ import annotations

import datetime as dt

from django.apps import apps
from django.db.models import Model

from backend.core.errors import Refused


class CannotMove(Refused):
    """What a terminal shows to the administrator who moves a forum; nothing was changed."""


APPROVAL_LIFE = dt.timedelta(hours=24)
MODELS: dict[str, type[Model]] = {
    model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy
}

_TRACES_OF_EVENT = (
    "attendee", "closure", "meeting", "planned", "plan", "publishing", "rules", "run", "sector", "session", "slot",
    "table", "theme", "topic", "agreement",
)  # fmt: skip
_OF_ATTENDEE = ("attendee__event",)
_OF_EVENT = ("event",)

# Carried: by which fields a row leads to the forum, in the order in which rows are written. Where there is
# none, `selectors.rows_of` says which rows.
CARRIED: dict[str, tuple[str, ...]] = {
    "people_person": (),
    "events_event": (),
    "people_formeraddress": (),
    "people_knownminor": (),
    "events_theme": _OF_EVENT,
    "events_topic": _OF_EVENT,
    "events_sector": _OF_EVENT,
    "events_organisation": _OF_EVENT,
    "events_slot": _OF_EVENT,
    "events_table": _OF_EVENT,
    "events_session": _OF_EVENT,
    "events_attendee": _OF_EVENT,
    "events_alias": _OF_ATTENDEE,
    "events_appointment": _OF_ATTENDEE,
    "events_interest": _OF_EVENT,
    "events_sessionpart": _OF_EVENT,
    "events_picture": _OF_ATTENDEE,
    "events_guardianconsent": _OF_ATTENDEE,
    "events_suspension": _OF_ATTENDEE,
    "events_adultproposal": _OF_ATTENDEE,
    "events_agealert": _OF_ATTENDEE,
    "events_ageagreement": (),
    "events_countrycontact": _OF_EVENT,
    "events_outsidecontact": _OF_EVENT,
    "events_merge": _OF_EVENT,
    "events_tie": ("edition",),
    "safeguarding_aliasentry": _OF_ATTENDEE,
    "safeguarding_block": (),
    "safeguarding_chaperone": _OF_EVENT,
    "safeguarding_vetting": _OF_ATTENDEE,
    "safeguarding_contactrule": _OF_EVENT,
    "safeguarding_openplace": ("table__event",),
    "safeguarding_delegationsession": _OF_EVENT,
    "safeguarding_delegationseat": _OF_EVENT,
    "safeguarding_heldidentity": _OF_ATTENDEE,
    "assistants_assistant": _OF_EVENT,
    "booking_meetingrules": _OF_EVENT,
    "booking_closure": _OF_EVENT,
    "booking_availability": _OF_EVENT,
    "booking_meeting": _OF_EVENT,
    "booking_seat": _OF_EVENT,
    "booking_requestedtime": _OF_EVENT,
    "booking_counteroffer": _OF_EVENT,
    "booking_counteroffertime": _OF_EVENT,
    "booking_question": ("meeting__event",),
    "booking_displacedmeeting": ("meeting__event",),
    "booking_followup": ("meeting__event",),
    "booking_waitinglistentry": _OF_EVENT,
    "groups_rounds": _OF_EVENT,
    "groups_roundtable": _OF_EVENT,
    "groups_roundseat": _OF_EVENT,
    "booking_notice": _OF_EVENT,
    "booking_delivery": ("notice__event",),
    "safeguarding_report": _OF_EVENT,
    "safeguarding_reportentry": ("report__event",),
    "safeguarding_reportview": ("report__event",),
    "safeguarding_reporthandover": ("report__event",),
    "safeguarding_reportlink": ("report__event",),
    "safeguarding_reportalert": ("report__event",),
    "safeguarding_outsidealert": ("report__event",),
    "outcomes_contactshare": _OF_EVENT,
    "agenda_calendarfeed": _OF_ATTENDEE,
    "invitations_invitation": _OF_ATTENDEE,
    "invitations_invitationrules": _OF_EVENT,
    "mails_mailtexts": _OF_EVENT,
    "directory_nudge": _OF_ATTENDEE,
    "directory_profilevisit": _OF_EVENT,
    "directory_timesmail": _OF_ATTENDEE,
    "directory_wishtomeet": _OF_EVENT,
    "programme_programmerules": _OF_EVENT,
    "programme_plan": _OF_EVENT,
    "programme_plannedmeeting": _OF_EVENT,
    "roster_columnchoice": _OF_EVENT,
    "roster_departure": _OF_EVENT,
    "stats_release": _OF_EVENT,
    "suggestions_suggestionrules": _OF_EVENT,
    "suggestions_learning": _OF_EVENT,
    "suggestions_learnedweights": _OF_EVENT,
    "suggestions_run": _OF_EVENT,
    "suggestions_suggestion": ("run__event",),
    "suggestions_listreading": ("run__event",),
    "suggestions_suggestionview": _OF_ATTENDEE,
    "suggestions_feedback": _OF_ATTENDEE,
    "core_act": _OF_EVENT,
    "pghistory_context": (),
    **{f"audit_{name}trace": _OF_EVENT for name in _TRACES_OF_EVENT},
    "audit_nudgetrace": _OF_ATTENDEE,
    "audit_proposaltrace": _OF_ATTENDEE,
}

# Made again by the target itself.
MADE_AGAIN = frozenset(
    {
        "account_emailaddress",  # at the next sign-in
        "directory_searchname",  # by triggers and the next search
        "directory_searchtext",
        "suggestions_embedding",
    }
)

# What lets somebody in, what waits or counts here alone, and keys of other servers, which are entered again.
# With the fields by which rows lead to the forum, for its deletion.
LEFT_OUT: dict[str, tuple[str, ...]] = {
    "account_emailconfirmation": (),
    "agenda_sessionmail": _OF_ATTENDEE,
    "auth_group": (),
    "auth_group_permissions": (),
    "auth_permission": (),
    "booking_busycalendar": _OF_ATTENDEE,
    "core_abandonedjob": (),
    "core_mailday": _OF_EVENT,
    "core_stepfailure": (),
    "core_usecount": (),
    "demo_outgoingmail": (),
    "django_admin_log": (),
    "django_content_type": (),
    "django_migrations": (),
    "django_session": (),
    "events_longjob": _OF_EVENT,
    "events_translationremark": (),
    "integrations_programmeentry": ("source__event",),
    "integrations_source": _OF_EVENT,
    "integrations_webhook": _OF_EVENT,
    "integrations_webhookdelivery": ("webhook__event",),
    "mails_mailtest": _OF_ATTENDEE,
    "mfa_authenticator": (),
    "moving_approval": _OF_EVENT,
    "moving_arrival": (),
    "people_accountmail": (),
    "people_apitoken": (),
    "people_factorreset": (),
    "people_firstadministratorlink": (),
    "people_linkedidentity": (),
    "people_movedkey": (),
    "people_person_groups": (),
    "people_person_user_permissions": (),
    "procrastinate_events": (),
    "procrastinate_jobs": (),
    "procrastinate_periodic_defers": (),
    "procrastinate_workers": (),
    "roster_registration": ("source__event",),
    "usersessions_usersession": (),
}

# What a forum that is deleted leaves: S12. Of connections those that both agreed to keep.
KEPT = frozenset(
    {
        "events_event",
        "people_person",
        "people_formeraddress",
        "people_knownminor",
        "safeguarding_block",
        "outcomes_contactshare",
        "stats_release",
        "suggestions_learnedweights",
        "events_ageagreement",
    }
)
