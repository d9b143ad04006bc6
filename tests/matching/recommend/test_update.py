"""One changed person: her list and those it touches, close to a full rebuild."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import BadState, UnknownPerson
from matching.recommend.run import compute_run
from matching.recommend.state import RunState
from matching.recommend.update import update_people
from matching.text.lsa import LatentSpace
from matching.text.tfidf import count_field_terms, merged_terms, tfidf_vectors
from matching.types import Participant, Vectors
from tests.matching.recommend.strategies import datasets, make_people


def ids_of(places):
    return [s.other for s in places]


@pytest.fixture(scope="module")
def dataset():
    people, ties, vectors = make_people(300, 11, ties=150)
    return people, ties, vectors, compute_run(people, ties, vectors)


def changed_profile(people, vectors, k, seed=1):
    """Person k seeks something else: new words, topics and vector."""
    draw = np.random.default_rng(seed)
    fresh = draw.standard_normal(vectors.seeks.shape[1]).astype(np.float32)
    seeks = vectors.seeks.copy()
    seeks[k] = fresh / np.linalg.norm(fresh)
    other = replace(people[k], seeks="word700 word701 word702", seeks_topics=frozenset({"topic 1", "topic 2"}))
    return [*people[:k], other, *people[k + 1 :]], Vectors(seeks, vectors.offers, vectors.about)


@pytest.mark.slow
def test_a_changed_profile_gets_nine_of_ten_places_of_a_full_rebuild(dataset):
    people, ties, vectors, run = dataset
    same = []
    for k in (0, 40, 57, 123, 180, 299):
        others, fresh = changed_profile(people, vectors, k)
        update = update_people(run.state, others, ties, fresh, changed=[people[k].id])
        rebuilt = compute_run(others, ties, fresh)
        mine, full = (ids_of(lists[people[k].id]) for lists in (update.lists, rebuilt.lists))
        same.append(len(set(mine) & set(full)))
        assert len(update.lists) < 60
    assert min(same) >= 8
    assert np.mean(same) >= 9


@pytest.mark.slow
def test_a_new_text_is_projected_into_the_latent_space_of_the_run(dataset):
    people, _, _, run = dataset
    state = RunState.from_bytes(run.state.to_bytes())
    other = people[60]
    copy = replace(
        people[57], seeks=other.seeks, offers=other.offers, about=other.about, organisation=other.organisation
    )
    changed = [*people[:57], copy, *people[58:]]
    space, idf = state.standardiser.latent_space, state.standardiser.idf
    old, new = (space.project(tfidf_vectors(merged_terms(count_field_terms(p)), idf)) for p in (people, changed))
    assert np.delete(new, 57, axis=0) == pytest.approx(np.delete(old, 57, axis=0), abs=1e-6)
    assert new[57] == pytest.approx(old[60], abs=1e-6)
    assert abs(old[57] @ old[60]) < 0.5
    refitted = LatentSpace.fit(tfidf_vectors(merged_terms(count_field_terms(changed)), idf))
    again = refitted.project(tfidf_vectors(merged_terms(count_field_terms(changed)), idf))
    assert np.corrcoef(new[57] @ new.T, again[57] @ again.T)[0, 1] > 0.8


@pytest.mark.slow
def test_an_update_without_changes_changes_no_list(dataset):
    people, ties, vectors, run = dataset
    update = update_people(run.state, people, ties, vectors, changed=[])
    assert update.lists == {}


def test_others_lists_lose_places_only_to_the_change(dataset):
    people, ties, vectors, run = dataset
    others, fresh = changed_profile(people, vectors, 40)
    update = update_people(run.state, others, ties, fresh, changed=[people[40].id])
    kept = [
        len(set(ids_of(places)) & set(ids_of(run.lists[owner])))
        for owner, places in update.lists.items()
        if owner != people[40].id
    ]
    assert min(kept, default=10) >= 7


def test_an_excluded_pair_leaves_both_lists_at_once(dataset):
    people, ties, vectors, run = dataset
    owner = people[10].id
    other = run.lists[owner][0].other
    update = update_people(run.state, people, ties, vectors, changed=[owner, other], excluded=[(other, owner)])
    after = {**run.lists, **update.lists}
    assert other not in ids_of(after[owner])
    assert owner not in ids_of(after[other])
    assert len(after[owner]) == 10


def test_a_leaver_is_on_no_list_and_a_newcomer_gets_one(dataset):
    people, ties, vectors, run = dataset
    gone = people[20].id
    rows = [k for k in range(300) if k != 20] + [5]
    stay = [*people[:20], *people[21:], replace(people[5], id=10**6, organisation="new")]
    moved = Vectors(*(getattr(vectors, name)[rows] for name in ("seeks", "offers", "about")))
    update = update_people(run.state, stay, ties, moved, changed=[gone])
    after = {**run.lists, **update.lists}
    assert all(gone not in ids_of(places) for owner, places in after.items() if owner != gone)
    assert len(update.lists[10**6]) == 10
    assert any(10**6 in ids_of(places) for places in after.values())
    assert update.state.ids.tolist() == sorted(p.id for p in stay)


def test_a_second_update_starts_from_the_first(dataset):
    people, ties, vectors, run = dataset
    others, fresh = changed_profile(people, vectors, 7)
    one = update_people(run.state, others, ties, fresh, changed=[people[7].id])
    back = update_people(one.state, people, ties, vectors, changed=[people[7].id])
    again = {**run.lists, **one.lists, **back.lists}[people[7].id]
    assert len(set(ids_of(again)) & set(ids_of(run.lists[people[7].id]))) >= 8


@pytest.mark.slow
def test_no_cap_breaks_in_an_update(dataset):
    people, ties, vectors, run = dataset
    update = update_people(run.state, people, ties, vectors, changed=[p.id for p in people[:25]])
    load = np.bincount(update.state.lists.others[update.state.lists.others >= 0], minlength=300)
    assert load.max() <= 12


@pytest.mark.slow
def test_people_changed_together_are_listed_once(dataset):
    people, ties, vectors, run = dataset
    update = update_people(run.state, people, ties, vectors, changed=[p.id for p in people[:60]])
    for places in update.lists.values():
        assert len(set(ids_of(places))) == len(places)
    short = update.state.shortlists.others
    assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in short)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(found=datasets(least=1), data=st.data())
def test_any_change_in_any_forum_gives_lists_by_the_rules(found, data):
    people, ties, vectors = found
    run = compute_run(people, ties, vectors)
    changed = data.draw(st.lists(st.sampled_from([p.id for p in people]), unique=True))
    state = RunState.from_bytes(run.state.to_bytes())
    update = update_people(state, people, ties, vectors, changed=changed)
    for owner, places in update.lists.items():
        assert owner not in ids_of(places)
        assert len(set(ids_of(places))) == len(places)
        assert all(s.reasons and 0 < s.score <= 1 for s in places)


def test_a_state_survives_storage_and_anything_else_is_refused(dataset):
    people, ties, vectors, run = dataset
    stored = run.state.to_bytes()
    others, fresh = changed_profile(people, vectors, 3)
    one = update_people(run.state, others, ties, fresh, changed=[people[3].id])
    two = update_people(RunState.from_bytes(stored), others, ties, fresh, changed=[people[3].id])
    assert one.lists == two.lists
    for bad in (b"", b"nonsense", stored[: len(stored) // 2]):
        with pytest.raises(BadState, match="rebuild"):
            RunState.from_bytes(bad)


def test_a_changed_id_that_was_never_here_is_refused(dataset):
    people, ties, vectors, run = dataset
    with pytest.raises(UnknownPerson, match="5"):
        update_people(run.state, people, ties, vectors, changed=[5])


def test_an_empty_run_can_be_updated_with_people():
    empty = compute_run([], [], Vectors.empty(0))
    people = [Participant(k, "youth") for k in range(3)]
    update = update_people(empty.state, people, [], Vectors.empty(3), changed=[])
    assert set(update.lists) == {0, 1, 2}
