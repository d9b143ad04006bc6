"""Forms of the links in mails, and of mails sent again."""

from __future__ import annotations

from django import forms

from frontend.fields import IdField, IdsField


class AnswerForm(forms.Form):
    """What an answer by a link may hold: a slot to accept, slots to offer, a reason, a usefulness.

    Who has not joined accepts the notice and the pledge with it, in the version they read.
    """

    slot = IdField(required=False)
    slots = IdsField(required=False)
    reason = forms.CharField(required=False)
    usefulness = forms.IntegerField(required=False)
    agree = forms.BooleanField(required=False)
    version = forms.CharField(required=False, max_length=20)


class ResendForm(forms.Form):
    """The notice whose mail is sent again; without one, all refused mails."""

    notice = IdField(required=False)
