"""Writes to events: their set-up, venue, attendees and profiles. `importing` reads attendee lists."""

from backend.events.services.age_classes import (
    AdultsNotConfirmed,
    LeadHasToConsent,
    agree_adult,
    consent_to_adult,
    decline_adult,
    propose_adult,
)
from backend.events.services.appointments import confirm_role, end_role, propose_role, refuse_role
from backend.events.services.changes import ATTENDEES_CHANGED, announce_changes, matching_lock
from backend.events.services.joining import OldAgreement, record_agreement
from backend.events.services.locks import lock_attendees, lock_event, lock_rows
from backend.events.services.opening import change_state, follow_days, open_event, set_outside_contact
from backend.events.services.profiles import ProfileChange, UnknownTopic, update_profile
from backend.events.services.roles import RoleChange, change_roles
from backend.events.services.setup import (
    appoint_lead,
    appoint_organiser,
    create_event,
    load_themes,
    set_interpreters,
)
from backend.events.services.starting import ForumData, start_event
from backend.events.services.topics import (
    TOPIC_NAME_LENGTH,
    BadTopic,
    TopicInUse,
    add_theme,
    add_topic,
    change_topic,
    merge_topics,
    move_theme,
    move_topic,
    remove_theme,
    remove_topic,
    rename_theme,
)
from backend.events.services.venue import (
    BadTable,
    TableData,
    add_slots,
    add_table,
    add_tables,
    change_table,
    remove_slots,
    remove_table,
)

__all__ = [
    "ATTENDEES_CHANGED",
    "TOPIC_NAME_LENGTH",
    "AdultsNotConfirmed",
    "BadTable",
    "BadTopic",
    "ForumData",
    "LeadHasToConsent",
    "OldAgreement",
    "ProfileChange",
    "RoleChange",
    "TableData",
    "TopicInUse",
    "UnknownTopic",
    "add_slots",
    "add_table",
    "add_tables",
    "add_theme",
    "add_topic",
    "agree_adult",
    "announce_changes",
    "appoint_lead",
    "appoint_organiser",
    "change_roles",
    "change_state",
    "change_table",
    "change_topic",
    "confirm_role",
    "consent_to_adult",
    "create_event",
    "decline_adult",
    "end_role",
    "follow_days",
    "load_themes",
    "lock_attendees",
    "lock_event",
    "lock_rows",
    "matching_lock",
    "merge_topics",
    "move_theme",
    "move_topic",
    "open_event",
    "propose_adult",
    "propose_role",
    "record_agreement",
    "refuse_role",
    "remove_slots",
    "remove_table",
    "remove_theme",
    "remove_topic",
    "rename_theme",
    "set_interpreters",
    "set_outside_contact",
    "start_event",
    "update_profile",
]
