"""What an assistant did for one of the two, in one sentence for the reader of the meeting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.selectors.meetings import MeetingRow

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
    name = row.my_assistant if is_done_here(kind, row) else row.other_assistant
    is_by_one = kind != Kind.CANCELLED or row.ended_by_me or row.ended_by_other
    return _sentence(kind, name, row) if is_by_one and name is not None else ""


def is_done_here(kind: str, row: MeetingRow) -> bool:
    """Whether it is the viewer's side that did what a notice of this kind tells."""
    if kind == Kind.CANCELLED:
        return row.ended_by_me
    return row.asked_by_me == (kind == Kind.WITHDRAWN)


def acted_notice_words(kind: str, facts: Mapping[str, Any], row: MeetingRow) -> str:
    """What the notice tells an assistant did; empty where they themself did it.

    The assistant is named while this is the last that was done, and where the reader may see them.
    """
    if "acted_for" not in facts:
        return ""
    name = row.my_assistant if is_done_here(kind, row) else row.other_assistant
    is_last = _DONE.get(Meeting.State(row.state)) == kind
    return _sentence(Kind(kind), name if is_last and name else "", row)


def _sentence(kind: Notice.Kind, name: str, row: MeetingRow) -> str:
    names = {"name": row.other.name, "assistant": name}
    if is_done_here(kind, row):
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
