"""Burmese in Latin letters by syllables, after the BGN/PCGN agreement of 1970, as names are written.

The agreement's vowels and finals. Names besides show aspirates (Khin, Htun), a creaky tone after n (Myint)
and the r of Pali within a word (Thiri), and have no hyphens. Each writes their own as they like: Htun or Tun,
Moe or Mo; that is left to `engine.names`.
"""

from __future__ import annotations

import re

CONSONANTS = {
    letter: latin
    for latin, letters in {
        "k": "က", "kh": "ခ", "g": "ဂဃ", "ng": "င", "s": "စဆ", "z": "ဇဈ", "ny": "ညဉ", "t": "တဋ", "ht": "ထဌ",
        "d": "ဒဓဍဎ", "n": "နဏ", "p": "ပ", "ph": "ဖ", "b": "ဗဘ", "m": "မ", "y": "ယရ", "l": "လဠ", "w": "ဝ",
        "th": "သ", "h": "ဟ", "": "အ",
    }.items()
    for letter in letters
}  # fmt: skip
ONSETS = {"ချ": "ch", "ခြ": "ch", "ငြ": "ny", "ရှ": "sh", "ယှ": "sh", "သျှ": "sh", "လျှ": "sh"}
NASAL, STOP = "([နမဏ]်|ံ)", "[တထပဖဗဘဒဓဂဇသဋဌ]်"
# What follows a consonant, of which w is the medial, without marks of tone.
RHYMES = tuple(
    (re.compile(written), latin)
    for written, latin in (
        (f"w{NASAL}", "un"), (f"w{STOP}", "ut"), (f"ိ{NASAL}", "ein"), (f"ို?{NASAL}|ု{NASAL}", "on"),
        (f"ိ{STOP}", "eik"), (f"ု{STOP}|ုက်", "ok"), ("ောက်", "auk"), ("ောင်", "aung"), ("ိုက်", "aik"),
        ("ိုင်", "aing"), ("က်", "et"), ("စ်", "it"), ("[ငဉ]်", "in"), ("ည်|ိ|ီ", "i"), ("ဲ|ေ|ယ်", "e"),
        ("ော်?", "aw"), ("ို", "o"), ("ု|ူ", "u"), (f"ာ?{NASAL}", "an"), (f"ာ?{STOP}", "at"),
    )
)  # fmt: skip
# Vowels that stand alone as those that are carried; s twice, and letters under each other, one after another.
SPELLED_OUT = (
    ("ဦ", "အူ"), ("ဣ", "အိ"), ("ဤ", "အီ"), ("ဥ", "အု"), ("ဦ", "အူ"), ("ဧ", "အေ"), ("ဩ", "အော"), ("ဪ", "အော်"),
    ("ဿ", "သ်သ"), ("ါ", "ာ"), ("်္", "်"), ("္", "်"),
)  # fmt: skip
SYLLABLE = re.compile("([က-အ])([ျြွှ]*)((?:[ာ-ဲံ့း်]|[က-အ](?=့?်))*)")
TONES = re.compile("[့း]")


def burmese_syllables(text: str) -> list[str]:
    """The syllables of a text in Burmese letters; what is none is left out.

    >>> burmese_syllables("အောင်မြတ်သူ"), burmese_syllables("သီရိနန္ဒာ"), burmese_syllables("ရွှေမြင့်")
    (['aung', 'myat', 'thu'], ['thi', 'ri', 'nan', 'da'], ['shwe', 'myint'])
    """
    for written, instead in SPELLED_OUT:
        text = text.replace(written, instead)
    return [_syllable(*one.groups(), is_first=one.start() == 0) for one in SYLLABLE.finditer(text)]


def _syllable(letter: str, medials: str, rest: str, *, is_first: bool) -> str:
    kept = TONES.sub("", rest)
    around = medials.replace("ွ", "")
    onset = ONSETS.get(letter + around, "")
    if not onset:
        sound = "r" if letter == "ရ" and not is_first and not medials else CONSONANTS[letter]
        onset = "h" * ("ှ" in around) + sound + "y" * (around[:1] in {"ျ", "ြ"})
    w = "w" * ("ွ" in medials)
    for written, latin in RHYMES:
        if w and written.fullmatch(w + kept):
            return onset + latin
        if written.fullmatch(kept):
            return onset + w + latin + "t" * ("့" in rest and latin.endswith("n"))
    return f"{onset}{w}a"
