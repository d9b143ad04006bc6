"""The catalogue of translatable texts: the messages of Python files and templates, as a .pot file."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from backend.config.languages import PageLanguage

TRANSLATION = "django.utils.translation"
TEMPLATES = {".html", ".txt"}
TEXT_FOLDERS = {"agreements", "consents"}  # of JSON files whose lists hold texts that bind somebody

# Positions of the texts in a call: (context, singular, plural).
_CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(rf"\b(n?p?gettext|_)\(({_STRING}(?:, {_STRING})*)(?:,\s?count)?\)")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One text to translate; `plural` and `context` are empty where there is none."""

    singular: str
    context: str = ""
    plural: str = ""


def translation_calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """(function, call) of each call of Django's gettext functions, by whatever name they were imported."""
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == TRANSLATION
        for alias in node.names
        if alias.name in _CALLS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield names[node.func.id], node


def texts_of(function: str, call: ast.Call) -> tuple[ast.expr, ...]:
    """The arguments of the call that hold texts to translate: the singular, then the plural."""
    _context, singular, plural = _CALLS[function]
    return tuple(call.args[place] for place in (singular, plural) if place is not None)


def messages_in_python(source: str) -> Iterator[Message]:
    """The messages of a Python file.

    >>> list(messages_in_python('from django.utils.translation import gettext as _\\n_("Saved.")'))
    [Message(singular='Saved.', context='', plural='')]
    """
    for function, call in translation_calls(ast.parse(source)):
        texts = [argument.value if isinstance(argument, ast.Constant) else None for argument in call.args]
        yield _message(function, texts)


def messages_in_template(source: str) -> Iterator[Message]:
    """The messages of a Django template.

    >>> list(messages_in_template("{% blocktranslate %}{{ number }} of 9{% endblocktranslate %}"))
    [Message(singular='%(number)s of 9', context='', plural='')]
    """
    for name, arguments in _TEMPLATE_CALL.findall(templatize(source)):
        yield _message("gettext" if name == "_" else name, ast.literal_eval(f"({arguments},)"))


def _message(function: str, texts: Iterable[object]) -> Message:
    values = list(texts)
    context, singular, plural = (None if place is None else values[place] for place in _CALLS[function])
    return Message(str(singular), str(context or ""), str(plural or ""))


def catalogue_of(root: Path, folders: Iterable[str]) -> str:
    """The .pot text of all messages in these folders, sorted, with the files they are in."""
    found: dict[tuple[str, str], set[Path]] = {}
    plurals: dict[tuple[str, str], str] = {}
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*")):
        for message in _messages_in(path):
            key = message.singular, message.context
            found.setdefault(key, set()).add(path.relative_to(root))
            plurals[key] = plurals.get(key) or message.plural
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {
        "Project-Id-Version": "Titian",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    for (singular, context), files in sorted(found.items()):
        catalogue.append(_entry(Message(singular, context, plurals[singular, context]), files))
    return f"{catalogue}\n"


def _messages_in(path: Path) -> Iterator[Message]:
    if path.suffix == ".py" and "migrations" not in path.parts:
        yield from messages_in_python(path.read_text())
    elif path.suffix in TEMPLATES:
        yield from messages_in_template(path.read_text())
    elif path.suffix == ".json" and path.parent.name in TEXT_FOLDERS:
        lists = (value for value in json.loads(path.read_text()).values() if isinstance(value, list))
        yield from (Message(text) for texts in lists for text in texts)


def _entry(message: Message, files: Iterable[Path]) -> polib.POEntry:
    return polib.POEntry(
        msgid=message.singular,
        msgctxt=message.context or None,
        msgid_plural=message.plural,
        msgstr_plural={0: "", 1: ""} if message.plural else {},
        occurrences=[(path.as_posix(), "") for path in sorted(files)],
        flags=["python-format"] if _PLACEHOLDER.search(message.singular + message.plural) else [],
    )


def brought_up_to(template: polib.POFile, existing: polib.POFile | None, language: PageLanguage) -> str:
    """The .po text of a language: the template's messages, with the translations that still fit.

    A message whose English changed is another message, and is empty until it is translated.
    """
    known = {(entry.msgid, entry.msgctxt): entry for entry in existing or ()}
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.header = (
        f"Titian in {language.name}. Parts that a native reader has signed: see docs/translating/signed.toml."
    )
    catalogue.metadata = template.metadata | {
        "Language": language.folder,
        "Plural-Forms": language.plural_forms,
    }
    for entry in template:
        earlier = known.get((entry.msgid, entry.msgctxt))
        is_same = earlier is not None and earlier.msgid_plural == entry.msgid_plural
        forms = range(int(language.plural_forms[len("nplurals=")]))
        plural = earlier.msgstr_plural if earlier is not None and is_same else {}
        catalogue.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgctxt=entry.msgctxt,
                msgid_plural=entry.msgid_plural,
                msgstr=earlier.msgstr if earlier is not None and is_same and not entry.msgid_plural else "",
                msgstr_plural={form: plural.get(form, "") for form in forms} if entry.msgid_plural else {},
                flags=entry.flags,
            )
        )
    return f"{catalogue}\n"
