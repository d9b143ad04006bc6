"""From an organiser's list of attendees to rows in the database.

`reading` turns bytes into a table, `rows` a line into a checked row, `importing` rows into attendees.
"""
