"""What lists quote or tell of somebody is gone once they are under an alias, and is not written again."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db.models import Q

from backend.events.models.attendees import Attendee
from backend.safeguarding.services.aliases import AliasData, set_alias
from backend.suggestions.models import Suggestion
from backend.suggestions.selectors.export import exported_rows
from backend.suggestions.services.runs import build_run, refresh_lists
from tests.factories import NOW, make_attendee, make_event, make_tie

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_folder")]
LATER = NOW + dt.timedelta(minutes=5)
OFFER = "Qxsomchai trains prosecutors to write mutual legal assistance requests."


@pytest.fixture
def forum():
    """One whose offer tells a name, who met a reader and a friend of theirs before, and a new reader."""
    before = make_event("before", starts_on=dt.date(2025, 11, 1), ends_on=dt.date(2025, 11, 2))
    event = make_event(previous=before)
    industry = {"constituency": "industry", "sector": "company"}
    met, new = (make_attendee(event, seeks="Legal assistance requests", **industry) for _ in range(2))
    officer = make_attendee(
        event, name="Qxsomchai Qxjaidee", email="qxsomchai@qxpolice.example.org", offers=OFFER,
        seeks="Chat evidence", sector="law-enforcement",
    )  # fmt: skip
    friend = make_attendee(event, offers="Legal assistance requests", sector="ministry")
    make_tie(before, met, officer)
    make_tie(before, officer, friend)
    for place in range(6):
        make_attendee(event, seeks=f"School programme {place}", offers="Safe play", **industry)
    lead = make_attendee(event, permission="safeguarding-lead", visibility="hidden")
    return event, new, officer, lead


def hide(officer: Attendee, lead: Attendee, now: dt.datetime = LATER) -> None:
    data = AliasData(name="Officer K.", organisation="Police", real_name=officer.name)
    set_alias(event=lead.event, attendee_id=officer.pk, data=data, is_wish=True, by=lead.person, now=now)


def stored() -> str:
    return json.dumps(list(Suggestion.objects.values_list("reasons", flat=True))).casefold()


def about(officer: Attendee) -> list[dict[str, object]]:
    """The reasons of entries of or about the officer, and those that say whom one met through them."""
    rows = Suggestion.objects.filter(Q(other=officer) | Q(attendee=officer))
    between = [{"evidence": {"person": officer.pk}}]
    return [one for row in rows | Suggestion.objects.filter(reasons__contains=between) for one in row.reasons]


def test_a_quotation_and_a_tie_are_gone_at_once_and_from_the_next_lists(forum):
    event, new, officer, lead = forum
    build_run(event=event, now=NOW)
    assert "qxsomchai" in stored()
    assert [one for one in about(officer) if "person" in one["evidence"]]
    hide(officer, lead)
    assert about(officer) == []
    assert "qxsomchai" not in stored()
    refresh_lists(event=event, now=LATER)
    assert Suggestion.objects.filter(attendee=new, other=officer).exists()
    assert not [one for one in about(officer) if "person" in one["evidence"]]
    assert "qxsomchai" not in stored()


def test_an_alias_set_while_lists_are_computed_is_waited_for(forum):
    event, _new, officer, lead = forum
    done = []

    def meanwhile(_stage: str, _share: float) -> None:
        if not done:
            done.append(True)
            hide(officer, lead)

    build_run(event=event, now=NOW, progress=meanwhile)
    assert done
    assert "qxsomchai" not in stored()
    assert about(officer) == []
    refresh_lists(event=event, now=LATER)
    assert about(officer)
    assert "qxsomchai" not in stored()


def test_a_file_of_the_lists_has_the_alias_in_the_place_of_the_address(forum):
    event, _new, officer, lead = forum
    hide(officer, lead)
    build_run(event=event, now=LATER)
    cells = {cell for row in exported_rows(event) for cell in row[:2]}
    assert "Officer K." in cells
    assert not any("qx" in str(cell) for row in exported_rows(event) for cell in row)
