"""The command that erases somebody who can no longer sign in."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backend.events.models.attendees import Attendee
from backend.people.models import Person
from tests.backend.conftest import make_forum
from tests.factories import make_attendee, make_event

pytestmark = pytest.mark.django_db


def erase(*words: object) -> str:
    out = StringIO()
    call_command("erase_account", *map(str, words), stdout=out)
    return out.getvalue()


def test_it_says_first_where_they_take_part_and_erases_when_it_is_confirmed() -> None:
    forum = make_forum(people=2)
    one = forum.people[0].person
    said = erase(one.email)
    assert f"Would erase person {one.pk}, who takes part in: {forum.event.slug}." in said
    assert one.email not in said
    assert one.name not in said
    assert Person.objects.filter(pk=one.pk).exists()
    assert erase(one.email.upper(), "--confirm").startswith(f"Erased person {one.pk}")
    assert not Attendee.objects.filter(person=one.pk).exists()
    with pytest.raises(CommandError, match="There is no open account with this address"):
        erase(one.email, "--confirm")


def test_of_two_who_read_one_mailbox_only_the_one_who_is_named_goes() -> None:
    event = make_event()
    first, second = make_attendee(event).person, make_attendee(event).person
    Person.objects.filter(pk=second.pk).update(shares_with=first)
    with pytest.raises(CommandError, match=rf"--person {first.pk} or {second.pk}|--person {second.pk} or"):
        erase(first.email, "--confirm")
    with pytest.raises(CommandError, match="Name who of this mailbox is meant"):
        erase(first.email, "--confirm", "--person", make_attendee(event).person_id)
    erase(first.email, "--confirm", "--person", second.pk)
    assert Attendee.objects.filter(person=first.pk).exists()
    assert not Attendee.objects.filter(person=second.pk).exists()


def test_an_account_that_came_with_a_forum_and_waits_can_go_too() -> None:
    first = make_attendee(make_event(), email="both@example.org").person
    came = Person.objects.create(email=first.email, name="Who came", shares_with=first, waits_for_proof=True)
    with pytest.raises(CommandError, match="Name who of this mailbox is meant"):
        erase("both@example.org")
    erase("both@example.org", "--person", came.pk, "--confirm")
    assert list(Person.objects.filter(pk__in=[first.pk, came.pk], erased_at=None)) == [first]


def test_who_is_still_in_charge_is_refused_and_nothing_changes() -> None:
    event = make_event()
    lead = make_attendee(event, permission="safeguarding-lead")
    with pytest.raises(CommandError, match="have another safeguarding lead named first"):
        erase(lead.person.email, "--confirm")
    assert Attendee.objects.filter(pk=lead.pk).exists()
