"""What an organiser may inspect of a list and a pair, with the real model's stored vectors."""

import numpy as np
import pytest

from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.safeguarding.services.blocks import block_person
from backend.suggestions.models import Embedding, Run
from backend.suggestions.selectors.inspection import list_inspection_for, list_owners_for, pair_inspection_for
from backend.suggestions.selectors.lists import suggestions_for
from backend.suggestions.services.runs import build_run
from matching.policy import MatchingPolicy
from matching.recommend.scoring import acceptance_probabilities
from matching.recommend.strength import strength_of
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_folder")]


@pytest.fixture
def forum():
    event = make_event()
    seeker = make_attendee(event, name="Seeker", seeks="Tools to preserve chat evidence.")
    fitting = make_attendee(event, name="Fitting", offers="Forensic tools for chats.", sector="ngo")
    make_attendee(event, name="Other", sector="small-company", constituency="industry", about="Games.")
    build_run(event=event, now=NOW)
    return event, seeker, fitting


def test_a_list_is_inspected_as_its_owner_sees_it(forum):
    event, seeker, fitting = forum
    own = suggestions_for(attendee=seeker, now=NOW)
    found = list_inspection_for(event=event, attendee_id=seeker.pk)
    assert found.owner.name == "Seeker"
    assert [entry.other.attendee_id for entry in found.entries] == [card.other.attendee_id for card in own.cards]
    assert [entry.score for entry in found.entries] == [card.score for card in own.cards]
    assert found.entries[0].other.attendee_id == fitting.pk
    assert {person.name for person in list_owners_for(event)} == {"Seeker", "Fitting", "Other"}


def test_the_contributions_of_a_pair_add_up_to_its_scores(forum):
    event, seeker, fitting = forum
    found = pair_inspection_for(event=event, attendee_id=seeker.pk, other_id=fitting.pk)
    needs = (
        np.array([sum(getattr(line, adds) for line in found.features)]) for adds in ("forward_adds", "backward_adds")
    )
    forward, backward = acceptance_probabilities(*needs, MatchingPolicy())
    assert (found.forward, found.backward) == (pytest.approx(forward[0]), pytest.approx(backward[0]))
    assert found.forward == pytest.approx(found.entry.score, abs=1e-4)
    assert found.entry.strength == strength_of(found.entry.score, need_declared=True)


def test_a_blocked_contact_is_on_no_inspected_list_and_their_pair_is_not_found(forum):
    event, seeker, fitting = forum
    block_person(blocked=seeker.person, by=fitting.person, now=NOW)
    entries = list_inspection_for(event=event, attendee_id=seeker.pk).entries
    assert fitting.pk not in {entry.other.attendee_id for entry in entries}
    assert [entry.rank for entry in entries] == list(range(1, len(entries) + 1))  # no gap tells of it
    with pytest.raises(NotFound):
        pair_inspection_for(event=event, attendee_id=seeker.pk, other_id=fitting.pk)


@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_a_minor_has_no_list_and_is_on_nobodys(forum, age_class):
    event, seeker, fitting = forum
    Attendee.objects.filter(pk=fitting.pk).update(age_class=age_class)
    with pytest.raises(NotFound):
        list_inspection_for(event=event, attendee_id=fitting.pk)
    with pytest.raises(NotFound):
        pair_inspection_for(event=event, attendee_id=seeker.pk, other_id=fitting.pk)
    assert "Fitting" not in {person.name for person in list_owners_for(event)}


def test_a_text_not_encoded_yet_is_refused_and_not_encoded_in_a_web_request(forum):
    event, seeker, fitting = forum
    Embedding.objects.all().delete()
    with refuses("not_yet_read", match="Look again"):
        pair_inspection_for(event=event, attendee_id=seeker.pk, other_id=fitting.pk)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kept",
    [
        {"matching_state": b"of another version"},
        {"matching_state": None},
        {"policy": {"renamed": 1}},
        {"model": "another"},
    ],
)
def test_the_pair_page_refuses_lists_of_an_older_version(forum, client, kept):
    event, seeker, fitting = forum
    Run.objects.update(**kept)
    client.force_login(make_attendee(event, permission="organiser", visibility="hidden").person)
    page = client.get(f"/e/{event.slug}/matching/lists/{seeker.pk}/{fitting.pk}/")
    assert page.status_code == 409
    assert "the numbers come with the next full list" in page.content.decode()
