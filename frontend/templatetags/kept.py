"""Django's tags `url` and `translate`, which find again what they wrote."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import reverse
from django.utils import translation
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from backend.core.routes import secret_names

KEPT = 20_000  # addresses, and texts, of some hundred bytes each

register = template.Library()


class KeptURLNode(URLNode):
    """An address without a secret is written once; one for a variable may be none, as Django has it."""

    def render(self, context: Context) -> str:
        name = self.view_name.resolve(context)
        if self.asvar or self.kwargs or name in secret_names():
            return super().render(context)
        address, escaped = _address(name, *[arg.resolve(context) for arg in self.args])
        return escaped if context.autoescape else address


@lru_cache(maxsize=KEPT, typed=True)
def _address(name: str, *args: object) -> tuple[str, SafeString]:
    address = reverse(name, args=args)
    return address, conditional_escape(address)


class KeptTranslateNode(TranslateNode):
    """A text that stands in the template is looked up once in each language."""

    text: str

    def render(self, context: Context) -> str:
        found = _in_language(self.text, get_language())
        if self.asvar:
            context[self.asvar] = found
            return ""
        return found


@lru_cache(maxsize=KEPT)
def _in_language(text: str, _language: str | None) -> SafeString:
    return SafeString(translation.gettext(text.replace("%", "%%")).replace("%%", "%"))


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    node = parse_url(parser, token)
    node.__class__ = KeptURLNode
    return node


@register.tag
def translate(parser: Parser, token: Token) -> TranslateNode:
    node = do_translate(parser, token)
    words = node.filter_expression
    text = getattr(words.var, "literal", None)
    if isinstance(text, str) and not (words.filters or node.noop or node.message_context):
        kept = KeptTranslateNode(words, node.noop, node.asvar, node.message_context)
        kept.text = text
        return kept
    return node
