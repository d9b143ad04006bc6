"""What an assistant did for one of the two, in one sentence for the reader of the meeting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from backend.meetings.models import Meeting, Notice
from backend.meetings.selectors.meetings import MeetingRow

Kind = Notice.Kind
_DONE = {
    Meeting.State.ACCEPTED: Kind.ACCEPTED,
    Meeting.State.HELD: Kind.ACCEPTED,
    Meeting.State.NOT_HELD: Kind.ACCEPTED,
    Meeting.State.DECLINED: Kind.DECLINED,
    Meeting.State.WITHDRAWN: Kind.WITHDRAWN,
    Meeting.State.CANCELLED: Kind.CANCELLED,
}


def acted_words(row: MeetingRow) -> str:
    """Who accepted or ended the meeting, where an assistant did; else empty."""
    if (kind := _DONE.get(Meeting.State(row.state))) is None:
        return ""
    is_mine = not row.asked_by_me if kind == Kind.ACCEPTED else row.ended_by_me
    is_by_one = kind in (Kind.ACCEPTED, Kind.WITHDRAWN) or row.ended_by_me or row.ended_by_other
    name = row.my_assistant if is_mine else row.other_assistant
    return _sentence(kind, name, row, is_mine=is_mine) if is_by_one and name is not None else ""


def acted_notice_words(kind: str, facts: Mapping[str, Any], row: MeetingRow) -> str:
    """What the notice tells an assistant did; empty where they themself did it.

    The assistant is named while this is the last that was done, and where the reader may see them.
    """
    if "acted_for" not in facts:
        return ""
    is_mine = facts["acted_for"] != row.other.attendee_id
    name = row.my_assistant if is_mine else row.other_assistant
    is_last = _DONE.get(Meeting.State(row.state)) == kind
    return _sentence(Kind(kind), name if is_last and name else "", row, is_mine=is_mine)


def _sentence(kind: Notice.Kind, name: str, row: MeetingRow, *, is_mine: bool) -> str:
    names = {"name": row.other.name, "assistant": name}
    if is_mine:
        names["by"] = name or _("An assistant of yours")
        return _MINE[kind]() % names
    named = _("%(assistant)s, assistant of %(name)s,") if name else _("An assistant of %(name)s")
    names["by"] = named % names
    return _THEIRS[kind]() % names


_MINE = {
    Kind.ACCEPTED: lambda: _("%(by)s accepted the request of %(name)s for you."),
    Kind.DECLINED: lambda: _("%(by)s declined the request of %(name)s for you."),
    Kind.WITHDRAWN: lambda: _("%(by)s took your request to %(name)s back for you."),
    Kind.CANCELLED: lambda: _("%(by)s cancelled the meeting with %(name)s for you."),
}
_THEIRS = {
    Kind.ACCEPTED: lambda: _("%(by)s accepted."),
    Kind.DECLINED: lambda: _("%(by)s declined."),
    Kind.WITHDRAWN: lambda: _("%(by)s took the request back."),
    Kind.CANCELLED: lambda: _("%(by)s cancelled the meeting."),
}
