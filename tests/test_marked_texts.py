"""Every text of pages and mails comes from the catalogue, and attendees read none of the organisers' part."""

from __future__ import annotations

import copy
import datetime as dt
import io
import logging
from collections import defaultdict
from email.mime.text import MIMEText

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.test import Client
from django.utils.translation import override
from icalendar import Calendar
from pypdf import PdfReader

from backend.assistants.models import Assistant
from backend.booking.models.notices import Notice
from backend.config.languages import ROOT
from backend.core.messages import messages_in
from backend.core.models import UseCount
from backend.directory.services.mail_examples import mail_examples
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.models.roles import Appointment
from backend.events.rules.consents import current_wording
from backend.notifications.services.assistant_mails import send_assistant_mail
from backend.notifications.services.deliveries import deliver_notice
from backend.people.models import Person
from backend.roles.services.appointment_mails import send_appointment_mail
from backend.safeguarding.models import Report
from backend.safeguarding.services.alerts import send_alert
from backend.safeguarding.services.consent_mails import Change, send_consent_mail, send_consent_news
from backend.safeguarding.services.report_mails import send_assigned, send_news, send_suspension
from backend.stats.selectors.names import names_for
from backend.stats.selectors.report import PAGES, report_for
from backend.stats.services import release_for
from tests.access_matrix import make_stage, policy_of, table
from tests.backend.stats.selectors.test_headlines import make_forum
from tests.factories import NOW, make_attendee
from tests.languages import ATTENDEES, MARKED, ORGANISERS, OTHER, languages_offered, marked, write_marked
from tests.marked_texts import OwnWords, outside_marks, shown_texts
from tests.reading_everything import API, Stage, addresses

TEAM = {"organiser", "lead", "elsewhere", "administrator"}
TEAM_ROLES = {"organiser", "safeguarding-lead"}
MADE_UP = ("backend/directory/services/mail_examples.py", "backend/notifications/services/mail_examples.py")
EACH = 1  # addresses of a route
WITH_FORMS = {"participant", "organiser", "lead"}
ASKS = {"Accept-Language": MARKED}
AS_MARKS = str.maketrans(dict(zip(OTHER, ATTENDEES, strict=True)))
# Pages of a library, and of none.
OTHERS = {
    address: [address]
    for address in (
        "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/webauthn/add/", "/accounts/2fa/authenticate/", "/accounts/inactive/",
        "/no-such-page/", "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/",
    )
}  # fmt: skip


def test_what_stands_outside_marks_is_found() -> None:
    assert outside_marks("⟦Meet ⟦Mali⟧ now⟧ or ⟪later⟫").split() == ["or"]
    page = '<p title="⟦a⟧">⟦One <b>bold</b> word⟧ left</p><p lang="th">x</p><script>y</script><img alt="Seen">'
    assert [text for text in shown_texts(page) if outside_marks(text).strip()] == ["⟦One bold word⟧ left", "Seen"]


