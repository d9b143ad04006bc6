"""Contact rules between groups of an event: set and removed by its organisers."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import NotFound, Refused
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_event, lock_rows
from backend.people.models import Constituency, Person
from backend.safeguarding.models import ContactRule
from backend.safeguarding.rules import groups_of
from backend.safeguarding.selectors.contact_rules import names_of_groups

CONSTITUENCY, SECTOR = "constituency", "sector"
MAX_CONTACT_RULES = 30


def contact_rule_between(*, event: Event, first: str, second: str) -> ContactRule:
    """A rule, not saved, that parts two groups: each "constituency:<key>" or "sector:<key>".

    Refuses `bad_contact_rule`.
    """
    one, other = sorted((first, second))
    constituency, sector_id = _group(event, one)
    other_constituency, other_sector_id = _group(event, other)
    return ContactRule(
        event=event,
        constituency=constituency,
        sector_id=sector_id,
        other_constituency=other_constituency,
        other_sector_id=other_sector_id,
    )


def _group(event: Event, text: str) -> tuple[str, int | None]:
    kind, _colon, key = text.partition(":")
    if kind == CONSTITUENCY and key in Constituency.values:
        return key, None
    if kind == SECTOR and (pk := event.sectors.filter(key=key).values_list("pk", flat=True).first()):
        return "", pk
    raise Refused(
        "bad_contact_rule", _("Choose two groups: each a constituency, or a sector of this forum."), status=400
    )


@in_transaction
def add_contact_rule(*, event: Event, first: str, second: str, by: Person, now: dt.datetime) -> ContactRule:
    """Part two groups of the event at once, as a block parts two people; the same again changes nothing.

    A job ends their requests and their meetings to come. Refuses OrganisersOnly, NotInThisState and
    `bad_contact_rule`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    rule = contact_rule_between(event=event, first=first, second=second)
    known = ContactRule.objects.filter(
        event=event,
        constituency=rule.constituency,
        sector=rule.sector_id,
        other_constituency=rule.other_constituency,
        other_sector=rule.other_sector_id,
    ).first()
    if known is not None:
        return known
    if ContactRule.objects.filter(event=event).count() >= MAX_CONTACT_RULES:
        raise Refused(
            "bad_contact_rule",
            _("A forum has at most %(limit)s contact rules.") % {"limit": MAX_CONTACT_RULES},
            status=400,
        )
    rule.save()
    _record(rule, Act.Kind.PARTED, by, now)
    _mark_changed(rule, now)
    return rule


@in_transaction
def remove_contact_rule(*, event: Event, rule_id: int, by: Person, now: dt.datetime) -> None:
    """Let the two groups meet again, as far as the contact policy allows it; what was ended stays ended.

    Refuses OrganisersOnly, NotInThisState and NotFound.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    rule = ContactRule.objects.filter(event=event, pk=rule_id).first()
    if rule is None:
        raise NotFound(_("There is no such contact rule at this forum."))
    _record(rule, Act.Kind.REJOINED, by, now)
    _mark_changed(rule, now)
    rule.delete()


@in_transaction
def copy_contact_rules(*, event: Event, earlier: int) -> None:
    """Give a new event the rules of an earlier one, whose sectors it has copied."""
    own = dict(event.sectors.values_list("key", "pk"))
    for rule in ContactRule.objects.filter(event=earlier).select_related("sector", "other_sector"):
        ContactRule.objects.create(
            event=event,
            constituency=rule.constituency,
            sector_id=own[rule.sector.key] if rule.sector else None,
            other_constituency=rule.other_constituency,
            other_sector_id=own[rule.other_sector.key] if rule.other_sector else None,
        )


def _record(rule: ContactRule, kind: str, by: Person, now: dt.datetime) -> None:
    groups = " · ".join(names_of_groups(rule))
    record_act(event=rule.event, by=by, kind=kind, what=groups, now=now)


def _mark_changed(rule: ContactRule, now: dt.datetime) -> None:
    """Have the lists of both groups computed anew."""
    one, other = groups_of(rule, Attendee.objects.filter(event=rule.event_id))
    people = lock_rows(Attendee.objects.filter(pk__in=one | other))
    if Attendee.objects.filter(pk__in=people).update(changed_at=now):
        announce_changes(rule.event_id)
