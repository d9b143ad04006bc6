"""One changed person: a row, a column, and the lists it touches, without matching everybody again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from matching.errors import UnknownPerson
from matching.policy import Policy
from matching.recommend.balance import kernel, scale_for, weights_of
from matching.recommend.candidates import best_of_row
from matching.recommend.dataset import Forum, open_forum
from matching.recommend.features import prepare_features
from matching.recommend.ranking import Places, Shortlists, exposure_caps, make_lists, make_shortlists
from matching.recommend.run import write_lists
from matching.recommend.scoring import Scorer, mutual
from matching.recommend.state import RunState
from matching.text.tfidf import count_field_terms
from matching.types import Array, Lists, Participant, Tie, Vectors


@dataclass(frozen=True, slots=True)
class Update:
    """The lists that changed, by participant id, and the state to keep for the next change."""

    lists: Lists
    state: RunState


def update_people(
    state: RunState,
    participants: Sequence[Participant],
    ties: Sequence[Tie],
    vectors: Vectors,
    *,
    changed: Iterable[int],
    excluded: Iterable[tuple[int, int]] = (),
    policy: Policy | None = None,
) -> Update:
    """Match again who `changed` (a profile, a block of a pair: name both, a tie), who is new, and who has
    left.

    All other people keep the run's C, means, spreads and bonus; their lists change only where a changed
    person now belongs or no longer does. Costs O(n d) a person. Raises UnknownPerson for a changed id that
    was never here.
    """
    policy = policy or Policy()
    forum = open_forum(participants, ties, vectors, excluded, policy)
    row, was = forum.row, {int(person): k for k, person in enumerate(state.ids)}
    changed = set(changed)
    for person in sorted(changed):
        if person not in row and person not in was:
            raise UnknownPerson(f"nobody here has the id {person}")
    rows = np.array(sorted(row[p] for p in (changed & row.keys()) | (row.keys() - was.keys())), np.int64)
    old = np.array([was.get(int(person), -1) for person in forum.ids], np.int64)
    moved = _move(state, old, forum, rows)
    features = prepare_features(
        forum.participants, vectors, forum.incidence, policy, yardstick=state.yardstick, words=moved.words
    )
    scale, touched, short = moved.scale.copy(), np.zeros(len(forum.ids), bool), moved.shortlists
    touched[rows] = True
    touched |= np.isin(moved.places.others, rows).any(axis=1)
    touched |= (old >= 0) & _lost_somebody(state, old, moved.places)
    scorer = Scorer.of(features, policy)
    for i in rows.tolist():
        partners, weights, score = _match_row(scorer, forum, moved, i, scale, policy)
        short, entered = _enter(short, forum, i, partners, weights, score, moved.places, policy)
        touched |= entered
    moved = replace(moved, scale=scale, shortlists=short)
    touched |= _rivals(moved, rows, exposure_caps(forum.capacity, policy), policy)
    touched |= _owed(moved.places, rows, forum, policy)
    return _finish(moved, forum, scorer, touched, policy)


def _move(state: RunState, old: Array, forum: Forum, rows: Array) -> RunState:
    """The state laid out for today's people: rows moved, who left taken out, changed people taken off all
    shortlists."""
    new_of = np.full(len(state.ids) + 1, -1, np.int64)
    new_of[old[old >= 0]] = np.flatnonzero(old >= 0)
    known, at = old >= 0, np.maximum(old, 0)

    def carry(values: Array, empty: float) -> Array:
        if len(state.ids) == 0:
            return np.full((len(old), *values.shape[1:]), empty, values.dtype)
        kept = values[at].copy()
        kept[~known] = empty
        return kept

    others = new_of[carry(state.shortlists.others, -1)]
    others[np.isin(others, rows)] = -1
    others[rows] = -1
    relevance = np.where(others >= 0, carry(state.shortlists.relevance, -np.inf), -np.inf)
    places = replace(
        state.places,
        others=new_of[carry(state.places.others, -1)],
        score=carry(state.places.score, 0),
        propensity=carry(state.places.propensity, 1),
        exploratory=carry(state.places.exploratory, 0),
    )
    fresh = count_field_terms([forum.participants[k] for k in rows])
    counted = state.words if len(state.ids) else count_field_terms([Participant(0)])
    swap = sp.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, np.arange(len(rows)))), shape=(len(old), len(rows))
    )
    keep = known.astype(np.float32)
    keep[rows] = 0
    words = sp.csr_matrix(sp.diags(keep) @ counted[at] + swap @ fresh, dtype=np.float32)
    words.sort_indices()
    words.eliminate_zeros()
    return replace(
        state,
        ids=forum.ids,
        scale=carry(state.scale, 0),
        dampening=carry(state.dampening, 0),
        words=words,
        shortlists=Shortlists(others, relevance, carry(state.shortlists.score, 0)),
        places=places,
    )


def _lost_somebody(state: RunState, old: Array, places: Places) -> Array:
    """Whose list names a person who has left."""
    if len(state.ids) == 0:
        return np.zeros(len(old), bool)
    before = (state.places.others >= 0).sum(axis=1)[np.maximum(old, 0)]
    return np.asarray(before > (places.others >= 0).sum(axis=1))


def _chances_of(scorer: Scorer, forum: Forum, i: int) -> tuple[Array, Array]:
    """p of one person for everybody and of everybody for her, float64 (n,); 0 where not proposable."""
    one, everybody = slice(i, i + 1), slice(0, len(forum.ids))
    walk = scorer.features.walk
    walked = None if walk is None else walk.columns(np.array([i]), 1e-4).T
    barred = forum.obstacles.forbidden(one, everybody)[0]
    forth, back = (1 / (1 + np.exp(-x[0].astype(np.float64))) for x in scorer.tile(one, everybody, walked))
    return np.where(barred, 0, forth), np.where(barred, 0, back)


def _match_row(
    scorer: Scorer, forum: Forum, state: RunState, i: int, scale: Array, policy: Policy
) -> tuple[Array, Array, Array]:
    """(rows of partners, mu, h) of one person against everybody's stored C; sets her own C in `scale`."""
    forth, back = _chances_of(scorer, forum, i)
    score = mutual(forth, back)
    state.dampening[i] = score.sum() / max(1, len(forum.ids) - 1)
    partners = best_of_row(score, state.dampening, forum.groups, int(forum.groups[i]), policy)
    p, q = forth[partners], back[partners]
    pull = kernel(p, q, forum.groups[partners] != forum.groups[i], state.bonus, policy.beta)
    unscaled = scale[partners] == 0
    mine = scale_for(np.array([pull @ scale[partners]]), forum.capacity[i : i + 1])[0]
    scale[i] = mine
    weights = np.where(unscaled, 0, mine * scale[partners] * pull)
    return partners, weights, score[partners]


