"""A forum under load: real processes, real HTTP, and a count of what must never happen."""
