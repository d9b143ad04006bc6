"""Names as a search compares them: without case, accents and tone marks, in Latin letters, with one typo.

A name is kept as keys, short texts that a search asks for: whole words, their beginnings, each word less one
letter (two words that differ by one typo share such a key: Garbe, SymSpell, 2012), pairs of letters where a
script has no spaces, and consonants, which transliterations agree on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from itertools import pairwise

from anyascii import anyascii

from backend.core.texts import folded
from backend.directory.engine.burmese import burmese_syllables

LONGEST = 200  # characters of a search that are read
MOST_WORDS = 8
LONGEST_START = 6  # letters of the beginnings kept as keys
LEAST_FOR_TYPO = 4  # letters of a word in which one typo is forgiven; one less in other scripts than Latin
LEAST_CONSONANTS = 3  # of a whole search by consonants: fewer fit too many names
SYLLABLES_OF_A_WORD = (2, 3)  # as Burmese names have them in Latin letters: Thi-da, Ya-da-nar
APOSTROPHES = re.compile(r"['’‘ʼʻ`´]")
# Marks of tone and of reading that Unicode does not class as combining, as people leave them out.
UNCLASSED_MARKS = dict.fromkeys(map(ord, "็း៉៊់៌៍៎៏័៑៓"))
SILENT = re.compile(r"[\u0e01-\u0e2e][\u0e34-\u0e3a]?\u0e4c")  # a Thai letter under its mark of silence
THAI_AND_LAO_FRONT_VOWEL = re.compile(r"([\u0e40-\u0e44\u0ec0-\u0ec4])([\u0e01-\u0e2e\u0e81-\u0eae])")
SPACELESS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]"
)
SYLLABLE = re.compile(r"[A-Z][a-z]*")
BEFORE_CONSONANT = re.compile("^h(?=[^aeiouwy])")  # Hla, Htun
LONG_A = re.compile("ar(?![aeiou])")  # Nandar, Nilar
BURMESE = re.compile("[\u1000-\u109f]")
# As names have them: am in Thai and Lao, and a Lao y.
SOUNDS_OF_NAMES = ((re.compile("[\u0e4d\u0ecd][\u0e32\u0eb2]"), "am"), (re.compile("\u0e8d"), "y"))
# Spellings of one sound in Latin letters, in this order: Soekarno and Sukarno, Phuong and Puong.
SPELLINGS = (
    ("oe", "u"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ph", "p"), ("th", "t"), ("kh", "k"),
    ("dj", "j"), ("tj", "c"), ("ch", "c"), ("ck", "k"), ("q", "k"), ("w", "v"), ("y", "i"), ("z", "s"),
)  # fmt: skip
CONSONANTS = (
    ("chh", "c"), ("ch", "c"), ("tj", "c"), ("dj", "c"), ("ph", "p"), ("th", "t"), ("kh", "k"), ("ng", "n"),
    ("sh", "s"), ("j", "c"), ("q", "k"), ("g", "k"), ("b", "p"), ("d", "t"), ("z", "s"), ("x", "s"),
    ("v", "w"),
)  # fmt: skip


class Closeness(IntEnum):
    """How near a name is to a search, the nearest first."""

    SAME = 0  # as it is written
    FOLDED = 1  # but for case, accents and marks, or in Latin letters
    WORDS = 2  # each word searched for is one of the name's
    STARTS = 3  # each begins one
    WITHIN = 4  # a part of a name in a script without spaces
    SPELLED = 5  # another Latin spelling of the same sounds
    TYPO = 6  # but for one letter left out, added, changed, or swapped with the next
    CONSONANTS = 7  # the same consonants in two scripts
    CONSONANTS_OF_PART = 8  # of a part of the name, or but for one


@dataclass(frozen=True)
class Spelling:
    """One way of writing a name: `words` as compared; `joined` without spaces, as some scripts have it."""

    words: tuple[str, ...]

    @cached_property
    def joined(self) -> str:
        return "".join(self.words)


@dataclass(frozen=True)
class ReadName:
    """A name read once. `latin` is `own` where it was written so; `parts` are further words of `latin`."""

    plain: str
    own: Spelling
    latin: Spelling
    parts: tuple[str, ...]

    @cached_property
    def is_latin(self) -> bool:
        return self.own.joined.isascii()

    @cached_property
    def all_words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.own.words, *self.latin.words, *self.parts)))


@dataclass(frozen=True, slots=True)
class NameQuery:
    """A search. A name that fits has, in one of these ways, one key of each group, or it has all of `parts`.

    `parts` are pairs of letters, none where the script has spaces.
    """

    name: ReadName
    ways: tuple[tuple[tuple[str, ...], ...], ...]
    parts: tuple[str, ...]


@lru_cache(maxsize=32768)
def read_name(text: str) -> ReadName:
    """The name as it is compared.

    >>> read_name("NGUYỄN Thị Đào").own.words
    ('nguyen', 'thi', 'dao')
    >>> read_name("王小明").latin.words, read_name("王小明").parts
    (('wang', 'xiaoming'), ('xiao', 'ming'))
    """
    composed = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
    plain = " ".join(composed.casefold().split())
    own = Spelling(_words(unicodedata.normalize("NFC", folded(composed).translate(UNCLASSED_MARKS))))
    if own.joined.isascii():
        together = (one + other for one, other in pairwise(own.words))  # Abdul Rahman and Abdulrahman
        return ReadName(plain, own, own, tuple(together) if len(own.words) > 2 else ())
    words: list[str] = []
    parts: list[str] = []
    for word in composed.split():
        if BURMESE.search(word):
            spoken_parts = burmese_syllables(word)
            words += spoken_parts
            parts += _neighbours(spoken_parts)
            continue
        spoken = SILENT.sub("", unicodedata.normalize("NFC", word))
        spoken = THAI_AND_LAO_FRONT_VOWEL.sub(r"\2\1", spoken)
        for written, latin in SOUNDS_OF_NAMES:
            spoken = written.sub(latin, spoken)
        ascii_word = anyascii(spoken)
        syllables = [one.lower() for one in SYLLABLE.findall(ascii_word)]
        if SPACELESS.match(word) and len(syllables) > 1:  # Chinese and Korean: the family's name is the first
            words += [syllables[0], "".join(syllables[1:])]
            parts += syllables[1:] if len(syllables) > 2 else []
        else:
            words += _words(ascii_word.lower())
    return ReadName(plain, own, Spelling(tuple(words)), tuple(parts))


def _neighbours(syllables: Sequence[str]) -> list[str]:
    """The words of two or three syllables that a name may have.

    >>> _neighbours(["thi", "ri", "nan"])
    ['thiri', 'rinan', 'thirinan']
    """
    return [
        "".join(syllables[start : start + length])
        for length in SYLLABLES_OF_A_WORD
        for start in range(len(syllables) - length + 1)
    ]


def name_keys(*texts: str) -> list[str]:
    """The keys of somebody or something called so, sorted; the texts are names by which it is found."""
    keys: set[str] = set()
    for text in filter(str.strip, texts):
        name = read_name(text)
        for word in name.all_words:
            keys.update(_near_keys(word))
            keys.update(_starts(word))
            keys.add(f"~{_spelled(word)}")
        keys.update(_near_keys(name.own.joined) | _near_keys(name.latin.joined))
        keys.update(f"={pair}" for pair in _pairs(name.own.joined))
        mark = "%" if name.is_latin else "#"
        for word in (*name.latin.words, *name.parts, name.latin.joined):
            keys.update(f"{mark}{one}" for one in _near_keys(_consonants(word)))
    return sorted(keys)


def read_query(text: str) -> NameQuery | None:
    """The search for these words; None where there is no letter and no digit in them."""
    name = read_name(text[:LONGEST])
    words = name.own.words[:MOST_WORDS]
    if not words:
        return None
    ways = [tuple(map(_asked, asked)) for asked in _asked_words(name)]
    joined = _near_keys(name.own.joined) | _near_keys(name.latin.joined)
    mark = "#" if name.is_latin else "%"
    ways += [
        tuple(tuple(mark + near for near in sorted(_near_keys(one))) for one in sounds) for sounds in _sounds(name)
    ]
    return NameQuery(
        name=name, ways=(*ways, (tuple(sorted(joined)),)), parts=tuple(f"={pair}" for pair in _pairs(name.own.joined))
    )


def _asked_words(query: ReadName) -> list[tuple[str, ...]]:
    """The words to look for: as written, and in Latin letters if it has any, by syllables or as one word."""
    if query.is_latin:
        return [query.own.words[:MOST_WORDS]]
    latin = [query.latin.words[:MOST_WORDS], (query.latin.joined,)] if query.latin.joined else []
    return [query.own.words[:MOST_WORDS], *latin]


def _sounds(query: ReadName) -> list[tuple[str, ...]]:
    """The consonants to look for in another script: of each word, and of all together."""
    words = tuple(filter(None, map(_consonants, query.latin.words)))
    together = _consonants(query.latin.joined)
    found = [words] if sum(map(len, words)) >= LEAST_CONSONANTS else []
    return [*found, (together,)] if len(together) >= LEAST_CONSONANTS else found


def closeness_of(query: NameQuery, *texts: str) -> Closeness | None:
    """How near the nearest of these names is to the search; None where none is near.

    >>> closeness_of(read_query("tran duc"), "Trần Đức"), closeness_of(read_query("dcu"), "Trần Đức")
    (<Closeness.FOLDED: 1>, None)
    >>> closeness_of(read_query("somchia jaidee"), "Somchai Jaidee")
    <Closeness.TYPO: 6>
    >>> closeness_of(read_query("somchai"), "สมชาย ใจดี"), closeness_of(read_query("王明"), "王小明")
    (<Closeness.CONSONANTS_OF_PART: 8>, <Closeness.TYPO: 6>)
    """
    found = (_closeness(query.name, read_name(text)) for text in texts if text.strip())
    return min((one for one in found if one is not None), default=None)


def _closeness(query: ReadName, name: ReadName) -> Closeness | None:
    if query.plain == name.plain:
        return Closeness.SAME
    ways = _asked_words(query) if name.is_latin else [query.own.words]
    words = name.all_words
    written = (name.own.joined, name.latin.joined)
    if query.own.joined in written or (query.latin.joined and query.latin.joined in written):
        return Closeness.FOLDED
    if any(_each(asked, words, str.__eq__) for asked in ways):
        return Closeness.WORDS
    if any(_each(asked, words, _begins) for asked in ways):
        return Closeness.STARTS
    if _pairs(query.own.joined) and query.own.joined in name.own.joined:
        return Closeness.WITHIN
    if any(_each(asked, words, _is_spelled_alike) for asked in ways):
        return Closeness.SPELLED
    if any(_has_one_typo(asked, words) for asked in ways) or _is_typo_of(query, written):
        return Closeness.TYPO
    if query.is_latin == name.is_latin or not _sound_alike(query, name):
        return None
    is_whole = sorted(map(_consonants, query.latin.words)) == sorted(map(_consonants, name.latin.words))
    is_whole = is_whole or _consonants(query.latin.joined) == _consonants(name.latin.joined)
    return Closeness.CONSONANTS if is_whole else Closeness.CONSONANTS_OF_PART


def _is_typo_of(query: ReadName, written: Sequence[str]) -> bool:
    return any(is_one_typo(one, other) for one in {query.own.joined, query.latin.joined} for other in written)


def _is_spelled_alike(one: str, other: str) -> bool:
    return _spelled(one) == _spelled(other)


def _each(asked: Sequence[str], words: Sequence[str], fits: Callable[[str, str], bool]) -> bool:
    """Whether every word asked for fits a word of the name, each a different one."""
    left = list(words)
    for one in asked:
        other = next((word for word in left if fits(one, word)), None)
        if other is None:
            return False
        left.remove(other)
    return True


def _begins(start: str, word: str) -> bool:
    return word.startswith(start)


def _has_one_typo(asked: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words begin words of the name but for one, in which one letter is wrong."""
    unknown = [one for one in asked if not any(word.startswith(one) for word in words)]
    return len(unknown) == 1 and any(is_one_typo(unknown[0], word) for word in words)


