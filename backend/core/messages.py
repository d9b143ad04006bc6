"""Translatable texts as they stand in Python files, templates and files of texts."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

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


def messages_in(path: Path) -> Iterator[Message]:
    """The messages of a file of any kind; none of a file that holds no texts."""
    if path.suffix == ".py" and "migrations" not in path.parts:
        yield from messages_in_python(path.read_text())
    elif path.suffix in TEMPLATES:
        yield from messages_in_template(path.read_text())
    elif path.suffix == ".json" and path.parent.name in TEXT_FOLDERS:
        lists = (value for value in json.loads(path.read_text()).values() if isinstance(value, list))
        yield from (Message(text) for texts in lists for text in texts)
