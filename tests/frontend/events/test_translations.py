"""What reads badly is said from every page, and read by administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils import timezone

from backend.events.models.translation_remarks import TranslationRemark
from backend.events.services.translation_remarks import PASSAGE_LIMIT, delete_old_remarks
from backend.people.models import Person
from tests.frontend.conftest import client_of
from tests.languages import MARKED, languages_offered, write_marked
from tests.pages import page_of

pytestmark = pytest.mark.django_db
ASKS = {"Accept-Language": MARKED}


@pytest.fixture(scope="module")
def locale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    write_marked(folder, MARKED)
    return folder


@pytest.fixture(autouse=True)
def _one_language(locale: Path) -> Iterator[None]:
    with languages_offered(locale, tet="Tetun"):
        yield


@pytest.fixture
def administrator():
    person = Person.objects.create_user("admin@example.org", name="Ada Min")
    person.is_staff = True
    person.save()
    return client_of(person)


def send(client, page: str = "profile", **fields: str):
    given = {"passage": "Ida-ne’e la di’ak", "wording": "Ida-ne’e di’ak"} | fields
    return client.post(f"/translations/?page={page}", given, headers=ASKS)


@pytest.mark.slow
def test_every_page_in_another_language_leads_to_the_form_and_names_no_address(cast, official, client):
    page = page_of(official.get(cast.address("profile/"), headers=ASKS))
    (address,) = [one for text, one in page.links("footer") if text == "⟦This reads badly⟧"]
    assert address == "/translations/?page=profile"
    assert "⟦This reads badly⟧" in page_of(client.get("/", headers=ASKS))
    assert "This reads badly" not in page_of(official.get(cast.address("profile/")))
    assert not page_of(client.get("/translations/")).has("form[method=post] textarea")


def test_a_remark_keeps_page_passage_and_wording_and_nobody_s_name(client, cast, official):
    for sender in (client, official):
        assert send(sender).status_code == 302
    send(client, page="https://evil.example/<script>")
    rows = TranslationRemark.objects.order_by("pk").values_list("language", "page", "passage", "wording")
    said = (MARKED, "profile", "Ida-ne’e la di’ak", "Ida-ne’e di’ak")
    assert list(rows) == [said, said, (MARKED, "", *said[2:])]
    assert {field.name for field in TranslationRemark._meta.fields} == {
        "id", "language", "page", "passage", "wording", "made_at",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("passage", ["", " ", "x" * (PASSAGE_LIMIT + 1)])
def test_a_remark_without_a_passage_or_with_a_long_one_is_refused(client, passage):
    assert send(client, passage=passage).status_code == 422
    assert not TranslationRemark.objects.exists()


def test_remarks_are_throttled(client):
    for _time in range(20):
        assert send(client).status_code == 302
    assert send(client).status_code in (422, 429)
    assert TranslationRemark.objects.count() == 20


def test_administrators_read_them_take_them_as_a_po_file_and_delete_them(client, administrator, official):
    send(client)
    page = page_of(administrator.get("/translations/remarks/"))
    assert "Ida-ne’e la di’ak" in page
    file = polib.pofile(administrator.get("/translations/remarks/tet.po").content.decode())
    assert [(entry.msgid, entry.msgstr) for entry in file] == [("Ida-ne’e la di’ak", "Ida-ne’e di’ak")]
    assert administrator.get("/translations/remarks/xx.po").status_code == 404
    for other in (client, official):
        assert other.get("/translations/remarks/").status_code in (302, 404)
        assert other.get("/translations/remarks/tet.po").status_code in (302, 404)
    row = TranslationRemark.objects.get()
    assert official.post(f"/translations/remarks/{row.pk}/delete/").status_code == 404
    administrator.post(f"/translations/remarks/{row.pk}/delete/")
    assert not TranslationRemark.objects.exists()


def test_remarks_are_forgotten_after_a_year(client):
    send(client)
    assert delete_old_remarks(now=timezone.now()) == 0
    assert delete_old_remarks(now=timezone.now() + dt.timedelta(days=366)) == 1


def test_the_page_says_how_far_the_translation_is_and_that_nobody_signed_it(client):
    page = page_of(client.get("/translations/", headers=ASKS))
    assert "⟦No native reader has signed this translation yet." in page
    assert "⟦In this language" in page or "texts are translated" in page
