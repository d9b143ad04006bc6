"""Rows to the planners of groups and back."""
