"""What templates say in words: reasons, constituencies, times."""

from __future__ import annotations

from django import template

register = template.Library()