def is_one_typo(one: str, other: str) -> bool:
    """Whether one letter was left out, added, changed, or swapped with the next; not in very short words.

    >>> is_one_typo("dara", "daar"), is_one_typo("dara", "daraa"), is_one_typo("dara", "rada")
    (True, True, False)
    """
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    if len(longer) < _least_for_typo(longer) or len(longer) - len(shorter) > 1 or one == other:
        return False
    place = next((n for n, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), len(shorter))
    rest, other_rest = longer[place:], shorter[place:]
    if len(longer) > len(shorter):
        return rest[1:] == other_rest
    is_swap = rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
    return rest[1:] == other_rest[1:] or is_swap


def _sound_alike(query: ReadName, name: ReadName) -> bool:
    words = [_consonants(word) for word in (*name.latin.words, *name.parts, name.latin.joined)]
    return any(_each(asked, words, _is_same_but_a_typo) for asked in _sounds(query))


def _is_same_but_a_typo(one: str, other: str) -> bool:
    return one == other or is_one_typo(one, other)


def _words(text: str) -> tuple[str, ...]:
    """The words of a folded text; what is no letter, mark or number parts them, but no apostrophe does."""
    kept = (one if unicodedata.category(one)[0] in "LMN" else " " for one in APOSTROPHES.sub("", text))
    return tuple("".join(kept).split())


