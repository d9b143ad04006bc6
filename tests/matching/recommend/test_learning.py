"""Learning from answers: the gradient, the prior where nothing is known, and made forums with true
weights."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import BadAnswers
from matching.policy import MatchingPolicy
from matching.recommend.learning import (
    MIN_ANSWERS,
    WIDENED,
    Answers,
    HeldOut,
    RankingGain,
    _Model,
    learn,
    log_losses,
    ranking_gain,
    weighted_mean_interval,
)
from matching.recommend.scoring import FEATURES, acceptance_probabilities, need
from tests.benchmarks.learning_forums import ASKED, LEARNED, RECEIVED, forum_result, made_forum


def random_answers(seed, lines=60, sources=2):
    rng = np.random.default_rng(seed)
    return Answers.from_lists(
        rng.standard_normal((lines, len(FEATURES))),
        rng.standard_normal((lines, len(FEATURES))),
        rng.random(lines) < 0.4,
        reading=np.where(rng.random(lines) < 0.3, 1.0, rng.uniform(0.2, 1, lines)),
        day=rng.integers(0, 5, lines),
        owner=rng.integers(0, 9, lines),
        source=rng.integers(0, sources, lines),
        weight=rng.uniform(0, 2, lines),
    )


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_gradient_is_that_of_finite_differences(seed):
    answers = random_answers(seed)
    model = _Model.from_prior(MatchingPolicy(), 2)
    values = model.start + np.random.default_rng(seed).normal(0, 0.5, len(model.start))
    _, gradient = model.objective(values, answers)
    for k in range(len(values)):
        move = 1e-5 * np.eye(len(values))[k]
        up, down = (model.objective(values + sign * move, answers)[0] for sign in (1, -1))
        assert gradient[k] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-4)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_chance_of_a_yes_is_the_score_times_the_reading(seed):
    answers = random_answers(seed)
    policy = MatchingPolicy(intercept=-1.0)
    own, reverse = (need(dict(zip(FEATURES, table.T, strict=True)), policy) for table in (answers.own, answers.reverse))
    p = answers.reading * acceptance_probabilities(own, reverse, policy)[0]
    chance = np.where(answers.yes, p, 1 - p)
    assert np.exp(-log_losses(answers, policy)) == pytest.approx(chance, rel=1e-6)


def test_features_that_say_nothing_keep_their_prior_and_its_interval():
    answers = random_answers(0, lines=400)
    column = FEATURES.index("topic")
    answers.own[:, column] = answers.reverse[:, column] = 0
    found = learn(answers, MatchingPolicy()).weights["topic"]
    assert found.value == pytest.approx(MatchingPolicy().topic)
    sure = 0.7 * 1.6449 * WIDENED
    assert np.log(found.high / found.value) == pytest.approx(sure, rel=0.05)
    assert np.log(found.low / found.value) == pytest.approx(-sure, rel=0.05)


@pytest.mark.parametrize("count", [0, 1, MIN_ANSWERS - 1])
def test_under_two_hundred_answers_nothing_changes(count):
    _, _, answers, *_ = made_forum(0, people=100)
    learned = learn(answers.take(np.arange(count)), MatchingPolicy())
    assert not learned.changed
    assert learned.policy(MatchingPolicy()) == MatchingPolicy()
    assert learned.held_out is None
    assert learned.answers == count


def test_requests_received_do_not_make_up_for_too_few_shown():
    _, _, answers, *_ = made_forum(0, people=100)
    shown = np.flatnonzero(answers.source == ASKED)[: MIN_ANSWERS - 1]
    received = np.flatnonzero(answers.source == RECEIVED)[: MIN_ANSWERS - 1]
    both = answers.take(np.concatenate([shown, received]))
    assert len(both) > MIN_ANSWERS
    assert not learn(both, MatchingPolicy()).changed


def test_two_hundred_answers_change_the_weights():
    _, _, answers, *_ = made_forum(0, people=100)
    learned = learn(answers.take(np.arange(MIN_ANSWERS)), MatchingPolicy())
    assert learned.changed


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_answers_changes_nothing(seed):
    answers = random_answers(seed, lines=300)
    shuffled = answers.take(np.random.default_rng(seed).permutation(len(answers)))
    assert learn(answers, MatchingPolicy()) == learn(shuffled, MatchingPolicy())


def test_a_weight_counts_an_answer_as_often():
    answers = random_answers(1, lines=300)
    twice = answers.take(np.concatenate([np.arange(300), np.arange(300)]))
    heavy = replace(answers, weight=2 * answers.weight)
    one, other = learn(twice, MatchingPolicy()).weights, learn(heavy, MatchingPolicy()).weights
    for name in LEARNED:
        assert one[name].value == pytest.approx(other[name].value, rel=1e-4)


def test_sampled_pairs_do_not_count_towards_two_hundred_answers():
    answers = random_answers(1, lines=2 * MIN_ANSWERS, sources=1)
    answers = replace(answers, weight=np.ones(len(answers)))
    for count in (MIN_ANSWERS - 1, MIN_ANSWERS):
        found = learn(replace(answers, sampled=np.arange(len(answers)) >= count), MatchingPolicy())
        assert found.changed == (count == MIN_ANSWERS)


def test_places_far_down_are_weaker_noes():
    """Nobody was asked; where that was hardly read, the weights fall less."""
    near = random_answers(2, lines=400, sources=1)
    near = replace(near, own=np.abs(near.own), reverse=np.abs(near.reverse), yes=near.yes & False)
    near = replace(near, reading=np.ones(400))
    far = replace(near, reading=np.full(400, 0.1))
    policy = MatchingPolicy(intercept=-1.0)
    assert learn(near, policy).calibration[0].intercept < learn(far, policy).calibration[0].intercept < -1


def test_four_equal_answers_of_one_person_are_less_sure_than_those_of_four_people():
    answers = random_answers(5, lines=300, sources=1)
    line = np.tile(np.arange(300), 4)
    together = replace(answers.take(line), owner=line, other=300 + line)
    apart = replace(together, owner=np.arange(1200), other=1200 + np.arange(1200))
    one, four = (learn(given, MatchingPolicy()).weights["text"] for given in (together, apart))
    assert one.value == pytest.approx(four.value, rel=1e-4)
    assert np.log(one.high / one.low) > 1.2 * np.log(four.high / four.low)


@pytest.mark.slow
def test_later_days_are_never_learned_from():
    _, _, answers, *_ = made_forum(3, people=200)
    held_out = learn(answers, MatchingPolicy()).held_out
    assert held_out is not None
    late = answers.take(answers.day >= 7)
    before = learn(answers.take(answers.day < 7), MatchingPolicy())
    losses = log_losses(late, before.policy(MatchingPolicy()), before.calibration)
    assert held_out.answers == len(late)
    assert held_out.learned == pytest.approx(losses.mean())
    assert held_out.gain == pytest.approx(held_out.prior - held_out.learned)
    assert held_out.low < held_out.gain < held_out.high


def answers_of_eager_people(seekers=400, each=12):
    """Every second one is close in text to all whom they are shown and says yes to most, the others to few;
    which of those shown is answered yes, only topics tell."""
    rng = np.random.default_rng(0)
    owner = np.repeat(np.arange(seekers), each)
    is_eager, fits = owner % 2, rng.random(len(owner)) < 0.5
    own = np.zeros((len(owner), len(FEATURES)))
    own[:, FEATURES.index("text")] = 2 * is_eager + rng.integers(0, 2, len(owner))
    own[:, FEATURES.index("topic")] = 1.5 * fits
    yes = rng.random(len(owner)) < np.where(is_eager, 0.75, 0.1) + np.where(fits, 0.15, -0.05)
    return Answers.from_lists(own, np.zeros_like(own), yes, day=np.tile(np.arange(each), seekers), owner=owner)


@pytest.mark.slow
def test_weights_that_predict_better_and_rank_worse_are_not_kept():
    """Log-loss falls by telling who says yes to most; nobody's list is better for that."""
    learned = learn(answers_of_eager_people(), MatchingPolicy())
    assert learned.held_out.low > 0
    assert learned.held_out.ranking.high < 0
    assert not learned.is_kept


