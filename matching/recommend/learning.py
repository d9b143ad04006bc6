"""Weights of the score learned from answers, starting from the policy's own: a maximum a posteriori fit.

Each weight is log-normal about its prior, w_k = prior_k exp(theta_k) with theta_k ~ N(0, PRIOR_SD^2), so none
changes its sign and few answers change little. An answer is a yes or a no of i about j with the chance p_ij
of `matching.recommend.scoring`, from the features of both directions.

**Position.** Only what is read is answered: P(yes) = a (g + (1 - g - l) p), where a is the chance that the
place was read (the position-based examination model; Richardson et al., WWW 2007), 1 / log2(rank + 1) for a
list and 1 where the answer itself shows the reading. So "shown and not asked" is a weak no far down a list.
The propensity of an exploratory place is no weight here: places are chosen by the features, never by the
answer, so the likelihood given the features is unbiased, while inverse propensities would only add variance.
Each source of answers (lists, requests received, past ties) has an intercept and a contrast, a factor on all
its needs: people ask, accept and co-operate at different rates, and some answers are noisier than others. It
also has a guess g and a lapse l, the shares of answers that are yes or no for causes no feature knows, such
as fame or a full diary (Wichmann and Hill, Perception & Psychophysics 2001; an affine click model, Vardasbi
et al., CIKM 2020): without them, popularity would be read as weak needs. All four only calibrate the fit and
never enter the policy, whose scale balance depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
from scipy.special import expit, ndtri, softmax
from threadpoolctl import threadpool_limits

from matching.errors import BadAnswers
from matching.policy import MatchingPolicy
from matching.recommend.measures import bootstrap_interval, discounted_gains
from matching.recommend.scoring import FEATURES, feature_weight
from matching.types import Array

PRIOR_SD = 0.7
INTERCEPT_SD, CONTRAST_SD = 2.0, 0.7
RARE_LOGIT, RARE_SD = -3.0, 1.5
"""Log odds to the rest of the shares of answers that are yes, or no, whatever the features say; their sd."""
MIN_ANSWERS = 200
"""Where people gave so many answers of no source, nothing changes; sampled pairs do not count."""
HELD_OUT_SHARE, MIN_HELD_OUT = 0.25, 50
RANKING_TOLERANCE = 0.03
"""By which share of the NDCG@10 of the prior its gain may lie below 0, by the lower end of the interval."""
LEVEL = 0.9
WIDENED = 1.15
"""Intervals are at least so much wider than the fit's own, which takes the chances of reading as known."""
CHAINS, STEPS = 400, 1_000


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of people about others, one line each; the columns of `own` and `reverse` follow FEATURES.

    own, reverse: (m, K) features of i -> j and of j -> i, where i answers; yes: (m,) bool; reading: (m,)
    chance in (0, 1] that i read of j; day: (m,) ordinal of the day; owner: (m,) who answers; other: (m,)
    about whom; source: (m,) from 0, each calibrated on its own; weight: (m,) how many answers the line counts
    for; sampled: (m,) bool, nobody gave this answer, it is that of a sampled pair who did not meet. Raises
    BadAnswers.
    """

    own: Array
    reverse: Array
    yes: Array
    reading: Array
    day: Array
    owner: Array
    other: Array
    source: Array
    weight: Array
    sampled: Array

    def __post_init__(self) -> None:
        lines = len(self.yes)
        for field in fields(self):
            values = getattr(self, field.name)
            shape = (lines, len(FEATURES)) if field.name in ("own", "reverse") else (lines,)
            if values.shape != shape:
                raise BadAnswers(f"answers: {field.name} is {values.shape}, not {shape}")
            if not np.isfinite(values).all():
                raise BadAnswers(f"answers: {field.name} holds a value that is no number")
        if lines and not (self.reading.min() > 0 and self.reading.max() <= 1 and self.weight.min() >= 0):
            raise BadAnswers("answers: reading must lie in (0, 1] and weight be at least 0")

    @classmethod
    def from_lists(
        cls,
        own: Array,
        reverse: Array,
        yes: Array,
        *,
        reading: Array | None = None,
        day: Array | None = None,
        owner: Array | None = None,
        other: Array | None = None,
        source: Array | None = None,
        weight: Array | None = None,
        sampled: Array | None = None,
    ) -> Answers:
        """Answers with defaults: read, on one day, each of and about somebody else, of one source, once, by
        people."""
        lines = len(yes)
        return cls(
            np.asarray(own, float),
            np.asarray(reverse, float),
            np.asarray(yes, bool),
            np.ones(lines) if reading is None else np.asarray(reading, float),
            np.zeros(lines, np.int64) if day is None else np.asarray(day, np.int64),
            np.arange(lines) if owner is None else np.asarray(owner, np.int64),
            np.arange(lines) if other is None else np.asarray(other, np.int64),
            np.zeros(lines, np.int64) if source is None else np.asarray(source, np.int64),
            np.ones(lines) if weight is None else np.asarray(weight, float),
            np.zeros(lines, bool) if sampled is None else np.asarray(sampled, bool),
        )

    def __len__(self) -> int:
        return len(self.yes)

    @classmethod
    def join(cls, parts: Sequence[Answers]) -> Answers:
        """All the answers of these parts, in their order."""
        if not parts:
            nothing = np.empty((0, len(FEATURES)))
            return cls.from_lists(nothing, nothing, np.empty(0, bool))
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def take(self, lines: Array) -> Answers:
        """The answers of these lines (a mask or indices)."""
        return Answers(*(getattr(self, field.name)[lines] for field in fields(self)))

    def sorted(self) -> Answers:
        """In an order that depends on the values only, so that sums of floats do too."""
        keys = [self.sampled, self.weight, self.source, self.reading, self.yes, *self.reverse.T, *self.own.T]
        return self.take(np.lexsort([*keys, self.other, self.owner, self.day]))


def reading_probability(rank: Array) -> Array:
    """1 / log2(rank + 1), the chance that a place is read (the discount of DCG; Jarvelin & Kekalainen, 2002).

    >>> reading_probability(np.array([1, 3])).tolist()
    [1.0, 0.5]
    """
    return np.asarray(1 / np.log2(np.asarray(rank, float) + 1))


@dataclass(frozen=True, slots=True)
class LearnedWeight:
    """A weight before and after, with an interval that holds the true one with a chance of at least 90 %."""

    prior: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How answers of one source differ from the score: log odds at no need, the factor on all needs, and the
    shares that are yes (`guess`) or no (`lapse`) whatever the features say."""

    intercept: float
    contrast: float
    guess: float = 0.0
    lapse: float = 0.0


