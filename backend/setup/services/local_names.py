"""The forum's own words in other languages: its name, themes, topics, sectors and sessions."""

from __future__ import annotations

from collections.abc import Mapping

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
from backend.people.models import Person
from backend.setup.selectors.local_names import NamedRow, named_rows_for, rows_with_names


@in_transaction
def set_local_names(*, event: Event, language: str, names: Mapping[tuple[str, int], str], by: Person) -> int:
    """Set what rows are called in a language, by (kind, id), and return how many changed; empty falls back.

    Rows that are not named stay. Refuses OrganisersOnly, `unknown_language` and `bad_local_name`.
    """
    check_organiser(by, event, Activity.EDIT)
    if language not in dict(settings.LANGUAGES):
        raise Refused(
            "unknown_language", _("There is no such language here. Choose one of the list."), status=400
        )
    lock_event(event.pk)
    shown = {(row.kind, row.row_id): row for row in named_rows_for(event, language)}
    changed: dict[str, list[Model]] = {}
    for kind, row in rows_with_names(event):
        place = kind, row.pk
        name = _checked(names.get(place, shown[place].local), shown[place])
        if name != shown[place].local:
            row.names = {key: one for key, one in (row.names | {language: name}).items() if one}
            changed.setdefault(kind, []).append(row)
    for rows in changed.values():
        type(rows[0])._default_manager.bulk_update(rows, ["names"])
    if changed:
        announce_changes(event.pk)  # search finds them by these names too
    return sum(map(len, changed.values()))


def _checked(name: str, row: NamedRow) -> str:
    name = clean_text(one_line(name))
    if len(name) > row.most:
        raise Refused(
            "bad_local_name",
            _("The name for “%(name)s” has at most %(limit)s characters.")
            % {"name": row.own, "limit": row.most},
            status=400,
        )
    return name
