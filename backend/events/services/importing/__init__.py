"""From an organiser's list of attendees to rows in the database.

`reading` turns bytes into lines of cells, `rows` a line into a checked row, `attendees` rows into attendees.
"""
