"""Translations by meaning: is a message's English original the nearest of 301 to its translation?

Run by `make translations`, or alone: `python -m tests.benchmarks.bench_translations [--list] [LANGUAGE ...]`.
Messages of eight words or more, the vectors of the bundled model centred by language. Calibrated in the same
run on Django's own catalogues where they hold enough such messages, and by translations exchanged on purpose.
Exit 1 where a language is below its limit. `--list` names each message that is not first, and what it was
taken for.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import django
import numpy as np
import polib

from matching.text.centring import centre, language_means

CATALOGUES = Path("frontend/locale")
LEAST = dict.fromkeys(("id", "ms", "vi", "th", "fil", "pt", "zh_Hans"), 0.90) | {"km": 0.70, "my": 0.70, "lo": 0.55}
WORDS, OTHERS, PLANTED, ENOUGH = 8, 300, 0.05, 40
MARKUP = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>|\s+")


@dataclass(frozen=True)
class Pair:
    """A message and its translation, both as plain text."""

    english: str
    translation: str


@dataclass(frozen=True)
class Reading:
    """How the messages of one language were found again; `places`: 0 is first; `taken_for`: indices."""

    places: np.ndarray
    taken_for: np.ndarray

    @property
    def first(self) -> float:
        return float((self.places == 0).mean())


def plain(text: str) -> str:
    """
    >>> plain("Ask <strong>%(name)s</strong> to meet.\\n")
    'Ask to meet.'
    """
    return re.sub(r"\s+", " ", MARKUP.sub(" ", text)).strip()


def pairs_of(path: Path) -> list[Pair]:
    """The translated messages of a catalogue that have `WORDS` words or more, each English text once."""
    found: dict[str, str] = {}
    for entry in polib.pofile(str(path)):
        if entry.translated() and not entry.obsolete and len(plain(entry.msgid).split()) >= WORDS:
            last = entry.msgstr_plural[max(entry.msgstr_plural)] if entry.msgid_plural else entry.msgstr
            found.setdefault(plain(entry.msgid_plural or entry.msgid), plain(last))
    return [Pair(english, translation) for english, translation in found.items()]


def django_pairs(language: str) -> list[Pair]:
    """What Django's own catalogues hold in this language."""
    files = sorted(Path(django.__file__).parent.rglob(f"locale/{language}/LC_MESSAGES/django.po"))
    return [pair for path in files for pair in pairs_of(path)]


def read(english: np.ndarray, translated: np.ndarray, pool: np.ndarray, seed: int = 0) -> Reading:
    """english, translated: (n, d) unit rows of the same messages; pool: (m, d) further English rows.

    Each translation is compared with its original and `OTHERS` others, drawn from the rest and the pool.
    """
    rng = np.random.default_rng(seed)
    candidates = np.vstack([english, pool])
    places, taken_for = [], []
    for number, row in enumerate(translated):
        rest = np.delete(np.arange(len(candidates)), number)
        others = rng.choice(rest, size=min(OTHERS, len(rest)), replace=False)
        cosines = candidates[others] @ row
        own = float(candidates[number] @ row)
        places.append(int((cosines > own).sum()))
        taken_for.append(number if places[-1] == 0 else int(others[np.argmax(cosines)]))
    return Reading(np.array(places), np.array(taken_for))


def planted(translated: np.ndarray, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """(rows with `PLANTED` of them exchanged in a circle, the indices of those)."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(translated), size=max(2, round(len(translated) * PLANTED)), replace=False)
    wrong = translated.copy()
    wrong[chosen] = translated[np.roll(chosen, 1)]
    return wrong, chosen


def centred_rows(
    texts: Sequence[str], language: str, known: Mapping[str, np.ndarray], priors: Mapping[str, np.ndarray]
) -> np.ndarray:
    """(n, d) unit rows less the mean of their language."""
    rows, languages = np.stack([known[text] for text in texts]), [language] * len(texts)
    return centre(rows, languages, language_means(rows, languages, priors=priors))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    from django.conf import settings

    django.setup()
    from backend.benchmarks.vector_cache import cached_vectors
    from matching.text.encoder import load_encoder
    from matching.text.priors import language_priors

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    catalogues = {path.parts[-3]: path for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/django.po"))}
    ours = {name: pairs_of(catalogues[name]) for name in arguments.languages or catalogues}
    theirs = {name: django_pairs(name) for name in ours}
    both = [*ours.values(), *theirs.values()]
    texts = {text for pairs in both for pair in pairs for text in (pair.english, pair.translation)}
    encoder = load_encoder(settings.TITIAN_MODEL, settings.MODEL_FOLDER)
    known = cached_vectors(
        sorted(texts),
        folder=settings.VAR / "vectors",
        name=f"{encoder.name} query",
        encode=lambda chunk: encoder.encode(chunk, "query"),
        on_progress=lambda share: print(f"encoding: {share:.0%}", file=sys.stderr),
    )
    priors = language_priors(encoder.name, settings.VAR / "priors", encoder.encode)["query"]
    print(
        f"{'language':<10}{'messages':>9}{'first':>7}{'least':>7}{'exchanged found':>17}"
        "   Django's own: messages, first"
    )
    short = []
    for name, pairs in ours.items():
        if not pairs:
            continue
        english = centred_rows([pair.english for pair in pairs], "en", known, priors)
        translated = centred_rows([pair.translation for pair in pairs], name.split("_")[0], known, priors)
        reading = read(english, translated, english[:0])
        wrong, chosen = planted(translated)
        found = float((read(english, wrong, english[:0]).places[chosen] > 0).mean())
        least, peer = LEAST.get(name), ""
        if len(theirs[name]) >= ENOUGH:
            rows = centred_rows([pair.english for pair in theirs[name]], "en", known, priors)
            other = centred_rows([pair.translation for pair in theirs[name]], name.split("_")[0], known, priors)
            peer = f"{len(theirs[name]):>6}{read(rows, other, english).first:>7.2f}"
        limit = "told" if least is None else f"{least:.2f}"
        print(f"{name:<10}{len(pairs):>9}{reading.first:>7.2f}{limit:>7}{found:>17.2f}   {peer}")
        if least is not None and reading.first < least:
            short.append(f"{name}: {reading.first:.2f} is below {least:.2f}")
        if arguments.list:
            for number in np.flatnonzero(reading.places > 0):
                taken = pairs[reading.taken_for[number]].english
                print(f"  {pairs[number].english}\n    {pairs[number].translation}\n    taken for: {taken}")
    print("\n".join(short))
    sys.exit(int(bool(short)))


if __name__ == "__main__":
    main()
