"""Between the database and matching: `event_data` reads rows, `texts` encodes, `lists` matches.

`understood` reads along while somebody writes, `meaning` what somebody searches for.
"""
