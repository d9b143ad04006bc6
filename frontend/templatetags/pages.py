"""What every page has once: its title, the link back, the styles it needs, and the button of its form."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import cast

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def captured(content: str) -> str:
    """Keeps what stands in between as a variable: `{% captured as page_title %}…{% endcaptured %}`."""
    return SafeString(content.strip())


@register.inclusion_tag("_heading.html", takes_context=True)
def heading(context: Context, back: str = "", words: str = "", *numbers: int, title: str = "") -> dict[str, str]:
    """The title of the page as its heading; above it a link to the page of the name `back`."""
    address = _address(context, back, numbers)
    return {"address": address, "words": words, "title": title or context["page_title"]}


def _address(context: Context, name: str, numbers: Iterable[int]) -> str:
    """The address of the page of this name, of the same forum if the page is of one; empty without a name."""
    slug = [context["event"].slug] if "event" in context else []
    return reverse(name, args=[*slug, *numbers]) if name else ""


@register.filter
def stylesheets(names: str) -> SafeString:
    """The links to the style sheets of these names."""
    links = ((static(f"css/{name}.css"),) for name in names.split())
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


@register.filter
def script(name: str) -> SafeString:
    """The script of this name, which runs once the page is read."""
    return format_html('<script src="{}" defer></script>', static(f"js/{name}.js"))


@register.simple_tag
def intro(anchor: str, title: str, text: str = "") -> SafeString:
    """How a part of a page begins: its heading, and in a sentence what it is for."""
    quiet = format_html('<p class="quiet">{}</p>', text) if text else ""
    return format_html('<div class="intro"><h2 id="{}">{}</h2>{}</div>', anchor, title, quiet)


@register.simple_block_tag
def blank_slate(content: str, title: str, look: str = "", level: int = 2) -> str:
    """In place of an empty list: that it is, and how something comes to stand there."""
    values = {"content": content, "title": title, "look": look, "level": level}
    return render_to_string("_blank_slate.html", values)


@register.simple_tag
def blank_note(title: str, text: str) -> str:
    """A blank slate of one short text."""
    return blank_slate(format_html("<p>{}</p>", text), title)


@register.simple_tag
def columns(*labels: str) -> SafeString:
    """The head of a table whose columns have these labels."""
    cells = format_html_join("", '<th scope="col">{}</th>', ((label,) for label in labels))
    return format_html("<thead><tr>{}</tr></thead>", cells)


@register.simple_block_tag
def toggle(
    content: str, name: str, value: object, chosen: object = "", kind: str = "checkbox", at: str = "", about: str = ""
) -> SafeString:
    """A choice as a button, ticked if its value is `chosen`, or among them; `at`-value is its id;
    `about` is read out instead."""
    several = isinstance(chosen, Collection) and not isinstance(chosen, str)
    is_chosen = value in cast(Collection[object], chosen) if several else value == chosen
    place = at and f"{at}-{value}"
    attributes = {"type": kind, "name": name, "id": place, "value": value, "aria-label": about}
    given = format_html_join(" ", '{}="{}"', ((key, v) for key, v in attributes.items() if v != ""))
    label = '<label class="toggle"><input {}{}><span>{}</span></label>'
    return format_html(label, given, " checked" if is_chosen else "", SafeString(content.strip()))


@register.inclusion_tag("_submit.html", takes_context=True)
def submit(
    context: Context, label: str, look: str = "", cancel: str = "", words: str = "", *numbers: int, do: str = ""
) -> dict[str, str]:
    """The button that sends a form, as `do` if it has several; beside it a link to the page `cancel`."""
    address = _address(context, cancel, numbers)
    return {"label": label, "look": look, "do": do, "address": address, "words": words}


@register.inclusion_tag("_act.html", takes_context=True)
def act(
    context: Context, name: str, *numbers: int, label: str, look: str = "button", about: str = ""
) -> dict[str, str]:
    """A form of one button, sent to the address of this name; `about` is read out behind its label."""
    return {"address": _address(context, name, numbers), "label": label, "look": look, "about": about}


@register.simple_tag(takes_context=True)
def answer_address(context: Context, verb: str, meeting_id: int) -> str:
    """Where this answer about a meeting is sent: the reader's own, or that of whoever they act for."""
    principal = context.get("principal_id")
    return (
        _address(context, f"{verb}_for", [principal, meeting_id])
        if principal
        else _address(context, verb, [meeting_id])
    )


@register.filter
def chip(words: str, look: str = "") -> SafeString:
    """The state of something, in a word; `look` is a class of its colour."""
    return format_html('<span class="{}">{}</span>', f"chip state {look}".strip(), words)
