"""Small groups: rounds of tables, trios and roundtables."""
