"""Notices of the page whose sentence depends on the meeting's state or on the facts of its moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from backend.booking.selectors.meetings import MeetingRow


def requested(_row: MeetingRow, facts: Mapping[str, Any]) -> str:
    if facts.get("waited"):
        return _("%(name)s waited for a free time with you, and asks to meet.")
    return _("%(name)s asks to meet you.")


def accepted(row: MeetingRow, _facts: Mapping[str, Any]) -> str:
    if row.by_organisers:
        return _("You meet %(name)s: the organisers proposed it and you both said yes.")
    return _("%(name)s accepted.") if row.asked_by_me else _("You accepted %(name)s’s request.")


def expired(row: MeetingRow, facts: Mapping[str, Any]) -> str:
    if row.by_organisers:
        return _("The meeting with %(name)s that the organisers proposed did not come about.")
    if row.asked_by_me and facts.get("waits_again"):
        return _("The time with %(name)s is taken. You have your old place in the waiting list.")
    if row.asked_by_me and facts.get("waited"):
        return _("%(name)s gave no answer in time. You can wait for another time.")
    return _("The request between you and %(name)s expired.")


def cancelled(row: MeetingRow, _facts: Mapping[str, Any]) -> str:
    if row.ended_by_me:
        return _("You cancelled the meeting with %(name)s.")
    return _("The meeting with %(name)s is cancelled.")


def time_taken(row: MeetingRow, facts: Mapping[str, Any]) -> str:
    match row.by_organisers, row.asked_by_me, bool(facts.get("are_new")):
        case True, _mine, True:
            return _("The time proposed for you and %(name)s is taken. Please answer for the next one.")
        case True, _mine, False:
            return _("A time proposed for you and %(name)s is taken; the proposal keeps the others.")
        case False, True, True:
            return _("The times you offered %(name)s are taken. The next ones are offered; you can change them.")
        case False, False, True:
            return _("The times %(name)s offered are taken. The request now offers the next ones.")
        case False, True, False:
            return _("A time you offered %(name)s is taken; the request keeps the others.")
    return _("A time %(name)s offered is taken; the request keeps the others.")


def reminder_half(row: MeetingRow, _facts: Mapping[str, Any]) -> str:
    if row.by_organisers:
        return _("Will you meet %(name)s? The organisers wait for your answer.")
    return _("%(name)s still waits for your answer.")
