"""S6: a minor has a profile only while a guardian's consent is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import BusinessError, NotFound
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event
from backend.events.rules.consents import may_have_profile
from backend.events.rules.roles import check_open_to_minors, opening_needs
from backend.events.rules.states import NotOpenYet
from backend.events.services.opening import change_state
from backend.events.services.profiles import ProfileChange, update_profile
from backend.people.models import FormerAddress, older_hash
from backend.people.services import BadEmail
from backend.safeguarding.selectors.consents import consents_for, own_consent_until
from backend.safeguarding.services.consent_mails import (
    remind_of_consents,
    send_consent_mail,
    send_consent_news,
    token_of,
)
from backend.safeguarding.services.consents import (
    BadConsent,
    ConsentLinkInvalid,
    answer_consent,
    ask_consent,
    end_consent,
    record_paper_consent,
)
from backend.safeguarding.services.country_contacts import add_country_contact
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db

UNTIL = dt.date(2027, 1, 31)
LATER = dt.datetime(2027, 2, 2, tzinfo=dt.UTC)
CHANGE = ProfileChange(
    title="",
    country="Laos",
    languages=("lo",),
    about="",
    seeks="Coding clubs",
    offers="",
    listed=True,
    seeks_topics=frozenset(),
    offers_topics=frozenset(),
    short_name="Kham",
)


@pytest.fixture
def event() -> Event:
    return make_event(ends_on=dt.date(2026, 12, 31), starts_on=dt.date(2026, 12, 30))


@pytest.fixture
def lead(event: Event) -> Attendee:
    return make_attendee(event, permission="safeguarding-lead", visibility="hidden")


@pytest.fixture
def minor(event: Event) -> Attendee:
    return make_attendee(event, name="Kham Young", short_name="Kham", age_class="minor")


def ask(minor: Attendee, lead: Attendee, **changed: object) -> GuardianConsent:
    values: dict[str, object] = {
        "event": minor.event,
        "attendee_id": minor.pk,
        "guardian": "Noy Parent",
        "email": "noy@example.org",
        "is_certified": True,
        "until": UNTIL,
        "by": lead.person,
        "now": NOW,
    }
    return ask_consent(**(values | changed))  # type: ignore[arg-type]


def paper(minor: Attendee, lead: Attendee, **changed: object) -> GuardianConsent:
    values: dict[str, object] = {
        "event": minor.event,
        "attendee_id": minor.pk,
        "guardian": "Noy Parent",
        "email": "",
        "seen_by": "Ms Chan, chaperone",
        "until": UNTIL,
        "by": lead.person,
        "now": NOW,
    }
    return record_paper_consent(**(values | changed))  # type: ignore[arg-type]


def save(minor: Attendee, now: dt.datetime = NOW) -> None:
    update_profile(attendee=minor, change=CHANGE, by=minor.person, now=now)


def waiting(task: str) -> list[dict[str, object]]:
    jobs = ProcrastinateJob.objects.filter(task_name=f"safeguarding.{task}", status="todo")
    return [job.args for job in jobs.order_by("id")]


def test_without_a_consent_no_profile_and_with_one_until_it_runs_out_or_is_withdrawn(minor, lead):
    with refuses("consent_missing"):
        save(minor)
    consent = ask(minor, lead)
    assert not may_have_profile(minor, NOW)  # asked is not given
    answer_consent(token=token_of(consent), is_yes=True, now=NOW)
    save(minor)
    assert own_consent_until(minor, NOW) == UNTIL
    with refuses("consent_missing"):
        save(minor, LATER)
    answer_consent(token=token_of(consent), is_yes=False, now=NOW)
    with refuses("consent_missing"):
        save(minor)
    assert own_consent_until(minor, NOW) is None


def test_whoever_is_an_adult_needs_none(event):
    assert may_have_profile(make_attendee(event), NOW)


def test_paper_counts_at_once_and_says_who_saw_it(minor, lead):
    paper(minor, lead)
    save(minor)
    assert waiting("send_consent_mail") == []  # nobody to mail
    [row] = consents_for(lead, NOW).rows
    assert (row.name, row.state, row.until, row.can_end) == ("Kham", "given", UNTIL, True)


def test_the_last_day_is_whole_in_the_events_zone(minor, lead):
    consent = paper(minor, lead)
    end = dt.datetime.combine(UNTIL + dt.timedelta(days=1), dt.time(), minor.event.zone)
    assert consent.expires_at == end
    assert may_have_profile(minor, end - dt.timedelta(seconds=1))
    assert not may_have_profile(minor, end)
    assert consents_for(lead, end).rows[0].state == "expired"


@pytest.mark.parametrize(
    ("way", "changed", "refusal"),
    [
        (ask, {"email": "nobody"}, BadEmail),
        (ask, {"is_certified": False}, BadConsent),
        (ask, {"guardian": "  "}, BadConsent),
        (ask, {"guardian": "A\nB"}, BadConsent),
        (ask, {"until": dt.date(2020, 1, 1)}, BadConsent),
        (ask, {"until": dt.date(2029, 1, 1)}, BadConsent),
        (ask, {"attendee_id": 0}, NotFound),
        (paper, {"seen_by": ""}, BadConsent),
        (paper, {"email": "nobody"}, BadEmail),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    minor: Attendee,
    lead: Attendee,
    way: Callable[..., GuardianConsent],
    changed: dict[str, object],
    refusal: type[BusinessError],
) -> None:
    with pytest.raises(refusal):
        way(minor, lead, **changed)
    assert not GuardianConsent.objects.exists()


@pytest.mark.parametrize("way", [ask, paper])
def test_an_address_that_a_minor_has_or_had_is_not_a_guardian_s(minor, lead, way):
    FormerAddress.objects.create(person=minor.person, address_hash=older_hash("m@bücher.example"), left_at=NOW)
    for email in (minor.person.email.upper(), "m@xn--bcher-kva.example"):
        with pytest.raises(BadConsent, match="own address"):
            way(minor, lead, email=email)
    with pytest.raises(BadEmail):
        way(minor, lead, email=minor.person.email.replace("@", "@\u00ad"))


@pytest.mark.parametrize("permission", ["participant", "organiser"])
def test_nobody_but_a_lead_of_the_event_asks_records_or_withdraws(event, minor, lead, permission):
    other = make_attendee(event, permission=permission)
    elsewhere = make_attendee(make_event("other"), permission="safeguarding-lead")
    consent = paper(minor, lead)
    for person in (other.person, elsewhere.person, minor.person):
        by = Attendee(event=event, person=person)
        for do in (lambda by: ask(minor, by), lambda by: paper(minor, by)):
            with pytest.raises(NotFound):
                do(by)
        with pytest.raises(NotFound):
            end_consent(event=event, consent_id=consent.pk, by=person, now=NOW)
    assert GuardianConsent.objects.get().state == "given"


def test_an_adult_is_asked_of_no_guardian(event, lead):
    with pytest.raises(NotFound):
        ask(make_attendee(event), lead)


def test_a_new_one_replaces_the_one_that_counted_and_its_link_answers_no_more(minor, lead):
    first, second = ask(minor, lead), ask(minor, lead, email="other@example.org")
    with refuses("consent_over"):
        answer_consent(token=token_of(first), is_yes=True, now=NOW)
    answer_consent(token=token_of(second), is_yes=True, now=NOW)
    assert set(GuardianConsent.objects.values_list("state", flat=True)) == {"replaced", "given"}


def test_the_same_answer_again_changes_nothing_and_no_yes_follows_a_no(minor, lead):
    token = token_of(ask(minor, lead))
    for _time in range(2):
        assert answer_consent(token=token, is_yes=False, now=NOW).state == "refused"
    with refuses("consent_over"):
        answer_consent(token=token, is_yes=True, now=NOW)
    late = token_of(ask(minor, lead))
    with refuses("consent_over"):
        answer_consent(token=late, is_yes=True, now=LATER)


def test_a_changed_link_is_of_nobody(minor, lead):
    token = token_of(ask(minor, lead))
    for wrong in ("", "x", token[:-1], token.replace(".", "-", 1), "0" * 32):
        with pytest.raises(ConsentLinkInvalid):
            answer_consent(token=wrong, is_yes=True, now=NOW)


def test_the_guardian_is_mailed_what_is_asked_and_the_leads_that_it_was_answered_without_a_name(minor, lead):
    consent = ask(minor, lead)
    [job] = waiting("send_consent_mail")
    send_consent_mail(**job)  # type: ignore[arg-type]
    asked = mail.outbox[0]
    assert asked.to == ["noy@example.org"]
    assert f"/consent/{token_of(consent)}/" in asked.body
    assert "Kham is invited" in asked.body
    assert "Young" not in asked.body + asked.subject
    answer_consent(token=token_of(consent), is_yes=True, now=NOW)
    send_consent_mail(**job)  # type: ignore[arg-type]  # it was answered: not asked again
    [news] = waiting("send_consent_news")
    send_consent_news(**news)  # type: ignore[arg-type]
    assert [one.to for one in mail.outbox] == [["noy@example.org"], [lead.person.email]]
    assert "Kham" not in mail.outbox[1].body + mail.outbox[1].subject
    assert "noy" not in mail.outbox[1].body.lower()


def test_guardian_and_leads_are_told_once_that_it_runs_out(minor, lead):
    paper(minor, lead, email="noy@example.org")
    ProcrastinateJob.objects.all().delete()
    early, due = LATER - dt.timedelta(days=30), LATER - dt.timedelta(days=7)
    assert [remind_of_consents(now=now) for now in (early, due, due)] == [0, 1, 0]
    [job] = waiting("send_consent_mail")
    assert job["change"] == "runs-out"
    assert len(waiting("send_consent_news")) == 1


def test_a_lead_withdraws_it_for_the_guardian_once(minor, lead):
    consent = paper(minor, lead, email="noy@example.org")
    end_consent(event=minor.event, consent_id=consent.pk, by=lead.person, now=NOW)
    assert not may_have_profile(minor, NOW)
    with refuses("consent_over"):
        end_consent(event=minor.event, consent_id=consent.pk, by=lead.person, now=NOW)


def test_adults_come_in_while_minors_wait_for_a_host_country_contact_and_their_consents(lead, minor):
    event = minor.event
    organiser = make_attendee(event, permission="organiser", visibility="hidden").person
    Event.objects.update(state="draft")
    event.refresh_from_db()

    def opens() -> None:
        change_state(event=event, state="open", by=organiser, now=NOW)

    def waiting_for() -> list[str]:
        return [need.what for need in opening_needs(event, NOW) if not need.blocks]

    with refuses("not_ready_to_open", match="needs a second confirmed safeguarding lead"):
        opens()
    assert [need.who for need in opening_needs(event, NOW)] == [
        "lead-or-administrator", "safeguarding-lead", "safeguarding-lead",
    ]  # fmt: skip
    make_attendee(event, permission="safeguarding-lead", visibility="hidden")
    opens()
    assert Event.objects.get().state == "open"
    assert ["host country" in waiting_for()[0], "guardians" in waiting_for()[1]] == [True, True]
    with pytest.raises(NotOpenYet, match="not open to young people yet"):
        check_open_to_minors(minor)
    for country, is_host in (("Laos", False), ("Thailand", True)):
        add_country_contact(
            event=event,
            country=country,
            name="Child helpline",
            phone="1300",
            source="https://example.org/helpline",
            checked_on=NOW.date(),
            is_host=is_host,
            by=lead.person,
            now=NOW,
        )
    check_open_to_minors(minor)
    assert len(waiting_for()) == 1
    with refuses("consent_missing"):
        save(minor)
    paper(minor, lead)
    assert opening_needs(event, NOW) == ()
