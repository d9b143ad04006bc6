"""Texts that bind somebody or keep them safe: the English stands beneath until a translation is signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from backend.core.messages import Message, messages_in

SOURCE = "en"  # the language that texts are translated from
SIGNED = Path("frontend", "locale", "signed.toml")


class BindingText(StrEnum):
    """What is signed as a whole."""

    CONSENT = "consent"
    PLEDGE = "pledge"
    SAFETY = "safety"


# The files whose texts each of them is.
FILES: Mapping[BindingText, tuple[str, ...]] = {
    BindingText.CONSENT: (
        "backend/events/data/consents/*.json",
        "backend/safeguarding/mail/consent.txt",
        "frontend/templates/safeguarding/consent_answer.html",
    ),
    BindingText.PLEDGE: ("backend/events/data/agreements/*.json", "frontend/templates/events/_agreement.html"),
    BindingText.SAFETY: (
        "backend/safeguarding/mail/news.txt",
        "frontend/templates/safeguarding/_country_contacts.html",
        "frontend/templates/safeguarding/_outside.html",
        "frontend/templates/safeguarding/_wants_news.html",
        "frontend/templates/safeguarding/_what_happens.html",
        "frontend/templates/safeguarding/block.html",
        "frontend/templates/safeguarding/report.html",
        "frontend/templates/safeguarding/safety.html",
        "frontend/templates/safeguarding/sent.html",
    ),
}


def texts_hash(texts: Iterable[str]) -> str:
    """The same for the same texts in the same order, and for no others."""
    return hashlib.sha256(json.dumps(list(texts), ensure_ascii=False).encode()).hexdigest()


def binding_hash(text: BindingText, language: str) -> str:
    """Of the English and of its translation into this language."""
    messages = sorted(_messages(text))
    english = [part for one in messages for part in (one.context, one.singular, one.plural)]
    with override(language):
        translated = [part for one in messages for part in _translations(one)]
    return texts_hash([*english, *translated])


@cache
def _messages(text: BindingText) -> frozenset[Message]:
    root: Path = settings.BASE_DIR
    files = (file for pattern in FILES[text] for file in root.glob(pattern))
    return frozenset(message for file in files for message in messages_in(file))


def _translations(message: Message) -> tuple[str, ...]:
    context, one, many = message.context, message.singular, message.plural
    if many and context:
        return tuple(translation.npgettext(context, one, many, count) for count in (1, 2))
    if many:
        return tuple(translation.ngettext(one, many, count) for count in (1, 2))
    return (translation.pgettext(context, one) if context else translation.gettext(one),)


@cache
def signatures() -> Mapping[tuple[str, str], tuple[str, str]]:
    """Who signed, and the hash that they signed, by text and language."""
    import tomllib

    path: Path = settings.BASE_DIR / SIGNED
    found = tomllib.loads(path.read_text()).get("signature", []) if path.exists() else []
    return {(one["text"], one["language"]): (one["by"], one["hash"]) for one in found}


@cache
def signed_by(text: BindingText, language: str) -> str:
    """Which native reader signed what is shown now; empty where none has, or it changed since."""
    by, signed = signatures().get((text.value, language), ("", ""))
    return by if signed and signed == binding_hash(text, language) else ""


def has_english_beneath(text: BindingText) -> bool:
    """Whether the English stands beneath this text in the language of the page."""
    language = get_language() or SOURCE
    return not language.startswith(SOURCE) and not signed_by(text, language)


def with_english(text: BindingText, written: Callable[[], str]) -> str:
    """What this writes in the reader's language; beneath it, where that is unsigned, in English."""
    if not has_english_beneath(text):
        return written()
    note = _("No native reader has signed this translation yet. The English text stands beneath it.")
    counts = _("Where the two differ, the English text counts.")
    with override(SOURCE):
        english = written()
    return f"{written().rstrip()}\n\n{note} {counts}\n\n----\n\n{english}"
