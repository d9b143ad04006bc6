"""Evidence: a reason is shown where the texts of both sides bear it out."""

import numpy as np
import pytest

from matching.policy import MatchingPolicy
from matching.recommend.evidence import confirm_reasons
from matching.recommend.features import FIELDS, fit_means
from matching.recommend.run import compute_run
from matching.text.passages import MAX_QUOTATION, excerpt
from matching.types import Participant, Reason, Suggested, Vectors
from tests.matching.recommend.strategies import make_people

AXES = np.eye(8, dtype=np.float32)
BRIDGE = Reason("bridge", 0.1, {"from": "youth", "to": "industry"})
NEED = "We look for a way to keep chat messages as evidence that a court accepts in the end."
ANSWER = "Our manual shows how chat messages become evidence that courts accept, with the forms."
ASIDE = "By the way, where can one find a good vegetarian lunch near the place of the forum?"
COFFEE = "Coffee is on us, whoever comes by at our table in the morning or in the afternoon today."


def vectors_of(people, axis_of):
    """Each text as the sum of its sentences' axes, zero rows for none."""

    def row(text):
        found = sum((AXES[axis] for sentence, axis in axis_of.items() if sentence in text), AXES[0] * 0)
        return found / max(1e-9, np.linalg.norm(found))

    return Vectors(*(np.array([row(getattr(p, field)) for p in people], np.float32) for field in FIELDS))


def confirmed(people, told, axis_of, topics=()):
    """The reasons of the first person's entry for the second."""
    means = {field: {"": np.zeros(8, np.float32)} for field in FIELDS}

    def read(texts, _field):
        return {text: AXES[axis_of[text]] for text in texts}

    entry = Suggested(people[1].id, 0.5, 1, (*told, BRIDGE))
    lists = confirm_reasons({1: (entry,)}, people, vectors_of(people, axis_of), means, read, dict(topics))
    return lists[1][0].reasons


OTHERS = [Participant(k, "youth", seeks=ASIDE, offers=COFFEE) for k in (3, 4, 5)]
AXIS_OF = {NEED: 1, ANSWER: 1, ASIDE: 2, COFFEE: 3}


def test_the_sentences_that_fit_are_quoted_and_marked_beside_their_neighbour():
    people = [Participant(1, seeks=f"{ASIDE} {NEED}"), Participant(2, offers=f"{ANSWER} {COFFEE}"), *OTHERS]
    reason = confirmed(people, [Reason("seeks_offers", 2.0)], AXIS_OF)[0]
    assert reason == Reason(
        "seeks_offers",
        2.0,
        {"seek": f"{ASIDE} {NEED}", "seek_highlight": NEED, "offer": f"{ANSWER} {COFFEE}", "offer_highlight": ANSWER},
    )


def test_a_long_text_is_quoted_in_part():
    people = [Participant(1, seeks=" ".join([ASIDE, ASIDE, ASIDE, NEED])), Participant(2, offers=ANSWER), *OTHERS]
    evidence = confirmed(people, [Reason("seeks_offers", 2.0)], AXIS_OF)[0].evidence
    assert evidence["seek"] == f"{ASIDE} {NEED}"
    assert len(evidence["seek"]) < MAX_QUOTATION


def test_texts_that_do_not_fit_are_not_quoted_and_the_card_says_that_no_need_is_named():
    people = [Participant(1, seeks=NEED), Participant(2, offers=COFFEE), *OTHERS]
    told = [Reason("seeks_offers", 2.0), Reason("language", 0.1, {"language": "th"})]
    assert confirmed(people, told, AXIS_OF) == (Reason("no_named_need", 2.0, {"same_field": 1}), told[1], BRIDGE)
    assert confirmed(people, told[1:], AXIS_OF)[0] == Reason("no_named_need", 0.0, {"same_field": 0})


def test_a_fragment_does_not_win_over_a_sentence():
    axis_of = {**AXIS_OF, "Chats.": 1}
    people = [Participant(1, seeks=f"Chats. {NEED}"), Participant(2, offers=ANSWER), *OTHERS]
    assert confirmed(people, [Reason("seeks_offers", 2.0)], axis_of)[0].evidence["seek_highlight"] == NEED


