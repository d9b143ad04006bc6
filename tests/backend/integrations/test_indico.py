"""People from Indico, as an Indico 3.3.14 answered (`tests/fixtures/indico/registrations.py`)."""

from __future__ import annotations

import importlib.util
import json
import logging
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from backend.core.outgoing import AddressRefused, PeerDenied, PeerFailed
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source
from backend.integrations.services.sources import SourceData, change_source, choose_columns
from backend.privacy.services.leaving import erase_account
from tests.backend.integrations.test_syncing import tables
from tests.https import Answer, Asked
from tests.registrations import Shop

_SPEC = importlib.util.spec_from_file_location(
    "registrations_of_indico", settings.BASE_DIR / "tests" / "fixtures" / "indico" / "registrations.py"
)
written: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(written)
API = "/indico/api/checkin/event/123/forms/"


@dataclass
class Indico:
    """What the Indico of the test has: by form, each registration with its own answers."""

    shop: Shop
    rows: dict[int, dict[int, dict[str, Any]]] = field(default_factory=lambda: {7: {}, 8: {}})
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)

    def add(self, *numbers: int, form: int = 7, **changed: Any) -> None:
        for number in numbers:
            self.rows[form][number] = written.registration(number, form, **changed)

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != "Bearer very-secret":
            return Answer(b'{"error": {}}', status=403)
        names = [one for one in asked.path.removeprefix(API).split("/") if one]
        if not names:
            found = written.forms()
        elif len(names) == 2:
            found = list(self.rows[int(names[0])].values())
        else:
            number = int(names[2])
            found = written.details(self.rows[int(names[0])][number], **self.answers.get(number, {}))
        return Answer(json.dumps(found).encode())


@pytest.fixture
def indico(shop: Shop) -> Indico:
    data = SourceData(
        kind="indico", name="Registration", address=shop.peer.address("/indico/event/123/"), token="very-secret",
        minor_products=(8,),
    )  # fmt: skip
    shop.source = change_source(
        event=shop.event, source_id=shop.source.pk, data=data, by=shop.organiser.person, now=shop.now
    )
    found = Indico(shop)
    found.add(*range(1, 13))
    found.add(51, form=8)
    shop.peer.answer = found.answer
    return found


def test_registrations_come_in_change_are_withdrawn_passed_on_and_are_read_again(indico: Indico) -> None:
    shop = indico.shop
    indico.add(20, state="pending")
    indico.add(21, state="unpaid")
    indico.add(22, state="withdrawn")
    indico.add(23, email="person1@example.org", full_name="Other Person")  # two at one address
    preview = shop.sync(dry_run=True)
    report = shop.sync()
    assert preview.counts == report.counts
    assert (report.counts.added, report.counts.to_decide) == (13, 1)
    assert [one.reason for one in report.left_out] == ["a registration that is not complete"] * 2
    first = shop.attendee(1)
    assert (first.name, first.country, first.title) == ("Given1 Family1", "Thailand", "Adviser")
    assert (first.organisation.name, first.seeks) == ("Organisation 1", "A partner for plan 1")
    ages = dict(Attendee.objects.values_list("person__email", "age_class"))
    assert (ages["person1@example.org"], ages["person51@example.org"]) == ("unknown", "minor")

    before = tables()
    assert shop.sync(by=False).counts.unchanged == 13
    assert tables() == before

    erase_account(person=shop.attendee(9).person, is_confirmed=True, by=shop.attendee(9).person, now=shop.now)
    indico.answers = {
        2: {"Affiliation": "Another organisation"},
        3: {"Date of birth": "2012-01-01T00:00:00"},
        4: {"Affiliation": ""},
    }
    indico.add(5, state="withdrawn")
    indico.add(6, state="rejected")
    indico.add(7, email="successor@example.org", full_name="New Holder")
    del indico.rows[7][8]
    report = shop.sync(by=False)
    assert report.counts.taken_out == 2
    assert not shop.emails() & {f"person{number}@example.org" for number in (5, 6, 9)}
    assert {"person8@example.org", "successor@example.org"} <= shop.emails()  # absence takes nobody out
    assert shop.named("successor@example.org").about == ""
    assert shop.attendee(2).organisation.name == "Another organisation"
    assert shop.attendee(3).age_class == "minor"
    assert shop.attendee(4).organisation.name == "Organisation 4"


def test_only_complete_ones_are_asked_for_their_answers_and_nothing_else_is_kept(
    indico: Indico, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    indico.add(20, state="unpaid")
    indico.shop.sync()
    paths = [one.path.removeprefix(API) for one in indico.shop.peer.asked]
    assert paths[:3] == ["", "7/registrations/", "7/registrations/1"]
    assert "7/registrations/20" not in paths
    everything = repr(tables()) + repr(list(Source.objects.values())) + caplog.text
    with connection.cursor() as cursor:
        cursor.execute("select args::text from procrastinate_jobs")
        everything += repr(cursor.fetchall())
    for word in ("qxticket", "qxstreet", "qxphone", "qxpicture", "very-secret"):
        assert word not in everything, word
    Source.objects.update(takes_unpaid=True)
    assert indico.shop.sync().counts.added == 1


def test_a_form_is_a_sector_and_one_form_is_read_where_organisers_say_so(indico: Indico) -> None:
    shop = indico.shop
    columns = {"ticket": "sector", "sector": ""}
    choose_columns(event=shop.event, source_id=shop.source.pk, columns=columns, by=shop.organiser.person)
    Source.objects.update(products=[8])
    report = shop.sync(dry_run=True)
    assert (report.counts.added, {one.reason for one in report.left_out}) == (1, {"another registration form"})
    assert {"Themes", "Date of birth", "Job title", "Ticket"} <= {one.text for one in report.headings}


@pytest.mark.parametrize(
    "content", [b"{}", b"not json", b"[1]", b'[{"title": "x"}]', b'[{"id": "7/../8"}]', b"[" * 100_000]
)
def test_what_is_not_as_indico_answers_changes_nobody(indico: Indico, content: bytes) -> None:
    indico.shop.peer.answer = lambda _asked: Answer(content)
    with pytest.raises(PeerFailed, match="not what its kind answers"):
        indico.shop.sync(by=False)
    assert indico.shop.emails() == set()


def test_a_token_that_was_revoked_is_one_sentence_and_people_stay(indico: Indico) -> None:
    indico.shop.sync()
    indico.shop.peer.answer = lambda _asked: Answer(status=403)
    with pytest.raises(PeerDenied):
        indico.shop.sync(by=False)
    assert len(indico.shop.emails()) == 13
    assert "does not accept the token" in Source.objects.get().error


def test_an_indico_before_3_3_has_no_such_api_and_is_said_to_be_too_old(indico: Indico) -> None:
    indico.shop.peer.answer = lambda _asked: Answer(status=405)  # so 3.2.9 answers
    with pytest.raises(PeerFailed, match=r"older than 3\.3"):
        indico.shop.sync(by=False)


def test_only_the_address_of_an_event_is_one(indico: Indico) -> None:
    shop = indico.shop
    for address in ("https://indico.example.org/", "https://indico.example.org/event/abc/"):
        data = SourceData(kind="indico", name="Registration", address=address)
        with pytest.raises(AddressRefused):
            change_source(event=shop.event, source_id=shop.source.pk, data=data, by=shop.organiser.person, now=shop.now)
