"""Reads of suggestions: an attendee's list, Runs, and what organisers inspect and export."""
