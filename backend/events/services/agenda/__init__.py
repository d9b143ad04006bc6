"""Sessions of an event: one by one, or from the file of a programme.

`files` reads CSV, iCalendar and schedule.json into sessions, `sessions` checks and writes one, `imports`
compares a file with the agenda and carries out the difference. Pages and the API use `meetings.services`,
which also re-offers the requests of people who are busy then.
"""