@dataclass(frozen=True, slots=True)
class RankingGain:
    """NDCG@10 of later answers, each seeker's put into the order of the prior and of the learned weights;
    `gain` is the second less the first, with its paired 95 % interval over seekers."""

    seekers: int
    prior: float
    learned: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Log-loss on later days of weights learned on the days before; `gain` is that of the prior weights
    (calibrated on the same earlier days) less that of the learned ones, with its 95 % interval. `ranking` is
    None where nobody said both yes and no on the later days."""

    answers: int
    prior: float
    learned: float
    gain: float
    low: float
    high: float
    ranking: RankingGain | None


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights learned from all answers. `held_out` is None where there are too few days or answers for it;
    with fewer than MIN_ANSWERS of each source the weights are the prior's."""

    weights: Mapping[str, LearnedWeight]
    calibration: tuple[Calibration, ...]
    answers: int
    yes: int
    people: int
    held_out: HeldOut | None

    @property
    def changed(self) -> bool:
        """Whether any weight differs from its prior."""
        return any(weight.value != weight.prior for weight in self.weights.values())

    @property
    def is_kept(self) -> bool:
        """Whether the weights may replace the prior's: by the intervals they predict or rank later days
        better, and rank them not worse."""
        held = self.held_out
        if held is None or held.ranking is None:
            return False
        is_better = held.low > 0 or held.ranking.low > 0
        return is_better and held.ranking.low >= -RANKING_TOLERANCE * held.ranking.prior

    def policy(self, prior: MatchingPolicy) -> MatchingPolicy:
        """The prior with the learned weights; its intercept, which sets the contrast of balance, stays."""
        values = {name: weight.value for name, weight in self.weights.items()}
        return MatchingPolicy.from_dict(prior.as_dict() | values)