def _least_for_typo(word: str) -> int:
    return LEAST_FOR_TYPO if word.isascii() else LEAST_FOR_TYPO - 1


def _near_keys(word: str) -> set[str]:
    """The word, and the word less one letter each."""
    keys = {word}
    if len(word) >= _least_for_typo(word):
        keys.update(word[:place] + word[place + 1 :] for place in range(len(word)))
    return keys


def _starts(word: str) -> Iterator[str]:
    return (f"^{word[:length]}" for length in range(1, min(len(word), LONGEST_START) + 1))


def _pairs(text: str) -> list[str]:
    """Every two letters that follow each other, of a text in a script without spaces."""
    return [text[n : n + 2] for n in range(len(text) - 1)] if SPACELESS.search(text) else []


@lru_cache(maxsize=32768)
def _spelled(word: str) -> str:
    """One Latin spelling of all that sound alike: double letters once, and SPELLINGS.

    >>> _spelled("soekarno") == _spelled("sukarno"), _spelled("phuong") == _spelled("puong")
    (True, True)
    """
    for spelling, instead in SPELLINGS:
        word = word.replace(spelling, instead)
    return re.sub(r"(.)\1+", r"\1", word)


@lru_cache(maxsize=32768)
def _consonants(word: str) -> str:
    """The consonants of a word in Latin letters, one letter for all that transliterations mix up.

    >>> _consonants("somchai"), _consonants("smchay"), _consonants("jaidee"), _consonants("chaidi")
    ('smc', 'smc', 'ct', 'ct')
    """
    word = BEFORE_CONSONANT.sub("", word)
    word = LONG_A.sub("a", word)
    for spelling, instead in CONSONANTS:
        word = word.replace(spelling, instead)
    kept = re.sub(r"[^a-z]", "", word)
    first, rest = kept[:1], re.sub(r"[aeiouhwy]", "", kept[1:])
    return re.sub(r"(.)\1+", r"\1", ("a" if first in "aeiou" and first else first) + rest)


def _asked(word: str) -> tuple[str, ...]:
    return tuple(sorted({*_near_keys(word), f"^{word[:LONGEST_START]}", f"~{_spelled(word)}"}))
