"""Reasons on a forum with keyed answers: are the right sentences quoted, and none of pairs that look alike?

`python -m tests.benchmarks.bench_reasons FOLDER`, also run by `make bench DATA=FOLDER`. The folder holds
people.jsonl and key.json: `evidence` {"a-b": {mine, my_field, theirs, their_field}}, the sentences that prove
a fit, and `none`, pairs that only look alike. Exit 1 below a floor.

`--sheet FILE` writes the first six places of twenty lists with both people's texts, for readers, and
FILE.csv with the code, place and language of each reason. `--grades FILE.csv GRADES.csv ...` counts what they
wrote: a line `R12,useful`, `R12,harmless` or `R12,nonsense` for each reason.
"""

import argparse
import csv
import json
import os
import random
import sys
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

import django
import numpy as np

FLOORS = {"both sentences quoted": 0.75, "kept": 0.88, "both sentences quoted, listed": 0.85}
CEILING = 0.25  # of listed look-alikes with a quotation
LISTS, PLACES = 20, 6


class Forum:
    """People of a folder with their lists, as Titian would show them."""

    def __init__(self, folder: Path):
        from django.conf import settings

        from backend.events.rules.topics import shipped_themes
        from backend.suggestions.engine.texts import KINDS, topic_text
        from matching.policy import MatchingPolicy
        from matching.recommend.evidence import FieldTexts, TopicSupport, confirm_reasons
        from matching.recommend.run import compute_run
        from matching.text.encoder import encoder_name, load_encoder
        from matching.text.language import detect_language
        from matching.text.priors import language_priors
        from matching.types import Participant, Vectors

        rows = [json.loads(line) for line in (folder / "people.jsonl").read_text("utf-8").splitlines()]
        self.people = {row["id"]: row for row in sorted(rows, key=lambda row: row["id"])}
        self.key = json.loads((folder / "key.json").read_text("utf-8"))
        encoder = load_encoder("", settings.MODEL_FOLDER)
        self.participants = [
            Participant(
                id=row["id"],
                constituency=row["sector"],
                organisation=row["organisation"],
                languages=frozenset(row["languages"]),
                **{field: row[field] for field in KINDS},
                **{f"{field}_language": detect_language(row[field]) for field in KINDS},
                seeks_topics=frozenset(row["topics_seek"]),
                offers_topics=frozenset(row["topics_offer"]),
            )
            for row in self.people.values()
        ]
        self.row_of = {one.id: row for row, one in enumerate(self.participants)}

        def read(texts, field):
            return dict(zip(texts, encoder.encode(list(texts), KINDS[field]), strict=True)) if texts else {}

        def vectors(field):
            found = read([text for one in self.participants if (text := getattr(one, field).strip())], field)
            nothing = np.zeros(len(next(iter(found.values()))), np.float32)
            return np.stack([found.get(getattr(one, field).strip(), nothing) for one in self.participants])

        self.vectors = Vectors(*map(vectors, KINDS))
        priors = language_priors(encoder_name(""), settings.VAR / "priors", None)
        policy = MatchingPolicy(further=50)
        run = compute_run(
            self.participants,
            [],
            self.vectors,
            policy=policy,
            priors={field: priors[kind] for field, kind in KINDS.items()},
        )
        means = run.state.standardiser.means
        topics = {
            topic["key"]: topic_text(topic["name"], topic["description"])
            for theme in shipped_themes()
            for topic in theme["topics"]
        }
        self.topic_names = {t["key"]: t["name"] for theme in shipped_themes() for t in theme["topics"]}
        self.lists = confirm_reasons(run.lists, self.participants, self.vectors, means, read, topics)
        self.texts = {
            field: FieldTexts.read(
                field, range(len(self.participants)), self.participants, self.vectors, means[field], read
            )
            for field in KINDS
        }
        self.support = TopicSupport.read(self.participants, self.texts, means, read, topics)

    @cached_property
    def listed(self):
        """(owner, other) -> the reasons of one of the first ten places."""
        return {(owner, entry.other): entry.reasons for owner, entries in self.lists.items() for entry in entries[:10]}

    def fit(self, seeker, seek_field, giver, offer_field):
        """The fitting texts of two people's fields, however little they fit; None where either is empty."""
        from matching.recommend.evidence import TOPIC_BONUS, fitting_texts

        a, b = self.row_of[seeker], self.row_of[giver]
        bonus = {b: TOPIC_BONUS * self.support.agreement(a, b)}
        texts = self.texts[seek_field], self.texts[offer_field]
        return fitting_texts(texts[0], a, texts[1], [b], bonus, least=-np.inf).get(b)


def holds(quoted, sentence):
    """Whether most of a sentence stands in what is quoted."""
    quoted, sentence = (" ".join(text.split()).lower() for text in (quoted, sentence))
    if sentence in quoted:
        return True
    matcher = SequenceMatcher(None, quoted, sentence, autojunk=False)
    return matcher.find_longest_match().size >= 0.6 * len(sentence)


