"""Row numbers as forms send them."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from backend.core.api import MAX_ID
from frontend.fields import BadForm, IdField, IdsField, values_of

NO_NUMBERS = ["twelve", "0", "-1", "1.0", "+1", "١٢", "1\0", str(MAX_ID + 1), "9" * 5_000]


class SlotForm(forms.Form):
    slot = IdField(required=False)
    slots = IdsField(required=False)


def sent(query: str) -> SlotForm:
    return SlotForm(QueryDict(query))


@pytest.mark.parametrize(("text", "number"), [("1", 1), (" 12 ", 12), (str(MAX_ID), MAX_ID), (12, 12)])
def test_a_row_number_is_an_int_the_database_can_hold(text, number):
    assert IdField().clean(text) == number


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_anything_else_is_refused(text):
    with pytest.raises(ValidationError):
        IdField().clean(text)
    with pytest.raises(ValidationError):
        IdsField().clean(["1", text])


def test_a_required_number_and_a_required_list_must_be_sent():
    for field, nothing in ((IdField(), ""), (IdField(), None), (IdsField(), []), (IdsField(), None)):
        with pytest.raises(ValidationError):
            field.clean(nothing)


def test_checkboxes_of_one_name_give_each_number_once_in_their_order():
    assert values_of(sent("slots=7&slots=3&slots=7&slot=5")) == {"slot": 5, "slots": (7, 3)}
    assert values_of(sent("")) == {"slot": None, "slots": ()}


def test_a_form_that_no_page_can_send_is_refused_with_its_first_error():
    with pytest.raises(BadForm, match="“twelve” is not the number of anything here"):
        values_of(sent("slot=twelve"))


def test_more_numbers_than_a_list_may_hold_are_refused_before_they_are_read():
    with pytest.raises(ValidationError, match="At most 2 can be chosen at once"):
        IdsField(max_length=2).clean(["x", "y", "z"])
    assert IdsField(max_length=2).clean(["1", "2"]) == (1, 2)
    with pytest.raises(ValidationError, match="At most 1000 "):
        IdsField().clean(["1"] * 1_001)
