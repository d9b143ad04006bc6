"""Writes to events: their set-up, venue, attendees and profiles. `importing` reads attendee lists."""

from backend.events.services.changes import ATTENDEES_CHANGED, announce_changes, matching_lock
from backend.events.services.profiles import ProfileChange, UnknownTopic, update_profile
from backend.events.services.roles import RoleChange, change_roles
from backend.events.services.setup import (
    appoint_lead,
    appoint_organiser,
    create_event,
    load_themes,
    set_interpreters,
)
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
    "BadTable",
    "BadTopic",
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
    "announce_changes",
    "appoint_lead",
    "appoint_organiser",
    "change_roles",
    "change_table",
    "change_topic",
    "create_event",
    "load_themes",
    "matching_lock",
    "merge_topics",
    "move_theme",
    "move_topic",
    "remove_slots",
    "remove_table",
    "remove_theme",
    "remove_topic",
    "rename_theme",
    "set_interpreters",
    "update_profile",
]
