"""The contact rules of an event, for its organisers."""

from __future__ import annotations

from dataclasses import dataclass

from backend.events.models.events import Event
from backend.people.models import Constituency
from backend.safeguarding.models import ContactRule
from backend.safeguarding.rules import groups_of, matchable

FEW = 5  # organisers are told of smaller counts only that they are smaller


@dataclass(frozen=True, slots=True)
class ContactRuleRow:
    """A rule with the names of its two groups, and how many listed adults each has (None: a few)."""

    rule_id: int
    first: str
    second: str
    first_people: int | None
    second_people: int | None


def count_or_few(count: int) -> int | None:
    """A count as organisers may read it: None for 1 to 4, which could tell of single people."""
    return None if 0 < count < FEW else count


def contact_rules_for(event: Event) -> tuple[ContactRuleRow, ...]:
    """The rules in the order they were made. For organisers only."""
    rules = ContactRule.objects.filter(event=event).select_related("sector", "other_sector").order_by("pk")
    return tuple(contact_rule_row(rule) for rule in rules)


def contact_rule_row(rule: ContactRule) -> ContactRuleRow:
    """A rule, saved or not, as organisers read it."""
    one, other = groups_of(rule, matchable(rule.event))
    first, second = names_of_groups(rule)
    return ContactRuleRow(
        rule_id=rule.pk or 0,
        first=first,
        second=second,
        first_people=count_or_few(len(one)),
        second_people=count_or_few(len(other)),
    )


def names_of_groups(rule: ContactRule) -> tuple[str, str]:
    """The names of the two groups of a rule, saved or not."""
    one, other = rule.sector, rule.other_sector
    return (
        one.name if one else str(Constituency(rule.constituency).label),
        other.name if other else str(Constituency(rule.other_constituency).label),
    )


def contact_groups_for(event: Event) -> tuple[tuple[str, str], ...]:
    """The groups a rule can name, as a form sends them, with their names: constituencies, then sectors."""
    sectors = event.sectors.values_list("key", "name")
    return (
        *((f"constituency:{value}", str(label)) for value, label in Constituency.choices),
        *((f"sector:{key}", name) for key, name in sectors),
    )
