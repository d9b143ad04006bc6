"""A forum that has moved is deleted where it was: every table and file is searched."""

from __future__ import annotations

from pathlib import Path

import pghistory
import pytest
from pghistory.models import Context

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.moving.models import Approval
from backend.moving.rules import CARRIED, KEPT, LEFT_OUT
from backend.moving.selectors import rows_of
from backend.moving.services.approving import approve_move
from backend.moving.services.deleting import delete_forum
from backend.outcomes.models import ContactShare
from backend.people.models import KnownMinor, Person, address_hash
from backend.safeguarding.models import Block, Report
from backend.safeguarding.services.blocks import block_person
from backend.safeguarding.services.reports import close_report, file_report
from backend.stats.models import Release
from backend.suggestions.models import LearnedWeights
from tests.backend.conftest import Forum
from tests.backend.moving.test_moving import LATER, administrator, silent
from tests.backend.privacy.test_leaving import ADDRESS, WORDS, found
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


def delete(forum: Forum, lead: Attendee) -> int:
    approve_move(event=forum.event, kind=Approval.Kind.DELETE, by=lead.person, now=NOW)
    return delete_forum(event=forum.event, by=administrator(), now=LATER, on_progress=silent)


def test_after_a_deletion_no_table_and_no_file_holds_anything_of_its_people(
    forum: Forum, lead: Attendee, leaver: Attendee, tmp_path: Path
) -> None:
    root = administrator()
    stays = make_attendee(make_event("stays"), person=forum.people[0].person, name="Stays")
    with pghistory.context(user=leaver.person_id):
        Attendee.objects.filter(pk=leaver.pk).update(visibility="hidden")
    assert Context.objects.exists()
    emails = list(Attendee.objects.filter(event=forum.event).values_list("person__email", flat=True))
    assert found(*WORDS)
    delete(forum, lead)
    assert found(*WORDS) == set()
    assert found(address_hash(ADDRESS)) == set()
    assert set(Person.objects.values_list("pk", flat=True)) == {stays.person_id, root.pk}
    assert found(*(one for one in emails if one != stays.person.email)) == set()
    for table, fields in (CARRIED | LEFT_OUT).items():
        if fields and table not in KEPT | {"core_act"}:
            assert not rows_of(table, forum.event).exists(), table
    assert not Context.objects.exists()
    for path in tmp_path.rglob("*"):
        text = path.read_bytes().lower() if path.is_file() else b""
        assert not [word for word in (*WORDS, *emails) if word.lower().encode() in text], path


def test_what_outlasts_every_forum_stays(forum: Forum, lead: Attendee) -> None:
    a, b, c, d = forum.people
    minor = make_attendee(forum.event, email="kim@school.example", age_class="minor")
    block_person(blocked=b.person, by=a.person, now=NOW)
    report = file_report(reporter=c, reported_id=b.pk, category="harassment", words="Too close.", now=NOW)
    close_report(lead=lead, report_id=report.pk, outcome="Kept apart.", lift=False, by=lead.person, now=NOW)
    for one, other in ((c, d), (d, c)):
        ContactShare.objects.create(
            event=forum.event, giver=one.person, receiver=other.person, email=one.person.email, given_at=NOW,
            changed_at=NOW,
        )  # fmt: skip
    LearnedWeights.objects.create(event=forum.event, weights={}, counts={})
    delete(forum, lead)
    assert ContactShare.objects.filter(kept_at=LATER).count() == 2
    assert set(Person.objects.filter(attendances=None, erased_at=None, is_superuser=False)) == {c.person, d.person}
    assert KnownMinor.objects.get().address_hash == minor.person.address_hash
    assert Block.objects.count() == 2
    assert LearnedWeights.objects.exists()
    assert Release.objects.count() == 0
    event = Event.objects.get(pk=forum.event.pk)
    assert (event.state, event.name) == ("archived", forum.event.name)


def test_an_open_case_refuses_it_and_so_does_a_missing_yes(forum: Forum, lead: Attendee) -> None:
    a, b, *_ = forum.people
    with refuses("not_approved"):
        delete_forum(event=forum.event, by=administrator(), now=LATER, on_progress=silent)
    file_report(reporter=a, reported_id=b.pk, category="harassment", words="Too close.", now=NOW)
    with refuses("case_open"):
        delete(forum, lead)
    assert Report.objects.exists()
    assert Attendee.objects.filter(event=forum.event).count() == 5
