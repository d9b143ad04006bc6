"""Conflicts as the sentences an organiser reads."""

import pytest

from backend.programme.rules.conflicts import conflict_text

NAMES = {"people": ["Ana", "Budi"], "slot": "slot 0", "table": "T1"}


@pytest.mark.parametrize(
    ("code", "count", "limit", "sentence"),
    [
        ("locked_over_open_slots", 2, 1, "Ana has 2 locked meetings in 1 open slot."),
        ("locked_in_closed_slot", 0, 0, "Ana has a locked meeting in slot 0, which is not open."),
        ("locked_in_one_slot", 2, 1, "Ana has 2 locked meetings in slot 0."),
        ("locked_over_most", 2, 1, "Ana has 2 locked meetings but may have at most 1."),
        ("pair_locked_twice", 2, 1, "Ana and Budi have 2 locked meetings; a pair meets once."),
        ("locked_over_tables", 1, 0, "Slot 0 has 1 locked meeting at 0 tables."),
        ("table_locked_twice", 2, 1, "Table T1 has 2 locked meetings in slot 0."),
        ("least_over_most", 2, 1, "Ana must have at least 2 meetings but may have at most 1."),
        ("least_over_open_slots", 2, 1, "Ana must have at least 2 meetings but has 1 open slot."),
        ("least_over_partners", 2, 1, "Ana must have at least 2 meetings but can meet only 1 person."),
        ("least_over_capacity", 2, 1, "People must have 2 meetings at least in all; there is room for 1."),
        (
            "least_out_of_reach",
            1,
            0,
            "Ana cannot have 1 meeting when all others have what they must have: tables or common open slots "
            "do not suffice.",
        ),
        ("out_of_time", 0, 0, "No plan was found in the time given."),
    ],
)
def test_a_conflict_is_one_sentence_with_names_and_numbers(code, count, limit, sentence):
    assert conflict_text(code, **NAMES, count=count, limit=limit) == sentence
