"""Writes: requests, answers, counter-offers, meetings, availability, sessions, notices, calendar feeds."""
