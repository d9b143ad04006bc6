"""Reads of programmes, for organisers: plans, where a meeting could move, and schedules to print."""
