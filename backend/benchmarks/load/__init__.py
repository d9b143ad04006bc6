"""Load test of meetings: real processes, real HTTP, and a check of the database afterwards."""
