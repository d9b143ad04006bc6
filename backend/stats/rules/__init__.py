"""Whom an event's figures count, and which counts must be withheld."""
