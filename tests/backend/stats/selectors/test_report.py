"""The report as PDF, read back: its pages, its figures, and names that are not what they seem."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils.translation import override
from pypdf import PdfReader

from backend.events.models.attendees import Organisation
from backend.events.models.events import Theme
from backend.stats.models import Release
from backend.stats.selectors.names import names_for
from backend.stats.selectors.report import report_content, report_for
from backend.stats.selectors.summary import summary_for
from backend.stats.selectors.worksheets import WITHHELD
from backend.stats.services import release_for
from tests.backend.stats.events import large_event, seven_people
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db

SCRIPTS = {
    "Vietnamese": "Diễn đàn trẻ em",
    "Thai": "เวทีคุ้มครองเด็ก",
    "Khmer": "វេទិកាកុមារ",
    "Lao": "ເວທີເດັກ",
    "Burmese": "ကလေးဖိုရမ်",
    "Chinese": "儿童网络保护论坛",
}
HOSTILE = {
    "an import": '#import "@preview/cetz:0.3.0": *',
    "a bracket": "Forum ] #panic() [ ] ) }",
    "mathematics": "$ x^2 $ `raw` // comment /* more */ \\",
    "a file": '#read("/etc/passwd") #include "report.typ"',
    "JSON": '"}], "headlines": ["owned"]',
    "a control character": "Forum\x00\x01\x07 2026",
    "a turn": "Forum \u202e6202 tsinim\u2066",
    "a long word": "W" * 200,
    "long words": "Regional-cooperation-" * 9,
}


def released(event):
    """The release of the event; it is made once."""
    last = Release.objects.filter(event=event).last()
    organiser = event.attendees.filter(permission="organiser").first()
    if organiser is None:
        house = Organisation.objects.filter(event=event).first()
        organiser = make_attendee(event, permission="organiser", visibility="hidden", organisation=house)
    return last or release_for(event=event, by=organiser.person, now=NOW)


def read(event, pages=1):
    """The report as its pages' texts, without the places where a long word may break."""
    pdf = report_for(released(event), event, names_for(event), pages=pages)
    file = PdfReader(io.BytesIO(pdf))
    return [squeezed(page.extract_text()) for page in file.pages], file


def squeezed(text):
    """Without white space, which a page breaks and a reader guesses."""
    return re.sub(r"[\s\u200b]", "", text)


def people(count):
    if not count:
        return make_event()
    event = large_event(count, count * 5, listed=min(count // 5, 10))
    event.name, event.venue = "ICT Forum 2026", "Bangkok"
    event.save()
    return event


@pytest.mark.parametrize("count", [0, 20, 320, pytest.param(1000, marks=pytest.mark.slow)])
def test_one_page_and_five_pages_with_any_number_of_people(count):
    event = people(count)
    for pages in (1, 5):
        texts, _ = read(event, pages)
        assert len(texts) == pages
        assert "Meetingsbetweenconstituencies" in texts[0]
        assert f"{count}Attendees" in texts[0]
        assert "Howthiswascounted" in texts[-1]


@pytest.mark.slow
def test_every_figure_is_that_of_the_released_tables():
    event = people(320)
    earlier = make_event("earlier")
    seven_people(earlier)
    event.previous = earlier
    event.save()
    release = released(event)
    tables = {sheet.name: sheet for sheet in release.worksheets}
    whole, _ = read(event)
    five, _ = read(event, 5)
    for head, text in summary_for(release):
        assert squeezed(f"{head}{text}") in whole[0]
        assert squeezed(f"{head}{text}") in five[0]
    for step, count, _share in tables["funnel"].rows:
        assert re.search(rf"{step}{re.escape(str(count))}(pairs|requests|proposals|meetings)", whole[0], re.I)
    content = report_content(release, event, names_for(event))
    shown = [cell["count"] for row in content["matrix"]["rows"] for cell in row]
    matrix = tables["matrix-held"]
    names = [row[0] for row in tables["constituencies"].rows]
    assert shown == [
        str((matrix.row(one, other) or matrix.row(other, one))["meetings"]) for one in names for other in names
    ]
    assert WITHHELD not in shown
    assert len(shown) >= 4
    editions = tables["editions"].row("earlier")
    assert content["editions"]["rows"][1][1:3] == [str(editions["attendees"]), str(editions["with_meeting"])]


def test_where_no_table_of_groups_is_released_the_report_says_so():
    event = make_event()
    seven_people(event)
    content = report_content(released(event), event, names_for(event))
    assert content["network"]["groups"] == content["network"]["bands"] == content["matrix"]["names"] == []
    assert "Toofewmeetings" in read(event)[0][0]


@pytest.mark.parametrize("script", SCRIPTS)
def test_our_fonts_draw_every_script_of_the_forum(script):
    event = make_event()
    event.name = SCRIPTS[script]
    event.save()
    texts, file = read(event)
    fonts = {font.get_object()["/BaseFont"] for page in file.pages for font in page["/Resources"]["/Font"].values()}
    own = {"Vietnamese": "NotoSans-", "Chinese": "NotoSansCJK", "Burmese": "NotoSansMyanmar"}
    assert any(own.get(script, f"NotoSans{script}") in name for name in fonts), fonts
    assert set(squeezed(event.name)) <= set(texts[0])  # a reader of PDF may repeat letters of a cluster
    if script in ("Vietnamese", "Chinese"):
        assert squeezed(event.name) in texts[0]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_name_is_never_read_as_markup_and_never_leaves_its_page(kind):
    event = people(20)
    event.name = event.venue = HOSTILE[kind]
    Theme.objects.filter(event=event).update(name=HOSTILE[kind][:100].replace("\x00", ""))
    for pages in (1, 5):
        texts, _ = read(event, pages)
        assert len(texts) == pages
        assert all(ord(letter) >= 32 and letter not in "\u202e\u2066" for text in texts for letter in text)
    if kind in ("an import", "a bracket", "a file"):
        assert squeezed(event.name) in texts[0]


def test_a_name_of_a_thousand_characters_ends_in_dots():
    event = make_event()
    event.name = "Forum on many things " * 50
    texts, _ = read(event)
    assert len(texts) == 1
    assert "Forumonmanythings" in texts[0]
    assert "…" in texts[0]


def test_the_report_is_in_the_readers_language():
    event = make_event()
    with override("id"):
        texts, file = read(event)
    assert "10Desember2026" in texts[0]
    assert file.trailer["/Root"]["/Lang"] == "id"


def test_reports_asked_for_at_once_are_each_their_own():
    events = [make_event(f"forum-{n}") for n in range(6)]
    drafts = []
    for n, event in enumerate(events):
        event.name = f"Forum number {n}"
        drafts.append((released(event), event, names_for(event)))
    with ThreadPoolExecutor(6) as pool:
        reports = list(pool.map(lambda draft: report_for(*draft, pages=5), drafts * 3))
    for n, pdf in enumerate(reports):
        assert f"Forumnumber{n % 6}" in squeezed(PdfReader(io.BytesIO(pdf)).pages[0].extract_text())
