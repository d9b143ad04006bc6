"""The forms of one's own profile, of the list of attendees, and of an event's topics and sessions."""
