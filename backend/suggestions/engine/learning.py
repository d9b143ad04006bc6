"""Answers of an event, and ties of earlier editions, to the weights that matching learns from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import TypedDict, cast

import numpy as np

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.events import Event
from backend.events.models.events import Tie as TieRow
from backend.safeguarding.rules import refused_pairs
from backend.suggestions.engine import texts
from backend.suggestions.engine.event_data import DAYS_PER_YEAR, EventData
from backend.suggestions.engine.texts import OnProgress
from backend.suggestions.models import Feedback, Suggestion, SuggestionView
from matching.policy import MatchingPolicy
from matching.recommend.learning import Answers, Learned, learn, reading_probability
from matching.recommend.pair_features import pair_features, without_shared_sentences
from matching.recommend.past_ties import Edition, edition_answers
from matching.types import Tie

SOURCES = ("shown", "asked", "met", "ties")
"""What was answered: a place on a list, a request, how useful a meeting was; and ties of earlier editions."""
SHOWN, ASKED, MET, TIES = range(len(SOURCES))
TIME_TO_ASK = dt.timedelta(days=1)
"""A card shown more recently and not acted on is no answer yet."""
UNKNOWN_RANK = 5
USEFUL, NOT_USEFUL = 4, 2
"""From and up to which usefulness, of 1 to 5, a meeting is a yes or a no."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What one attendee id answered about another; `reading` is the chance that the question was read."""

    attendee: int
    other: int
    yes: bool
    reading: float
    day: int
    source: int


def learn_from_event(
    event: Event,
    data: EventData,
    *,
    since: Event | None = None,
    now: dt.datetime,
    on_progress: OnProgress | None = None,
) -> tuple[Learned, dict[str, int]]:
    """The default weights as the event's answers change them, and how many answers each source gave.

    With `since`, ties of that edition and the later ones count too, among the people of this event.
    """
    report_stage = on_progress or (lambda _stage, _share: None)
    prior = MatchingPolicy()
    rows = read_answers(event, data, now)
    editions = [] if since is None else read_editions(event, data, since)
    parts = []
    reader = texts.text_reader()
    if rows:
        vectors = reader.read(data.participants, on_progress)
        report_stage("Reading the answers", 0.0)
        own, reverse = pair_features(
            data.participants,
            data.ties,
            vectors,
            np.array([(row.attendee, row.other) for row in rows]),
            policy=prior,
            priors=reader.priors(vectors, on_progress),
        )
        parts.append(
            Answers.from_lists(
                own,
                reverse,
                np.array([row.yes for row in rows]),
                reading=np.array([row.reading for row in rows]),
                day=np.array([row.day for row in rows]),
                owner=np.array([row.attendee for row in rows]),
                other=np.array([row.other for row in rows]),
                source=np.array([row.source for row in rows]),
            )
        )
    if editions:
        participants = without_shared_sentences(data.participants)
        vectors = reader.read(participants, on_progress)
        priors = reader.priors(vectors, on_progress)
        for done, edition in enumerate(editions):
            report_stage("Reading earlier editions", done / len(editions))
            parts.append(edition_answers(participants, edition, vectors, policy=prior, priors=priors, source=TIES))
    report_stage("Learning the weights", 0.0)
    answers = Answers.join(parts)
    counts = {name: int((answers.source == k).sum()) for k, name in enumerate(SOURCES)}
    return learn(answers, prior), counts


def read_answers(event: Event, data: EventData, now: dt.datetime) -> list[AnswerRow]:
    """Answers among the people whom matching may use, without pairs that may not be in touch.

    One answer for each ordered pair and source: of what was shown, a request or a saved card is a yes, and a
    card not acted on within a day a no, both as likely read as the rank is; “not relevant” is a no that was
    read.
    """
    refused, people = refused_pairs(event), data.versions.keys()

    def usable(pair: tuple[int, int]) -> bool:
        return people >= set(pair) and (min(pair), max(pair)) not in refused

    meetings = list(
        Seat.objects.filter(event=event, kind=Meeting.Kind.ONE_TO_ONE, part=Seat.Part.INVITED)
        .order_by("meeting__asked_at", "meeting_id")
        .values_list("meeting__asker_id", "attendee_id", "meeting__state", "meeting__asked_at", "meeting__answered_at")
    )
    asked_at = {(asker, other): asked for asker, other, _, asked, _ in meetings}
    found = [row for row in _shown_answers(event, asked_at, now) if usable((row.attendee, row.other))]
    received: dict[tuple[int, int], AnswerRow] = {}
    for asker, other, state, _, answered in meetings:
        if state in Meeting.ANSWERED_STATES and answered is not None and usable((asker, other)):
            yes = state in (*Meeting.EVER_CONFIRMED_STATES, Meeting.State.GATHERED)
            received[other, asker] = AnswerRow(other, asker, yes, 1.0, _day(answered), ASKED)
    return found + list(received.values()) + [r for r in _met_answers(event) if usable((r.attendee, r.other))]


