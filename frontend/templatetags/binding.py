"""The tag around texts that bind somebody or keep them safe."""

from __future__ import annotations

import re

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from backend.core.binding_texts import SOURCE, BindingText, has_english_beneath

register = template.Library()
NAMES = re.compile(r'\s(?:id|for|aria-labelledby|aria-describedby)="[^"]*"')  # once on a page


class BindingNode(template.Node):
    """What stands between the tags, and beneath it the same in English while the translation is unsigned.

    `inline`: within a line, a button or a label. No field of a form stands between the tags, and what is
    there is rendered twice.
    """

    def __init__(self, text: FilterExpression, nodelist: NodeList, *, is_inline: bool) -> None:
        self.text, self.nodelist, self.is_inline = text, nodelist, is_inline

    def render(self, context: Context) -> SafeString:
        shown = self.nodelist.render(context)
        if not has_english_beneath(BindingText(self.text.resolve(context))):
            return shown
        with override(SOURCE):
            english = mark_safe(NAMES.sub("", self.nodelist.render(context)))  # noqa: S308  # rendered above
        if self.is_inline:
            return format_html('{} <span class="in-english" lang="en">{}</span>', shown.strip(), english.strip())
        request = context.get("request")
        is_first = not getattr(request, "says_unsigned", False)
        if request is not None:
            request.says_unsigned = True  # once on a page
        return shown + render_to_string("_in_english.html", {"english": english, "says_unsigned": is_first})


@register.tag
def binding(parser: Parser, token: Token) -> BindingNode:
    """{% binding "consent" %} ... {% endbinding %}, or {% binding "consent" inline %} within a line."""
    _name, text, *rest = token.split_contents()
    if rest not in ([], ["inline"]):
        raise template.TemplateSyntaxError("binding takes a text, and `inline` within a line.")
    nodelist = parser.parse(("endbinding",))
    parser.delete_first_token()
    return BindingNode(parser.compile_filter(text), nodelist, is_inline=bool(rest))
