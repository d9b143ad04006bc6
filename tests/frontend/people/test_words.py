"""Names of constituencies."""

from frontend.people.words import constituency_label


def test_an_unknown_constituency_counts_as_other():
    assert [constituency_label(key) for key in ("academia", "martians", "")] == ["Academia", "Other", "Other"]
