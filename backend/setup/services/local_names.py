"""The forum's own words in other languages: names of it and what it has, about topics, and on mails."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.states import Activity
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_event
from backend.invitations.rules import clean_letter, clean_subject
from backend.mails.rules import clean_opening, clean_signature
from backend.people.models import Person
from backend.setup.selectors.local_names import NamedRow, named_rows_for, own_texts

# What mails say may hold the placeholders of its kind alone.
CLEANED: Mapping[str, Callable[[str], str]] = {
    "opening": clean_opening, "signature": clean_signature,
    "subject": clean_subject, "text": clean_letter,
    "reminder_subject": clean_subject, "reminder_text": clean_letter,
}  # fmt: skip


@in_transaction
def set_local_names(*, event: Event, language: str, names: Mapping[tuple[str, int], str], by: Person) -> int:
    """Set what rows say in a language, by (kind, id), and return how many texts changed; empty falls back.

    What is not named stays. Refuses OrganisersOnly, `unknown_language`, `bad_local_name` and BadMailText.
    """
    check_organiser(by, event, Activity.EDIT)
    if language not in dict(settings.LANGUAGES):
        raise Refused("unknown_language", _("There is no such language here. Choose one of the list."), status=400)
    lock_event(event.pk)
    shown = {(row.kind, row.row_id): row for row in named_rows_for(event, language)}
    changed: dict[tuple[type[Model], str], list[Model]] = {}
    count = 0
    for one in own_texts(event):
        place = one.kind, one.row.pk
        text = _checked(names.get(place, shown[place].local), shown[place])
        if text != shown[place].local:
            one.set(language, text)
            changed.setdefault((type(one.row), one.column), []).append(one.row)
            count += 1
    for (model, column), rows in changed.items():
        model._default_manager.bulk_update(rows, [column])
    if changed:
        announce_changes(event.pk)  # search finds them by these names too
    return count


def _checked(text: str, row: NamedRow) -> str:
    """The text as it is stored, its placeholders as in what organisers wrote first."""
    if not row.has_lines:
        text = one_line(text)
    text = clean_text(text)
    if len(text) > row.most:
        raise Refused(
            "bad_local_name",
            _("The name for “%(name)s” has at most %(limit)s characters.") % {"name": row.own[:80], "limit": row.most},
            status=400,
        )
    return CLEANED.get(row.kind, str)(text)
