"""Incremental update of a run: changed people are scored and listed again without a full run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from matching.errors import UnknownPerson
from matching.parallel import no_garbage_collection, one_blas_thread
from matching.policy import MatchingPolicy
from matching.recommend.balance import kernel, list_weights, scaling_factor
from matching.recommend.candidates import candidates_of
from matching.recommend.dataset import Dataset, prepare_dataset
from matching.recommend.features import prepare_features, project_terms
from matching.recommend.ranking import RankedLists, Shortlists, exposure_caps, extend_lists, make_lists, make_shortlists
from matching.recommend.run import device_pairs_last, explain_lists, list_weights_of_rows
from matching.recommend.scoring import Scorer, log_odds_of_rows, reciprocal_score
from matching.recommend.state import RunState
from matching.text.tfidf import count_field_terms
from matching.types import Array, Lists, Participant, Tie, Vectors


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """The lists that changed, by participant id, and the state for the next update."""

    lists: Lists
    state: RunState


@no_garbage_collection()
@one_blas_thread()
def update_people(
    state: RunState,
    participants: Sequence[Participant],
    ties: Sequence[Tie],
    vectors: Vectors,
    *,
    changed: Iterable[int],
    excluded: Iterable[tuple[int, int]] = (),
    policy: MatchingPolicy | None = None,
) -> UpdateResult:
    """Match again the ids `changed` (a profile, a tie; both of a newly excluded pair), newcomers and leavers.

    All others keep the run's scaling, means, statistics and bonus; their lists change only where a changed
    person enters or leaves them. O(n d) per person. Raises UnknownPerson for a changed id that neither the
    state nor the participants have, and what `compute_run` raises.

    >>> from matching.recommend.run import compute_run
    >>> people = [Participant(1, "youth"), Participant(2, "industry"), Participant(3, "academia")]
    >>> run = compute_run(people[:2], [], Vectors.empty(2))
    >>> sorted(update_people(run.state, people, [], Vectors.empty(3), changed=[]).lists)
    [1, 2, 3]
    """
    policy = policy or MatchingPolicy()
    dataset = prepare_dataset(participants, ties, vectors, excluded, policy)
    row_of, old_row_of = dataset.row_of, {int(person): k for k, person in enumerate(state.ids)}
    changed = set(changed)
    for person in sorted(changed):
        if person not in row_of and person not in old_row_of:
            raise UnknownPerson(f"nobody here has the id {person}")
    new = row_of.keys() - old_row_of.keys()
    rows = np.array(sorted(row_of[p] for p in (changed & row_of.keys()) | new), np.int64)
    old_rows = np.array([old_row_of.get(int(person), -1) for person in dataset.ids], np.int64)
    current = _realign(state, old_rows, dataset, rows)
    features = prepare_features(
        dataset.participants,
        vectors,
        dataset.incidence,
        policy,
        standardiser=state.standardiser,
        term_counts=current.term_counts,
        latent=current.latent,
    )
    scale, shortlists = current.scale.copy(), current.shortlists
    affected = np.zeros(len(dataset.ids), bool)
    affected[rows] = True
    affected |= np.isin(current.lists.others, rows).any(axis=1)
    affected |= (old_rows >= 0) & _lists_with_leavers(state, old_rows, current.lists)
    scorer = Scorer.from_features(features, policy)
    for i in rows.tolist():
        partners, weights, scores = _rebalance(scorer, dataset, current, i, scale, policy)
        shortlists, entered = _update_shortlists(
            shortlists, dataset, i, partners, weights, scores, current.lists, policy
        )
        affected |= entered
    current = replace(current, scale=scale, shortlists=shortlists)
    affected |= _lists_holding_contested(current, rows, exposure_caps(dataset.capacity, policy), policy)
    affected |= _lists_below_quota(current.lists, rows, dataset, policy)
    return _rerank(current, dataset, scorer, affected, policy)


def _realign(state: RunState, old_rows: Array, dataset: Dataset, rows: Array) -> RunState:
    """The state with today's rows: leavers dropped, changed people taken off all shortlists.

    old_rows: (n,) row in the state, -1 for newcomers; rows: (k,) changed.
    """
    new_row_of = np.full(len(state.ids) + 1, -1, np.int64)
    new_row_of[old_rows[old_rows >= 0]] = np.flatnonzero(old_rows >= 0)
    known, at = old_rows >= 0, np.maximum(old_rows, 0)

    def carry(values: Array, empty: float) -> Array:
        if len(state.ids) == 0:
            return np.full((len(old_rows), *values.shape[1:]), empty, values.dtype)
        kept = values[at].copy()
        kept[~known] = empty
        return kept

    others = new_row_of[carry(state.shortlists.others, -1)]
    others[np.isin(others, rows)] = -1
    others[rows] = -1
    relevance = np.where(others >= 0, carry(state.shortlists.relevance, -np.inf), -np.inf)
    lists = replace(
        state.lists,
        others=new_row_of[carry(state.lists.others, -1)],
        score=carry(state.lists.score, 0),
        propensity=carry(state.lists.propensity, 1),
        exploratory=carry(state.lists.exploratory, 0),
    )
    new_counts = count_field_terms([dataset.participants[k] for k in rows])
    old_counts = state.term_counts if len(state.ids) else count_field_terms([Participant(0)])
    insert = sp.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, np.arange(len(rows)))), shape=(len(old_rows), len(rows))
    )
    keep = known.astype(np.float32)
    keep[rows] = 0
    term_counts = sp.csr_matrix(sp.diags(keep) @ old_counts[at] + insert @ new_counts, dtype=np.float32)
    term_counts.sort_indices()
    term_counts.eliminate_zeros()
    latent = carry(state.latent, 0)
    if len(rows):
        latent[rows] = project_terms(new_counts, state.standardiser)
    return replace(
        state,
        ids=dataset.ids,
        latent=latent,
        scale=carry(state.scale, 0),
        mean_scores=carry(state.mean_scores, 0),
        term_counts=term_counts,
        shortlists=Shortlists(others, relevance, carry(state.shortlists.score, 0)),
        lists=lists,
    )


def _lists_with_leavers(state: RunState, old_rows: Array, lists: RankedLists) -> Array:
    """Whose list named somebody who has left, bool (n,)."""
    if len(state.ids) == 0:
        return np.zeros(len(old_rows), bool)
    before = (state.lists.others >= 0).sum(axis=1)[np.maximum(old_rows, 0)]
    return np.asarray(before > (lists.others >= 0).sum(axis=1))


def _log_odds_of(scorer: Scorer, dataset: Dataset, i: int) -> tuple[Array, Array]:
    """Log odds of row i for everybody and of everybody for row i, float64 (n,) each; -inf for excluded
    pairs."""
    forward, backward = log_odds_of_rows(scorer, np.array([i]), dataset.exclusions.mask)
    return forward[0], backward[0]


def _rebalance(
    scorer: Scorer, dataset: Dataset, state: RunState, i: int, scale: Array, policy: MatchingPolicy
) -> tuple[Array, tuple[Array, Array], tuple[Array, Array]]:
    """(candidate rows, their weights, log odds), the latter two of row i for them and of them for row i,
    against the others' stored scaling; sets scale[i]."""
    forward, backward = _log_odds_of(scorer, dataset, i)
    score = reciprocal_score(forward, backward)
    state.mean_scores[i] = score.sum() / max(1, len(dataset.ids) - 1)
    partners = candidates_of(score, state.mean_scores, dataset.groups, int(dataset.groups[i]), policy)
    external = dataset.groups[partners] != dataset.groups[i]
    affinity = kernel(score[partners], external, state.bonus, policy.beta)
    unscaled = scale[partners] == 0
    own = scaling_factor(np.array([affinity @ scale[partners]]), dataset.capacity[i : i + 1])[0]
    scale[i] = own
    mu = np.where(unscaled, 0, own * scale[partners] * affinity)
    scores = forward[partners], backward[partners]
    mine, theirs = (list_weights(mu, log_odds, external, state.bonus, state.own_exponent) for log_odds in scores)
    return partners, (mine, theirs), scores


