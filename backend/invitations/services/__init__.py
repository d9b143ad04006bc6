"""Invite an event's adults by mail, remind them, and let them in by the link of the mail."""
