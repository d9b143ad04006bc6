"""A page as its reader has it: texts, links, fields and rows, from parsed HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.http.response import HttpResponseBase
from selectolax.lexbor import LexborHTMLParser, LexborNode


def page_of(source: HttpResponseBase | str) -> Page:
    """The parsed page of an answer of the test client, or of HTML."""
    return Page(source if isinstance(source, str) else source.content.decode())  # type: ignore[attr-defined]


class Page:
    """A document or a fragment; methods take CSS selectors."""

    def __init__(self, html: str) -> None:
        self.html = html
        self._tree = LexborHTMLParser(html)

    @property
    def text(self) -> str:
        """All that is written in the body, runs of white space as one space."""
        body = self._tree.body
        return _words(body) if body is not None else ""

    def __repr__(self) -> str:
        return self.text

    def __contains__(self, words: str) -> bool:
        return words in self.text

    def all(self, selector: str) -> list[LexborNode]:
        return self._tree.css(selector)

    def one(self, selector: str) -> LexborNode:
        """The only element found; an AssertionError where there is none, or several."""
        found = self.all(selector)
        assert len(found) == 1, f"{len(found)} elements for {selector!r}"
        return found[0]

    def has(self, selector: str) -> bool:
        return bool(self.all(selector))

    def text_of(self, selector: str) -> str:
        return _words(self.one(selector))

    def texts(self, selector: str) -> list[str]:
        return [_words(node) for node in self.all(selector)]

    def attribute(self, selector: str, name: str) -> str | None:
        return self.one(selector).attributes.get(name)

    def attributes(self, selector: str, name: str) -> list[str | None]:
        return [node.attributes.get(name) for node in self.all(selector)]

    def links(self, selector: str = "body") -> list[tuple[str, str]]:
        """(text, address) of each link inside the elements found."""
        nodes = [link for node in self.all(selector) for link in node.css("a[href]")]
        return [(_words(link), link.attributes["href"] or "") for link in nodes]

    def fields(self, selector: str = "form") -> dict[str, list[str]]:
        """What the forms found would send, by name: ticked boxes, chosen options, texts."""
        sent: dict[str, list[str]] = {}
        for form in self.all(selector):
            for name, value in _sent(form):
                sent.setdefault(name, []).append(value)
        return sent

    def rows(self, selector: str = "table", cells: str = "td") -> list[list[str]]:
        """The texts of the cells in the bodies of the tables found, row by row."""
        rows = [row for table in self.all(selector) for row in table.css("tbody tr")]
        return [[_words(cell) for cell in row.css(cells)] for row in rows]

    def rows_under(self, title: str, cells: str = "td") -> list[list[str]]:
        """The rows of the first table after the last heading of this id or text."""
        order = self.all("h1, h2, h3, h4, table")
        headings = [
            place
            for place, node in enumerate(order)
            if node.tag != "table" and (node.attributes.get("id") == title or _words(node).startswith(title))
        ]
        assert headings, f"no heading {title!r}"
        table = next(node for node in order[headings[-1] :] if node.tag == "table")
        return [[_words(cell) for cell in row.css(cells)] for row in table.css("tbody tr")]


def _words(node: LexborNode) -> str:
    return " ".join(word for word in re.split(r"[ \t\r\n\f]+", node.text(deep=True)) if word)


def _sent(form: LexborNode) -> Iterator[tuple[str, str]]:
    for field in form.css("input[name], textarea[name], select[name]"):
        name, kind = field.attributes["name"] or "", field.attributes.get("type")
        if field.tag == "textarea":
            yield name, field.text(deep=True).removeprefix("\n")
        elif field.tag == "select":
            yield from ((name, _value(option)) for option in field.css("option[selected]"))
        elif kind not in {"checkbox", "radio"} or "checked" in field.attributes:
            yield name, field.attributes.get("value") or ("on" if kind == "checkbox" else "")


def _value(option: LexborNode) -> str:
    value = option.attributes.get("value")
    return _words(option) if value is None else value