def _update_shortlists(
    shortlists: Shortlists,
    dataset: Dataset,
    i: int,
    partners: Array,
    weights: tuple[Array, Array],
    scores: tuple[Array, Array],
    lists: RankedLists,
    policy: MatchingPolicy,
) -> tuple[Shortlists, Array]:
    """The shortlists with the pairs of row i renewed, and whose list row i may enter, bool (n,)."""
    stale = np.any((shortlists.others[:, :-1] < 0) & (shortlists.others[:, 1:] >= 0), axis=1)
    stale[partners] = stale[i] = True
    owner, position = np.nonzero((shortlists.others >= 0) & stale[:, None])
    # All pairs of row i are renewed, those entered by earlier rows of this update included.
    keep = (owner != i) & (shortlists.others[owner, position] != i)
    owner, position = owner[keep], position[keep]
    repeated = np.full(len(partners), i)
    left = np.concatenate([owner, repeated, partners])
    right = np.concatenate([shortlists.others[owner, position], partners, repeated])
    values = np.concatenate([np.exp(shortlists.relevance[owner, position]), *weights])
    made_scores = np.concatenate([shortlists.score[owner, position], *scores])
    made = make_shortlists(left, right, values, made_scores, dataset.groups, policy)
    entered = np.zeros(len(dataset.ids), bool)
    theirs = weights[1]
    wanted = partners[theirs > 0]
    threshold = _entry_threshold(shortlists, lists, wanted, policy)
    entered[wanted] = np.log(theirs[theirs > 0]) >= threshold
    return _replace_rows(shortlists, made, stale), entered


def _replace_rows(shortlists: Shortlists, made: Shortlists, rows: Array) -> Shortlists:
    """The shortlists with the marked rows, bool (n,), taken from `made`."""
    width = max(shortlists.others.shape[1], made.others.shape[1])

    def merge(name: str, empty: float) -> Array:
        old, new = (
            np.pad(table, ((0, 0), (0, width - table.shape[1])), constant_values=empty)
            for table in (getattr(shortlists, name), getattr(made, name))
        )
        return np.where(rows[:, None], new, old)

    return Shortlists(merge("others", -1), merge("relevance", -np.inf), merge("score", 0))