def _enter(
    short: Shortlists,
    forum: Forum,
    i: int,
    partners: Array,
    weights: Array,
    score: Array,
    places: Places,
    policy: Policy,
) -> tuple[Shortlists, Array]:
    """Put one person's row into the shortlists and her into those of her partners; also whose lists she
    may enter."""
    stale = np.any((short.others[:, :-1] < 0) & (short.others[:, 1:] >= 0), axis=1)
    stale[partners] = stale[i] = True
    own, place = np.nonzero((short.others >= 0) & stale[:, None])
    # Her pairs are all given anew, those with somebody who changed before her in this update included.
    keep = (own != i) & (short.others[own, place] != i)
    own, place = own[keep], place[keep]
    fresh = np.full(len(partners), i)
    left = np.concatenate([own, fresh, partners])
    right = np.concatenate([short.others[own, place], partners, fresh])
    values = np.concatenate([np.exp(short.relevance[own, place]), weights, weights])
    scores = np.concatenate([short.score[own, place], score, score])
    made = make_shortlists(left, right, values, scores, forum.groups, policy)
    entered = np.zeros(len(forum.ids), bool)
    wanted = partners[weights > 0]
    entered[wanted] = np.log(weights[weights > 0]) >= _bar(short, places, wanted, policy)
    return _with_rows(short, made, stale), entered