@pytest.mark.slow
def test_a_fit_that_steps_far_comes_back_to_its_mode():
    """Unbounded, the calibration of these earlier meetings ran to chances of exactly 0, which warns."""
    _, true, answers, *_ = made_forum(6, two_sided=True)
    weights = learn(answers, MatchingPolicy()).weights
    assert sum(weights[name].low <= getattr(true, name) <= weights[name].high for name in LEARNED) >= 7


@pytest.mark.slow
def test_weights_that_predict_better_and_rank_no_worse_are_kept():
    _, _, answers, *_ = made_forum(148)
    learned = learn(answers, MatchingPolicy())
    assert learned.held_out.low > 0
    assert learned.is_kept


@pytest.mark.parametrize(
    ("log_loss_low", "ranking_low", "is_kept"),
    [(0.001, -0.011, True), (0.001, -0.013, False), (-0.001, 0.001, True), (-0.001, -0.001, False)],
)
def test_weights_are_kept_that_gain_and_rank_no_worse_by_the_interval(log_loss_low, ranking_low, is_kept):
    ranking = RankingGain(30, prior=0.4, learned=0.41, gain=0.01, low=ranking_low, high=0.03)
    held_out = HeldOut(90, 0.5, 0.49, 0.01, log_loss_low, 0.02, ranking)
    learned = replace(learn(random_answers(0, lines=10), MatchingPolicy()), held_out=held_out)
    assert learned.is_kept == is_kept