def learn(answers: Answers, prior: MatchingPolicy) -> Learned:
    """The weights of the prior as the answers change them, and what that gains on later days.

    >>> few = Answers.from_lists(np.zeros((2, len(FEATURES))), np.zeros((2, len(FEATURES))), np.array([1, 0]))
    >>> learned = learn(few, MatchingPolicy())
    >>> learned.answers, learned.changed, learned.weights["text"].value
    (2, False, 1.0)
    """
    answers = answers.sorted()
    model = _Model.from_prior(prior, _source_count(answers))
    enough = _are_enough(answers)
    found = model.fit(answers) if enough else model.start
    of_prior = np.exp(PRIOR_SD * ndtri([(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    bounds = model.intervals(found, answers) if enough else of_prior
    weights = {
        FEATURES[k]: LearnedWeight(
            prior=float(model.prior[k]),
            value=float(model.prior[k] * np.exp(found[at])),
            low=float(model.prior[k] * (bounds[0, at] if enough else bounds[0])),
            high=float(model.prior[k] * (bounds[1, at] if enough else bounds[1])),
        )
        for at, k in enumerate(model.learned)
    }
    return Learned(
        weights=weights,
        calibration=tuple(Calibration(*(float(value) for value in source)) for source in model.split(found)[1].T),
        answers=len(answers),
        yes=int(answers.yes.sum()),
        people=len(np.unique(answers.owner)),
        held_out=_held_out(answers, model) if enough else None,
    )


def log_losses(answers: Answers, policy: MatchingPolicy, calibration: Sequence[Calibration] = ()) -> Array:
    """-ln of the chance of each answer, (m,), by a policy; as it is where no calibration by source is given.

    >>> nothing = np.zeros((1, len(FEATURES)))
    >>> one = Answers.from_lists(nothing, nothing, np.array([True]))
    >>> log_losses(one, MatchingPolicy(intercept=0.0, own_need=0.0)).round(3).tolist()  # odds 1 + 1
    [0.405]
    """
    model = _Model.from_prior(policy, 1)
    found = calibration or (Calibration(policy.intercept, 1.0),) * _source_count(answers)
    by_source = np.array([astuple(source) for source in found]).T
    return model.by_line(model.prior, by_source[:, answers.source], answers)[0]


def _are_enough(answers: Answers) -> bool:
    """Whether people gave MIN_ANSWERS of one source: requests received do not make up for too few shown, nor
    sampled pairs for too few first meetings."""
    given = np.where(answers.sampled, 0.0, answers.weight)
    return bool(np.bincount(answers.source, given, minlength=1).max() >= MIN_ANSWERS)


def _source_count(answers: Answers) -> int:
    return int(answers.source.max()) + 1 if len(answers) else 1


@dataclass(frozen=True, slots=True)
class _Model:
    """Negative log posterior with its gradient, of the values (theta of the learned features; then by source
    intercepts, log contrasts, and the log odds of guess and of lapse to the rest).

    `prior` holds the weights of all features and, last, the bonus of the own need, a feature that is 1 in
    what i seeks. The need of a source is multiplied by its contrast.
    """

    prior: Array
    learned: Array
    start: Array
    scale: Array
    slope: float

    @classmethod
    def from_prior(cls, policy: MatchingPolicy, sources: int) -> _Model:
        prior = np.array([*(feature_weight(policy, name) for name in FEATURES), policy.own_need])
        learned = np.flatnonzero(prior[:-1] > 0)
        parts = (
            (0.0, PRIOR_SD, len(learned)),
            (policy.intercept, INTERCEPT_SD, sources),
            (0.0, CONTRAST_SD, sources),
            (RARE_LOGIT, RARE_SD, sources),
            (RARE_LOGIT, RARE_SD, sources),
        )
        start, scale = (np.repeat([part[k] for part in parts], [part[2] for part in parts]) for k in (0, 1))
        return cls(prior, learned, start, scale, policy.slope)

    def split(self, values: Array) -> tuple[Array, Array]:
        """(weights, (4, sources) intercepts, contrasts, guesses and lapses)."""
        weights = self.prior.copy()
        weights[self.learned] *= np.exp(values[: len(self.learned)])
        by_source = values[len(self.learned) :].reshape(4, -1).copy()
        by_source[1] = np.exp(by_source[1])
        by_source[2:] = softmax(np.vstack([np.zeros_like(by_source[:1]), by_source[2:]]), axis=0)[1:]
        return weights, by_source

    def needs(self, weights: Array, answers: Answers) -> tuple[Array, Array]:
        """The own need with its bonus, and the reverse need, times the slope, (m,) each."""
        own, reverse = answers.own @ weights[:-1] + weights[-1], answers.reverse @ weights[:-1]
        return self.slope * own, self.slope * reverse

    def scores(self, values: Array, answers: Answers) -> Array:
        """What a list is ordered by, (m,): the log odds of the score, which no calibration enters."""
        return np.logaddexp(*self.needs(self.split(values)[0], answers))

    def losses(self, values: Array, answers: Answers) -> Array:
        """-ln of the chance of each answer, (m,)."""
        weights, by_source = self.split(values)
        return self.by_line(weights, by_source[:, answers.source], answers)[0]

    def by_line(self, weights: Array, calibration: Array, answers: Answers) -> tuple[Array, Array]:
        """(-ln chance of each answer (m,), its derivatives by the log odds of the own and of the reverse need
        and by the log odds of guess and lapse (4, m)), for the calibration (4, m) of each line.

        With odds E: P(yes) = a (g + (1 - l) E)/(1 + E), P(no) = (1 - a g + (1 - a + a l) E)/(1 + E).
        """
        intercept, contrast, guess, lapse = calibration
        reading = answers.reading
        own, reverse = (intercept + contrast * need for need in self.needs(weights, answers))
        log_odds = np.logaddexp(own, reverse)
        # At least the other share: of one near 1 the rest rounds to 0.
        no_guess, no_lapse = np.maximum(1 - guess, lapse), np.maximum(1 - lapse, guess)
        without = np.where(answers.yes, guess, 1 - reading + reading * no_guess)
        with_ = np.where(answers.yes, no_lapse, 1 - reading + reading * lapse)
        with np.errstate(divide="ignore"):
            log_without, log_with = np.log(without), np.log(with_) + log_odds
            log_guess, log_no_guess = np.log(guess), np.log(no_guess)
            log_lapse, log_no_lapse = np.log(lapse), np.log(no_lapse)
        both = np.logaddexp(log_without, log_with)
        loss = np.logaddexp(0, log_odds) - both - np.where(answers.yes, np.log(reading), 0)
        by_odds = expit(log_odds) - np.exp(log_with - both)
        share = expit(own - reverse)
        sign = np.where(answers.yes, 1.0, -reading)
        # One exponential of each product: of the factors alone they overflow where a line search steps far.
        by_guess, by_lapse = -both, log_odds - both
        return loss, answers.weight * np.array(
            [
                by_odds * share,
                by_odds * (1 - share),
                -sign * (np.exp(log_no_guess + log_guess + by_guess) + np.exp(log_guess + log_lapse + by_lapse)),
                sign * (np.exp(log_no_lapse + log_lapse + by_lapse) + np.exp(log_lapse + log_guess + by_guess)),
            ]
        )

    def gradients(self, values: Array, answers: Answers) -> tuple[Array, Array]:
        """(-ln chance of each answer (m,), its derivatives by all values (m, values)), times its weight."""
        weights, by_source = self.split(values)
        losses, (own, reverse, guess, lapse) = self.by_line(weights, by_source[:, answers.source], answers)
        scale = self.slope * by_source[1, answers.source]
        by_weight = ((own * scale)[:, None] * answers.own + (reverse * scale)[:, None] * answers.reverse) * weights[:-1]
        moved = by_weight.sum(axis=1) + own * scale * weights[-1]
        is_source = answers.source[:, None] == np.arange(by_source.shape[1])
        parts = [part[:, None] * is_source for part in (own + reverse, moved, guess, lapse)]
        return losses * answers.weight, np.hstack([by_weight[:, self.learned], *parts])

    def objective(self, values: Array, answers: Answers) -> tuple[float, Array]:
        """The negative log posterior and its gradient."""
        losses, gradients = self.gradients(values, answers)
        scaled = (values - self.start) / self.scale
        return float(losses.sum() + 0.5 * scaled @ scaled), gradients.sum(axis=0) + scaled / self.scale

    def fit(self, answers: Answers, *, calibrate_only: bool = False) -> Array:
        """The mode of the posterior, by L-BFGS from the prior; or of the calibration alone."""
        from scipy.optimize import minimize  # here: 17 MB of every process, for the nights that learn

        count = len(self.learned)
        reach = 0.0 if calibrate_only else 5.0
        with threadpool_limits(1, "blas"):  # its matrices are tiny: threads would only wait for each other
            found = minimize(
                self.objective,
                self.start,
                args=(answers,),
                jac=True,
                method="L-BFGS-B",
                bounds=[(-reach, reach)] * count + [(None, None)] * (len(self.start) - count),
                options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
            )
        return np.asarray(found.x)

    def intervals(self, mode: Array, answers: Answers) -> Array:
        """(2, K) factors between which each weight over its prior lies with the chance LEVEL.

        The likelihood of each source is taken as quadratic in its weights at the mode (Laplace), where it is
        nearly so, and the log-normal prior as it is: near zero a weight's posterior is skew in theta.
        Quantiles are those of a sample, drawn by `_metropolis`, and lie
        `widened` from it.
        """
        count, sources = len(self.learned), (len(mode) - len(self.learned)) // 4
        quadratics = [self._quadratic(mode, answers, source) for source in range(sources)]
        precision = np.diag(1 / self.scale**2)
        for source, (_, curvature) in enumerate(quadratics):
            by_value = np.zeros((len(curvature), len(mode)))
            by_value[self.learned, np.arange(count)] = 1
            by_value[: len(self.prior), count + sources + source] = 1
            for part, at in enumerate((0, 2, 3)):
                by_value[len(self.prior) + part, count + at * sources + source] = 1
            precision += by_value.T @ curvature @ by_value
        covariance = np.linalg.inv(precision)

        def log_posterior(moves: Array) -> Array:
            found = -0.5 * (((mode + moves - self.start) / self.scale) ** 2).sum(axis=1)
            for source, (gradient, curvature) in enumerate(quadratics):
                intercept, contrast, guess, lapse = moves[:, count:].reshape(-1, 4, sources)[:, :, source].T
                factor = np.repeat(contrast[:, None], len(self.prior), axis=1)
                factor[:, self.learned] += moves[:, :count]
                relative = np.column_stack([np.expm1(factor), intercept, guess, lapse])
                found -= relative @ gradient + 0.5 * ((relative @ curvature) * relative).sum(axis=1)
            return np.asarray(found)

        moves = _metropolis(log_posterior, covariance)[:, :count]
        tail = (1 - LEVEL) / 2
        bounds = mode[:count] + np.quantile(moves, (tail, 1 - tail), axis=0)
        about_mode = bounds - mode[:count]
        return np.asarray(np.exp(mode[:count] + self.widened(mode, answers, covariance) * about_mode))

    def widened(self, mode: Array, answers: Answers, covariance: Array) -> Array:
        """(K,) how many times wider than the likelihood says, at least WIDENED: the ratio of deviations
        (standard ones) of the mode about the truth when the answers of a person, and those about one, go
        together.

        The covariance is C (J + P) C, J the sum of outer products of gradients by person who answers, plus
        those by person answered about, less those by pair (White 1982; Cameron, Gelbach and Miller 2011), P
        the precision of the prior and C the inverse curvature; with J + P = 1/C nothing is widened.
        """
        _, gradients = self.gradients(mode, answers)
        pairs = np.unique(np.stack([answers.owner, answers.other]), axis=1, return_inverse=True)[1].ravel()
        robust = np.diag(1 / self.scale**2)
        for groups, sign in ((answers.owner, 1), (answers.other, 1), (pairs, -1)):
            at = np.unique(groups, return_inverse=True)[1]
            sums = np.zeros((at.max() + 1, len(mode)))
            np.add.at(sums, at, gradients)
            robust += sign * sums.T @ sums
        ratio = np.diag(covariance @ robust @ covariance) / np.diag(covariance)
        return np.asarray(np.maximum(np.sqrt(np.maximum(ratio, 0)), WIDENED)[: len(self.learned)])

    def _quadratic(self, mode: Array, answers: Answers, source: int, step: float = 1e-4) -> tuple[Array, Array]:
        """(gradient, curvature) of one source's negative log likelihood by the relative changes of its
        weights (with the bonus of the own need), and by its intercept and log odds of guess and lapse; the
        curvature by differences of the gradient."""
        given = answers.take(answers.source == source)
        weights, by_source = self.split(mode)
        rare = mode[len(self.learned) :].reshape(4, -1)[2:, source]
        intercept, contrast = by_source[:2, source]
        at = np.concatenate([weights * contrast, [intercept], rare])
        units = np.append(at[:-3], np.ones(3))

        def gradient(values: Array) -> Array:
            guess, lapse = softmax(np.append(0.0, values[-2:]))[1:]
            calibration = np.repeat([[values[-3]], [1.0], [guess], [lapse]], len(given), axis=1)
            _, (own, reverse, by_guess, by_lapse) = self.by_line(values[:-3], calibration, given)
            by_weight = self.slope * np.append(own @ given.own + reverse @ given.reverse, own.sum())
            by_rest = [(own + reverse).sum(), by_guess.sum(), by_lapse.sum()]
            return np.asarray(np.append(by_weight, by_rest) * units)

        moves = step * np.diag(units)
        change = np.array([(gradient(at + move) - gradient(at - move)) / (2 * step) for move in moves])
        values, vectors = np.linalg.eigh((change + change.T) / 2)
        return gradient(at), (vectors * np.maximum(values, 0)) @ vectors.T


def _metropolis(log_density: Callable[[Array], Array], covariance: Array) -> Array:
    """Draws (draws, k) of moves from a mode, by random-walk Metropolis in parallel chains (steps by the
    covariance at the mode, 2.38^2/k of it; Roberts, Gelman and Gilks 1997); the same at every call."""
    rng = np.random.default_rng(0)
    size = len(covariance)
    root = np.linalg.cholesky(covariance)
    at = rng.standard_normal((CHAINS, size)) @ root.T
    here, kept = log_density(at), []
    for step in range(STEPS):
        tried = at + 2.38 / np.sqrt(size) * rng.standard_normal((CHAINS, size)) @ root.T
        there = log_density(tried)
        accepted = np.log(rng.random(CHAINS)) < there - here
        at, here = np.where(accepted[:, None], tried, at), np.where(accepted, there, here)
        if step >= STEPS // 2 and step % 20 == 0:
            kept.append(at)
    return np.asarray(np.concatenate(kept))


def _held_out(answers: Answers, model: _Model) -> HeldOut | None:
    """The gain on the last days, of weights fitted on the days before."""
    days = np.unique(answers.day)
    later = np.array([answers.weight[answers.day >= day].sum() for day in days]) / answers.weight.sum()
    cut = days[np.flatnonzero(later >= HELD_OUT_SHARE)[-1]]
    before, after = answers.take(answers.day < cut), answers.take(answers.day >= cut)
    if not _are_enough(before) or len(after) < MIN_HELD_OUT:
        return None
    prior, learned = model.fit(before, calibrate_only=True), model.fit(before)
    losses = [model.losses(values, after) for values in (prior, learned)]
    gain, low, high = weighted_mean_interval(losses[0] - losses[1], after.weight, after.owner)
    weight = after.weight / after.weight.sum()
    return HeldOut(
        answers=len(after),
        prior=float(losses[0] @ weight),
        learned=float(losses[1] @ weight),
        gain=gain,
        low=low,
        high=high,
        ranking=ranking_gain(after, model.scores(prior, after), model.scores(learned, after)),
    )


def ranking_gain(answers: Answers, prior: Array, learned: Array) -> RankingGain | None:
    """What the order of scores `learned` (m,) gains over that of `prior` (m,), both of these answers.

    Each seeker's answers of a source are ranked, where there are both yes and no. A yes counts 1 / reading:
    what stood low was read less often, so that a plain count would favour the order in which people were
    shown (Joachims, Swaminathan and Schnabel, WSDM 2017). For the same reason gains are summed over seekers
    before they are divided by the ideal ones: divided one by one, that factor would cancel.
    """
    asked, query = np.unique(np.stack([answers.owner, answers.source]), axis=1, return_inverse=True)
    query = query.ravel()
    yes, lines = np.bincount(query, answers.yes), np.bincount(query)
    both = (yes > 0) & (yes < lines)
    if not both.any():
        return None
    gains = answers.weight * answers.yes / answers.reading
    seekers, at = np.unique(asked[0, both], return_inverse=True)
    before, after, ideal = (
        np.bincount(at, discounted_gains(query, scores, gains)[both]) for scores in (prior, learned, gains)
    )
    order = np.lexsort((ideal, after - before))  # the interval depends on no id
    low, high = bootstrap_interval((after - before)[order], counts=ideal[order])
    first, second = (float(total.sum() / ideal.sum()) for total in (before, after))
    return RankingGain(len(seekers), first, second, second - first, low, high)


def weighted_mean_interval(values: Array, weight: Array, owner: Array) -> tuple[float, float, float]:
    """(mean, low, high) of (m,) values: a 95 % percentile bootstrap over people, whose answers go together.

    >>> weighted_mean_interval(np.array([1.0, 1.0]), np.ones(2), np.array([4, 7]))
    (1.0, 1.0, 1.0)
    """
    at = np.unique(owner, return_inverse=True)[1]
    total, count = np.bincount(at, values * weight), np.bincount(at, weight)
    return float(total.sum() / count.sum()), *bootstrap_interval(total, counts=count)
