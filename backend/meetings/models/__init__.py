"""Meetings with their seats, counter-offers, questions and waiting lists; availability, notices and more."""

from backend.meetings.models.assistants import Assistant, AssistantQuerySet
from backend.meetings.models.availability import Availability, MeetingRules
from backend.meetings.models.calendar_feeds import CalendarFeed
from backend.meetings.models.closures import Closure, DisplacedMeeting
from backend.meetings.models.connections import ContactShare, ContactShareQuerySet
from backend.meetings.models.counter_offers import CounterOffer, CounterOfferTime
from backend.meetings.models.follow_ups import FollowUp
from backend.meetings.models.meetings import Meeting, MeetingQuerySet, RequestedTime, Seat
from backend.meetings.models.notices import Delivery, Notice
from backend.meetings.models.questions import Question
from backend.meetings.models.waiting_list import WaitingListEntry, WaitingListQuerySet

__all__ = [
    "Assistant",
    "AssistantQuerySet",
    "Availability",
    "CalendarFeed",
    "Closure",
    "ContactShare",
    "ContactShareQuerySet",
    "CounterOffer",
    "CounterOfferTime",
    "Delivery",
    "DisplacedMeeting",
    "FollowUp",
    "Meeting",
    "MeetingQuerySet",
    "MeetingRules",
    "Notice",
    "Question",
    "RequestedTime",
    "Seat",
    "WaitingListEntry",
    "WaitingListQuerySet",
]