def measure(forum):
    """Prints the figures; whether each reaches its floor."""
    evidence = {tuple(map(int, pair.split("-"))): found for pair, found in forum.key["evidence"].items()}
    both, fits = [], []
    for (a, b), found in evidence.items():
        if found["my_field"] == "offers":
            texts = forum.fit(b, found["their_field"], a, "offers")
            quoted = (texts.theirs, texts.mine)
        else:
            texts = forum.fit(a, found["my_field"], b, found["their_field"])
            quoted = (texts.mine, texts.theirs)
        fits.append(texts.fit)
        pairs = zip(quoted, (found["mine"], found["theirs"]), strict=True)
        both.append(all(holds(passage.quotation, sentence) for passage, sentence in pairs))
    alike = [tuple(map(int, pair.split("-"))) for pair in forum.key["none"]]
    refused = [found.fit for a, b in alike if (found := forum.fit(a, "seeks", b, "offers"))]
    kept = float(np.mean(np.array(fits) > np.quantile(refused, 0.8)))
    shown = {pair: _quoted(forum.listed[pair]) for pair in evidence if pair in forum.listed}
    listed = np.mean(
        [holds(text, evidence[p]["mine"]) and holds(text, evidence[p]["theirs"]) for p, text in shown.items()]
    )
    quoted_alike = [bool(_quoted(forum.listed[pair])) for pair in alike if pair in forum.listed]
    figures = {
        "both sentences quoted": float(np.mean(both)),
        "kept": kept,
        "both sentences quoted, listed": float(listed),
    }
    for name, value in figures.items():
        print(f"{name}: {value:.2f} (floor {FLOORS[name]})")
    print(f"look-alikes listed {len(quoted_alike)}, with a quotation {sum(quoted_alike)}")
    is_low = sum(quoted_alike) > CEILING * len(quoted_alike)
    return not is_low and all(value >= FLOORS[name] for name, value in figures.items())


def _quoted(reasons):
    names = ("seek", "offer", "own", "other")
    return " ; ".join(str(reason.evidence[name]) for reason in reasons for name in names if name in reason.evidence)


def write_sheet(forum, path, seed):
    """Writes what readers grade, and beside it a table of the reasons."""
    from backend.suggestions.selectors.lists import ReasonRow
    from frontend.suggestions.words import reason_text

    owners = sorted(random.Random(seed).sample(list(forum.lists), LISTS))
    number = 0
    with path.open("w", encoding="utf-8") as sheet, Path(f"{path}.csv").open("w", newline="") as table:
        rows = csv.writer(table)
        for owner in owners:
            sheet.write(f"\n# You: {_person(forum, owner)}\n")
            for place, entry in enumerate(forum.lists[owner][:PLACES], start=1):
                sheet.write(f"\n## {owner}, place {place}: {_person(forum, entry.other)}\n")
                for reason in entry.reasons[:-1]:
                    number += 1
                    row = ReasonRow(reason.code, reason.weight, dict(reason.evidence))
                    text = reason_text(row, forum.topic_names)
                    sides = [f"{one.caption}: “{one.quote}”" for one in (text.mine, text.theirs) if one]
                    sheet.write(f"- R{number}: {text.sentence or ' / '.join(sides)}\n")
                    language = forum.participants[forum.row_of[owner]].seeks_language
                    rows.writerow([f"R{number}", owner, place, reason.code, language])
    print(f"{number} reasons in {path}")


def _person(forum, number):
    person = forum.people[number]
    texts = "\n".join(f"{field}: {person[field]}" for field in ("seeks", "offers", "about"))
    topics = {
        side: ", ".join(forum.topic_names.get(key, key) for key in person[f"topics_{side}"])
        for side in ("seek", "offer")
    }
    head = f"{number} ({person['sector']}, {person['country']}, {', '.join(person['languages'])})"
    return f"{head}\n{texts}\nticked: seeks {topics['seek']}; offers {topics['offer']}"


def count_grades(table, grades):
    """Prints the shares of grades by code, place and language."""
    rows = {row[0]: row for row in csv.reader(table.open())}
    given = [dict(row for row in csv.reader(path.open()) if row) for path in grades]
    groups, cards = defaultdict(Counter), defaultdict(list)
    for name, (_, owner, place, code, language) in rows.items():
        for grade in (one[name].strip() for one in given):
            for group in ("all", f"code {code}", f"language {language or '?'}"):
                groups[group][grade] += 1
            cards[owner, int(place)].append(grade)
    for group, counts in sorted(groups.items()):
        shares = ", ".join(f"{grade} {count / counts.total():.2f}" for grade, count in sorted(counts.items()))
        print(f"{group:<24}{counts.total() // len(given):>4}  {shares}")
    for name, places in {"first places": {1}, "all places": set(range(1, PLACES + 1))}.items():
        found = [grades for (_, place), grades in cards.items() if place in places]
        useful, nonsense = (np.mean([word in one for one in found]) for word in ("useful", "nonsense"))
        print(f"{name}: {len(found)} cards, a useful reason on {useful:.2f}, nonsense on {nonsense:.2f}")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?")
    options.add_argument("--sheet", type=Path)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--grades", type=Path, nargs="+")
    given = options.parse_args()
    if given.grades:
        count_grades(given.grades[0], given.grades[1:])
        return 0
    if given.folder is None or not (given.folder / "key.json").is_file():
        options.error("name a folder with people.jsonl and key.json, as ../shared/data/dev-forum")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    forum = Forum(given.folder)
    if given.sheet:
        write_sheet(forum, given.sheet, given.seed)
        return 0
    return int(not measure(forum))


if __name__ == "__main__":
    sys.exit(main())
