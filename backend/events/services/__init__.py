"""Writes to events: their set-up, venue, attendees and profiles. `importing` reads attendee lists."""
