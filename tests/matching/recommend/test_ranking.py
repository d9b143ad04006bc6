"""Lists: variety, caps, exploration, whole runs and their refusals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import BadMatchingPolicy, BadParticipant, BadTie, BadVectors, DuplicatePerson
from matching.network.mixing import ei_index
from matching.policy import MatchingPolicy
from matching.recommend import ranking
from matching.recommend.ranking import (
    RankedLists,
    exploration_draw,
    exposure_caps,
    extend_lists,
    make_lists,
    make_shortlists,
)
from matching.recommend.reasons import MAX_PARTS
from matching.recommend.run import compute_run
from matching.recommend.strength import strength_of
from matching.recommend.update import update_people
from matching.types import Participant, Tie, Vectors
from tests.benchmarks.markets import forum, lists_by_titian
from tests.matching.recommend.strategies import datasets, make_people


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(dataset=datasets(), seed=st.integers(0, 3))
def test_any_forum_gives_explained_lists_within_the_caps(dataset, seed):
    people, ties, vectors = dataset
    policy = MatchingPolicy(seed=seed, list_size=5, least_other=2)
    run = compute_run(people, ties, vectors, policy=policy)
    by_id = {p.id: p for p in people}
    met = {frozenset((t.a, t.b)) for t in ties}
    assert set(run.lists) == set(by_id)
    listed = {p.id: 0 for p in people}
    for owner, places in run.lists.items():
        assert [s.rank for s in places] == list(range(1, len(places) + 1))
        assert len({s.other for s in places}) == len(places) <= 5
        for s in places:
            listed[s.other] += 1
            assert frozenset((owner, s.other)) not in met
            assert owner != s.other
            assert 0 < s.score <= 1
            assert 1 <= len(s.reasons) <= MAX_PARTS + 1
            assert 0 < s.propensity <= 1
    for person, times in listed.items():
        assert times <= 2.5 * by_id[person].capacity


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(dataset=datasets(least=2), seed=st.integers(0, 99))
def test_permuting_people_and_ties_changes_nothing(dataset, seed):
    people, ties, vectors = dataset
    draw = np.random.default_rng(seed)
    mixed = [people[k] for k in draw.permutation(len(people))]
    turned = [Tie(t.b, t.a, t.age_years, t.weight, t.label) for t in ties[::-1]]
    one, other = compute_run(people, ties, vectors), compute_run(mixed, turned, vectors)
    assert one.lists == other.lists


def test_the_lists_depend_on_the_seed_alone():
    people, ties, vectors = make_people(160, 3, ties=60)
    one, again = (compute_run(people, ties, vectors, policy=MatchingPolicy(seed=1)) for _ in range(2))
    other = compute_run(people, ties, vectors, policy=MatchingPolicy(seed=2))
    assert one.lists == again.lists
    assert one.lists != other.lists


@pytest.fixture(scope="module")
def run():
    people, ties, vectors = make_people(220, 5, ties=120)
    return people, compute_run(people, ties, vectors)


def test_at_least_four_places_go_to_other_constituencies(run):
    people, made = run
    home = {p.id: p.constituency for p in people}
    for owner, places in made.lists.items():
        assert len(places) == 10
        assert sum(home[s.other] != home[owner] for s in places) >= 4


def test_one_entry_in_ten_is_exploratory_with_its_propensity(run):
    _, made = run
    for places in made.lists.values():
        drawn = [s for s in places if s.exploratory]
        assert len(drawn) == 1
        assert drawn[0].rank == 10
        assert 1 / 5 <= drawn[0].propensity < 1
        assert all(s.propensity == 1 for s in places if not s.exploratory)


def test_exposure_is_even(run):
    _, made = run
    assert made.report.coverage >= 0.99
    assert made.report.exposure_gini <= 0.25


def star(size=40, capacity=2.0):
    """Everybody's best is person 0."""
    left, right = (k.ravel() for k in np.indices((size, size)))
    keep = left != right
    left, right = left[keep], right[keep]
    weights = np.where((left == 0) | (right == 0), 100.0, 1.0) + 1e-3 * (left + right)
    short = make_shortlists(left, right, weights, np.full(len(left), 0.5), np.zeros(size, int), MatchingPolicy())
    return short, np.full(size, capacity)


