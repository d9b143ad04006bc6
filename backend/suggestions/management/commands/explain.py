"""Print everything behind the score of a pair: every feature, what it adds either way, and the reasons."""

from __future__ import annotations

import argparse

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.aliases import is_under_alias
from backend.events.selectors import event_for
from backend.people.models import address_hash
from backend.safeguarding.rules import matchable
from backend.suggestions.engine.event_data import read_event_data
from backend.suggestions.engine.lists import explain_with_evidence
from backend.suggestions.models import Run


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("slug", help="the event, e.g. demo-2026")
        parser.add_argument("a", help="e-mail or attendee number of the one whose list it is")
        parser.add_argument("b", help="e-mail or attendee number of the other")

    def handle(self, *, slug: str, a: str, b: str, **options: object) -> None:  # noqa: ARG002
        event = event_for(slug)
        first, second = _attendee(event, a), _attendee(event, b)
        run = Run.objects.filter(event=event, state=Run.State.CURRENT).first()
        found = explain_with_evidence(read_event_data(event), run, first.pk, second.pk)
        table = Table("feature", "A to B", "adds", "B to A", "adds", title=f"A {first.pk}, B {second.pk}")
        for feature, *numbers in found.rows():
            table.add_row(feature, *(f"{number:+.3f}" for number in numbers))
        console = Console(file=self.stdout, width=110)  # type: ignore[arg-type]
        console.print(table)
        console.print(f"score of B for A {found.p_ab:.3f}, of A for B {found.p_ba:.3f}", highlight=False)
        if not found.proposable:
            console.print(f"never proposed: {found.exclusion}", highlight=False)
        for reason in found.reasons:
            evidence = ", ".join(f"{name}: {value}" for name, value in reason.evidence.items())
            console.print(f"- {reason.code} ({reason.weight:+.3f}) {evidence}", highlight=False, markup=False)


def _attendee(event: Event, who: str) -> Attendee:
    """The attendee of that e-mail or number whom matching may read; refuses NotFound."""
    people = matchable(event)
    if who.isdecimal():
        found = people.filter(pk=int(who))
    else:
        found = people.filter(person__address_hash=address_hash(who)).exclude(is_under_alias())
    if (attendee := found.first()) is None:
        raise NotFound(
            _("“%(who)s” is nobody whom “%(event)s” may suggest: a listed adult on its list.")
            % {"who": who, "event": event.slug}
        )
    return attendee
