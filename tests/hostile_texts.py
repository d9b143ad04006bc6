"""Hostile texts, drawn from a seed, through everything that keeps, matches, shows, mails or exports a text.

Each text is kept and shown escaped, or refused in one sentence. The payloads carry the name `zx`, so that
an element or an attribute of that name on a page is one that a text brought in.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy

import icalendar
import openpyxl
import vobject
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

from backend.agenda.services.calendar_feeds import feed_address, make_feed
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.core.models import UseCount
from backend.core.spreadsheets import FORMULA_PREFIXES
from backend.events.models.attendees import Attendee
from backend.notifications.services.notice_mails import mail_for
from backend.outcomes.models import ContactShare
from backend.suggestions.services.runs import build_run
from tests.backend.conftest import Forum, make_forum
from tests.database import count_rows_anew
from tests.frontend.conftest import client_of
from tests.long_jobs import answered, read

MEGABYTE = 1_000_000
ZALGO = [chr(code) for code in range(0x300, 0x36F)]
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
CONTROLS = "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029\ufeff\ufffe\uffff"
SCRIPTS = (
    "<script zx>alert(1)</script>", '"><img zx src=x onerror=zx()>', "'><svg/onload=zx() zx>", "<zx-evil zx>",
    "</textarea><script zx>zx()</script>", "</title><zx-evil zx>", "<a zx href=javascript:zx()>x</a>",
    "javascript:zx()", "--><zx-evil zx><!--", "]]><zx-evil zx>", "<style zx>*{display:none}</style>",
    '" zx="1" onfocus="zx()" autofocus="', "<iframe zx srcdoc=zx>", "&lt;zx&gt;&#0;&amp;amp;",
    "<base zx href=//zx>",
)  # fmt: skip
TEMPLATES = (
    "{{ 7|add:7 }}",
    "{% debug %}",
    "${7*7}",
    "#{7*7}",
    "%(zx)s %s %n",
    "{0.__class__}",
    "{name}",
    "\\N{DIGIT ONE}",
)
SQL = ("'; DROP TABLE people_person; --", "' OR '1'='1", '"); DELETE FROM events_event; --', "\\'; SELECT 1", "%' _")
HEADERS = (
    "x\r\nBcc: zx@example.net", "x\nSubject: zx", "x\r\n\r\n<zx-evil zx>", "x\u2028To: zx@example.net",
    "x\rContent-Type: zx", "x\r\nSet-Cookie: zx=1", "=?utf-8?q?=0ABcc:zx@example.net?=",
)  # fmt: skip
FORMULAS = (
    '=HYPERLINK("http://zx.example","zx")', "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1",
    " =cmd|' /C calc'!A0", '"=1+1', "\u200b=1+1", "\ufeff=1+1", "\n+1",
)  # fmt: skip
FEEDS = (
    "x\r\nATTENDEE:mailto:zx@example.net",
    "x\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:zx",
    "x\\nzx;zx,zx:zx",
    'x";ZX=1:',
)
PATHS = ("../../../etc/passwd", "..\\..\\zx", "/dev/null", "C:\\zx", "zx.csv\x00.html", "%2e%2e%2f")
EMOJI = ("👩‍👩‍👧‍👦" * 40, "🏳️‍🌈🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\U0001f1f9\U0001f1ed" * 9, "e\u0301" * 80, "🧑🏽‍🚀" + "\ufe0f" * 50)
WORDS = ("evidence across borders", "ฝึกอบรมอัยการ", "ការការពារកុមារ", "保护儿童", "حماية الأطفال", "trẻ em", "ကလေးသူငယ်")
LISTS = (SCRIPTS, TEMPLATES, SQL, HEADERS, FORMULAS, FEEDS, PATHS, EMOJI)
OWN_ADDRESS = re.compile(r"^(?:[/#?]|https?://|mailto:|tel:|data:image/|$)")


def hostile_texts(seed: int, count: int) -> list[str]:
    """So many, each of one kind or of several at once; one of a thousand, and at least one, is a megabyte."""
    chance = random.Random(seed)
    kinds: Sequence[Callable[[], str]] = (
        *((lambda kind=kind: chance.choice(kind)) for kind in LISTS),
        lambda: "".join(letter + "".join(chance.choices(ZALGO, k=30)) for letter in chance.choice(WORDS)),
        lambda: "".join(chance.choices(BIDI, k=6)) + chance.choice(WORDS) + chance.choice(BIDI),
        lambda: "".join(chance.choices(CONTROLS, k=4)),
        lambda: "\x00",
        lambda: chr(chance.randrange(0xD800, 0xE000)),
        lambda: "".join(chr(chance.randrange(32, 0xD800)) for _letter in range(chance.randrange(1, 60))),
        lambda: chance.choice(WORDS) * chance.choice((1, 30, 300)),
        lambda: chance.choice("\u00a0\u200b\u3000\t ") * chance.randrange(1, 40),
        lambda: json.dumps({"zx": [chance.random()] * 3}),
    )  # fmt: skip
    texts = ["".join(chance.choice(kinds)() for _part in range(chance.choice((1, 1, 2, 4)))) for _text in range(count)]
    for place in range(0, count, 1_000):
        texts[place] = (texts[place] or "x") * (MEGABYTE // len(texts[place] or "x") + 1)
    return texts


@dataclass
class Outcome:
    """How often each answer was given, and what no answer may be."""

    kept: int = 0
    refused: int = 0
    pages: int = 0
    mails: int = 0
    cells: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kept} kept, {self.refused} refused; {self.pages} pages, {self.mails} mails, "
            f"{self.cells} cells read; {len(self.faults)} faults"
        )


def try_texts(texts: Sequence[str], outcome: Outcome, *, one_way_each: bool = False) -> None:
    """One forum in which each text is somebody's profile, request, answer and row of a list.

    `one_way_each`: after the profile each text goes one of the further ways, in turn, else all of them.
    """
    forum = make_forum(people=1, slots=4)
    writers = forum.join(len(texts), constituency="industry")
    Trial(forum, forum.people[0], forum.boss(), writers, texts, outcome, one_way_each).run()


@dataclass
class Trial:
    forum: Forum
    reader: Attendee
    boss: Attendee
    writers: list[Attendee]
    texts: Sequence[str]
    outcome: Outcome
    one_way_each: bool

    def run(self) -> None:
        ways = (self._type, self._read_along, self._search, self._meet, self._open)
        for writer, text in zip(self.writers, self.texts, strict=True):
            self._save(writer, text)
        self._import()
        build_run(event=self.forum.event, now=self.forum.now)
        count_rows_anew()
        for place, (writer, text) in enumerate(zip(self.writers, self.texts, strict=True)):
            for way in ways[place % len(ways) :][:1] if self.one_way_each else ways:
                way(writer, text)
        self._read_lists()
        self._read_files()
        self._read_feed()
        self._read_connections()
        self._read_mails()

    def _address(self, page: str) -> str:
        return f"/e/{self.forum.event.slug}/{page}"

    def _api(self, page: str) -> str:
        return f"/api/v1/events/{self.forum.event.slug}/{page}"

    def _save(self, writer: Attendee, text: str) -> None:
        """As every text of a profile, over the API; where that is refused, as the long ones alone."""
        short = {"title": text, "country": text, "short_name": text}
        long = dict.fromkeys(("about", "seeks", "offers"), text)
        rest = {"languages": ["en"], "seeks_topics": [], "offers_topics": [], "listed": True}
        client = client_of(writer.person)
        for fields in (short | long | rest, dict.fromkeys(short, "T") | long | rest):
            body = json.dumps(fields)
            answer = client.put(self._api("profile/"), body, content_type="application/json")
            self._answered(answer, text)
            if answer.status_code == 200:
                break

    def _type(self, writer: Attendee, text: str) -> None:
        """As a profile on its page."""
        form = dict.fromkeys(("about", "seeks", "offers", "title", "short_name"), _sendable(text))
        form |= {"languages": ["en"], "listed": "on"}
        self._answered(client_of(writer.person).post(self._address("profile/"), form), text)

    def _read_along(self, writer: Attendee, text: str) -> None:
        """As words that are read while they are typed."""
        typed = {"seeks": _sendable(text), "tries": "1"}
        self._answered(client_of(writer.person).post(self._address("join/3/understood/"), typed), text)

    def _search(self, writer: Attendee, text: str) -> None:
        """As words that are searched for."""
        for page in (self._address("people/"), self._api("people/")):
            self._answered(client_of(writer.person).get(page, {"q": _sendable(text[:4_000])}), text)

    def _import(self) -> None:
        """As rows of a list, all in one file: every row is imported, or refused with its number."""
        client = client_of(self.boss.person)
        lines = [("email", "name", "organisation", "title", "about", "country", "sector")]
        for number, text in enumerate(self.texts):
            short = _sendable(text)[:3_000].replace("\x00", "")
            lines.append((f"row{number}@example.org", short or "x", short, short, short, short, short))
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("People")
        for line in lines:
            sheet.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in line])
        written, workbook = io.StringIO(newline=""), io.BytesIO()
        csv.writer(written).writerows(lines)
        book.save(workbook)
        for name, data in (("a.csv", written.getvalue().encode()), ("a.xlsx", workbook.getvalue())):
            for more in ({}, {"confirm": "1"}):
                fields = {"file": SimpleUploadedFile(name, data)} | more
                sent = client.post(self._address("attendees/import/"), fields)
                self._answered(answered(client, sent), name)
        if not Attendee.objects.filter(person__email__startswith="row").exists():
            self.outcome.faults.append("nothing was imported")

    def _meet(self, writer: Attendee, text: str) -> None:
        """As the message of a request, and as the reason for declining it."""
        partner, client = self.writers[self.writers.index(writer) - 1], client_of(writer.person)
        wish = json.dumps({"other": partner.pk, "slots": [], "message": text})
        self._answered(client.post(self._api("meetings/"), wish, content_type="application/json"), text)
        if (meeting := Meeting.objects.filter(asker=writer).first()) is None:
            return
        page = self._address(f"meetings/{meeting.pk}/")
        reason = {"reason": _sendable(text)}
        self._answered(client_of(partner.person).post(f"{page}decline/", reason), text)
        self._page(client.get(page), page)

    def _open(self, writer: Attendee, text: str) -> None:
        """As the profile that another reads."""
        UseCount.objects.all().delete()
        client = client_of(self.reader.person)
        self._answered(client.get(self._address(f"people/{writer.pk}/")), text)
        self._answered(client.get(self._api(f"people/{writer.pk}/")), text)

    def _read_lists(self) -> None:
        """The lists that show them all, as a participant and as an organiser."""
        for person, pages in (
            (self.reader, ("suggestions/", "people/", "home/", "meetings/", "profile/")),
            (self.boss, ("attendees/", "attendees/?page=2", "desk/bridges/", "desk/who-needs-help/",
                         "desk/unmet-needs/", "matching/", "set-up/")),
        ):  # fmt: skip
            client = client_of(person.person)
            for page in pages:
                self._page(client.get(self._address(page)), page)

    def _read_files(self) -> None:
        client = client_of(self.boss.person)
        for name in ("attendees.csv", "attendees.xlsx"):
            answer = read(client, self._address(f"attendees/files/{name}"))
            if answer.status_code != 200:
                self.outcome.faults.append(f"{name}: {answer.status_code}")
                continue
            data = b"".join(answer.streaming_content) if answer.streaming else answer.content
            for cell, is_formula in _cells(name, data):
                self.outcome.cells += 1
                if is_formula or cell.lstrip().startswith(FORMULA_PREFIXES):
                    self.outcome.faults.append(f"{name}: {cell[:60]!r} is a formula")

    def _read_feed(self) -> None:
        """The calendar of one who meets writers: an entry for each meeting, and nobody else is invited."""
        forum, slots = self.forum, self.forum.slots
        for writer, slot in zip(self.writers, slots, strict=False):
            forum.accept(self.reader, forum.ask(writer, self.reader, slot))
        feed = make_feed(attendee=self.reader, by=self.reader.person, now=forum.now)
        answer = Client().get("/" + feed_address(feed).split("/", 3)[3])
        calendar = icalendar.Calendar.from_ical(answer.content)
        entries = list(calendar.walk("VEVENT"))
        if len(entries) != min(len(slots), len(self.writers)) or any("attendee" in one for one in entries):
            self.outcome.faults.append(f"the feed has {len(entries)} entries")

    def _read_connections(self) -> None:
        """Connections with writers: a page, a table, and as many vCards as there are people."""
        reader, client = self.reader, client_of(self.reader.person)
        for writer in self.writers:
            for giver, receiver in ((reader, writer), (writer, reader)):
                ContactShare.objects.create(
                    event=self.forum.event, giver=giver.person, receiver=receiver.person, phone="12345"
                )
        self._page(client.get(self._address("connections/")), "connections/")
        rows = client.get(self._api("connections/")).json()["connections"]
        book = client.get(self._address("connections/connections.vcf")).content.decode()
        if len(list(vobject.readComponents(book))) != len(rows) or not rows:
            self.outcome.faults.append("the address book has other cards than there are connections")
        table = client.get(self._address("connections/connections.csv")).content
        for cell, is_formula in _cells("connections.csv", table):
            if is_formula or cell.lstrip().startswith(FORMULA_PREFIXES):
                self.outcome.faults.append(f"connections.csv: {cell[:60]!r} is a formula")

    def _read_mails(self) -> None:
        """Every notice as a mail: its headers are ours, its reader is one, its HTML no element of a text."""
        for notice in Notice.objects.select_related("meeting", "attendee__person"):
            if (letter := mail_for(notice, self.forum.now)) is None:
                continue
            self.outcome.mails += 1
            read = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
            if read.get_all("To") != [notice.attendee.person.email] or {"Bcc", "Cc", "Set-Cookie"} & {*read.keys()}:
                self.outcome.faults.append(f"mail {notice.kind}: headers {read.keys()} to {read.get_all('To')}")
            html = read.get_body(("html",))
            faults = faults_of_page(html.get_content()) if html else ["no HTML"]
            self.outcome.faults += [f"mail {notice.kind}: {fault}" for fault in faults]

    def _answered(self, answer: HttpResponseBase, text: str) -> None:
        """Kept, or refused in one sentence."""
        status, asked = answer.status_code, answer.request
        where = f"{asked['REQUEST_METHOD']} {asked['PATH_INFO']}"
        kind = answer.get("Content-Type", "")
        self.outcome.kept += status < 400
        self.outcome.refused += 400 <= status < 500
        if status >= 500:
            self.outcome.faults.append(f"{where}: {status} to {text[:60]!r}")
        elif kind.startswith("text/html"):
            self._page(answer, where)
        elif status >= 400 and kind.startswith("application/json") and not answer.json()["message"]:
            self.outcome.faults.append(f"{where}: no sentence about {text[:60]!r}")

    def _page(self, answer: HttpResponseBase, where: str) -> None:
        self.outcome.pages += 1
        self.outcome.faults += [f"{where}: {fault}" for fault in faults_of_page(answer.content.decode())]


def faults_of_page(html: str) -> Iterator[str]:
    """What of a text became an element, an attribute, a script or a link of the page."""
    tree = LexborHTMLParser(html)
    for node in tree.css("*"):
        attributes = {str(name).lower(): value or "" for name, value in node.attributes.items()}
        if "zx" in attributes or str(node.tag).startswith("zx"):
            yield f"an element of a text: {str(node.html)[:80]}"
        if any(name.startswith("on") for name in attributes):
            yield f"an attribute that runs: {attributes}"
        if node.tag == "script" and "src" not in attributes and not _is_data(node, attributes):
            yield f"a script of the page: {str(node.html)[:80]}"
        for name in {"href", "src", "action", "formaction", "srcdoc"} & {*attributes}:
            if not OWN_ADDRESS.match(attributes[name].strip()):
                yield f"{name} leads to {attributes[name][:60]}"


def _is_data(node: LexborNode, attributes: dict[str, str]) -> bool:
    """Whether the script is whole JSON, which no browser runs."""
    try:
        return attributes.get("type") == "application/json" and json.loads(node.text(deep=True)) is not None
    except ValueError:
        return False


def _sendable(text: str) -> str:
    """The text as a form can send it: UTF-8 has no lone surrogates."""
    return text.encode(errors="replace").decode()


def _cells(name: str, data: bytes) -> Iterator[tuple[str, bool]]:
    """Every cell as text, and whether the file has it as a formula."""
    if name.endswith(".csv"):
        for line in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
            yield from ((cell, False) for cell in line)
    else:
        for sheet in openpyxl.load_workbook(io.BytesIO(data)):
            for row in sheet.iter_rows():
                yield from ((str(cell.value or ""), cell.data_type == "f") for cell in row)
