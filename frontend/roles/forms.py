"""Forms that propose somebody for a role, and decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.rules.roles import LEAD, ORGANISER
from frontend.fields import IdField


class ProposalForm(forms.Form):
    """Whom to propose, and as what."""

    attendee_id = IdField()
    permission = forms.ChoiceField(
        choices=[(ORGANISER.value, ORGANISER.label), (LEAD.value, LEAD.label)],
        error_messages={"required": _("Choose what to propose them as.")},
    )


class DecisionForm(forms.Form):
    """The button pressed beside a proposal, an organiser or a lead."""

    CONFIRM, REFUSE, END = "confirm", "refuse", "end"

    do = forms.ChoiceField(choices=[(CONFIRM, ""), (REFUSE, ""), (END, "")])
