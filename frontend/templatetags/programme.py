"""Words of the pages of programmes, for templates."""

from __future__ import annotations

from django import template

from frontend.programme.words import better_words, reason_without_meeting

register = template.Library()
register.filter(better_words)
register.filter(reason_without_meeting)
