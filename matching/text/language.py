"""Offline language identification of short texts, for the languages of South-East Asia and 100 others."""

import re
from functools import lru_cache
from typing import Any

SINGLE_LANGUAGE_SCRIPTS = {
    "th": re.compile("[\u0e01-\u0e4e]"),
    "lo": re.compile("[\u0e81-\u0ece]"),
    "km": re.compile("[\u1780-\u17d3]"),
    "my": re.compile("[\u1000-\u109f]"),
}
"""Scripts used by one language of the region only: their letters decide without the model."""

UNSPACED_LANGUAGES = frozenset({"th", "lo", "km", "my", "zh", "ja"})
"""Languages written without spaces between words: their character sequences mislead a comparison of words."""
UNSPACED_SCRIPTS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u4e00-\u9fff]")

ADDRESSES = re.compile(r"\S*(?:://|@|www\.)\S*")
MAX_CHARACTERS = 2_000
MIN_LETTERS = 10
MIN_CONFIDENCE = 0.3

# Malay and Indonesian share most words and confuse n-gram models. Each list is of one language alone.
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
    """The ISO 639-1 code of a text's main language ("fil" for Filipino and Tagalog); "" where uncertain.

    Thai, Lao, Khmer and Burmese are recognised by script, all others by py3langid (Lui and Baldwin, ACL
    2012). "" for fewer than ten letters or a probability below MIN_CONFIDENCE. Reads the first 2,000
    characters, without web and mail addresses.

    >>> detect_language("เรากำลังมองหาพันธมิตร ASEAN"), detect_language("RCEP 2025")
    ('th', '')
    """
    content = ADDRESSES.sub(" ", text[:MAX_CHARACTERS])
    letters = sum(c.isalpha() for c in content)
    counts = {language: len(script.findall(content)) for language, script in SINGLE_LANGUAGE_SCRIPTS.items()}
    language, most = max(counts.items(), key=lambda item: item[1])
    # isalpha() leaves vowel signs out, so a third of the letters is a small share.
    if most and most * 3 >= letters:
        return language
    # Fewer letters of those scripts are names inside a text of another language.
    content = re.sub("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+", " ", content)
    if sum(c.isalpha() for c in content) < MIN_LETTERS:
        return ""
    readable = " ".join(content.encode("utf-8", "ignore").decode().replace("\0", " ").split())
    probabilities = dict(_identifier().rank(readable))
    if probabilities["ms"] + probabilities["id"] >= MIN_CONFIDENCE:
        return _malay_or_indonesian(readable, probabilities)
    likeliest = max(probabilities, key=lambda code: probabilities[code])
    if probabilities[likeliest] < MIN_CONFIDENCE:
        return ""
    code = {"tl": "fil"}.get(likeliest, likeliest)
    return code if len(code) == 2 or code == "fil" else ""


def _malay_or_indonesian(text: str, probabilities: dict[str, float]) -> str:
    """The language with more of its own words in the text; the more probable one where they are equal."""
    words = re.findall(r"\w+", text.lower())
    lead = sum(word in MALAY for word in words) - sum(word in INDONESIAN for word in words)
    if lead:
        return "ms" if lead > 0 else "id"
    return "ms" if probabilities["ms"] > probabilities["id"] else "id"


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
