"""What was done at a forum, in plain words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.audit.selectors import Deed
from backend.events.models import Attendee

KINDS = {
    "age_class": gettext_lazy("Age class"),
    "visibility": gettext_lazy("Visibility"),
    "permission": gettext_lazy("Permission"),
    "imported": gettext_lazy("Import of attendees"),
    "slots": gettext_lazy("Meeting times"),
    "tables": gettext_lazy("Tables"),
    "themes": gettext_lazy("Themes"),
    "rules": gettext_lazy("Rules for requests"),
    "publishing": gettext_lazy("Rules for programmes"),
    "plan": gettext_lazy("Programmes"),
    "planned": gettext_lazy("Planned meetings"),
    "lists": gettext_lazy("Suggestions"),
    "meetings": gettext_lazy("Meetings of others"),
    "nudged": gettext_lazy("Nudges"),
    "took": gettext_lazy("Files taken away"),
}
STANDING = {
    "age_class": (gettext_lazy("Set the age class of %(whom)s to %(word)s"), Attendee.AgeClass),
    "visibility": (gettext_lazy("Set the visibility of %(whom)s to %(word)s"), Attendee.Visibility),
    "permission": (gettext_lazy("Set the permission of %(whom)s to %(word)s"), Attendee.Permission),
}
ONCE = {
    ("rules", "added"): gettext_lazy("Set how many requests may wait and for how long"),
    ("rules", "changed"): gettext_lazy("Changed how many requests may wait and for how long"),
    ("publishing", "added"): gettext_lazy("Set how programmes are published"),
    ("publishing", "changed"): gettext_lazy("Changed how programmes are published"),
    ("plan", "added"): gettext_lazy("Had a programme drafted"),
    ("plan", "draft"): gettext_lazy("Had a programme drafted"),
    ("plan", "published"): gettext_lazy("Published a programme"),
    ("plan", "withdrawn"): gettext_lazy("Took a programme back"),
    ("lists", "ordered"): gettext_lazy("Ordered every list of suggestions anew"),
    ("lists", "current"): gettext_lazy("Published new lists of suggestions"),
}


OF_A_PLAN = {
    "again": gettext_lazy("Had programme %(plan)d planned anew"),
    "stopped": gettext_lazy("Stopped the planner at programme %(plan)d"),
}
MEETING_OF = {
    "moved": gettext_lazy("Moved the planned meeting of %(one)s and %(other)s in programme %(plan)d"),
    "locked": gettext_lazy("Locked the planned meeting of %(one)s and %(other)s in programme %(plan)d"),
    "unlocked": gettext_lazy("Unlocked the planned meeting of %(one)s and %(other)s in programme %(plan)d"),
    "dropped": gettext_lazy("Dropped the planned meeting of %(one)s and %(other)s from programme %(plan)d"),
}


def deed_sentence(deed: Deed, *, named: bool = True) -> str:
    """One deed as a sentence without its doer; `named` of a few adults says who they are."""
    if deed.kind in STANDING:
        sentence, words = STANDING[deed.kind]
        return sentence % {"whom": _whom(deed, named), "word": str(words(deed.what).label).lower()}
    if (deed.kind, deed.what) in ONCE:
        return str(ONCE[deed.kind, deed.what])
    if deed.kind == "took":
        return _("Took %(file)s") % {"file": deed.what}
    if deed.kind == "nudged":
        return _("Nudged %(whom)s") % {"whom": _whom(deed, named)}
    if deed.kind == "plan":
        return OF_A_PLAN[deed.what] % {"plan": deed.plan_id}
    if deed.kind == "planned":
        return _planned(deed, named)
    return _counted(deed)


def _planned(deed: Deed, named: bool) -> str:
    if named and deed.names:
        one, other = deed.names
        return MEETING_OF[deed.what] % {"one": one, "other": other, "plan": deed.plan_id}
    count = deed.count
    sentences = {
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
    return sentences[deed.what] % {"count": count, "plan": deed.plan_id}


def _whom(deed: Deed, named: bool) -> str:
    if named and deed.names:
        return ", ".join(deed.names)
    return ngettext("%(count)d person", "%(count)d people", deed.count) % {"count": deed.count}


def _counted(deed: Deed) -> str:
    count = deed.count
    sentences = {
        ("imported", "added"): ngettext("Imported %d attendee", "Imported %d attendees", count),
        ("slots", "added"): ngettext("Added %d meeting time", "Added %d meeting times", count),
        ("slots", "changed"): ngettext("Changed %d meeting time", "Changed %d meeting times", count),
        ("slots", "removed"): ngettext("Removed %d meeting time", "Removed %d meeting times", count),
        ("tables", "added"): ngettext("Added %d table", "Added %d tables", count),
        ("tables", "changed"): ngettext("Changed %d table", "Changed %d tables", count),
        ("tables", "removed"): ngettext("Removed %d table", "Removed %d tables", count),
        ("themes", "added"): ngettext("Added %d theme", "Added %d themes", count),
        ("themes", "changed"): ngettext("Changed %d theme", "Changed %d themes", count),
        ("themes", "removed"): ngettext("Removed %d theme", "Removed %d themes", count),
        ("meetings", "accepted"): ngettext(
            "Agreed %d meeting on behalf of others", "Agreed %d meetings on behalf of others", count
        ),
        ("meetings", "cancelled"): ngettext(
            "Cancelled %d meeting of others", "Cancelled %d meetings of others", count
        ),
        ("meetings", "withdrawn"): ngettext(
            "Took back %d request of others", "Took back %d requests of others", count
        ),
    }
    other = ngettext("Changed %d meeting of others", "Changed %d meetings of others", count)
    return sentences.get((deed.kind, deed.what), other) % count
