"""Two markets with known outcomes: Su et al. (WWW 2022), and a forum of five constituencies."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.special import logit

from matching.policy import MatchingPolicy
from matching.recommend.balance import balance_pairs, list_weights, solve_choo_siow
from matching.recommend.candidates import find_candidates
from matching.recommend.measures import ei_of_lists, expected_meetings, gini
from matching.recommend.ranking import exposure_caps, make_lists, make_shortlists
from matching.recommend.run import with_own_score

CANDIDATES, EMPLOYERS = 150, 100


def two_sided_market(crowding, seed):
    """(f, g): preferences of candidates for employers (C, J) and of employers for candidates (J, C)."""
    rng = np.random.default_rng(seed)
    f, g = rng.random((CANDIDATES, EMPLOYERS)), rng.random((EMPLOYERS, CANDIDATES))
    f = (1 - crowding) * f + crowding * np.linspace(1, 0, EMPLOYERS)[None, :]
    g = (1 - crowding) * g + crowding * np.linspace(1, 0, CANDIDATES)[None, :]
    return f, g


def matches(order_by, f, g):
    """Expected matches when candidates apply down their lists and employers rank their applicants by g."""
    rank = np.argsort(np.argsort(-order_by, axis=1, kind="stable"), axis=1) + 1
    applies = f / rank
    total = 0.0
    for employer in range(EMPLOYERS):
        by_preference = np.argsort(-g[employer], kind="stable")
        probabilities = applies[by_preference, employer]
        total += (probabilities * g[employer, by_preference] * expected_inverse_rank(probabilities)).sum()
    return float(total)


def expected_inverse_rank(probabilities):
    """E[1 / (1 + number of earlier successes)] for each of a row of independent probabilities, exactly."""
    count, out = np.zeros(len(probabilities) + 1), np.empty(len(probabilities))
    count[0] = 1.0
    inverse_ranks = 1 / np.arange(1, len(probabilities) + 2)
    for k, probability in enumerate(probabilities):
        out[k] = count @ inverse_ranks
        count[1:] = count[1:] * (1 - probability) + count[:-1] * probability
        count[0] *= 1 - probability
    return out


def transferable_utility(f, g, beta=0.3, sweeps=500):
    """mu of candidates x employers, both sides as one population."""
    kernel = np.exp((f + g.T) / (2 * beta))
    graph = sp.csr_matrix(np.block([[np.zeros((CANDIDATES,) * 2), kernel], [kernel.T, np.zeros((EMPLOYERS,) * 2)]]))
    scale = solve_choo_siow(graph, np.ones(CANDIDATES + EMPLOYERS), sweeps)
    return scale[:CANDIDATES, None] * scale[None, CANDIDATES:] * kernel


def market_runs(crowding, runs=60):
    """Matches of the naive ranking, the product and ours, (runs, 3)."""
    found = []
    for seed in range(runs):
        f, g = two_sided_market(crowding, seed)
        found.append([matches(order, f, g) for order in (f, f * g.T, transferable_utility(f, g))])
    return np.array(found)


@dataclass(frozen=True)
class ForumOutcome:
    """What lists of one ranker give: meetings per person, equality of exposure, coverage."""

    meetings: float
    gini: float
    coverage: float
    most_lists: int
    three_constituencies: float
    ei: float | None


def forum(h, w, seed=0, people=600, dimensions=16):
    """(p, groups): probabilities of yes in a forum with homophily h and popularity w."""
    rng = np.random.default_rng(seed)
    groups = np.searchsorted([0.35, 0.6, 0.8, 0.92], (rng.permutation(people) + 0.5) / people)
    centre = rng.standard_normal((5, dimensions))[groups] * h
    seeks, offers = (rng.standard_normal((people, dimensions)) + centre for _ in range(2))
    value = seeks @ offers.T
    preference = 1 / (1 + np.exp(-1.2 * (value - value.mean()) / value.std()))
    popular = rng.beta(1, 4, people)
    p = np.clip((1 - w) * preference + w * (popular / popular.max())[None, :], 0.001, 0.999)
    np.fill_diagonal(p, 0)
    return p.astype(np.float32), groups


CAPACITY = 10.0


def lists_by_product(p, groups):
    """Top ten by p_ij p_ji, as rows of others."""
    score = p * p.T
    return np.argsort(-score, axis=1, kind="stable")[:, :10], None


def lists_by_titian(p, groups, policy):
    """The lists of a run, from probabilities on: as shipped, in the order of the owner's own score."""
    pairs = find_candidates(logit(p), groups, policy)
    capacity = np.full(len(p), CAPACITY)
    found = balance_pairs(pairs, groups, capacity, policy)
    external = groups[pairs.left] != groups[pairs.right]
    everybody = np.arange(len(p))
    caps = exposure_caps(capacity, policy)

    def rank(own_exponent):
        weights = list_weights(found.weights, pairs.log_odds, external, found.bonus, own_exponent)
        shortlists = make_shortlists(pairs.left, pairs.right, weights, pairs.log_odds, groups, policy)
        return make_lists(shortlists, everybody, everybody, groups, caps, np.zeros(len(p), int), policy)

    def meetings_of(lists):
        return outcome(p, groups, lists.others).meetings

    floor = policy.ei_floor if policy.ei_floor is not None else found.expected_ei
    chosen = with_own_score(rank, meetings_of, lambda lists: ei_of_lists(lists, groups), floor, policy.own_exponent)
    return chosen[1].others, found.ei_index


def outcome(p, groups, others, ei=None):
    """Measure lists by the model of requests and answers in matching.recommend.measures."""
    owner, position = np.nonzero(others >= 0)
    other = others[owner, position]
    met = expected_meetings(
        owner, other, position + 1, p[owner, other].astype(float), p[other, owner].astype(float), len(p)
    )
    load = np.bincount(other, minlength=len(p))
    constituencies = np.array([len(set(groups[row[row >= 0]].tolist())) for row in others])
    return ForumOutcome(
        meetings=float(met.mean()),
        gini=gini(load),
        coverage=float((load > 0).mean()),
        most_lists=int(load.max()),
        three_constituencies=float((constituencies >= 3).mean()),
        ei=ei,
    )


def forum_row(h, w, seed=0, target=0.0, people=600):
    """(product, ours with the E-I target, ours without one)."""
    p, groups = forum(h, w, seed, people)
    policy = MatchingPolicy(ei_floor=target)
    others, ei = lists_by_titian(p, groups, policy)
    unconstrained, unconstrained_ei = lists_by_titian(p, groups, replace(policy, ei_floor=-1.0))
    product, _ = lists_by_product(p, groups)
    return (
        outcome(p, groups, product),
        outcome(p, groups, others, ei),
        outcome(p, groups, unconstrained, unconstrained_ei),
    )