@pytest.mark.slow
@pytest.mark.django_db
def test_no_page_says_anything_outside_the_catalogue(tmp_path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    write_marked(tmp_path, MARKED)
    with languages_offered(tmp_path, tet="Tetun"):
        stage, clients = make_stage()
        shown: dict[str, set[tuple[str, str]]] = defaultdict(set)
        refused: set[tuple[str, str]] = set()
        for route, numbered in (_pages_of(stage) | OTHERS).items():
            for role, client in clients.items():
                for address in numbered[:EACH] if _is_to_read(route, numbered[0], role, refused) else ():
                    for text in _texts_at(client, address, with_form=role in WITH_FORMS):
                        shown[text].add((role, route))
        own = OwnWords()
        outside = {said: sorted(shown[text])[:2] for text in shown if (said := own.unmarked(text))}
        of_organisers = {
            text: sorted(readers)[:2]
            for text, readers in shown.items()
            if "⟪" in text and {role for role, _route in readers} - TEAM
        }
    assert len(shown) > 1000
    assert not outside, "\n".join(map(str, outside.items()))
    assert not of_organisers, "\n".join(map(str, of_organisers.items()))


def _pages_of(stage: Stage) -> dict[str, list[str]]:
    return {route: found for route, found in addresses(stage, 0).items() if not route.startswith(API)}


def _is_to_read(route: str, address: str, role: str, refused: set[tuple[str, str]]) -> bool:
    """Whether the role has not read the same already: of pages that refuse it, one of each policy."""
    policy = "" if route in OTHERS else policy_of(address)
    if not policy or table()[policy].get(role) == "in":
        return True
    is_first = (policy, role) not in refused
    refused.add((policy, role))
    return is_first


def _texts_at(client: Client, address: str, *, with_form: bool) -> list[str]:
    """What the page says; with a form that is sent empty and undone again, also what that answers."""
    client.raise_request_exception = False
    answers, cookies = [client.get(address, headers=ASKS)], copy.deepcopy(client.cookies)
    if with_form:
        with transaction.atomic():
            UseCount.objects.all().delete()
            answers.append(client.post(address, {}, headers=ASKS, follow=True))
            transaction.set_rollback(True)
        client.cookies = cookies
    texts: list[str] = []
    for answer in answers:
        content = b"".join(answer)  # read to its end, which closes a file
        is_page = "html" in answer.headers.get("Content-Type", "") and not answer.streaming
        texts += shown_texts(content.decode()) if is_page and answer.status_code not in (301, 302) else []
    return texts


@pytest.mark.slow
@pytest.mark.django_db
def test_every_mail_is_in_its_reader_s_language(tmp_path) -> None:
    write_marked(tmp_path, MARKED)
    with languages_offered(tmp_path, tet="Tetun"):
        stage, _clients = make_stage()
        Person.objects.update(language=MARKED, quiet_from=None, quiet_until=None)
        _send_every_mail(stage)
        own = OwnWords()
        said = {
            f"{sent.subject}: {found}"
            for sent in mail.outbox
            for text in (sent.subject, sent.body.partition("----")[0], *_parts_of(sent))
            if (found := own.unmarked(text))
        }
        with override(MARKED):
            examples = mail_examples(stage.events[0], stage.now)
        said |= {
            f"{one.kind}: {found}"
            for one in examples
            for text in (one.letter.subject, one.letter.body)
            if (found := own.unmarked(text))
        }
        team = set(Person.objects.filter(attendances__permission__in=TEAM_ROLES).values_list("email", flat=True))
        sent = [(one.subject, one.body) for one in mail.outbox if not team & set(one.to)]
        shown = [tuple(map(_without_examples, (one.letter.subject, one.letter.body))) for one in examples]
        of_organisers = {part for parts in (*sent, *shown) for part in parts if ORGANISERS[0] in part}
    assert len(mail.outbox) >= 12
    assert len(examples) >= 20
    assert not of_organisers
    assert all("⟦" in sent.subject or "⟪" in sent.subject for sent in mail.outbox)
    assert not said, said


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("pages", PAGES.values())
def test_every_pdf_is_in_its_reader_s_language(tmp_path, pages: int) -> None:
    """Also of a release that was made by somebody who reads English. What browsers print is a page."""
    event = make_forum(gov_ind=48, gov_civ=8, ind_civ=7, gov_gov=6, ind_ind=6, civ_civ=6)
    house = event.organisations.first()
    by = make_attendee(event, permission="organiser", visibility="hidden", organisation=house)
    with override("en"):
        release = release_for(event=event, by=by.person, now=NOW)
    assert {"bridge", "missing"} <= {one["code"] for one in release.content["headlines"]}
    write_marked(tmp_path, MARKED, marks=OTHER)  # which our fonts have
    with languages_offered(tmp_path, tet="Tetun"), override(MARKED):
        report = report_for(release, event, names_for(event), pages=pages)
        own = OwnWords()
        texts = [page.extract_text().replace("\u200b", "") for page in PdfReader(io.BytesIO(report)).pages]
        said = {own.unmarked(" ".join(text.translate(AS_MARKS).split())) for text in texts}
    assert len(texts) == pages
    assert said == {""}


def _without_examples(text: str) -> str:
    """The text without the made-up words that organisers alone read, of the examples of mails."""
    made_up = {one.singular for path in MADE_UP for one in messages_in(ROOT / path)}
    for words in sorted(made_up, key=len, reverse=True):
        text = text.replace(marked(words, ORGANISERS), "")
    return text


def _parts_of(sent: EmailMessage) -> list[str]:
    """The text of the mail's HTML, and of an entry for the calendar."""
    texts = [" ".join(shown_texts(str(html))) for html, _kind in getattr(sent, "alternatives", [])]
    for part in sent.attachments:
        if isinstance(part, MIMEText):
            entry = Calendar.from_ical(part.get_payload(decode=True)).walk("vevent")[0]
            texts += [str(entry.get(name, "")) for name in ("summary", "description")]
    return texts


def _send_every_mail(stage: Stage) -> None:
    """What workers mail of the situation, and what leads, guardians and organisers are told."""
    now, event = stage.now, stage.events[0]
    for notice in Notice.objects.filter(delivery__state="queued"):
        deliver_notice(notice_id=notice.pk, now=now)
    lead = Attendee.objects.get(event=event, permission="safeguarding-lead")
    minor = Attendee.objects.filter(event=event, age_class="minor").first()
    assert minor is not None
    consent = GuardianConsent.objects.create(
        attendee=minor, guardian="Noy", email="noy@example.org", way="mail", language=MARKED,
        wording=current_wording().version, recorded_at=now, expires_at=now + dt.timedelta(days=60),
    )  # fmt: skip
    for state in Change:
        GuardianConsent.objects.filter(pk=consent.pk).update(
            state={"asked": "asked", "withdrawn": "withdrawn"}.get(state, "given"),
            decided_at=None if state == Change.ASKED else now,
        )
        send_consent_mail(consent_id=consent.pk, change=state)
    send_consent_news(lead_id=lead.pk)
    send_assigned(lead_id=lead.pk)
    send_suspension(lead_id=lead.pk)
    send_alert(lead_id=lead.pk, now=now)
    for report in stage.reports:
        Report.objects.filter(pk=report.pk).update(wants_news=True)
        send_news(report_id=report.pk)
    for appointment in Appointment.objects.filter(attendee__event=event):
        for change in ("proposed", "confirmed", "ended"):
            send_appointment_mail(appointment_id=appointment.pk, change=change, person_id=lead.person_id)
    for assistant in Assistant.objects.filter(event=event):
        send_assistant_mail(assistant_id=assistant.pk, change="accepted", now=now)
