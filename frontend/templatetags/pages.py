"""What every page has once: its title, the link back, the styles it needs, and the button of its form."""

from __future__ import annotations

from django import template
from django.template.context import Context
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
def heading(
    context: Context, back: str = "", words: str = "", *numbers: int, title: str = ""
) -> dict[str, str]:
    """The title of the page as its heading; above it a link to the page of the name `back`."""
    slug = [context["event"].slug] if "event" in context else []
    address = reverse(back, args=[*slug, *numbers]) if back else ""
    return {"address": address, "words": words, "title": title or context["page_title"]}


@register.filter
def stylesheets(names: str) -> SafeString:
    """The links to the style sheets of these names."""
    links = ((static(f"css/{name}.css"),) for name in names.split())
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


@register.simple_tag
def columns(*labels: str) -> SafeString:
    """The head of a table whose columns have these labels."""
    cells = format_html_join("", '<th scope="col">{}</th>', ((label,) for label in labels))
    return format_html("<thead><tr>{}</tr></thead>", cells)


@register.simple_tag
def submit(label: str, kind: str = "") -> SafeString:
    """The one button of a form; `kind` is a class of its look, such as "danger"."""
    look = f"button {kind}".strip()
    return format_html('<div class="buttons"><button class="{}" type="submit">{}</button></div>', look, label)
