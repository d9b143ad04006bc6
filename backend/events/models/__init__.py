"""Editions of a forum, who takes part, what they seek and offer, and when and where they can meet."""

from backend.events.models.age_classes import AdultProposal, AgeAgreement, AgeAlert
from backend.events.models.agenda import Session, SessionPart, Slot, Table
from backend.events.models.aliases import Alias
from backend.events.models.attendees import (
    Attendee,
    AttendeeQuerySet,
    Interest,
    Organisation,
    Sector,
)
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event, Theme, Tie, Topic
from backend.events.models.long_jobs import LONG_JOB_LIFE, LongJob
from backend.events.models.merges import MERGE_LIFE, Merge, MergeQuerySet
from backend.events.models.roles import Appointment, AppointmentQuerySet, CountryContact, OutsideContact
from backend.events.models.suspensions import Suspension

__all__ = [
    "LONG_JOB_LIFE",
    "MERGE_LIFE",
    "AdultProposal",
    "AgeAgreement",
    "AgeAlert",
    "Alias",
    "Appointment",
    "AppointmentQuerySet",
    "Attendee",
    "AttendeeQuerySet",
    "CountryContact",
    "Event",
    "GuardianConsent",
    "Interest",
    "LongJob",
    "Merge",
    "MergeQuerySet",
    "Organisation",
    "OutsideContact",
    "Sector",
    "Session",
    "SessionPart",
    "Slot",
    "Suspension",
    "Table",
    "Theme",
    "Tie",
    "Topic",
]
