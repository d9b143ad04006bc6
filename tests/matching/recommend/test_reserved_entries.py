"""The entries reserved for other constituencies, from the shortlist and beyond it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.policy import MatchingPolicy
from matching.recommend.exclusions import Exclusions
from matching.recommend.ranking import exposure_caps, make_lists, make_shortlists
from matching.recommend.run import compute_run
from matching.recommend.scoring import probability
from matching.recommend.update import update_people
from matching.types import Participant, Vectors
from tests.matching.recommend.strategies import datasets, make_people

MAJORITY, MINORITY = "civil society", "industry"


def lopsided(size, minority, seed=0):
    """People of two constituencies, the first `minority` people of the smaller one."""
    people, ties, vectors = make_people(size, seed)
    sides = [MINORITY if k < minority else MAJORITY for k in range(size)]
    return [replace(p, constituency=side) for p, side in zip(people, sides, strict=True)], ties, vectors


def external_counts(people, lists):
    """How many of other constituencies each list holds."""
    home = {p.id: p.constituency for p in people}
    return {owner: sum(home[s.other] != home[owner] for s in places) for owner, places in lists.items()}


def exposures(people, lists):
    listed = dict.fromkeys((p.id for p in people), 0)
    for places in lists.values():
        for s in places:
            listed[s.other] += 1
    return listed


def missed_entries(people, ties, lists, least, owners):
    """(owner, other) a list is below its quota though the other is eligible and below her cap."""
    ordered = sorted(people, key=lambda p: p.id)
    exclusions, listed, held = (
        Exclusions.from_participants(ordered, ties),
        exposures(people, lists),
        external_counts(people, lists),
    )
    return [
        (a.id, b.id)
        for i, a in enumerate(ordered)
        for j, b in enumerate(ordered)
        if a.id in owners and a.capacity and held[a.id] < least and a.constituency != b.constituency
        if b.id not in {s.other for s in lists[a.id]} and not exclusions.reason(i, j)
        if listed[b.id] < (max(1, int(2.5 * b.capacity)) if b.capacity else 0)
    ]


@pytest.fixture(scope="module")
def tight():
    """Two thirds and a third: the caps of the minority barely suffice for everybody's quota."""
    people, ties, vectors = lopsided(120, 38)
    return people, ties, vectors, compute_run(people, ties, vectors)


@pytest.mark.slow
def test_each_list_holds_four_of_others_where_one_constituency_prevails(tight):
    people, ties, vectors, run = tight
    assert min(external_counts(people, run.lists).values()) >= 4
    assert {len({s.other for s in places}) for places in run.lists.values()} == {10}
    assert max(exposures(people, run.lists).values()) <= 12
    free = compute_run(people, ties, vectors, policy=MatchingPolicy(least_other=0))
    assert min(external_counts(people, free.lists).values()) < 4


def test_people_from_beyond_the_shortlist_are_scored_and_explained(tight):
    people, ties, vectors, _ = tight
    policy = MatchingPolicy(pool=14, pool_each_other=0)
    run = compute_run(people, ties, vectors, policy=policy)
    places, short = run.state.lists.others, run.state.shortlists.others
    beyond = [(i, j) for i, row in enumerate(places) for j in row[row >= 0] if j not in short[i]]
    assert beyond
    assert min(external_counts(people, run.lists).values()) >= 4
    wide = compute_run(people, ties, vectors, policy=MatchingPolicy(pool=120, shortlist=120))
    ids, known = run.state.ids, wide.state.shortlists
    for i, j in beyond:
        found = next(s for s in run.lists[int(ids[i])] if s.other == ids[j])
        assert found.score == pytest.approx(float(probability(known.score[i][known.others[i] == j])[0]), abs=1e-6)
        assert found.reasons
        assert not found.exploratory
    scores = [s.score for places in run.lists.values() for s in places]
    assert run.report.mean_score == pytest.approx(np.mean(scores))


def test_people_at_their_cap_are_replaced_from_beyond_the_shortlist():
    """Twenty-eight people whose shortlists end with the same four of the twelve others."""
    people, policy = np.arange(40), MatchingPolicy()
    groups = np.where(people < 12, 1, 0)
    left, right = (k.ravel() for k in np.indices((40, 40)))
    known = (left != right) & ((groups[left] == groups[right]) | (np.minimum(left, right) < 4))
    weights = 1.0 + 1e-3 * (left + right)
    short = make_shortlists(left[known], right[known], weights[known], np.full(known.sum(), 0.5), groups, policy)
    table = weights.reshape(40, 40) * (1 - np.eye(40))
    given = short, people, people, groups, exposure_caps(np.full(40, 5.0), policy), np.zeros(40, int), policy
    majority = people[groups == 0]

    def external_of(lists):
        return (groups[lists.others[majority]] == 1).sum(axis=1)

    assert external_of(make_lists(*given)).min() < 4
    made = make_lists(*given, lambda rows: (table[rows], np.where(table[rows] > 0, 0.25, 0)))
    assert external_of(made).min() >= 4
    assert np.bincount(made.others[made.others >= 0], minlength=40).max() == 12
    assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in made.others)
    sought = (made.others[majority] >= 4) & (made.others[majority] < 12)
    assert set(made.score[majority][sought]) == {0.25}


@pytest.mark.slow
@settings(deadline=None, max_examples=20)
@given(dataset=datasets(), least=st.integers(1, 5), data=st.data())
def test_no_list_is_below_its_quota_while_somebody_eligible_is_below_her_cap(dataset, least, data):
    people, ties, vectors = dataset
    policy = MatchingPolicy(list_size=5, least_other=least, pool=3, pool_each_other=1, shortlist=4)
    run = compute_run(people, ties, vectors, policy=policy)
    assert not missed_entries(people, ties, run.lists, least, set(run.lists))
    if people:
        changed = set(data.draw(st.lists(st.sampled_from([p.id for p in people]), unique=True)))
        update = update_people(run.state, people, ties, vectors, changed=changed, policy=policy)
        after = {**run.lists, **update.lists}
        assert not missed_entries(people, ties, after, least, changed | set(update.lists))


def test_changes_one_after_another_leave_four_of_others_in_every_list(tight):
    people, ties, vectors, run = tight
    lists, state = run.lists, run.state
    draw = np.random.default_rng(3)
    for k in (0, 50, 119):
        seeks = vectors.seeks.copy()
        seeks[k] = draw.permutation(seeks[k])
        vectors = Vectors(seeks, vectors.offers, vectors.about)
        update = update_people(state, people, ties, vectors, changed=[people[k].id])
        lists, state = {**lists, **update.lists}, update.state
        assert min(external_counts(people, lists).values()) >= 4
        assert max(exposures(people, lists).values()) <= 12


def test_a_newcomer_fills_a_quota_that_was_not_met():
    people, ties, vectors = lopsided(40, 0)
    policy = MatchingPolicy(pool=3, pool_each_other=0)
    run = compute_run(people, ties, vectors, policy=policy)
    newcomer = Participant(10**6, MINORITY, languages=people[0].languages, capacity=5)
    zero = np.zeros((1, 32), np.float32)
    more = Vectors(*(np.vstack([getattr(vectors, name), zero]) for name in ("seeks", "offers", "about")))
    update = update_people(run.state, [*people, newcomer], ties, more, changed=[newcomer.id], policy=policy)
    after = {**run.lists, **update.lists}
    assert exposures([*people, newcomer], after)[newcomer.id] == 12
