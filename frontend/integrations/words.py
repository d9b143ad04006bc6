"""Sources of people in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.integrations.services.rows import BIRTH_DATE, CHOICES, POSITION, STATE
from backend.integrations.services.runs import SyncCounts
from frontend.roster.words import COLUMN_WORDS

OWN_COLUMNS = {
    POSITION: gettext_lazy("The row’s own number"),
    STATE: gettext_lazy("Whether it is cancelled"),
    BIRTH_DATE: gettext_lazy("Date of birth, only to see who is a minor"),
}
COLUMNS = {column: OWN_COLUMNS.get(column) or COLUMN_WORDS[column] for column in CHOICES}


def counts_text(counts: SyncCounts) -> str:
    """What a run did, in one sentence."""
    return _(
        "%(added)s came in, %(updated)s changed, %(unchanged)s unchanged, %(taken_out)s went, "
        "%(to_decide)s to decide, %(left_out)s left out."
    ) % {name: f"{number:,}" for name, number in counts.values().items()}


def preview_text(counts: SyncCounts) -> str:
    """What a run would do, in one sentence."""
    return _(
        "%(added)s would come in, %(updated)s would change, %(unchanged)s unchanged, %(taken_out)s would go, "
        "%(to_decide)s to decide, %(left_out)s left out."
    ) % {name: f"{number:,}" for name, number in counts.values().items()}
