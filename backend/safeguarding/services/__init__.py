"""Blocks people make for their protection, their reports, aliases, and what a safeguarding lead does."""
