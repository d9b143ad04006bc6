"""The reasons that texts bear out: sentences that name a need and its answer, topics both write about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from matching.recommend.features import FIELDS, text_languages
from matching.text.centring import centre
from matching.text.language import detect_language
from matching.text.passages import Passage, length_penalty, passage_around
from matching.text.sentences import split_sentences
from matching.types import Array, Lists, Participant, Reason, Suggested, Vectors

MAX_REASONS = 3
"""Reasons of an entry, beside its fallback."""
MIN_FIT = 0.78
"""The least fit of two texts that are quoted: few pairs that only look alike reach it (decision 38)."""
TOPIC_BONUS, SCORE_BONUS = 0.4, 0.5
"""Added to the fit where one seeks a topic that the other offers, and for the best score of a list."""
MIN_SUPPORT = 1.25
"""Standard deviations above its mean over all topics, of at least three, from which a text is about one."""
UNSPECIFIC = ("language", "bridge", "peer")
"""Reasons that name nothing of what either seeks or offers."""

Means = Mapping[str, Mapping[str, Array]]
"""By field and language."""
ReadTexts = Callable[[Sequence[str], str], Mapping[str, Array]]
"""Texts of a field -> vector (d,) by text."""


def confirm_reasons(
    lists: Lists,
    participants: Sequence[Participant],
    vectors: Vectors,
    means: Means,
    read: ReadTexts,
    topics: Mapping[str, str],
) -> dict[int, tuple[Suggested, ...]]:
    """The lists with the reasons that hold: MAX_REASONS of each entry, heaviest first, and the fallback.

    Two texts are quoted by the sentences that fit best, from MIN_FIT; about_about where an about is quoted. A
    topic holds where each side's text is about it. no_named_need stands where nothing specific holds.
    participants and the rows of vectors: sorted by id. means: those the lists' run centred texts by. topics:
    by key, what is read of each.
    """
    row_of = {person.id: row for row, person in enumerate(participants)}
    listed = {row_of[entry.other] for entries in lists.values() for entry in entries}
    listed |= {row_of[owner] for owner, entries in lists.items() if entries}
    texts = {
        field: FieldTexts.read(
            field, _quoted_rows(field, listed, participants), participants, vectors, means[field], read
        )
        for field in FIELDS
    }
    finder = EvidenceFinder(participants, texts, TopicSupport.read(participants, texts, means, read, topics))
    return {
        owner: finder.confirm(row_of[owner], entries, [row_of[entry.other] for entry in entries])
        for owner, entries in lists.items()
    }


def _quoted_rows(field: str, listed: Iterable[int], participants: Sequence[Participant]) -> list[int]:
    """The rows whose text of this field may be quoted: an about stands in where another is blank."""
    return sorted(
        row
        for row in listed
        if field != "about" or "about" in map(participants[row].field_or_about, ("seeks", "offers"))
    )


class FittingTexts(NamedTuple):
    """How well two texts fit, and what to quote of each."""

    fit: float
    mine: Passage
    theirs: Passage


@dataclass(frozen=True, slots=True)
class FieldTexts:
    """A field's texts, whole and by sentence, as unit vectors centred by language.

    wholes (n, d): of everybody, zero rows without a text; usual (d,): their mean. places: by row of who is
    listed and has a text; sentences: of each place; vectors (s, d) and penalties (s,): of all sentences,
    those of place k from starts[k] to starts[k + 1].
    """

    wholes: Array
    usual: Array
    places: Mapping[int, int]
    sentences: Sequence[Sequence[str]]
    vectors: Array
    penalties: Array
    starts: Array

    @classmethod
    def read(
        cls,
        field: str,
        listed: Iterable[int],
        participants: Sequence[Participant],
        vectors: Vectors,
        means: Mapping[str, Array],
        read: ReadTexts,
    ) -> FieldTexts:
        """`listed`: the rows whose sentences are read."""
        languages = text_languages(participants, field)
        wholes = centre(getattr(vectors, field), languages, means)
        split = {row: split_sentences(getattr(participants[row], field)) for row in listed}
        written = [row for row, sentences in split.items() if sentences and wholes[row].any()]
        flat = [sentence for row in written for sentence in split[row]]
        found = read(flat, field)
        in_text = [languages[row] for row in written for _ in split[row]]
        own = [detect_language(one) or language for one, language in zip(flat, in_text, strict=True)]
        return cls(
            wholes=wholes,
            usual=wholes.sum(axis=0) / max(1, np.count_nonzero(wholes.any(axis=1))),
            places={row: place for place, row in enumerate(written)},
            sentences=[split[row] for row in written],
            vectors=centre(np.stack([found[one] for one in flat]), own, means) if flat else wholes[:0],
            penalties=np.array([length_penalty(one) for one in flat], np.float32),
            starts=np.cumsum([0, *(len(split[row]) for row in written)]),
        )


def fitting_texts(
    mine: FieldTexts,
    row: int,
    theirs: FieldTexts,
    rows: Iterable[int],
    bonuses: Mapping[int, float],
    least: float = MIN_FIT,
) -> dict[int, FittingTexts]:
    """Of one person's text and each of these others', by row: what to quote, where they fit.

    The fit of two texts is the highest cosine of their sentences, short ones marked down, and the cosine of
    the whole texts less what is usual for either: its mean over everybody, so that a text which is near to
    all does not win (hubs: Radovanović et al., JMLR 2010). bonuses: added to it.
    """
    others = [other for other in rows if other in theirs.places]
    if row not in mine.places or not others:
        return {}
    place, places = mine.places[row], np.array([theirs.places[other] for other in others])
    lengths = theirs.starts[places + 1] - theirs.starts[places]
    ends = np.cumsum(lengths)
    begins = ends - lengths
    columns = np.repeat(theirs.starts[places] - begins, lengths) + np.arange(ends[-1])
    own = slice(mine.starts[place], mine.starts[place + 1])
    scores = mine.vectors[own] @ theirs.vectors[columns].T
    scores -= mine.penalties[own, None] + theirs.penalties[columns]
    whole, wholes = mine.wholes[row], theirs.wholes[others]
    fits = np.maximum.reduceat(scores.max(axis=0), begins) + wholes @ whole
    fits += [bonuses.get(other, 0.0) for other in others] - whole @ theirs.usual - wholes @ mine.usual
    found = {}
    for k in np.flatnonzero(fits >= least).tolist():
        part = scores[:, begins[k] : ends[k]]
        i, j = np.unravel_index(int(np.argmax(part)), part.shape)
        found[others[k]] = FittingTexts(
            float(fits[k]),
            passage_around(mine.sentences[place], int(i), part[:, j]),
            passage_around(theirs.sentences[places[k]], int(j), part[i]),
        )
    return found


@dataclass(frozen=True, slots=True)
class TopicSupport:
    """Which topics people's texts are about.

    topics (m, d): unit vectors; columns: by key; used: how many people chose each.
    """

    participants: Sequence[Participant]
    texts: Mapping[str, FieldTexts]
    topics: Array
    columns: Mapping[str, int]
    used: Mapping[str, int]

    @classmethod
    def read(
        cls,
        participants: Sequence[Participant],
        texts: Mapping[str, FieldTexts],
        means: Means,
        read: ReadTexts,
        topics: Mapping[str, str],
    ) -> TopicSupport:
        found = read(list(topics.values()), "offers")
        languages = [detect_language(text) for text in topics.values()]
        rows = np.array([found[text] for text in topics.values()], np.float32)
        return cls(
            participants,
            texts,
            centre(rows, languages, means["offers"]) if topics else rows,
            {key: column for column, key in enumerate(topics)},
            Counter(key for p in participants for key in p.seeks_topics | p.offers_topics),
        )

    def shared(self, seeker: int, giver: int) -> frozenset[str]:
        """The topics that one row seeks and the other offers."""
        return self.participants[seeker].seeks_topics & self.participants[giver].offers_topics

    def agreement(self, seeker: int, giver: int) -> float:
        """1 where they share a topic, 0 where they do not, 0.5 where either chose none."""
        chose = self.participants[seeker].seeks_topics, self.participants[giver].offers_topics
        return float(bool(self.shared(seeker, giver))) if all(chose) else 0.5

    def rarest(self, seeker: int, giver: int) -> str:
        """Of the shared topics that both texts are about, the one that fewest chose; empty without one."""
        held = [
            key
            for key in self.shared(seeker, giver)
            if self._is_about(seeker, "seeks", key) and self._is_about(giver, "offers", key)
        ]
        return min(held, key=lambda key: (self.used[key], key), default="")

    def _is_about(self, row: int, field: str, key: str) -> bool:
        text = self.texts[self.participants[row].field_or_about(field)].wholes[row]
        if key not in self.columns or not text.any():
            return False
        cosines = self.topics @ text
        return bool(cosines[self.columns[key]] - cosines.mean() >= MIN_SUPPORT * max(cosines.std(), 1e-6))


@dataclass(frozen=True, slots=True)
class EvidenceFinder:
    """Finds what bears out the reasons of lists."""

    participants: Sequence[Participant]
    texts: Mapping[str, FieldTexts]
    support: TopicSupport

    def confirm(self, row: int, entries: Sequence[Suggested], others: Sequence[int]) -> tuple[Suggested, ...]:
        """One person's list with the reasons that hold."""
        top = max((entry.score for entry in entries), default=0.0) or 1.0
        scores = {other: entry.score / top for entry, other in zip(entries, others, strict=True)}
        quoting = {name: self._quoting(name, row, scores) for name in ("seeks_offers", "offers_seeks")}
        confirmed = []
        for entry, other in zip(entries, others, strict=True):
            *told, fallback = entry.reasons
            kept: list[Reason] = []
            for reason in told:
                found = self._confirmed(reason, row, other, quoting)
                if found and (found.code, found.evidence) not in [(one.code, one.evidence) for one in kept]:
                    kept.append(found)
            if all(reason.code in UNSPECIFIC for reason in kept):
                weight = max((reason.weight for reason in told if reason.code in quoting), default=0.0)
                kept = [Reason("no_named_need", weight, {"same_field": int(weight > 0)}), *kept]
            confirmed.append(replace(entry, reasons=(*kept[:MAX_REASONS], fallback)))
        return tuple(confirmed)

    def _confirmed(
        self, reason: Reason, row: int, other: int, quoting: Mapping[str, Mapping[int, Reason]]
    ) -> Reason | None:
        if reason.code in quoting:
            found = quoting[reason.code].get(other)
            return found and replace(found, weight=reason.weight)
        if reason.code in ("topic_offered", "topic_sought"):
            pair = (row, other) if reason.code == "topic_offered" else (other, row)
            topic = self.support.rarest(*pair)
            return replace(reason, evidence={"topic": topic}) if topic else None
        return reason

    def _quoting(self, name: str, row: int, scores: Mapping[int, float]) -> dict[int, Reason]:
        """By other row, the reason that quotes what answers a need in one direction, if anything does."""
        is_own_need = name == "seeks_offers"
        pairs = {other: (row, other) if is_own_need else (other, row) for other in scores}
        bonuses = {
            other: TOPIC_BONUS * self.support.agreement(*pair) + SCORE_BONUS * scores[other]
            for other, pair in pairs.items()
        }
        fields_of: dict[tuple[str, str], list[int]] = defaultdict(list)
        for other, (seeker, giver) in pairs.items():
            fields = (
                self.participants[seeker].field_or_about("seeks"),
                self.participants[giver].field_or_about("offers"),
            )
            fields_of[fields if is_own_need else fields[::-1]].append(other)
        return {
            other: _quoting_reason(name, fields, texts)
            for fields, rows in fields_of.items()
            for other, texts in fitting_texts(self.texts[fields[0]], row, self.texts[fields[1]], rows, bonuses).items()
        }


def _quoting_reason(name: str, fields: tuple[str, str], texts: FittingTexts) -> Reason:
    """The reason without its weight; the sentence of evidence `x` that matched is evidence `x_highlight`."""
    if "about" in fields:
        name, keys = "about_about", ("own", "other")
    else:
        keys = ("seek", "offer") if name == "seeks_offers" else ("offer", "seek")
    evidence: dict[str, str | int | float] = {}
    for key, passage in zip(keys, (texts.mine, texts.theirs), strict=True):
        evidence[key] = passage.quotation
        if passage.highlight:
            evidence[f"{key}_highlight"] = passage.highlight
    if name == "about_about":
        evidence |= {"own_field": fields[0], "other_field": fields[1]}
    return Reason(name, 0.0, evidence)