def test_nobody_exceeds_her_exposure_cap_and_lists_shorten_instead():
    short, capacity = star()
    policy = MatchingPolicy(least_other=0)
    caps = exposure_caps(capacity, policy)
    places = make_lists(short, np.arange(40), np.arange(40), np.zeros(40, int), caps, np.zeros(40, int), policy)
    load = np.bincount(places.others[places.others >= 0], minlength=40)
    assert load.max() <= 5
    assert (places.others >= 0).sum() <= 40 * 5
    assert load[0] == 5


def test_existing_exposure_counts_towards_the_cap():
    short, capacity = star(capacity=10.0)
    load = np.zeros(40, int)
    load[0] = 25
    policy = MatchingPolicy(least_other=0)
    caps = exposure_caps(capacity, policy)
    places = make_lists(short, np.arange(40), np.arange(40), np.zeros(40, int), caps, load, policy)
    assert not (places.others == 0).any()


def test_lists_are_extended_and_shortened_alike_whatever_the_order_of_pairs_and_however_few_at_once(monkeypatch):
    draw = np.random.default_rng(2)
    left, right = np.argwhere(~np.eye(30, dtype=bool))[draw.permutation(870)].T
    weights, score, groups = draw.random(870), draw.normal(size=870), np.arange(30) % 3
    weights[:90] = 0
    policy = MatchingPolicy(shortlist=6, list_size=3, least_other=0)

    def made(order):
        some = left[order], right[order], weights[order], score[order]
        short = make_shortlists(*some, groups, policy)
        lists = RankedLists(short.others[:, :3], *(np.zeros((30, 3)),) * 2, np.zeros((30, 3), bool))
        longer = extend_lists(lists, left[order], right[order], score[order], 4)
        return [short.others, short.relevance, short.score, longer.others, longer.score]

    whole = made(np.arange(870))
    for i in range(30):
        open_ = np.flatnonzero((left == i) & (weights > 0))
        best = open_[np.argsort(-weights[open_])]
        others = [k for k in best if groups[right[k]] != groups[i]][:3]
        kept = [k for k in best if k in best[:6] or k in others]
        assert [k for k in whole[0][i].tolist() if k >= 0] == right[kept].tolist()
        beyond = [k for k in np.flatnonzero(left == i) if right[k] not in right[best[:3]]]
        assert set(whole[3][i, 3:]) == {right[k] for k in sorted(beyond, key=lambda k: -score[k])[:4]}
    monkeypatch.setattr(ranking, "SORTED_ROWS", 7)
    for order in (np.arange(870), np.lexsort((right, left))):
        for one, other in zip(whole, made(order), strict=True):
            assert np.array_equal(one, other)


def test_an_exploration_draw_depends_on_seed_and_both_people():
    numbers = {
        int(exploration_draw(s, np.array([a]), np.array([b]))[0]) for s in (0, 1) for a in range(20) for b in range(20)
    }
    assert len(numbers) == 800


@pytest.mark.parametrize(
    ("people", "ties", "vectors", "error"),
    [
        ([Participant(1), Participant(1)], [], Vectors.empty(2), DuplicatePerson),
        ([Participant(1, capacity=-1)], [], Vectors.empty(1), BadParticipant),
        ([Participant(1)], [Tie(1, 1)], Vectors.empty(1), BadTie),
        ([Participant(1)], [Tie(1, 2, weight=float("nan"))], Vectors.empty(1), BadTie),
        ([Participant(1)], [Tie(1, 2, age_years=-1)], Vectors.empty(1), BadTie),
        ([Participant(1)], [], Vectors.empty(2), BadVectors),
        ([Participant(1)], [], Vectors(*(np.full((1, 3), np.nan, np.float32),) * 3), BadVectors),
    ],
)
def test_impossible_input_is_refused_by_name(people, ties, vectors, error):
    with pytest.raises(error):
        compute_run(people, ties, vectors)


@pytest.mark.parametrize("size", [0, 1])
def test_nobody_and_one_person_get_no_suggestions(size):
    run = compute_run([Participant(k) for k in range(size)], [], Vectors.empty(size))
    assert run.lists == dict.fromkeys(range(size), ())
    assert run.report.listed_pairs == 0


def is_with_device(a: Participant, b: Participant) -> bool:
    return not a.languages & b.languages and a.translating_device and b.translating_device


