"""The attack: another forum's organiser imports a known minor's address as an adult and reads her name.

What he writes he reads again; nothing of hers reaches him, and at his forum she is there for nobody.
"""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.people.models import KnownMinor
from tests.backend.stats.events import make_meeting
from tests.factories import make_attendee, make_event, make_run, make_session
from tests.long_jobs import answered, read
from tests.pages import page_of

pytestmark = pytest.mark.django_db
ADDRESS = "somchai@example.org"
LIST = (
    "email,name,organisation,sector,age_class,seeks,offers\n"
    f"{ADDRESS},Guest Wanted,House,industry,adult,everything,nothing\n"
)
FILES = ("network.graphml", "funnel.csv", "countries.csv", "tables.xlsx")
HERS = ("Somchai", "Youngblood", "Siam Youth Circle")
AS_IMPORTED = "Guest Wanted"
OWN_LISTS = (
    "/roles/", "invitations/", "attendees.csv", "attendees.xlsx",
    "attendees/", "attendees/import/", "set-up/speakers/", "set-up/sessions/", "set-up/told/", "set-up/mail/",
    "meetings/told/", "meetings/mails/", "programme-sessions/",
)  # fmt: skip
"""Where an organiser reads whom he imported, hidden or not, under the name and class he wrote."""


def client_of(attendee):
    client = Client()
    client.force_login(attendee.person)
    return client


@pytest.fixture
def forums():
    """Her forum, and the other one with its organiser, three adults, and a lead."""
    youth, other = make_event("youth-forum"), make_event("other-forum")
    minor = make_attendee(youth, name="Somchai Youngblood", email=ADDRESS, age_class="minor", about="I am fifteen.")
    minor.organisation.name = "Siam Youth Circle"
    minor.organisation.save()
    organiser = make_attendee(other, name="Olga", permission="organiser", visibility="hidden")
    return youth, other, minor, organiser, [make_attendee(other, name=f"Adult {n}") for n in range(3)]


def import_list(client, event):
    """The preview and what follows its confirmation."""
    address = f"/e/{event.slug}/attendees/import/"
    file = {"file": SimpleUploadedFile("list.csv", LIST.encode())}
    preview = answered(client, client.post(address, file))
    done = answered(client, client.post(address, page_of(preview).fields("main form")), follow=True)
    return preview, done


def body(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if "spreadsheetml" not in answer.get("Content-Type", ""):
        return content.decode("utf-8", "replace")
    sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return "\n".join(str(cell) for sheet in sheets for row in sheet.values for cell in row)


def addresses(patterns, before=""):
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from addresses(pattern.url_patterns, path)


def read_everything(client, event, attendee):
    """What every address of the event answers, with this attendee's number wherever one belongs."""
    for path in addresses(get_resolver().url_patterns):
        if "<slug:slug>" not in path or path.endswith("/matching/"):  # that needs the report of a real run
            continue
        filled = path.replace("<slug:slug>", event.slug).replace("<int:owner>", "1")
        address = "/" + re.sub(r"<int:\w+>", str(attendee.pk), filled)
        for file in FILES if "<str:name>" in address else [""]:
            yield address.replace("<str:name>", file), client.get(address.replace("<str:name>", file))


@pytest.mark.slow
def test_an_importer_reads_what_he_wrote_and_at_his_forum_she_is_there_for_nobody(forums):
    youth, other, minor, organiser, adults = forums
    attacker = client_of(organiser)
    _, done = import_list(attacker, other)
    imported = Attendee.objects.get(event=other, person=minor.person)
    assert imported.age_class == "adult"  # his pages show what he wrote
    assert "1 added" in page_of(done)
    rows = page_of(done).rows("table.report", "th, td")
    assert [("Adult" in row) for row in rows if AS_IMPORTED in row] == [True]
    # The worst case: lists, a meeting and a session made as if she were an adult there.
    make_run(other, {adults[0]: [imported, adults[1]], imported: [adults[0]]})
    make_meeting(imported, adults[0])
    SessionPart.objects.create(event=other, attendee=imported, session=make_session(other), part="speaking")
    for reader in (organiser, adults[0], adults[1]):
        pages, own = 0, OWN_LISTS if reader == organiser else ()
        for address, answer in read_everything(client_of(reader), other, imported):
            text = body(answer)
            assert not [word for word in HERS if word in text], (address, reader)
            if not (address.endswith(own) or (own and "/attendees/" in address)):
                assert AS_IMPORTED not in text, (address, reader)
            pages += answer.status_code == 200
        assert pages > 15
    alone = client_of(adults[0])
    for page in ("", "ask/", "block/", "report/"):
        assert alone.get(f"/e/{other.slug}/people/{imported.pk}/{page}").status_code == 404
    assert alone.get(f"/api/v1/events/{other.slug}/people/{imported.pk}/").status_code == 404
    assert KnownMinor.objects.filter(event=youth).count() == 1


def outcome(client, event, known):
    """All that an import shows the importer, without what differs by chance; undone again."""
    with transaction.atomic():
        if not known:
            KnownMinor.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            answers = [*import_list(client, event), client.get(f"/e/{event.slug}/attendees/")]
            answers += [read(client, f"/e/{event.slug}/{page}") for page in ("desk/done.csv", "set-up/speakers/")]
        transaction.set_rollback(True)
    texts = [re.sub(r'value="[^"]{30,}"|nonce-[^\' ]+|[0-9]+', "#", body(answer)) for answer in answers]
    return texts, [re.sub(r"'[^']*'|[0-9]+", "#", row["sql"])[:200] for row in queries]


def test_an_import_looks_the_same_and_takes_the_same_queries_whether_or_not_she_is_known(forums):
    _, other, _, organiser, _ = forums
    client = client_of(organiser)
    outcome(client, other, known=True)  # what is loaded once and kept
    with_hash, queries_with = outcome(client, other, known=True)
    without, queries_without = outcome(client, other, known=False)
    assert "Guest Wanted" in with_hash[2]
    assert with_hash == without
    assert queries_with == queries_without
