"""Writes of suggestions: Runs with their lists, feedback, and views."""
