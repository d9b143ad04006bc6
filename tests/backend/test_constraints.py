"""What the database itself refuses of people, events, suggestions and blocks, whoever writes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from backend.events.models.age_classes import AdultProposal, AgeAgreement, AgeAlert
from backend.events.models.agenda import Session, SessionPart, Slot, Table
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event, Topic
from backend.events.models.merges import Merge
from backend.events.models.roles import CountryContact, OutsideContact
from backend.events.models.suspensions import Suspension
from backend.events.models.translation_remarks import TranslationRemark
from backend.people.models import ApiToken, FormerAddress, KnownMinor, LinkedIdentity
from backend.safeguarding.models import (
    AliasEntry,
    Block,
    Chaperone,
    ContactRule,
    DelegationSeat,
    DelegationSession,
    Report,
    ReportAlert,
    ReportEntry,
    ReportHandOver,
    Vetting,
)
from backend.stats.models import Release
from backend.suggestions.models import (
    Embedding,
    Feedback,
    LearnedWeights,
    Learning,
    ListReading,
    Run,
    Suggestion,
    SuggestionView,
)
from tests.database import refused_by
from tests.factories import NOW, appoint, make_attendee, make_event, make_run, make_session, make_tie

HOUR = dt.timedelta(hours=1)
IMPLIED = "_event_key", "_kind_key"  # by the primary key; others refer to them
Tries = Iterator[tuple[str, Callable[[], object]]]


def changed(row: Model, **fields: object) -> Callable[[], object]:
    return lambda: type(row)._base_manager.filter(pk=row.pk).update(**fields)


def again(row: Model, **fields: object) -> Callable[[], object]:
    """One more row like it, but for these fields."""
    same = {field.name: getattr(row, field.name) for field in row._meta.fields if not field.primary_key}
    return lambda: type(row)._base_manager.create(**same | fields)


@dataclass(frozen=True)
class Forums:
    """Three people of one event, and what another event has."""

    event: Event
    a: Attendee
    b: Attendee
    c: Attendee
    stranger: Attendee

    @property
    def elsewhere(self) -> Event:
        return self.stranger.event


def people(forums: Forums) -> Tries:
    person, organisation = forums.a.person, forums.a.organisation
    assert organisation is not None
    yield "person_email_unique", again(person, email=person.email.upper())
    yield "person_shares_with_another", changed(person, shares_with=person)
    yield "person_has_a_name", changed(person, name="")
    yield "person_of_the_demo_is_no_staff", changed(person, is_demo=True, is_staff=True)
    yield "person_erased_is_closed", changed(person, erased_at=NOW)
    yield "person_erased_is_closed", changed(person, hash_expires_at=NOW)
    yield "person_digest_known", changed(person, digest="weekly")
    for quiet in ({"quiet_from": None}, {"quiet_from": dt.time(7), "quiet_until": dt.time(7)}):
        yield "person_quiet_hours_begin_and_end", changed(person, **{"quiet_until": dt.time(7)} | quiet)
    sector = organisation.sector
    yield "sector_constituency_is_known", changed(sector, constituency="crown")
    yield "sector_named", changed(sector, name="")
    yield "sector_key_once", again(sector, name="Another")
    yield "sector_name_once", again(sector, key="another", name=sector.name.upper())
    theirs = forums.elsewhere.sectors.first()
    yield "organisation_sector_same_event", changed(organisation, sector=theirs)
    yield "organisation_once_per_event", again(organisation, name=organisation.name.upper())
    yield "organisation_named", changed(organisation, name="")
    yield "person_has_an_address_hash", changed(person, address_hash="")
    known = KnownMinor.objects.create(address_hash="a" * 64, event=forums.event, expires_at=NOW)
    linked = LinkedIdentity.objects.create(person=person, issuer="i", identity_hash="a" * 64, linked_at=NOW)
    yield "linked_identity_once_an_issuer", again(linked, identity_hash="b" * 64)
    yield "linked_identity_has_a_hash", changed(linked, identity_hash="Siti")
    yield "known_minor_once_per_event", again(known)
    yield "known_minor_has_a_hash", changed(known, address_hash=person.email)
    former = FormerAddress.objects.create(person=person, address_hash="a" * 64, left_at=NOW)
    yield "former_address_once_a_person", again(former)
    yield "former_address_is_a_hash", changed(former, address_hash=person.email)
    token = ApiToken.objects.create(
        person=person, name="Mine", token_hash="a" * 64, scopes=["read"], created_at=NOW, expires_at=NOW + HOUR
    )
    yield "api_token_has_a_name", changed(token, name="")
    yield "api_token_has_a_hash", changed(token, token_hash="in clear")
    yield "api_token_scopes_known", changed(token, scopes=["everything"])
    yield "api_token_scopes_known", changed(token, scopes=[])
    yield "api_token_ends_after_it_begins", changed(token, expires_at=NOW)


def events(forums: Forums) -> Tries:
    event, a = forums.event, forums.a
    yield "event_ends_after_start", changed(event, ends_on=event.starts_on - dt.timedelta(days=1))
    yield "event_state_known", changed(event, state="half-open")
    yield "event_meetings_sane", changed(event, meetings_per_person=51)
    yield "event_retention_sane", changed(event, retention_days=0)
    yield "event_not_its_own_previous", changed(event, previous=event)
    yield "event_not_its_own_rehearsal", changed(event, rehearsal_of=event)
    made = {"number": 1, "phase": "running", "made_at": NOW, "checked_on": NOW.date()}
    release = Release.objects.create(event=event, content={}, record={}, **made)
    yield "release_number_once", again(release)
    yield "release_phase_known", changed(release, phase="later")
    tie = make_tie(event, a, forums.b)
    yield "tie_once_per_edition", again(tie)
    yield "tie_lower_id_first", changed(tie, first=tie.second, second=tie.first)
    yield "tie_lower_id_first", changed(tie, first=tie.second)
    yield "tie_weight_positive", changed(tie, weight=0)
    yield "attendee_once_per_event", again(a)
    yield "attendee_has_a_name", changed(a, name="")
    yield "attendee_organisation_same_event", changed(a, organisation=forums.stranger.organisation)
    yield "attendee_age_class_known", changed(a, age_class="")
    yield "attendee_visibility_known", changed(a, visibility="anybody")
    yield "attendee_permission_known", changed(a, permission="emperor")
    yield "attendee_role_known", changed(a, role="emperor")
    yield "attendee_left_says_nothing", changed(a, left_at=NOW)
    yield "attendee_agreed_to_a_version", changed(a, agreed_at=NOW, agreement_version="")
    yield "attendee_agreed_to_a_version", changed(a, agreed_at=None, agreement_version="2026-11")
    merge = Merge.objects.create(event=event, kept=a, duplicate=forums.b, proposed_at=NOW)
    yield "merge_of_two", changed(merge, duplicate=a)
    yield "merge_one_at_a_time", again(merge)
    yield "merge_is_done_or_ended", changed(merge, done_at=NOW, ended_at=NOW)
    yield "merge_kept_same_event", changed(merge, kept=forums.stranger)
    yield "merge_duplicate_same_event", changed(merge, duplicate=forums.stranger)
    proposal = AdultProposal.objects.create(attendee=a, proposed_at=NOW)
    yield "adult_proposal_once_open", again(proposal)
    yield "adult_proposal_decided_has_a_time", changed(proposal, state="consented")
    known = KnownMinor.objects.create(address_hash="b" * 64, event=event, expires_at=NOW)
    agreement = AgeAgreement.objects.create(
        known_minor=known, event=event, of_event=event, person=a.person, agreed_at=NOW
    )
    yield "age_agreement_once_a_person", again(agreement)
    yield "age_alert_once", again(AgeAlert.objects.create(attendee=a, lead=forums.b, told_at=NOW))
    boss = appoint(make_attendee(event), "organiser")
    yield "appointment_one_at_a_time", again(boss)
    yield "appointment_permission_known", changed(boss, permission="emperor")
    yield "appointment_state_and_times_agree", changed(boss, decided_at=None)
    yield "appointment_confirmed_by_another", changed(boss, proposed_by=a.person, decided_by=a.person)
    contact = OutsideContact.objects.create(event=event, name="Line", phone="1300", entered_at=NOW)
    yield "outside_contact_can_be_reached", changed(contact, phone="")
    line = CountryContact.objects.create(
        event=event, country="Laos", name="Line", phone="1300", source="Web", checked_on=NOW, entered_at=NOW
    )
    yield "country_contact_once", again(line)
    yield "country_contact_is_whole", changed(line, source="")
    remark = TranslationRemark.objects.create(language="th", passage="x", made_at=NOW)
    yield "translation_remark_has_a_passage", changed(remark, passage="")
    consent = GuardianConsent.objects.create(
        attendee=a, guardian="A Parent", email="parent@example.org", way="mail", wording="2026-11-26",
        recorded_at=NOW, expires_at=NOW + HOUR,
    )  # fmt: skip
    yield "consent_one_at_a_time", again(consent, key=uuid.uuid4())
    yield "consent_says_who_to_what", changed(consent, guardian="")
    yield "consent_by_a_mail_or_seen_on_paper", changed(consent, way="paper")
    yield "consent_state_and_time_agree", changed(consent, state="given")
    yield "consent_ends_after_it_begins", changed(consent, expires_at=NOW)
    vetting = Vetting.objects.create(
        attendee=a, checked_by="Office", check_made="Police", recorded_at=NOW, expires_at=NOW + HOUR
    )
    yield "vetting_one_at_a_time", again(vetting)
    yield "vetting_says_who_and_which", changed(vetting, check_made="")
    yield "vetting_ends_after_it_begins", changed(vetting, expires_at=NOW)
    chaperone = Chaperone.objects.create(event=event, attendee=a, country="Laos", recorded_at=NOW)
    yield "chaperone_once_per_delegation", again(chaperone)
    yield "chaperone_of_one_delegation", changed(chaperone, country="")
    yield "chaperone_attendee_same_event", changed(chaperone, attendee=forums.stranger)
    yield (
        "chaperone_organisation_same_event",
        changed(chaperone, country="", organisation=forums.stranger.organisation),
    )
    alias = Alias.objects.create(attendee=a, name="Real Name", is_wish=True, set_at=NOW)
    yield "alias_has_a_real_name", changed(alias, name="")
    theirs = forums.elsewhere.topics.get(key="victim-support")
    topic = event.topics.get(key="victim-support")
    yield "theme_key_once", again(topic.theme)
    yield "topic_key_once", again(topic)
    yield "topic_theme_same_event", changed(topic, theme=theirs.theme)
    interest = Interest.objects.create(event=event, attendee=a, topic=topic, seeks=True)
    yield "interest_once_per_topic", again(interest)
    yield "interest_says_something", changed(interest, seeks=False)
    yield "interest_attendee_same_event", changed(interest, attendee=forums.stranger)
    yield "interest_topic_same_event", changed(interest, topic=theirs)


def agenda(forums: Forums) -> Tries:
    event, elsewhere = forums.event, forums.elsewhere
    session = make_session(event)
    yield "session_once", again(session)
    later = Session.objects.create(
        event=event, title="Later", starts_at=session.starts_at, ends_at=session.ends_at, source_id="a"
    )
    yield "session_source_once", again(later, title="Another")
    yield "session_ends_after_start", changed(session, ends_at=session.starts_at)
    yield "session_theme_same_event", changed(session, theme=elsewhere.themes.first())
    part = SessionPart.objects.create(event=event, attendee=forums.a, session=session)
    yield "session_part_once", again(part, part="speaking")
    yield "session_part_known", changed(part, part="sleeping")
    yield "session_part_attendee_same_event", changed(part, attendee=forums.stranger)
    yield "session_part_session_same_event", changed(part, session=make_session(elsewhere))
    slot = Slot.objects.create(event=event, starts_at=NOW, ends_at=NOW + HOUR)
    yield "slot_once", again(slot)
    yield "slot_ends_after_start", changed(slot, ends_at=NOW)
    table = Table.objects.create(event=event, label="T1")
    yield "table_label_once", again(table)
    yield "table_has_a_label", changed(table, label="")
    yield "table_online_has_a_room_for_each_meeting", changed(table, is_online=True)
    theirs = Topic.objects.filter(event=elsewhere).first()
    held = DelegationSession.objects.create(
        event=event, topic=event.topics.first(), wish="Youth", asked_at=NOW, state="proposed", slot=slot,
        table=table, proposed_at=NOW,
    )  # fmt: skip
    yield "delegation_session_with_whom", changed(held, wish="")
    yield "delegation_session_state_and_times_agree", changed(held, state="confirmed")
    yield "delegation_session_topic_same_event", changed(held, topic=theirs)
    other = Slot.objects.create(event=elsewhere, starts_at=NOW, ends_at=NOW + HOUR)
    yield "delegation_session_slot_same_event", changed(held, slot=other)
    yield (
        "delegation_session_table_same_event",
        changed(held, table=Table.objects.create(event=elsewhere, label="T1")),
    )
    sits = DelegationSeat.objects.create(event=event, session=held, attendee=forums.a, part="asker", answer="yes")
    yield "delegation_seat_once", again(sits, part="minor")
    yield "delegation_seat_one_of_each", again(sits, attendee=forums.b)
    yield "delegation_seat_part_and_answer", changed(sits, answer="")
    yield "delegation_seat_attendee_same_event", changed(sits, attendee=forums.stranger)
    foreign = DelegationSession.objects.create(event=elsewhere, topic=theirs, wish="Youth", asked_at=NOW)
    yield "delegation_seat_session_same_event", changed(sits, session=foreign)


def suggestions(forums: Forums) -> Tries:
    event, a, b, c = forums.event, forums.a, forums.b, forums.c
    embedding = Embedding.objects.create(model="m", kind="seeks", text_hash="h", vector=[1.0, 0.0])
    yield "embedding_once", again(embedding)
    run = make_run(event, {a: [b]})
    yield "run_one_current", again(run)
    for state in (Run.State.CURRENT, Run.State.RETIRED):
        yield "run_published_has_time", changed(run, state=state, published_at=None)
    yield "run_state_known", changed(run, state="banana")
    suggestion = Suggestion.objects.get()
    yield "suggestion_once", again(suggestion, rank=2)
    yield "suggestion_one_per_rank", again(suggestion, other=c)
    yield "suggestion_not_self", changed(suggestion, other=a)
    for score in (-0.1, 1.1):
        yield "suggestion_score_unit", changed(suggestion, score=score)
    yield "suggestion_has_a_reason", changed(suggestion, reasons=[])
    for propensity in (-5, 0, 1.1):
        yield "suggestion_propensity_a_chance", changed(suggestion, propensity=propensity)
    yield "list_reading_once", again(ListReading.objects.get())
    view = SuggestionView.objects.create(attendee=a, other=b)
    yield "suggestion_view_once", again(view)
    yield "suggestion_view_not_self", changed(view, other=a)
    for propensity in (-5, 0, 1.1):
        yield "suggestion_view_propensity_a_chance", changed(view, propensity=propensity)
    learned = LearnedWeights.objects.create(event=a.event, weights={}, counts={})
    yield "learned_weights_one_active", again(learned)
    yield "learning_state_known", changed(Learning.objects.create(event=a.event), state="resting")
    feedback = Feedback.objects.create(attendee=a, other=b, verdict="good", run=run, rank=1, propensity=1)
    yield "feedback_once", again(feedback)
    yield "feedback_not_self", changed(feedback, other=a)
    for verdict, cause in (("good", "known"), ("not-relevant", ""), ("not-relevant", "smell"), ("bad", "")):
        yield "feedback_cause_when_not_relevant", changed(feedback, verdict=verdict, cause=cause)
    yield ("feedback_note_on_somebody_saved", changed(feedback, verdict="not-relevant", cause="known", note="Mine"))
    for propensity in (-5, 0, 1.1):
        yield "feedback_propensity_a_chance", changed(feedback, propensity=propensity)
    yield from of_two_events("suggestion", suggestion, make_attendee(make_event()))
    yield from of_two_events("feedback", feedback, make_attendee(make_event()))


def of_two_events(name: str, row: Suggestion | Feedback, stranger: Attendee) -> Tries:
    for mixed in ({"attendee": stranger}, {"other": stranger}, {"run": make_run(stranger.event, {})}):
        yield f"{name}_same_event", changed(row, **mixed)
        row.delete()
        yield f"{name}_same_event", again(row, **mixed)
        row.save(force_insert=True)


def safeguarding(forums: Forums) -> Tries:
    a, b = forums.a, forums.b
    block = Block.objects.create(blocker=a.person, blocked=b.person)
    yield "block_once", again(block)
    yield "block_not_self", changed(block, blocked=a.person)
    suspension = Suspension.objects.create(attendee=a, reason="He follows her.", suspended_at=NOW)
    yield "suspension_one_at_a_time", again(suspension)
    yield "suspension_says_why", changed(suspension, reason="")
    yield "suspension_is_lifted_later", changed(suspension, lifted_at=NOW - HOUR)
    yield "suspension_is_lifted_later", changed(suspension, lifted_by=b.person)
    rule = ContactRule.objects.create(
        event=forums.event, sector=forums.event.sectors.first(), other_constituency="youth"
    )
    yield "contact_rule_once", again(rule)
    yield "contact_rule_names_a_group", changed(rule, sector=None)
    yield "contact_rule_names_a_group", changed(rule, constituency="youth")
    yield "contact_rule_names_another_group", changed(rule, other_constituency="crown")
    theirs = forums.elsewhere.sectors.first()
    yield "contact_rule_sector_same_event", changed(rule, sector=theirs)
    yield "contact_rule_other_sector_same_event", changed(rule, other_constituency="", other_sector=theirs)
    report = Report.objects.create(event=forums.event, reporter=a, reported=b, category="child", words="He waits.")
    yield "report_not_self", changed(report, reported=a)
    yield "report_category_known", changed(report, category="taste")
    yield "report_says_something", changed(report, words="")
    for closed in (
        {"state": "closed"},
        {"state": "closed", "closed_at": NOW},
        {"state": "closed", "outcome": "Spoke to both."},
        {"closed_at": NOW},
        {"state": "lost"},
    ):
        yield "report_closed_with_an_outcome", changed(report, **closed)
    yield "report_keeps_apart_until_closed", changed(report, keeps_apart=False)
    for who in ("reporter", "reported", "closed_by"):
        ended = {"state": "closed", "closed_at": NOW, "outcome": "Spoke to both."}
        yield f"report_{who}_same_event", changed(report, **ended | {who: forums.stranger})
    yield "report_assigned_to_same_event", changed(report, state="in-hand", assigned_to=forums.stranger)
    yield "report_assigned_is_in_hand", changed(report, assigned_to=forums.c)
    entry = {"report": report, "by": a.person, "written_at": NOW}
    for wrong in ({"kind": "note"}, {"kind": "rumour", "text": "x"}):
        yield ("report_entry_kind_known_and_said", lambda wrong=wrong: ReportEntry.objects.create(**entry | wrong))
    for wrong in ({"kind": "due"}, {"kind": "note", "text": "x", "due_at": NOW}):
        yield "report_entry_due_names_a_time", lambda wrong=wrong: ReportEntry.objects.create(**entry | wrong)
    hand_over = ReportHandOver.objects.create(report=report, lead=forums.c, handed_at=NOW)
    yield "report_hand_over_once", again(hand_over)
    yield "alias_entry_kind_known", AliasEntry(attendee=forums.c, kind="guess", made_at=NOW).save
    yield "report_alert_once", again(ReportAlert.objects.create(report=report, lead=forums.c, told_at=NOW))


@pytest.fixture
def forums(db: None) -> Forums:
    event, elsewhere = make_event(), make_event("elsewhere")
    a, b, c = (make_attendee(event) for _ in range(3))
    return Forums(event, a, b, c, make_attendee(elsewhere))


def test_the_database_refuses_each_of_its_constraints_being_broken(forums: Forums) -> None:
    tried = set()
    parts = people, events, agenda, suggestions, safeguarding
    for constraint, write in (one for tries in parts for one in tries(forums)):
        refused_by(constraint, write)
        tried.add(constraint)
    assert tried == _named()


def _named() -> set[str]:
    """The constraints that the models name, and those on one event that the migrations add."""
    models = [
        model
        for app in ("people", "events", "suggestions", "safeguarding", "stats")
        for model in apps.get_app_config(app).get_models()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "select conname from pg_constraint join pg_class on pg_class.oid = conrelid "
            "where relname = any(%(tables)s) and contype = 'f' and conname like '%%_same_event' union "
            "select split_part(tgname, '_on_', 1) from pg_trigger join pg_class on pg_class.oid = tgrelid "
            "where relname = any(%(tables)s) and tgname like '%%_same_event_on_%%'",
            {"tables": [model._meta.db_table for model in models]},
        )
        keys = {name for (name,) in cursor.fetchall()}
    ours = {constraint.name for model in models for constraint in model._meta.constraints}
    return keys | {name for name in ours if not name.endswith(IMPLIED)}
