"""Languages and times in words."""
