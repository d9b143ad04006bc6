"""What is wrong with a form, in one place: listed above it with links, and beside each field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from frontend.refusals import next_step

register = template.Library()


@dataclass(frozen=True, slots=True)
class Problem:
    """One error: `anchor` is the id of its field, empty where it belongs to the whole form."""

    anchor: str
    label: str
    sentence: str


@register.inclusion_tag("_problems.html", takes_context=True)
def problems(
    context: Context, form: forms.BaseForm | None = None, refusal: BusinessError | None = None, lead: str = ""
) -> dict[str, Any]:
    """Nothing, or what hinders: the refusal with its next step, and the form's errors with links to fields.

    It takes the focus when the page opens, so that it is in sight and read out, also without a script.
    """
    found = tuple(_problems_of(form)) if form and form.is_bound else ()
    sentence = ""
    if refusal:
        sentence = refusal.message
    elif found:
        sentence = lead or _("Nothing is saved yet, and what you typed is still here. Please look at:")
    attendee = getattr(context.get("request"), "attendee", None)
    return {"sentence": sentence, "problems": found, "step": next_step(refusal, attendee) if refusal else None}


def _problems_of(form: forms.BaseForm) -> Iterator[Problem]:
    for error in form.non_field_errors():
        yield Problem("", "", str(error))
    for field in form:
        for error in field.errors:
            anchor = "" if field.is_hidden else field.id_for_label or field.auto_id
            yield Problem(anchor, str(field.label), str(error))


@register.filter
def described(field: BoundField) -> SafeString:
    """The field's input, which names what describes it: its errors and its hint, in `_field.html`."""
    return field.as_widget(attrs={"aria-describedby": f"about-{field.auto_id}"})
