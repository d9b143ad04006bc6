"""Reads: an attendee's requests, meetings, agenda and availability, and the organisers' figures."""
