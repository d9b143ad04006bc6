"""Social network analysis of meetings: structure, mixing between groups, and brokerage roles."""