def _shown_answers(event: Event, asked_at: dict[tuple[int, int], dt.datetime], now: dt.datetime) -> list[AnswerRow]:
    verdicts = {
        (attendee, other): (verdict, cause, at)
        for attendee, other, verdict, cause, at in Feedback.objects.filter(attendee__event=event).values_list(
            "attendee_id", "other_id", "verdict", "cause", "created_at"
        )
    }
    ranks = {
        (attendee, other): rank
        for attendee, other, rank in Suggestion.objects.filter(run__event=event, run__state="current").values_list(
            "attendee_id", "other_id", "rank"
        )
    }
    views = SuggestionView.objects.filter(attendee__event=event).order_by("attendee_id", "other_id")
    found = []
    for attendee, other, rank, viewed_at in views.values_list("attendee_id", "other_id", "rank", "viewed_at"):
        pair = attendee, other
        verdict, cause, said_at = verdicts.get(pair, ("", "", viewed_at))
        place = np.array([rank or ranks.get(pair, UNKNOWN_RANK)])
        reading = float(reading_probability(place)[0])
        if pair in asked_at and asked_at[pair] >= viewed_at:
            yes, at = True, asked_at[pair]
        elif pair in asked_at:
            continue  # asked before the card was shown
        elif verdict == Feedback.Verdict.GOOD:
            yes, at = True, said_at
        elif verdict == Feedback.Verdict.NOT_RELEVANT:
            if cause == Feedback.Cause.KNOWN:
                continue  # they know each other, which says nothing about the score
            yes, reading, at = False, 1.0, said_at
        elif viewed_at <= now - TIME_TO_ASK:
            yes, at = False, viewed_at
        else:
            continue
        found.append(AnswerRow(attendee, other, yes, reading, _day(at), SHOWN))
    return found


def _met_answers(event: Event) -> list[AnswerRow]:
    """How useful each of two found their meeting: a clear yes or no."""
    seats = (
        Seat.objects.filter(event=event, kind=Meeting.Kind.ONE_TO_ONE)
        .order_by("meeting_id", "attendee_id")
        .values_list("meeting_id", "attendee_id", "usefulness", "attested_at")
    )
    by_meeting: dict[int, list[tuple[int, int | None, dt.datetime | None]]] = {}
    for meeting, attendee, usefulness, at in seats:
        by_meeting.setdefault(meeting, []).append((attendee, usefulness, at))
    found: dict[tuple[int, int], AnswerRow] = {}
    for both in by_meeting.values():
        if len(both) != 2:
            continue
        for (attendee, usefulness, at), (other, *_) in (both, both[::-1]):
            if usefulness is not None and at is not None and not NOT_USEFUL < usefulness < USEFUL:
                yes = usefulness >= USEFUL
                found[attendee, other] = AnswerRow(attendee, other, yes, 1.0, _day(at), MET)
    return list(found.values())


def read_editions(event: Event, data: EventData, since: Event) -> list[Edition]:
    """Editions from `since` to the event's own that gave ties among the people whom matching may use."""
    people = dict(event.attendees.filter(pk__in=data.versions.keys()).values_list("person_id", "pk"))
    refused = refused_pairs(event)
    met: dict[dt.date, set[tuple[int, int]]] = {}
    ties: list[tuple[int, int, dt.date, float]] = []
    for first, second, met_on, weight, held_on in TieRow.objects.filter(
        first__in=people, second__in=people, edition__starts_on__lt=event.starts_on
    ).values_list("first_id", "second_id", "met_on", "weight", "edition__starts_on"):
        a, b = sorted((people[first], people[second]))
        if (a, b) not in refused:
            ties.append((a, b, met_on, weight))
            met.setdefault(held_on, set()).add((a, b))
    return [
        Edition(
            day=day.toordinal(),
            earlier=_earlier_ties(ties, day),
            met=frozenset(met[day]),
            later=frozenset(pair for other in met if other > day for pair in met[other]),
        )
        for day in sorted(met)
        if day >= since.starts_on
    ]


def _earlier_ties(ties: Collection[tuple[int, int, dt.date, float]], day: dt.date) -> tuple[Tie, ...]:
    """Ties met before the day, aged from it."""
    return tuple(
        Tie(a, b, (day - met_on).days / DAYS_PER_YEAR, weight, str(met_on.year))
        for a, b, met_on, weight in ties
        if met_on < day
    )


def _day(at: dt.datetime) -> int:
    return at.date().toordinal()


def weights_as_rows(learned: Learned) -> dict[str, dict[str, float]]:
    """Weights fit for JSON: name -> prior, value, low, high."""
    return {
        name: {"prior": w.prior, "value": w.value, "low": w.low, "high": w.high} for name, w in learned.weights.items()
    }


def policy_with_weights(policy: MatchingPolicy, weights: dict[str, dict[str, float]]) -> MatchingPolicy:
    """The policy with stored weights; those of features it no longer has are left out."""
    known = policy.as_dict()
    return MatchingPolicy.from_dict(known | {name: row["value"] for name, row in weights.items() if name in known})


class RankingCounts(TypedDict):
    """NDCG@10 on later days by the default and by the learned weights, and the gain with its interval."""

    seekers: int
    prior: float
    learned: float
    gain: float
    low: float
    high: float


class HeldOutCounts(TypedDict):
    """Log-loss on later days by the default and by the learned weights, the gain with its interval, and how
    both rank. In rows stored by earlier versions `ranking` is missing."""

    answers: int
    prior: float
    learned: float
    gain: float
    low: float
    high: float
    ranking: RankingCounts | None


class Counts(TypedDict):
    """What weights rest on: answers, how many were yes, of how many people, and by source."""

    answers: int
    yes: int
    people: int
    by_source: dict[str, int]
    held_out: HeldOutCounts | None


def counts_of(learned: Learned, by_source: dict[str, int]) -> Counts:
    """Counts and gains fit for JSON."""
    held = learned.held_out
    return {
        "answers": learned.answers,
        "yes": learned.yes,
        "people": learned.people,
        "by_source": by_source,
        "held_out": None if held is None else cast(HeldOutCounts, asdict(held)),
    }
