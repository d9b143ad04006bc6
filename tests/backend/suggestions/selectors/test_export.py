"""The current Run's lists as rows of a file."""

import pytest

from backend.events.models.attendees import Attendee
from backend.people.models import Person
from backend.safeguarding.services.blocks import block_person
from backend.suggestions.selectors.export import exported_rows
from backend.suggestions.services.feedback import give_feedback
from tests.factories import NOW, make_run

pytestmark = pytest.mark.django_db


def test_the_export_names_people_by_their_imported_address(reader_and_others):
    event, me, others = reader_and_others
    make_run(event, {me: others[:1]})
    assert exported_rows(event) == [
        ("Mali@Example.org", others[0].person.email, 1, "0.5000", "topic_offered(topic=evidence-reporting)")
    ]


def test_the_export_names_nobody_in_between_whom_the_reader_may_not_see(reader_and_others):
    event, me, others = reader_and_others
    between, other, _ = others
    reasons = [
        {"code": "tie_through", "weight": 1.0, "evidence": {"person": between.pk, "label": "2025"}},
        {"code": "bridge", "weight": 0.1, "evidence": {"from": "government", "to": "academia"}},
    ]
    make_run(event, {me: [other]}, reasons)
    assert between.person.email in exported_rows(event)[0][4]
    block_person(blocked=me.person, by=between.person, now=NOW)
    assert between.person.email not in exported_rows(event)[0][4]


def test_an_exported_address_cannot_run_as_a_formula(reader_and_others):
    event, me, others = reader_and_others
    Person.objects.filter(pk=me.person_id).update(email="=1+1|x!a1@example.org")
    make_run(event, {me: others[:1]})
    assert exported_rows(event)[0][0] == "'=1+1|x!a1@example.org"


def test_exported_ranks_have_no_gaps_and_leave_out_whom_the_reader_called_not_relevant(reader_and_others):
    event, me, others = reader_and_others
    make_run(event, {me: others, others[1]: [me]})
    give_feedback(attendee=me, other_id=others[1].pk, verdict="not-relevant", cause="known", by=me.person, now=NOW)
    assert [row[:3] for row in exported_rows(event)] == [
        ("Mali@Example.org", others[0].person.email, 1),
        ("Mali@Example.org", others[2].person.email, 2),
        (others[1].person.email, "Mali@Example.org", 1),
    ]
    Attendee.objects.filter(pk=others[0].pk).update(visibility="hidden")
    assert exported_rows(event)[0][:3] == ("Mali@Example.org", others[2].person.email, 1)
