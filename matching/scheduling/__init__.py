"""Scheduling: pairs with values, open slots and tables in; a plan with a proven bound, or conflicts, out."""
