"""Public profiles, a person's own blocks, and reports for safeguarding leads."""
