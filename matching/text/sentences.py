"""Rule-based sentence segmentation for Latin, Khmer, Burmese, Thai, Lao and CJK scripts."""

import re

CLOSERS = "\"'”’»)\\]"
THAI_LAO = "\u0e01-\u0e4e\u0e81-\u0ece"
MARK = re.compile(
    rf"""
      (?P<line>   [\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+ )
    | (?P<bullet> (?<!\S)[•‣▪●◦·*](?=\s) )
    | (?P<end>    [;；។៕။。！？]+ [{CLOSERS}]* )   # ends a sentence wherever it stands
    | (?P<stop>   [.!?…]+ [{CLOSERS}]* (?=\s) )    # ends one but for abbreviations and before small letters
    | (?P<space>  (?<=[{THAI_LAO}])[ \u00a0]+(?=[{THAI_LAO}]) )
    """,
    re.VERBOSE,
)
BULLETS = re.compile(r"^(?:[-–—*•‣▪●◦·]\s+)+")
COMMON_ABBREVIATIONS = (
    "al approx art assoc cf dept dr e.g eg etc fig gov hon i.e ie inc jr ltd mr mrs ms mt no nos prof rep "
    "sen sr st u.n u.s u.k vol vs tp ts gs ths pgs dll dsb dst yth hlm bpk drs kol atbp bb gng"
)
ABBREVIATIONS = frozenset(COMMON_ABBREVIATIONS.split())
MIN_CLAUSE = 20
"""A Thai or Lao space ends a sentence after at least so many characters; earlier ones join words."""
MAX_SENTENCE = 400
"""A longer sentence is cut at a space or comma, so that a quotation stays short."""


def split_sentences(text: str) -> list[str]:
    """The sentences of a text in their order, each as it stands in the text; none for a text without a word.

    Boundaries: full stops (Khmer and Burmese ones too), question marks, semicolons, line breaks, bullets, and
    spaces between Thai or Lao words. A sentence over 400 characters is cut at a space where it has one.

    >>> split_sentences("We seek partners, e.g. Dr. Lim. We offer 1.5 MW; data too.")
    ['We seek partners, e.g. Dr. Lim.', 'We offer 1.5 MW;', 'data too.']
    >>> split_sentences("ကျွန်ုပ်တို့ ရှာဖွေသည်။ မိတ်ဖက်များ။")
    ['ကျွန်ုပ်တို့ ရှာဖွေသည်။', 'မိတ်ဖက်များ။']
    """
    found: list[str] = []
    start = 0
    for mark in MARK.finditer(text):
        if _ends_sentence(text, start, mark):
            found += _readable(text[start : mark.end()])
            start = mark.end()
    return found + _readable(text[start:])


def _ends_sentence(text: str, start: int, mark: re.Match[str]) -> bool:
    match mark.lastgroup:
        case "stop":
            word = text[max(start, mark.start() - 12) : mark.start()].split()[-1:]
            following = text[mark.end() : mark.end() + 3].lstrip()[:1]
            initial = bool(word) and len(word[0]) == 1 and word[0].isupper()
            known = bool(word) and word[0].lower().lstrip("([\"'“‘") in ABBREVIATIONS
            return not (mark.group().startswith(".") and (initial or known)) and not following.islower()
        case "space":
            return mark.start() - start >= MIN_CLAUSE
        case _:
            return True


def _readable(piece: str) -> list[str]:
    """The piece without bullets around it, in parts of at most 400 characters where it has spaces."""
    piece = BULLETS.sub("", piece.strip()).strip().rstrip("•‣▪●◦·*").rstrip()
    parts = []
    while len(piece) > MAX_SENTENCE:
        cut = max(piece.rfind(mark, 0, MAX_SENTENCE) for mark in (" ", "၊", "，", "、"))
        if cut <= 0:
            break
        parts.append(piece[: cut + 1].strip())
        piece = piece[cut + 1 :].strip()
    return [part for part in [*parts, piece] if any(c.isalnum() for c in part)]
