"""Who may do what at an event, and what its times, languages and profiles must look like."""

from backend.events.rules.age_classes import doubts_about_attendee, is_held_as_minor
from backend.events.rules.attendees import (
    LANGUAGE_LIMIT,
    TEXT_LIMIT,
    DemoAccount,
    IdPair,
    TextTooLong,
    check_can_hold_role,
    check_organiser,
    clean_text,
    has_empty_profile,
    is_empty_profile,
    is_organiser,
    pair_of,
)
from backend.events.rules.languages import interpreter_text, languages_in_common, needs_interpreter
from backend.events.rules.names import first_name_in
from backend.events.rules.slot_grid import BadGrid, SlotGrid, periods_of

__all__ = [
    "LANGUAGE_LIMIT",
    "TEXT_LIMIT",
    "BadGrid",
    "DemoAccount",
    "IdPair",
    "SlotGrid",
    "TextTooLong",
    "check_can_hold_role",
    "check_organiser",
    "clean_text",
    "doubts_about_attendee",
    "first_name_in",
    "has_empty_profile",
    "interpreter_text",
    "is_empty_profile",
    "is_held_as_minor",
    "is_organiser",
    "languages_in_common",
    "needs_interpreter",
    "pair_of",
    "periods_of",
]
