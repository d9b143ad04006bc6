"""The leads' page of checks of adults, chaperones and open places."""

from __future__ import annotations

from backend.events.models.agenda import Table
from backend.safeguarding.models import Chaperone, OpenPlace, Vetting
from tests.factories import make_attendee
from tests.pages import page_of


def test_a_lead_records_a_check_and_a_chaperone_and_marks_a_place(cast, desk):
    page = cast.address("supervision/")
    adult = make_attendee(cast.event, name="Chan Chaperone", role="chaperone")
    table = Table.objects.create(event=cast.event, label="Foyer 1")
    assert "Nobody was checked yet" in page_of(desk.get(page))
    given = {"attendee_id": adult.pk, "checked_by": "Office", "check_made": "Police", "until": "2027-01-31"}
    wrong = desk.post(page, given | {"until": "2020-01-01"})
    assert wrong.status_code == 422
    assert "A check ends after today" in page_of(wrong)
    assert desk.post(page, given).status_code == 302
    assert "Police, by Office, until 31 January 2027" in page_of(desk.get(page))
    bind = cast.address(f"supervision/{adult.pk}/chaperone/")
    assert desk.post(bind, {"delegation": "country:Nowhere"}).status_code == 400
    assert desk.post(bind, {"delegation": str(cast.minor.organisation_id)}).status_code == 302
    assert f"Chaperone of {cast.minor.organisation.name}" in page_of(desk.get(page))
    mark = cast.address(f"supervision/places/{table.pk}/")
    desk.post(mark, {"answer": "yes"})
    assert "No longer in the open" in page_of(desk.get(page))
    desk.post(mark, {"answer": "no"})
    assert not OpenPlace.objects.exists()
    desk.post(cast.address(f"supervision/chaperones/{Chaperone.objects.get().pk}/end/"))
    desk.post(cast.address(f"supervision/{Vetting.objects.get().pk}/end/"))
    assert "Nobody was checked yet" in page_of(desk.get(page))
