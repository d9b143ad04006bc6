"""Somebody reads pages in another language: what they press, and what of it stands there in English."""

from __future__ import annotations

import re
from functools import cache

import polib
from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page, expect

from backend.config.languages import TRANSLATED, catalogue_path
from backend.people.models import Person
from tests.marked_texts import OwnWords

LATIN = re.compile(r"[a-zA-Z\u00C0-\u024F\u1E00-\u1EFF]{2,}")
# Every text that is seen or read out, but quotations and English beneath, whose language is named.
SHOWN = """() => {
  const found = [], foreign = (element) => element.closest("[lang]") !== document.documentElement;
  const seen = (element) => element.checkVisibility({visibilityProperty: true});
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() && !foreign(element) && !element.closest("script, style, template, noscript, code")
        && (seen(element) || element.closest("details:not([open])"))) found.push(node.data);
  }
  for (const name of ["alt", "aria-label", "placeholder", "title"])
    for (const element of document.querySelectorAll(`body [${name}]`))
      if (!foreign(element)) found.push(element.getAttribute(name));
  return [document.title, ...found].map((text) => text.replace(/\\s+/g, " ").trim());
}"""


@cache
def _texts(language: str) -> dict[str, str]:
    """The translation of each message, both forms of a plural one among them."""
    [catalogue] = [one for one in TRANSLATED if one.code == language]
    found = {}
    for entry in polib.pofile(str(catalogue_path(catalogue))):
        found[entry.msgid] = entry.msgstr or "\n".join(entry.msgstr_plural.values())
        found[entry.msgid_plural or entry.msgid] = found[entry.msgid]
    return found


@cache
def _words(language: str) -> frozenset[str]:
    """Every word that a translation into this language has."""
    return frozenset(
        word.casefold() for translation in _texts(language).values() for word in LATIN.findall(translation)
    )


def english_in(text: str, language: str, own: OwnWords) -> str:
    """What of a text is in no translation into this language, or is a whole message in English."""
    rest = own.unmarked(text)
    if _texts(language).get(text, text) != text:
        return text
    names = {word for name in Person.objects.values_list("name", flat=True) for word in name.split()}
    return " ".join(
        word for word in LATIN.findall(rest) if word not in names and word.casefold() not in _words(language)
    )


class Reader:
    """Somebody who reads a page in a language, and finds what they press by what it says there.

    `english` is what of the pages they read is English, but for names and quotations: page, text, words.
    """

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.english: list[tuple[str, str, str]] = []

    def said(self, message: str, **values: str) -> str:
        """What a message of the catalogue says in their language."""
        assert message in _texts(self.language)
        with override(self.language):
            return gettext(message) % values if values else gettext(message)

    def button(self, message: str, **values: str) -> Locator:
        return self.page.get_by_role("button", name=self.said(message, **values)).first

    def sees(self, message: str) -> None:
        expect(self.page.get_by_text(self.said(message)).first).to_be_visible()

    def read(self) -> None:
        """Read the open page, which is in their language."""
        self.page.wait_for_load_state()
        assert self.page.locator("html").get_attribute("lang") == self.language
        own, address = OwnWords(), self.page.url.partition("/e/")[2]
        for text in self.page.evaluate(SHOWN):
            if words := english_in(text, self.language, own):
                self.english.append((address, text, words))
