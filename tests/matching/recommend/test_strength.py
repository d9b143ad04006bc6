"""The words for scores."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.recommend.run import compute_run
from matching.recommend.strength import CUTS, Strength, strength_of
from tests.matching.recommend.strategies import make_people


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_score_never_gets_a_weaker_word(one: float, other: float) -> None:
    order = list(Strength)
    low, high = sorted((one, other))
    for need_declared in (True, False):
        words = [strength_of(score, need_declared=need_declared) for score in (high, low)]
        assert order.index(words[0]) <= order.index(words[1])


def test_the_table_names_every_word_once_from_the_highest_cut_down() -> None:
    assert [word for word, _ in CUTS] == list(Strength)
    cuts = [least for _, least in CUTS]
    assert cuts == sorted(cuts, reverse=True)
    assert cuts[-1] == 0


@given(st.floats(0, 1))
def test_without_a_declared_need_strong_becomes_good_and_the_rest_stays(score: float) -> None:
    declared, silent = (strength_of(score, need_declared=declared) for declared in (True, False))
    assert silent is (Strength.GOOD if declared is Strength.STRONG else declared)


@pytest.mark.slow
@pytest.mark.parametrize("silent", [False, True])
def test_at_most_a_third_of_a_forums_places_are_strong(silent: bool) -> None:
    """Also where nobody declares a need and ties are many, which lift most scores over the highest cut."""
    people, ties, vectors = make_people(200, 3, ties=2000 if silent else 100)
    if silent:
        nothing = {"seeks": "", "offers": "", "seeks_topics": frozenset(), "offers_topics": frozenset()}
        people = [replace(person, **nothing) for person in people]
    need = {person.id: person.declares_need for person in people}
    places = [(owner, place.score) for owner, row in compute_run(people, ties, vectors).lists.items() for place in row]
    strong = sum(strength_of(score, need_declared=need[owner]) is Strength.STRONG for owner, score in places)
    assert strong <= len(places) / 3
    if silent:
        assert sum(score >= dict(CUTS)[Strength.STRONG] for _, score in places) > len(places) / 3
