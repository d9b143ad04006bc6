"""When people can meet, what they ask of each other, who sits where, and what they are told of it."""

from backend.meetings.models.delivery import Delivery
from backend.meetings.models.diary import Availability, MeetingRules
from backend.meetings.models.feed import CalendarFeed
from backend.meetings.models.meeting import Meeting, MeetingQuerySet, RequestedTime, Seat
from backend.meetings.models.notice import Notice

__all__ = [
    "Availability",
    "CalendarFeed",
    "Delivery",
    "Meeting",
    "MeetingQuerySet",
    "MeetingRules",
    "Notice",
    "RequestedTime",
    "Seat",
]