def test_what_somebody_writes_of_themselves_stands_in_for_a_need_they_did_not_write():
    people = [Participant(1, about=NEED), Participant(2, offers=ANSWER), *OTHERS]
    reason = confirmed(people, [Reason("seeks_offers", 2.0)], AXIS_OF)[0]
    assert (reason.code, dict(reason.evidence)) == (
        "about_about",
        {"own": NEED, "other": ANSWER, "own_field": "about", "other_field": "offers"},
    )


TOPICS = {"evidence": NEED, "lunch": ASIDE, "coffee": COFFEE}


@pytest.mark.parametrize(("offers", "shown"), [(ANSWER, True), (COFFEE, False), ("", False)])
def test_a_topic_holds_where_the_texts_of_both_sides_are_about_it(offers, shown):
    people = [
        Participant(1, seeks=NEED, seeks_topics=frozenset({"evidence"})),
        Participant(2, offers=offers, offers_topics=frozenset({"evidence"})),
        *OTHERS,
    ]
    topic = Reason("topic_offered", 1.0, {"topic": "evidence"})
    assert (topic in confirmed(people, [topic], AXIS_OF, TOPICS)) is shown


def test_a_topic_that_both_seek_and_offer_is_told_in_both_directions():
    both = {"seeks_topics": frozenset({"evidence"}), "offers_topics": frozenset({"evidence"})}
    people = [Participant(k, seeks=NEED, offers=ANSWER, **both) for k in (1, 2)]
    told = [Reason(code, 1.0, {"topic": "evidence"}) for code in ("topic_offered", "topic_sought")]
    assert confirmed([*people, *OTHERS], told, AXIS_OF, TOPICS) == (*told, BRIDGE)


def test_of_the_topics_that_hold_the_one_is_named_that_fewest_chose():
    both = frozenset({"evidence", "lunch"})
    crowd = [Participant(k, seeks_topics=frozenset({"evidence"})) for k in (6, 7)]
    people = [
        Participant(1, seeks=f"{NEED} {ASIDE}", seeks_topics=both),
        Participant(2, offers=f"{ANSWER} {ASIDE}", offers_topics=both),
        *OTHERS,
        *crowd,
    ]
    rest = {"law": 4, "money": 5, "data": 6, "schools": 7}
    topics = TOPICS | {key: key for key in rest}
    found = confirmed(people, [Reason("topic_offered", 1.0)], AXIS_OF | rest, topics)
    assert Reason("topic_offered", 1.0, {"topic": "lunch"}) in found


def test_any_lists_keep_their_people_and_scores_and_every_entry_has_a_reason():
    people, ties, vectors = make_people(40, 3, ties=20)
    policy = MatchingPolicy()
    run = compute_run(people, ties, vectors, policy=policy)

    def read(texts, field):
        rows = np.random.default_rng(len(field)).standard_normal((len(texts), vectors.seeks.shape[1]))
        return dict(zip(texts, rows.astype(np.float32), strict=True))

    means = fit_means(people, vectors, policy)
    lists = confirm_reasons(run.lists, people, vectors, means, read, {})
    for owner, entries in run.lists.items():
        assert [(e.other, e.score, e.rank) for e in entries] == [(e.other, e.score, e.rank) for e in lists[owner]]
        for entry in lists[owner]:
            assert 2 <= len(entry.reasons) <= 4
            assert entry.reasons[-1].code in ("bridge", "peer")
            weights = [reason.weight for reason in entry.reasons[:-1] if reason.code != "no_named_need"]
            assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize("text", ["word " * 100, "ก" * 500, "ទី" * 300, "A first sentence that is long enough. " * 9])
def test_an_excerpt_is_short_and_starts_like_the_text(text):
    cut = excerpt(text, 160)
    assert 40 < len(cut) <= 162
    assert " ".join(text.split()).startswith(cut.rstrip("… "))
