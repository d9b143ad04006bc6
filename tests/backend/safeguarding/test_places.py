"""Places that ask the contact policy where nothing else would show that they do."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone

from backend.core.errors import NotFound
from backend.directory.selectors.own_people import saved_for
from backend.events.models.attendees import Attendee
from backend.invitations.models import Invitation
from backend.invitations.services.links import LinkExpired, hash_of, new_token, read_link
from backend.safeguarding.models import ContactRule
from backend.safeguarding.rules import refused_pairs
from backend.safeguarding.selectors.blocks import blocks_made_by
from backend.safeguarding.selectors.contact_rules import contact_rule_row
from backend.safeguarding.selectors.reports import waiting_reports
from backend.safeguarding.services.reports import file_report
from backend.stats.selectors.names import people_counted
from backend.stats.selectors.overview import overview_for
from backend.suggestions.engine.learning import read_editions
from backend.suggestions.models import Feedback
from backend.suggestions.selectors.runs import stale_ids_for
from tests.backend.stats.events import make_meeting
from tests.factories import NOW, block_contact, make_attendee, make_event, make_run, make_tie
from tests.frontend.conftest import client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mali(event):
    return make_attendee(event, name="Mali Wongsa")


@pytest.fixture
def arif(event):
    return make_attendee(event, name="Arif Rahman")


def hide(attendee):
    Attendee.objects.filter(pk=attendee.pk).update(visibility="hidden")


def test_whoever_hides_is_no_longer_among_the_saved(mali, arif):
    Feedback.objects.create(attendee=mali, other=arif, verdict=Feedback.Verdict.GOOD)
    assert [one.other.attendee_id for one in saved_for(viewer=mali, now=NOW)] == [arif.pk]
    hide(arif)
    assert saved_for(viewer=mali, now=NOW) == ()


def test_the_link_of_somebody_known_as_a_minor_elsewhere_signs_nobody_in(event, mali):
    token, now = new_token(), timezone.now()
    Invitation.objects.create(
        attendee=mali, kind=Invitation.Kind.INVITATION, number=1, token_hash=hash_of(token),
        queued_at=now, state="sent", tried_at=now, attempts=1,
        address_hash=mali.person.address_hash, expires_at=now + dt.timedelta(days=1),
    )  # fmt: skip
    assert read_link(token, now).attendee == mali
    make_attendee(make_event("elsewhere"), person=mali.person, age_class="minor")
    with pytest.raises(LinkExpired):
        read_link(token, now)


def test_the_overview_counts_whom_matching_reads(event, mali, arif):
    hide(arif)
    make_attendee(event, age_class="minor")
    assert overview_for(event, NOW).people == 1


def test_the_overview_counts_no_meeting_with_somebody_hidden(event, mali, arif):
    make_meeting(mali, arif)
    assert overview_for(event, NOW).held == 1
    hide(arif)
    assert overview_for(event, NOW).held == 0


@pytest.mark.parametrize("change", [{"visibility": "hidden"}, {"agreed_at": None, "agreement_version": ""}])
def test_my_block_names_nobody_whom_i_would_not_see_but_for_it(mali, arif, change):
    block_contact("block", mali, arif)
    assert [one.name for one in blocks_made_by(mali)] == ["Arif Rahman"]
    Attendee.objects.filter(pk=arif.pk).update(**change)
    assert [one.name for one in blocks_made_by(mali)] == [""]


def test_the_lead_reads_whether_the_two_are_apart_now(event, mali, arif):
    lead = make_attendee(event, permission="safeguarding-lead", visibility="hidden")
    report = file_report(reporter=mali, reported_id=arif.pk, category="other", words="A word.", now=NOW)
    page = page_of(client_of(lead.person).get(f"/e/{event.slug}/reports/{report.pk}/"))
    assert "The two are kept apart: they neither see nor reach each other." in page


def test_a_lead_counts_no_report_that_they_are_part_of(event, mali, arif):
    lead = make_attendee(event, permission="safeguarding-lead", visibility="hidden")
    file_report(reporter=mali, reported_id=arif.pk, category="other", words="A word.", now=NOW)
    file_report(reporter=mali, reported_id=lead.pk, category="other", words="A word.", now=NOW)
    assert waiting_reports(lead) == 1


def test_names_beside_figures_are_of_those_who_are_counted(event, mali, arif):
    hide(arif)
    assert set(people_counted(event)) == {mali.pk}


def test_a_pair_of_whom_one_is_not_matched_is_no_refused_pair(event, mali, arif):
    block_contact("block", mali, arif)
    assert refused_pairs(event) == {(mali.pk, arif.pk)}
    hide(arif)
    assert refused_pairs(event) == set()


def test_ties_of_two_who_are_apart_teach_nothing(event, mali, arif):
    before = make_event("before", starts_on=event.starts_on.replace(year=event.starts_on.year - 1))
    make_tie(before, mali, arif)
    data = SimpleNamespace(versions={mali.pk: NOW, arif.pk: NOW})
    assert len(read_editions(event, data, before)) == 1
    block_contact("block", mali, arif)
    assert read_editions(event, data, before) == []


def test_nobody_is_explained_whom_matching_does_not_read(event, mali, arif):
    hide(arif)
    with pytest.raises(NotFound, match="is nobody whom"):
        call_command("explain", event.slug, str(mali.pk), str(arif.pk))


def test_a_list_of_somebody_not_matched_is_no_longer_due(event, mali, arif):
    run = make_run(event, {mali: [arif], arif: [mali]})
    assert stale_ids_for(event, run) == set()
    hide(arif)
    assert stale_ids_for(event, run) == {arif.pk}


def test_cancelling_a_block_leads_to_no_page_of_somebody_who_is_not_seen(event, mali, arif):
    client, person = client_of(mali.person), f"/e/{event.slug}/people/{arif.pk}/"
    assert f'href="{person}"' in client.get(f"{person}block/").content.decode()
    block_contact("report", mali, arif)
    assert f'href="{person}"' not in client.get(f"{person}block/").content.decode()


def test_a_rule_between_groups_counts_listed_adults_alone(event, mali, arif):
    for _ in range(3):
        make_attendee(event, constituency=mali.constituency)
    rule = ContactRule(event=event, constituency=mali.constituency, other_constituency=arif.constituency)
    assert contact_rule_row(rule).first_people == 5
    hide(arif)
    assert contact_rule_row(rule).first_people is None, "four are too few to say"