def _entry_threshold(shortlists: Shortlists, lists: RankedLists, rows: Array, policy: MatchingPolicy) -> Array:
    """The least ln mu with which a newcomer may enter the lists of `rows`, (k,); -inf if not full."""
    others, relevance = shortlists.others[rows], shortlists.relevance[rows]
    listed = np.where(lists.exploratory, -1, lists.others)[rows]
    full = (lists.others[rows] >= 0).sum(axis=1) >= policy.list_size
    is_listed = (others[:, :, None] == listed[:, None, :]).any(axis=2) & (others >= 0)
    least = np.where(is_listed, relevance, np.inf).min(axis=1, initial=np.inf)
    return np.where(full & np.isfinite(least), least, -np.inf)


def _lists_holding_contested(state: RunState, rows: Array, caps: Array, policy: MatchingPolicy) -> Array:
    """Lists to remake because a changed person outweighs their entry for a person at the cap, bool (n,)."""
    listed, shortlists = state.lists.others, state.shortlists
    exposure = np.bincount(listed[listed >= 0], minlength=len(caps))
    affected = np.zeros(len(caps), bool)
    for i in rows.tolist():
        for position, j in enumerate(shortlists.others[i, : 2 * policy.list_size].tolist()):
            if j < 0 or exposure[j] < caps[j]:
                continue
            holders = np.setdiff1d(np.flatnonzero((listed == j).any(axis=1)), rows)
            weights = np.where(shortlists.others[holders] == j, shortlists.relevance[holders], -np.inf).max(
                axis=1, initial=-np.inf
            )
            if holders.size and weights.min() < shortlists.relevance[i, position]:
                affected[holders[np.argmin(weights)]] = True
    return affected


def _lists_below_quota(lists: RankedLists, rows: Array, dataset: Dataset, policy: MatchingPolicy) -> Array:
    """Lists with fewer than `least_other` of other constituencies that a changed person may enter, (n,)."""
    filled, groups = lists.others >= 0, dataset.groups
    external = filled & (groups[lists.others] != groups[:, None])
    short, affected = external.sum(axis=1) < policy.least_other, np.zeros(len(groups), bool)
    for i in rows.tolist() if short.any() else ():
        excluded = dataset.exclusions.mask(slice(i, i + 1), slice(0, len(groups)))[0]
        affected |= short & ~excluded & (groups != groups[i])
    return affected


def _rerank(state: RunState, dataset: Dataset, scorer: Scorer, affected: Array, policy: MatchingPolicy) -> UpdateResult:
    """Remake the affected lists around all others, and return those that came out different."""
    rows = np.flatnonzero(affected)
    kept = state.lists.others[~affected]
    exposure = np.bincount(kept[kept >= 0], minlength=len(dataset.ids))
    caps = exposure_caps(dataset.capacity, policy)

    def full_rows(some: Array) -> tuple[Array, Array]:
        forward, backward = log_odds_of_rows(scorer, some, dataset.exclusions.mask)
        weights = list_weights_of_rows(
            some, forward, backward, dataset.groups, state.scale, state.bonus, state.own_exponent, policy
        )
        return weights, forward

    made = make_lists(state.shortlists, rows, dataset.ids, dataset.groups, caps, exposure, policy, full_rows)
    made = device_pairs_last(made, dataset, policy, rows)
    names = RankedLists.__slots__
    lists = RankedLists(*(getattr(state.lists, name).copy() for name in names))
    same_people = (lists.others[rows] == made.others).all(axis=1)
    different = ~(same_people & np.isclose(lists.score[rows], made.score).all(axis=1))
    for name in names:
        getattr(lists, name)[rows] = getattr(made, name)
    changed = RankedLists(*(getattr(made, name)[different] for name in names))
    if policy.further:
        further = _further_pairs(scorer, dataset, state, rows[different], policy)
        changed = extend_lists(changed, *further, policy.further)
    explained = explain_lists(dataset, scorer.features, policy, state.bonus, changed, rows[different])
    return UpdateResult(explained, replace(state, lists=lists))


def _further_pairs(
    scorer: Scorer, dataset: Dataset, state: RunState, rows: Array, policy: MatchingPolicy
) -> tuple[Array, Array, Array]:
    """(line of `rows`, row of a candidate, log odds of the owner accepting), (m,) each."""
    found: list[tuple[Array, Array, Array]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for line, i in enumerate(rows.tolist()):
        forward, backward = _log_odds_of(scorer, dataset, i)
        score = reciprocal_score(forward, backward)
        right = candidates_of(score, state.mean_scores, dataset.groups, int(dataset.groups[i]), policy)
        found.append((np.full(len(right), line), right, forward[right]))
    left, right, score = (np.concatenate(column) for column in zip(*found, strict=True))
    return left, right, score