def test_a_yes_far_down_counts_as_often_as_it_was_overlooked():
    """One of two seekers said yes to the first place, the other to one that is read a third as often."""
    nothing = np.zeros((4, len(FEATURES)))
    answers = Answers.from_lists(
        nothing, nothing, np.array([1, 0, 0, 1]), owner=np.array([0, 0, 1, 1]), reading=np.array([1, 1 / 3] * 2)
    )
    as_shown, turned = np.array([2.0, 1.0, 2.0, 1.0]), np.array([1.0, 2.0, 1.0, 2.0])
    found = ranking_gain(answers, as_shown, turned)
    lower = 1 / np.log2(3)
    assert (found.prior, found.learned) == pytest.approx(((1 + 3 * lower) / 4, (lower + 3) / 4))


def test_the_order_of_a_list_where_all_were_answered_alike_is_not_compared():
    nothing = np.zeros((4, len(FEATURES)))
    answers = Answers.from_lists(nothing, nothing, np.array([1, 1, 0, 0]), owner=np.array([0, 0, 1, 1]))
    assert ranking_gain(answers, np.arange(4.0), -np.arange(4.0)) is None


def test_other_ids_of_the_same_people_learn_the_same():
    answers = random_answers(3, lines=600, sources=1)
    names = np.random.default_rng(3).permutation(1000)
    renamed = replace(answers, owner=names[answers.owner], other=names[answers.other])
    one, other = learn(answers, MatchingPolicy()), learn(renamed, MatchingPolicy())
    assert one.held_out.ranking.low == pytest.approx(other.held_out.ranking.low, abs=1e-4)
    for name in LEARNED:
        assert one.weights[name].value == pytest.approx(other.weights[name].value, rel=1e-3)


def test_answers_of_one_day_cannot_be_held_out():
    _, _, answers, *_ = made_forum(4, people=100)
    learned = learn(replace(answers, day=np.zeros_like(answers.day)), MatchingPolicy())
    assert learned.changed
    assert learned.held_out is None
    assert not learned.is_kept


@pytest.mark.parametrize(
    ("field", "value"),
    [("reading", np.zeros(3)), ("reading", np.full(3, 1.1)), ("weight", -np.ones(3)), ("own", np.ones((3, 1)))],
)
def test_impossible_answers_are_refused(field, value):
    nothing = np.zeros((3, len(FEATURES)))
    answers = Answers.from_lists(nothing, nothing, np.zeros(3, bool))
    with pytest.raises(BadAnswers):
        replace(answers, **{field: value})


def test_values_that_are_no_numbers_are_refused():
    nothing = np.zeros((1, len(FEATURES)))
    with pytest.raises(BadAnswers):
        Answers.from_lists(nothing * np.nan, nothing, np.zeros(1, bool))


def test_the_interval_of_a_gain_is_over_people():
    """A hundred equal answers of one person are no surer than one."""
    values, owner = np.repeat([0.0, 1.0], 100), np.repeat([1, 2], 100)
    assert weighted_mean_interval(values, np.ones(200), owner) == (0.5, 0.0, 1.0)


@pytest.mark.slow
def test_ten_made_forums_gain_on_later_days_and_cover_the_true_weights():
    """The full count, a hundred forums of 5,000 shown, is in `make bench` (bench_learning)."""
    results = [forum_result(seed, people=200) for seed in range(10)]
    assert sum(result.gain_over_prior > 0 for result in results) >= 9
    covered = [result.covered[name] for result in results for name in LEARNED]
    assert np.mean(covered) >= 0.85
