"""What an organiser may know of a run: coverage, exposure, mixing, and what the floor cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from matching.network.mixing import ei_index
from matching.recommend.balance import Balanced
from matching.recommend.dataset import Forum
from matching.recommend.measures import expected_meetings, gini
from matching.recommend.ranking import Places
from matching.types import Array, GroupReport, RunReport


def listed_pairs(places: Places) -> tuple[Array, Array, Array]:
    """(owner row, other row, rank from 1) of every filled place."""
    owner, place = np.nonzero(places.others >= 0)
    return owner, places.others[owner, place].astype(np.int64), place + 1


def worth_of(places: Places, chances: Array) -> tuple[float, float]:
    """(expected meetings a person, mean score) of lists, by the chances p (n, n)."""
    owner, other, rank = listed_pairs(places)
    if owner.size == 0:
        return 0.0, 0.0
    forth, back = chances[owner, other].astype(np.float64), chances[other, owner].astype(np.float64)
    met = expected_meetings(owner, other, rank, forth, back, len(chances))
    return float(met.mean()), float(places.score[places.others >= 0].mean())


def make_report(
    forum: Forum, chances: Array, balanced: Balanced, places: Places, plain: Places | None
) -> RunReport:
    """The report of a run with the chances p (n, n); `plain` are the lists without a floor, where the floor
    changed anything."""
    people = len(forum.ids)
    owner, other, _ = listed_pairs(places)
    load = np.bincount(other, minlength=people)
    open_to = forum.capacity > 0
    meetings, score = worth_of(places, chances)
    before, score_before = (meetings, score) if plain is None else worth_of(plain, chances)
    scores = np.bincount(owner, weights=places.score[places.others >= 0], minlength=people)
    filled = np.bincount(owner, minlength=people)
    differ = forum.groups[owner] != forum.groups[other]

    def group(members: Array) -> GroupReport:
        return GroupReport(
            people=int(members.sum()),
            listed=int((load[members] > 0).sum()),
            mean_listings=round(float(load[members].mean()), 4),
            mean_score=round(float(scores[members].sum() / max(1, filled[members].sum())), 4),
        )

    return RunReport(
        people=people,
        listed_pairs=len(owner),
        coverage=float((load[open_to] > 0).mean()) if open_to.any() else 0.0,
        exposure_gini=gini(load[open_to]),
        ei_index=balanced.ei,
        ei_chance=balanced.chance,
        ei_floor=balanced.floor,
        floor_reached=balanced.floor_reached,
        ei_lists=ei_index(np.ones(len(owner)), differ) if balanced.chance is not None else None,
        bonus=balanced.bonus,
        meetings=meetings,
        mean_score=score,
        meetings_cost=1 - meetings / before if before > 0 else 0.0,
        score_cost=1 - score / score_before if score_before > 0 else 0.0,
        by_constituency={name: group(forum.groups == k) for k, name in enumerate(forum.constituencies)},
        by_language=_by_language(forum, group),
    )


def _by_language(forum: Forum, group: object) -> Mapping[str, GroupReport]:
    assert callable(group)
    written = [{p.seeks_language, p.offers_language, p.about_language} - {""} for p in forum.participants]
    names = sorted(set().union(*written)) if written else []
    return {name: group(np.array([name in w for w in written], bool)) for name in names}