def _with_rows(short: Shortlists, made: Shortlists, rows: Array) -> Shortlists:
    """The shortlists with the marked rows taken from `made`."""
    width = max(short.others.shape[1], made.others.shape[1])

    def pick(name: str, empty: float) -> Array:
        old, new = (
            np.pad(table, ((0, 0), (0, width - table.shape[1])), constant_values=empty)
            for table in (getattr(short, name), getattr(made, name))
        )
        return np.where(rows[:, None], new, old)

    return Shortlists(pick("others", -1), pick("relevance", -np.inf), pick("score", 0))


def _bar(short: Shortlists, places: Places, rows: Array, policy: Policy) -> Array:
    """The ln mu above which somebody new may earn a place in each of these lists: that of the least chosen,
    -inf if not full."""
    others, relevance = short.others[rows], short.relevance[rows]
    listed = np.where(places.exploratory, -1, places.others)[rows]
    full = (places.others[rows] >= 0).sum(axis=1) >= policy.list_size
    held = (others[:, :, None] == listed[:, None, :]).any(axis=2) & (others >= 0)
    least = np.where(held, relevance, np.inf).min(axis=1, initial=np.inf)
    return np.where(full & np.isfinite(least), least, -np.inf)


def _rivals(state: RunState, rows: Array, caps: Array, policy: Policy) -> Array:
    """Whose list must be opened so that the changed may take a place there: where somebody wanted is at
    her cap, the lightest pair holding her, if lighter."""
    held, short = state.places.others, state.shortlists
    load = np.bincount(held[held >= 0], minlength=len(caps))
    opened = np.zeros(len(caps), bool)
    for i in rows.tolist():
        for place, j in enumerate(short.others[i, : 2 * policy.list_size].tolist()):
            if j < 0 or load[j] < caps[j]:
                continue
            holders = np.setdiff1d(np.flatnonzero((held == j).any(axis=1)), rows)
            weights = np.where(short.others[holders] == j, short.relevance[holders], -np.inf).max(
                axis=1, initial=-np.inf
            )
            if holders.size and weights.min() < short.relevance[i, place]:
                opened[holders[np.argmin(weights)]] = True
    return opened


def _owed(places: Places, rows: Array, forum: Forum, policy: Policy) -> Array:
    """Whose list holds too few of other constituencies, while a changed person of another may go there."""
    real, groups = places.others >= 0, forum.groups
    outside = real & (groups[places.others] != groups[:, None])
    short, owed = outside.sum(axis=1) < policy.least_other, np.zeros(len(groups), bool)
    for i in rows.tolist() if short.any() else ():
        barred = forum.obstacles.forbidden(slice(i, i + 1), slice(0, len(groups)))[0]
        owed |= short & ~barred & (groups != groups[i])
    return owed


def _finish(state: RunState, forum: Forum, scorer: Scorer, touched: Array, policy: Policy) -> Update:
    """Make the touched lists again around all others as they stand, and give those that came out
    different."""
    rows = np.flatnonzero(touched)
    others = state.places.others[~touched]
    load = np.bincount(others[others >= 0], minlength=len(forum.ids))
    caps = exposure_caps(forum.capacity, policy)

    def beyond(some: Array) -> tuple[Array, Array]:
        chances = [_chances_of(scorer, forum, i) for i in some.tolist()]
        forth, back = np.array([p for p, _ in chances]), np.array([q for _, q in chances])
        weights = weights_of(some, forth, back, forum.groups, state.scale, state.bonus, policy.beta)
        return weights, mutual(forth, back)

    made = make_lists(state.shortlists, rows, forum.ids, forum.groups, caps, load, policy, beyond)
    places = Places(*(getattr(state.places, name).copy() for name in Places.__slots__))
    same = (places.others[rows] == made.others).all(axis=1) & np.isclose(places.score[rows], made.score).all(
        axis=1
    )
    for name in Places.__slots__:
        getattr(places, name)[rows] = getattr(made, name)
    asked = ~same
    new = Places(*(getattr(made, name)[asked] for name in Places.__slots__))
    lists = write_lists(forum, scorer.features, policy, state.bonus, new, rows[asked])
    return Update(lists, replace(state, places=places))
