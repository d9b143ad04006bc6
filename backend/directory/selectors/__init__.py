"""What attendees read of each other, and what organisers read of everybody at an event."""
