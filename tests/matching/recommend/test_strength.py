"""The words for scores."""

from hypothesis import given
from hypothesis import strategies as st

from matching.recommend import Strength, build_run, strength_of
from matching.recommend.strength import CUTS
from tests.matching.recommend.strategies import make_people


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_score_never_gets_a_weaker_word(one: float, other: float) -> None:
    order = list(Strength)
    low, high = sorted((one, other))
    assert order.index(strength_of(high)) <= order.index(strength_of(low))


def test_the_table_names_every_word_once_from_the_highest_cut_down() -> None:
    assert [word for word, _ in CUTS] == list(Strength)
    cuts = [least for _, least in CUTS]
    assert cuts == sorted(cuts, reverse=True)
    assert cuts[-1] == 0


def test_at_most_a_third_of_a_forums_places_are_strong() -> None:
    people, ties, vectors = make_people(200, 3, ties=100)
    scores = [place.score for places in build_run(people, ties, vectors).lists.values() for place in places]
    assert sum(strength_of(score) is Strength.STRONG for score in scores) <= len(scores) / 3
