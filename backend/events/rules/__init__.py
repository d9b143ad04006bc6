"""Who may do what at an event, and what its times, languages and profiles must look like."""
