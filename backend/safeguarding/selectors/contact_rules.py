"""The contact rules of an event, for its organisers."""

from __future__ import annotations

from dataclasses import dataclass

from backend.events.models import Event
from backend.people.models import Constituency
from backend.safeguarding.models import ContactRule
from backend.safeguarding.rules import groups_of, matchable


@dataclass(frozen=True, slots=True)
class ContactRuleRow:
    """A rule with the names of its two groups, and how many listed adults each has."""

    rule_id: int
    first: str
    second: str
    first_people: int
    second_people: int


def contact_rules_for(event: Event) -> tuple[ContactRuleRow, ...]:
    """The rules in the order they were made. For organisers only."""
    rules = ContactRule.objects.filter(event=event).select_related("sector", "other_sector").order_by("pk")
    return tuple(contact_rule_row(rule) for rule in rules)


def contact_rule_row(rule: ContactRule) -> ContactRuleRow:
    """A rule, saved or not, as organisers read it."""
    one, other = groups_of(rule, matchable(rule.event))
    return ContactRuleRow(
        rule_id=rule.pk or 0,
        first=rule.sector.name if rule.sector else str(Constituency(rule.constituency).label),
        second=rule.other_sector.name
        if rule.other_sector
        else str(Constituency(rule.other_constituency).label),
        first_people=len(one),
        second_people=len(other),
    )


def contact_groups_for(event: Event) -> tuple[tuple[str, str], ...]:
    """The groups a rule can name, as a form sends them, with their names: constituencies, then sectors."""
    sectors = event.sectors.values_list("key", "name")
    return (
        *((f"constituency:{value}", str(label)) for value, label in Constituency.choices),
        *((f"sector:{key}", name) for key, name in sectors),
    )
