"""Audit entries as text."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.audit.selectors import SYSTEM, AuditEntry
from backend.events.models.attendees import Attendee

KINDS = {
    "age_class": gettext_lazy("Age class"),
    "visibility": gettext_lazy("Visibility"),
    "permission": gettext_lazy("Permission"),
    "imported": gettext_lazy("Import of attendees"),
    "started": gettext_lazy("Start of the forum"),
    "opened": gettext_lazy("Opening of the forum"),
    "state": gettext_lazy("State of the forum"),
    "slots": gettext_lazy("Meeting times"),
    "tables": gettext_lazy("Tables"),
    "themes": gettext_lazy("Themes"),
    "topics": gettext_lazy("Topics"),
    "sectors": gettext_lazy("Sectors"),
    "sessions": gettext_lazy("Sessions"),
    "closures": gettext_lazy("Closed times"),
    "rules": gettext_lazy("Rules for requests"),
    "publishing": gettext_lazy("Rules for programmes"),
    "plan": gettext_lazy("Programmes"),
    "planned": gettext_lazy("Planned meetings"),
    "lists": gettext_lazy("Suggestions"),
    "meetings": gettext_lazy("Meetings of others"),
    "nudged": gettext_lazy("Nudges"),
    "invited": gettext_lazy("Invitations"),
    "times": gettext_lazy("Times opened for people"),
    "merged": gettext_lazy("Entries made one"),
    "synced": gettext_lazy("Sources of people"),
    "webhook": gettext_lazy("Webhooks"),
    "quota": gettext_lazy("Limits of the forum"),
    "contact": gettext_lazy("Contact rules"),
    "acted": gettext_lazy("Assistants"),
    "took": gettext_lazy("Downloads"),
}
WEBHOOK_TEXTS = {
    "added": gettext_lazy("Added webhook %(webhook)s"),
    "changed": gettext_lazy("Changed webhook %(webhook)s"),
    "deleted": gettext_lazy("Deleted webhook %(webhook)s"),
    "renewed": gettext_lazy("Gave webhook %(webhook)s a new secret"),
    "ended": gettext_lazy("Ended the former secret of webhook %(webhook)s"),
    "on": gettext_lazy("Switched webhook %(webhook)s on"),
    "off": gettext_lazy("Switched webhook %(webhook)s off"),
    "gone": gettext_lazy("Webhook %(webhook)s was switched off: its address is gone"),
    "failing": gettext_lazy("Webhook %(webhook)s was switched off: it failed for five days"),
}
FIELD_TEXTS = {
    "age_class": (gettext_lazy("Set the age class of %(whom)s to %(value)s"), Attendee.AgeClass),
    "visibility": (gettext_lazy("Set the visibility of %(whom)s to %(value)s"), Attendee.Visibility),
    "permission": (gettext_lazy("Set the permission of %(whom)s to %(value)s"), Attendee.Permission),
}
FIXED_TEXTS = {
    ("started", "started"): gettext_lazy("Started the forum"),
    ("state", "draft"): gettext_lazy("Made the forum a draft again"),
    ("state", "inviting"): gettext_lazy("Moved the forum to inviting"),
    ("state", "live"): gettext_lazy("Moved the forum to live"),
    ("state", "closed"): gettext_lazy("Closed the forum"),
    ("state", "archived"): gettext_lazy("Archived the forum"),
    ("opened", "opened"): gettext_lazy("Opened the forum to its participants"),
    ("permission", "proposed:organiser"): gettext_lazy("Proposed an organiser"),
    ("permission", "proposed:safeguarding-lead"): gettext_lazy("Proposed a safeguarding lead"),
    ("permission", "refused:organiser"): gettext_lazy("Did not confirm a proposed organiser"),
    ("permission", "refused:safeguarding-lead"): gettext_lazy("Did not confirm a proposed safeguarding lead"),
    ("quota", "quota"): gettext_lazy("Set the limits of the forum"),
    ("merged", "merged"): gettext_lazy("Made two entries of one person one"),
    ("rules", "added"): gettext_lazy("Set how many requests may wait and for how long"),
    ("rules", "changed"): gettext_lazy("Changed how many requests may wait and for how long"),
    ("publishing", "added"): gettext_lazy("Set how programmes are published"),
    ("publishing", "changed"): gettext_lazy("Changed how programmes are published"),
    ("plan", "added"): gettext_lazy("Had a programme drafted"),
    ("plan", "draft"): gettext_lazy("Had a programme drafted"),
    ("plan", "published"): gettext_lazy("Published a programme"),
    ("plan", "withdrawn"): gettext_lazy("Withdrew a programme"),
    ("lists", "ordered"): gettext_lazy("Had every list of suggestions rebuilt"),
    ("lists", "reset"): gettext_lazy("Returned to the default weights of suggestions"),
    ("lists", "learn_now"): gettext_lazy("Had the weights of suggestions learned at once"),
    ("lists", "learn_on"): gettext_lazy("Switched on learning the weights of suggestions every night"),
    ("lists", "learn_off"): gettext_lazy("Switched off learning the weights of suggestions every night"),
    ("lists", "current"): gettext_lazy("Published new lists of suggestions"),
}
CONTACT_TEXTS = {
    "parted": gettext_lazy("Parted two groups: %(groups)s"),
    "rejoined": gettext_lazy("Let two groups meet again: %(groups)s"),
}
ACTED_TEXTS = {
    "accepted": gettext_lazy("Acting for %(whom)s: accepted a request"),
    "declined": gettext_lazy("Acting for %(whom)s: declined a request"),
    "withdrawn": gettext_lazy("Acting for %(whom)s: took a request back"),
    "cancelled": gettext_lazy("Acting for %(whom)s: cancelled a meeting"),
}
PLAN_TEXTS = {
    "again": gettext_lazy("Had programme %(plan)d planned again"),
    "stopped": gettext_lazy("Stopped the planner at programme %(plan)d"),
}
PLANNED_MEETING_TEXTS = {
    "moved": gettext_lazy("Moved the planned meeting of %(one)s and %(other)s in programme %(plan)d"),
    "locked": gettext_lazy("Locked the planned meeting of %(one)s and %(other)s in programme %(plan)d"),
    "unlocked": gettext_lazy("Unlocked the planned meeting of %(one)s and %(other)s in programme %(plan)d"),
    "dropped": gettext_lazy("Dropped the planned meeting of %(one)s and %(other)s from programme %(plan)d"),
}


def audit_entry_text(entry: AuditEntry, *, named: bool = True) -> str:
    """One entry as a sentence without its subject; with `named`, a few listed adults by name."""
    if (entry.kind, entry.what) in FIXED_TEXTS:
        return str(FIXED_TEXTS[entry.kind, entry.what])
    if entry.kind in FIELD_TEXTS:
        text, values = FIELD_TEXTS[entry.kind]
        return text % {"whom": _whom(entry, named), "value": str(values(entry.what).label).lower()}
    if entry.kind == "took":
        return _("Downloaded %(file)s") % {"file": entry.what}
    if entry.kind == "invited":
        count = int(entry.what)
        return ngettext("Sent %(count)d invitation", "Sent %(count)d invitations", count) % {"count": count}
    if entry.kind == "times":
        count = int(entry.what)
        opened = ngettext(
            "Opened all meeting times for %(count)d person", "Opened all meeting times for %(count)d people", count
        )
        return opened % {"count": count}
    if entry.kind in INTEGRATION_TEXTS:
        return INTEGRATION_TEXTS[entry.kind](entry.what)
    if entry.kind == "contact":
        kind, _colon, groups = entry.what.partition(":")
        return CONTACT_TEXTS[kind] % {"groups": groups}
    if entry.kind == "acted":
        return ACTED_TEXTS[entry.what] % {"whom": _whom(entry, named)}
    if entry.kind == "nudged":
        return _("Nudged %(whom)s") % {"whom": _whom(entry, named)}
    if entry.kind == "plan":
        return PLAN_TEXTS[entry.what] % {"plan": entry.plan_id}
    if entry.kind == "planned":
        return _planned_meeting_text(entry, named)
    return _counted_text(entry)


def person_text(entry: AuditEntry) -> str:
    """Who did it."""
    if entry.person_id == SYSTEM:
        return _("The system")
    return entry.person or _("Somebody who has left")


def _synced_text(what: str) -> str:
    """A run: the number of its source, and how many came in, changed, stayed, went, wait and are nobody."""
    source, *counts = what.split()
    if len(counts) != 6:
        return _("Could not read source %(source)s") % {"source": source}
    added, updated, _unchanged, gone, waiting, _left_out = counts
    return _("Read source %(source)s: %(added)s came in, %(updated)s changed, %(gone)s went, %(waiting)s to decide") % {
        "source": source,
        "added": added,
        "updated": updated,
        "gone": gone,
        "waiting": waiting,
    }


def _webhook_text(what: str) -> str:
    """The number of a webhook, and what became of it."""
    number, change = what.split()
    return WEBHOOK_TEXTS[change] % {"webhook": number}


INTEGRATION_TEXTS = {"synced": _synced_text, "webhook": _webhook_text}


def _planned_meeting_text(entry: AuditEntry, named: bool) -> str:
    if named and entry.names:
        one, other = entry.names
        return PLANNED_MEETING_TEXTS[entry.what] % {"one": one, "other": other, "plan": entry.plan_id}
    count = entry.count
    texts = {
        "moved": ngettext(
            "Moved %(count)d planned meeting in programme %(plan)d",
            "Moved %(count)d planned meetings in programme %(plan)d",
            count,
        ),
        "locked": ngettext(
            "Locked %(count)d planned meeting in programme %(plan)d",
            "Locked %(count)d planned meetings in programme %(plan)d",
            count,
        ),
        "unlocked": ngettext(
            "Unlocked %(count)d planned meeting in programme %(plan)d",
            "Unlocked %(count)d planned meetings in programme %(plan)d",
            count,
        ),
        "dropped": ngettext(
            "Dropped %(count)d planned meeting from programme %(plan)d",
            "Dropped %(count)d planned meetings from programme %(plan)d",
            count,
        ),
    }
    return texts[entry.what] % {"count": count, "plan": entry.plan_id}


def _whom(entry: AuditEntry, named: bool) -> str:
    if named and entry.names:
        return ", ".join(entry.names)
    return ngettext("%(count)d person", "%(count)d people", entry.count) % {"count": entry.count}


def _counted_text(entry: AuditEntry) -> str:
    count = entry.count
    texts = {
        ("imported", "added"): ngettext("Imported %(count)d attendee", "Imported %(count)d attendees", count),
        ("slots", "added"): ngettext("Added %(count)d meeting time", "Added %(count)d meeting times", count),
        ("slots", "changed"): ngettext("Changed %(count)d meeting time", "Changed %(count)d meeting times", count),
        ("slots", "removed"): ngettext("Removed %(count)d meeting time", "Removed %(count)d meeting times", count),
        ("tables", "added"): ngettext("Added %(count)d table", "Added %(count)d tables", count),
        ("tables", "changed"): ngettext("Changed %(count)d table", "Changed %(count)d tables", count),
        ("tables", "removed"): ngettext("Removed %(count)d table", "Removed %(count)d tables", count),
        ("themes", "added"): ngettext("Added %(count)d theme", "Added %(count)d themes", count),
        ("themes", "changed"): ngettext("Changed %(count)d theme", "Changed %(count)d themes", count),
        ("themes", "removed"): ngettext("Removed %(count)d theme", "Removed %(count)d themes", count),
        ("topics", "added"): ngettext("Added %(count)d topic", "Added %(count)d topics", count),
        ("topics", "changed"): ngettext("Changed %(count)d topic", "Changed %(count)d topics", count),
        ("topics", "removed"): ngettext("Removed %(count)d topic", "Removed %(count)d topics", count),
        ("sectors", "added"): ngettext("Added %(count)d sector", "Added %(count)d sectors", count),
        ("sectors", "changed"): ngettext("Changed %(count)d sector", "Changed %(count)d sectors", count),
        ("sectors", "removed"): ngettext("Removed %(count)d sector", "Removed %(count)d sectors", count),
        ("closures", "added"): ngettext("Closed %(count)d time", "Closed %(count)d times", count),
        ("closures", "changed"): ngettext(
            "Opened %(count)d closed time again", "Opened %(count)d closed times again", count
        ),
        ("sessions", "added"): ngettext("Added %(count)d session", "Added %(count)d sessions", count),
        ("sessions", "changed"): ngettext("Changed %(count)d session", "Changed %(count)d sessions", count),
        ("sessions", "removed"): ngettext("Removed %(count)d session", "Removed %(count)d sessions", count),
        ("meetings", "accepted"): ngettext(
            "Agreed %(count)d meeting on behalf of others", "Agreed %(count)d meetings on behalf of others", count
        ),
        ("meetings", "cancelled"): ngettext(
            "Cancelled %(count)d meeting of others", "Cancelled %(count)d meetings of others", count
        ),
        ("meetings", "added"): ngettext(
            "Put %(count)d meeting of others forward", "Put %(count)d meetings of others forward", count
        ),
        ("meetings", "moved"): ngettext(
            "Moved %(count)d agreed meeting of others", "Moved %(count)d agreed meetings of others", count
        ),
        ("meetings", "withdrawn_at"): ngettext("Withdrew %(count)d proposal", "Withdrew %(count)d proposals", count),
        ("meetings", "withdrawn"): ngettext(
            "Withdrew %(count)d request of others", "Withdrew %(count)d requests of others", count
        ),
    }
    other = ngettext("Changed %(count)d meeting of others", "Changed %(count)d meetings of others", count)
    return texts.get((entry.kind, entry.what), other) % {"count": count}