def test_who_needs_a_translating_device_is_listed_last_of_their_strength():
    people, ties, vectors = make_people(80, ties=40)
    apart = [
        replace(one, languages=one.languages - {"en"}, translating_device=k % 3 > 0) for k, one in enumerate(people)
    ]
    run = compute_run(apart, ties, vectors)
    changed = [one.id for one in apart[:4]]
    unticked = [replace(one, translating_device=one.id not in changed and one.translating_device) for one in apart]
    update = update_people(run.state, unticked, ties, vectors, changed=changed)
    for members, lists in ((apart, run.lists), (unticked, {**run.lists, **update.lists})):
        by_id, by_device = {one.id: one for one in members}, 0
        for owner, entries in lists.items():
            steps: dict[str, list[bool]] = {}
            for entry in entries:
                own, other = by_id[owner], by_id[entry.other]
                assert own.languages & other.languages or is_with_device(own, other)
                word = strength_of(entry.score, need_declared=own.declares_need)
                steps.setdefault(word, []).append(is_with_device(own, other))
            assert all(step == sorted(step) for step in steps.values())
            by_device += sum(map(sum, steps.values()))
        assert by_device > 40


def test_a_translating_device_changes_no_list_of_people_who_share_a_language():
    people, ties, vectors = make_people(80, ties=40)
    ticked = [replace(one, translating_device=True) for one in people]
    assert compute_run(ticked, ties, vectors).lists == compute_run(people, ties, vectors).lists


def test_zero_capacity_gives_no_list_and_no_entry():
    people, ties, vectors = make_people(40, 6, capacity=5)
    closed = [Participant(people[0].id, capacity=0), *people[1:]]
    run = compute_run(closed, ties, vectors)
    assert run.lists[people[0].id] == ()
    assert all(s.other != people[0].id for places in run.lists.values() for s in places)


def test_the_own_score_in_the_choice_bounds_what_balance_costs():
    people, ties, vectors = make_people(150, 7)
    shares = [
        compute_run(people, ties, vectors, policy=MatchingPolicy(own_exponent=exponent)).report
        for exponent in (0.0, MatchingPolicy().own_exponent)
    ]
    assert shares[0].own_share_low < shares[1].own_share_low <= shares[1].own_share <= 1
    assert shares[1].own_share >= 0.97
    assert shares[1].meetings >= 0.99 * shares[0].meetings


def test_the_own_score_gives_way_where_all_want_the_same_few():
    """In the forum with popular people balance alone is kept, as any own score would cost meetings."""
    p, groups = forum(0.5, 0.4, people=150)
    chosen = [lists_by_titian(p, groups, MatchingPolicy(own_exponent=k))[0] for k in (0.0, 20.0)]
    assert (chosen[0] == chosen[1]).all()


def test_the_own_score_never_takes_lists_below_the_floor_that_organisers_set():
    """Everybody prefers their own side, and organisers ask for meetings across."""
    p, groups = forum(0.9, 0.2, people=150)

    def ei(k: float) -> float | None:
        others = lists_by_titian(p, groups, MatchingPolicy(own_exponent=k, ei_floor=0.3))[0]
        owner, place = np.nonzero(others >= 0)
        return ei_index(np.ones(len(owner)), groups[owner] != groups[others[owner, place]])

    assert ei(20.0) >= min(0.3, ei(0.0)) > 0


def test_a_policy_survives_json_and_refuses_what_it_does_not_know():
    assert MatchingPolicy.from_dict(MatchingPolicy(seed=4, ei_floor=0.1).as_dict()) == MatchingPolicy(
        seed=4, ei_floor=0.1
    )
    with pytest.raises(BadMatchingPolicy, match="no such setting: pol"):
        MatchingPolicy.from_dict({"pol": 1})
    with pytest.raises(BadMatchingPolicy, match="beta"):
        MatchingPolicy(beta=0)


def test_the_report_counts_by_constituency_and_gives_the_cost_of_a_floor():
    people, ties, vectors = make_people(150, 7)
    run = compute_run(people, ties, vectors, policy=MatchingPolicy(ei_floor=0.75))
    report = run.report
    assert sum(group.people for group in report.by_constituency.values()) == 150
    assert report.bonus > 0
    assert report.ei_index == pytest.approx(0.75, abs=0.02)
    assert report.floor_reached
    assert report.meetings_cost <= 0.03
    assert report.score_cost <= 0.03
    assert report.as_dict()["by_constituency"]["youth"]["people"] > 0
