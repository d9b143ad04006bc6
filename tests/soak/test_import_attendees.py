"""A list of attendees as long as one may be: imported, changed, and imported again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend.roster.services.csv_tables import MAX_ROWS
from tests.backend.roster.management.test_import_attendees import import_change_and_leave
from tests.factories import make_event


@pytest.mark.django_db
def test_as_many_people_as_a_list_may_have_are_imported_changed_and_left_alone(
    amount: Callable[[int], int], tmp_path: Path
) -> None:
    make_event()
    import_change_and_leave(amount(MAX_ROWS), tmp_path)
