"""The current Run's lists as rows of a file, for organisers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.core.spreadsheets import escape_formula
from backend.events.models.events import Event
from backend.events.rules.attendees import pair_of
from backend.safeguarding.rules import matchable, refused_pairs
from backend.suggestions.models import Feedback, Suggestion
from backend.suggestions.selectors.runs import current_run


def exported_rows(event: Event) -> list[tuple[str, str, int, str, str]]:
    """Rows (attendee, suggested, rank, score, reasons) of the current Run, as readers see their lists now.

    Without whom the contact policy refuses and whom the reader called not relevant; ranks run from 1 without
    gaps: a gap would give away a blocked contact. E-mails as imported, of people under an alias that name,
    with an apostrophe before what a
    spreadsheet would run as a formula; reasons are codes with their evidence, joined by "; ", never empty.
    Refuses NotFound before the first Run.
    """
    run = current_run(event)
    if run is None:
        raise NotFound(
            _("“%(event)s” has no suggestions yet: run build_suggestions %(event)s first.") % {"event": event.slug}
        )
    people = matchable(event).values_list("pk", "person__email", "name", "alias")
    emails = {pk: name if alias else email for pk, email, name, alias in people}
    refused, unwanted = refused_pairs(event), Feedback.objects.not_relevant_at(event)

    def email_for(reader: int, other: int) -> str:
        """The other's address, or nothing where the reader may not see them."""
        pair = pair_of(reader, other)
        return escape_formula(emails[other]) if other in emails and pair not in refused else ""

    def email_between(reader: int, other: int, between: int) -> str:
        """The address of somebody between the two, or nothing where one of them may not see that person."""
        return email_for(reader, between) if email_for(other, between) else ""

    rows, ranks = [], Counter[int]()
    for row in Suggestion.objects.proper().filter(run=run).order_by("attendee_id", "rank"):
        reader, suggested = row.attendee_id, email_for(row.attendee_id, row.other_id)
        if reader in emails and suggested and (reader, row.other_id) not in unwanted:
            ranks[reader] += 1
            email_of = partial(email_between, reader, row.other_id)
            reasons = "; ".join(_reason_cell(reason, email_of) for reason in row.reasons)
            rows.append((escape_formula(emails[reader]), suggested, ranks[reader], f"{row.score:.4f}", reasons))
    return rows


def _reason_cell(reason: dict[str, Any], email_of: Callable[[int], str]) -> str:
    """A reason as code(name=value, ...); a person in between by e-mail, left out unless they may be seen."""
    evidence = dict(reason["evidence"])
    if "person" in evidence:
        email = email_of(evidence.pop("person"))
        evidence = {"person": email, **evidence} if email else {}
    parts = ", ".join(
        f"{name}={str(value).replace(';', ',')}"
        for name, value in evidence.items()
        if not name.endswith("_highlight")  # it is part of the quotation
    )
    return f"{reason['code']}({parts})" if parts else str(reason["code"])
