"""The catalogues of translatable texts: the template of all messages, and what each language has of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import polib

from backend.config.languages import PageLanguage
from backend.core.messages import Message, messages_in

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def catalogue_of(root: Path, folders: Iterable[str]) -> str:
    """The .pot text of all messages in these folders, sorted, with the files they are in."""
    found: dict[tuple[str, str], set[Path]] = {}
    plurals: dict[tuple[str, str], str] = {}
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*")):
        for message in messages_in(path):
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
        f"Titian in {language.name}. Parts that a native reader has signed: see frontend/locale/signed.toml."
    )
    catalogue.metadata = template.metadata | {"Language": language.folder, "Plural-Forms": language.plural_forms}
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
