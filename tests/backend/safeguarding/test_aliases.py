"""S11: who appears under an alias is read by their real name nowhere but on the leads' own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from backend.core.errors import BusinessError, NotFound
from backend.directory.selectors.finding import Wanted
from backend.directory.selectors.roster import roster_export, roster_ids, roster_person
from backend.directory.services.finding import find_people
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Organisation
from backend.events.models.events import Event
from backend.events.rules.aliases import RealNameInText
from backend.events.services.addresses import change_address
from backend.events.services.attendees import AttendeeChange, NewAttendee, change_attendee
from backend.events.services.mailboxes import add_to_mailbox
from backend.events.services.profiles import ProfileChange, update_profile
from backend.people.models import Person, address_hash
from backend.roles.services.appointments import CannotPropose, propose_role
from backend.roster.services.adding import add_attendee
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.safeguarding.models import AliasEntry
from backend.safeguarding.selectors.aliases import alias_entries_for, aliases_for, sessions_naming
from backend.safeguarding.selectors.blocks import blocks_made_by
from backend.safeguarding.selectors.public_profiles import person_for_attendee
from backend.safeguarding.services.aliases import AliasData, BadAlias, lift_alias, read_alias, set_alias
from backend.safeguarding.services.blocks import block_person
from backend.suggestions.engine.event_data import read_event_data
from backend.suggestions.models import Suggestion
from tests.backend.safeguarding.conftest import Cast
from tests.database import tables_holding
from tests.factories import NOW, make_attendee, make_event, make_organisation, make_run, make_session, make_tie
from tests.refusals import refuses

REAL_NAME, REAL_HOUSE = "Somchai Qxjaidee", "Royal Qxpolice of Siam"
ADDRESS = "qxsomchai@qxpolice.example.org"
DATA = AliasData(
    name="Officer K.", organisation="Police, cybercrime", real_name=REAL_NAME, real_organisation=REAL_HOUSE
)
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def officer(cast: Cast) -> Attendee:
    house = make_organisation(cast.event, sector="law-enforcement", name=REAL_HOUSE)
    return make_attendee(
        cast.event, name=REAL_NAME, email=ADDRESS, organisation=house, title="Director of Qxcyber",
        short_name="Chai", about="I am Somchai.", seeks="Chat evidence", offers="Training by Qxjaidee",
    )  # fmt: skip


def hide(cast: Cast, who: Attendee, data: AliasData = DATA, **fields: object) -> Attendee:
    return set_alias(
        **{
            "event": cast.event,
            "attendee_id": who.pk,
            "data": data,
            "is_wish": True,
            "by": cast.lead.person,
            "now": LATER,
            **fields,
        }
    )


def test_the_alias_takes_the_place_of_the_real_name_and_only_a_lead_reads_that(cast, officer):
    hide(cast, officer)
    officer.refresh_from_db()
    shown = (officer.name, officer.short_name, officer.organisation.name, officer.title, officer.country)
    assert shown == ("Officer K.", "", "Police, cybercrime", "", "")
    assert officer.organisation.sector.key == "law-enforcement"
    assert (officer.about, officer.seeks, officer.offers) == ("", "Chat evidence", "")
    assert officer.changed_at == LATER
    [row] = aliases_for(cast.lead)
    assert (row.name, row.organisation, row.set_by, row.is_wish) == (
        "Officer K.", "Police, cybercrime", "Lea Duarte", True,
    )  # fmt: skip
    read = read_alias(event=cast.event, attendee_id=officer.pk, by=cast.lead.person, now=LATER)
    assert (read.name, read.organisation, read.title) == (REAL_NAME, REAL_HOUSE, "Director of Qxcyber")
    kinds = [(one.lead, one.kind) for one in alias_entries_for(officer)]
    assert kinds == [("Lea Duarte", "read"), ("Lea Duarte", "set")]


def test_no_table_holds_it_any_more_but_the_account_and_the_alias(cast, officer):
    reason = {"code": "seeks_offers", "weight": 1.0, "evidence": {"seek": "Chat evidence", "offer": officer.offers}}
    run = make_run(cast.event, {cast.reporter: [officer], officer: [cast.reporter]}, [reason])
    Suggestion.objects.create(
        run=run, attendee=cast.reporter, other=cast.reported, rank=2, score=0.5, reasons=[{"code": "bridge"}]
    )
    find_people(viewer=cast.reporter, wanted=Wanted(q="Somchai"), page=1, now=NOW)
    words = ("somchai", "qx")
    assert {"events_attendee", "events_organisation", "directory_searchname", "suggestions_suggestion"} <= (
        tables_holding(*words)
    )
    hide(cast, officer)
    find_people(viewer=cast.reporter, wanted=Wanted(q="Officer"), page=1, now=NOW)
    assert tables_holding(*words) == {"people_person", "events_alias"}
    left = Suggestion.objects.values_list("attendee", "other")
    assert set(left) == {(cast.reporter.pk, cast.reported.pk)}


def test_lifted_everything_is_as_it_was_but_what_was_written_meanwhile(cast, officer):
    hide(cast, officer)
    save_profile(officer, about="", seeks="Chat evidence", offers="Training")
    lift_alias(event=cast.event, attendee_id=officer.pk, by=cast.lead.person, now=LATER)
    officer.refresh_from_db()
    assert (officer.name, officer.short_name, officer.title) == (REAL_NAME, "Chai", "Director of Qxcyber")
    assert (officer.organisation.name, officer.organisation.sector.key) == (REAL_HOUSE, "law-enforcement")
    assert (officer.about, officer.offers) == ("I am Somchai.", "Training")
    assert not Alias.objects.exists()
    assert not Organisation.objects.filter(name="Police, cybercrime").exists()
    assert alias_entries_for(officer)[0].kind == "lifted"


def test_nobody_but_a_lead_of_the_event_sets_reads_or_lifts(cast, officer):
    hide(cast, officer)
    elsewhere = make_attendee(make_event("elsewhere"), permission="safeguarding-lead").person
    superuser = cast.organiser.person
    superuser.is_superuser = superuser.is_staff = True
    superuser.save()
    for by in (cast.organiser.person, officer.person, cast.reporter.person, elsewhere, superuser):
        tries: list[Callable[..., object]] = [
            lambda by=by: hide(cast, officer, by=by),
            lambda by=by: read_alias(event=cast.event, attendee_id=officer.pk, by=by, now=LATER),
            lambda by=by: lift_alias(event=cast.event, attendee_id=officer.pk, by=by, now=LATER),
        ]
        for attempt in tries:
            with pytest.raises(NotFound):
                attempt()
    assert AliasEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "K. Qxjaidee"}, "name"),
        ({"organisation": "The royal QXPOLICE of Siam"}, "organisation"),
        ({"title": f"Write to {ADDRESS}"}, "title"),
        ({"real_name": ""}, "real_name"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_an_alias_that_tells_or_says_nothing_is_refused(cast, officer, changed, field):
    values = {name: getattr(DATA, name) for name in AliasData.__slots__} | changed
    with pytest.raises(BadAlias) as refusal:
        hide(cast, officer, AliasData(**values))
    assert refusal.value.details["field"] == field
    assert not Alias.objects.exists()


def test_an_alias_is_for_adults_who_run_nothing(cast, officer):
    minor = make_attendee(cast.event, age_class="minor")
    unknown = make_attendee(cast.event, age_class="unknown")
    proposed = make_attendee(cast.event)
    propose_role(event=cast.event, attendee_id=proposed.pk, permission="organiser", by=cast.organiser.person, now=NOW)
    for who in (minor, unknown, proposed, cast.organiser, cast.lead):
        with refuses("cannot_have_alias"):
            hide(cast, who)
    hide(cast, officer)
    with pytest.raises(CannotPropose):
        propose_role(
            event=cast.event, attendee_id=officer.pk, permission="organiser", by=cast.organiser.person, now=NOW
        )


def save_profile(who: Attendee, **texts: str) -> None:
    change = {
        "title": "", "country": "", "languages": ("en",), "about": "", "seeks": "", "offers": "",
        "listed": True, "seeks_topics": frozenset(), "offers_topics": frozenset(), **texts,
    }  # fmt: skip
    update_profile(attendee=who, change=ProfileChange(**change), by=who.person, now=LATER)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("about", "Call SOMCHAI, please"),
        ("seeks", "I work at the Royal Qxpolice  of\nSiam"),
        ("offers", f"Write to {ADDRESS}."),
        ("short_name", "Chai"),
        ("title", "Qxjaidee's deputy"),
    ],
)
def test_who_is_under_an_alias_does_not_write_their_real_name_into_their_profile(cast, officer, field, text):
    hide(cast, officer)
    with pytest.raises(RealNameInText) as refusal:
        save_profile(officer, **{field: text})
    assert refusal.value.details["field"] == field
    save_profile(officer, about="I chair a unit", title="Investigator", country="Thailand")
    save_profile(cast.reporter, about="I know Somchai Qxjaidee")  # theirs to write


def imported(cast: Cast, text: str, **options: object):
    table = read_csv(text.encode())
    return import_attendees(event=cast.event, table=table, by=cast.organiser.person, now=LATER, **options)


def test_a_list_with_the_real_address_changes_nothing_and_says_nothing(cast, officer):
    hide(cast, officer)
    before = Attendee.objects.values().get(pk=officer.pk)
    head = "email,name,organisation,role,age_class,languages,about\n"
    row = f"{ADDRESS.upper()},{REAL_NAME},{REAL_HOUSE},speaker,unknown,Thai,Somchai writes\n"
    other = "new@example.org,New Name,New House,delegate,adult,Thai,Words\n"
    for dry_run in (True, False):
        report = imported(cast, head + row + other, dry_run=dry_run)
        assert (report.added, report.updated, report.unchanged, report.refused) == (1, 1, 0, ())
    assert Attendee.objects.values().get(pk=officer.pk) == before
    assert tables_holding("somchai", "qxpolice") == {"people_person", "events_alias"}


def test_no_list_and_no_form_tells_which_address_is_behind_an_alias(cast, officer):
    hide(cast, officer)
    rows = [f"{officer.pk},{address},Officer K.\n" for address in (ADDRESS, "other@example.org")]
    reasons = [[line.reason for line in imported(cast, "id,email,name\n" + row, dry_run=True).refused] for row in rows]
    assert reasons[0] == reasons[1] != []
    both = imported(cast, f"id,email,name\n{officer.pk},,Officer K.\n,{ADDRESS},Somchai\n", dry_run=True)
    assert (both.refused, both.unchanged, both.updated) == ((), 1, 1)
    with refuses("already_there") as refusal:
        new = NewAttendee(email=ADDRESS, name="Somchai")
        add_attendee(event=cast.event, new=new, by=cast.organiser.person, now=LATER)
    assert refusal.value.details == {}
    minor = make_attendee(cast.event, age_class="minor")  # of whom an address is shown as little
    with refuses("already_there") as refusal:
        new = NewAttendee(email=minor.person.email, name="Somchai")
        add_attendee(event=cast.event, new=new, by=cast.organiser.person, now=LATER)
    assert refusal.value.details == {}
    for search in ("qxsomchai", ADDRESS, "qxjaidee", "royal"):
        assert roster_ids(event=cast.event, filters={"q": search}) == []
    assert roster_ids(event=cast.event, filters={"q": "officer k"}) == [officer.pk]
    assert roster_person(event=cast.event, attendee_id=officer.pk).email == ""
    [cells] = roster_export(event=cast.event, ids=[officer.pk])
    assert cells[:3] == (officer.pk, "withheld", "Officer K.")


@pytest.mark.parametrize(
    "line",
    [
        f"{REAL_NAME},{REAL_HOUSE},,Thailand,,,",  # as it was
        f"{REAL_NAME},{REAL_HOUSE.upper()},,,,,",
        f"{REAL_NAME},{REAL_HOUSE},Law enforcement,,,,",
        f"{REAL_NAME},{REAL_HOUSE},NGO,,,,",
        f"{REAL_NAME},New House,,,,,",
        "Officer K.,,,,,,",
        f"{REAL_NAME},,,Narnia,,,",
        f"{REAL_NAME},,,,unknown,,",
        f"{REAL_NAME},,,,,singer,Elvish",
        f"{REAL_NAME},,,,,speaker,Thai",
    ],
)
def test_a_preview_of_one_line_says_the_same_with_and_without_an_alias(cast, officer, line):
    list_of_one = f"email,name,organisation,sector,country,age_class,role,languages\n{ADDRESS},{line}\n"
    before = imported(cast, list_of_one, dry_run=True)
    hide(cast, officer)
    assert imported(cast, list_of_one, dry_run=True) == before


FORMER = "qxold@qxpolice.example.org"


def with_former_address(who: Attendee) -> Attendee:
    Person.objects.filter(pk=who.person_id).update(email=FORMER, address_hash=address_hash(FORMER))
    change_address(person=who.person, email=ADDRESS, now=NOW)
    return who


@pytest.mark.parametrize("name", [REAL_NAME, "Zed", "S. Qxjaidee"])
@pytest.mark.parametrize("more", [",,", f"singer,{REAL_HOUSE},minor"])
def test_a_line_with_a_former_address_says_the_same_with_and_without_an_alias(cast, officer, name, more):
    with_former_address(officer)
    line = f"email,name,role,organisation,age_class\n{FORMER},{name},{more}\n"
    before = imported(cast, line, dry_run=True)
    hide(cast, officer)
    people = list(Attendee.objects.order_by("pk").values())
    assert imported(cast, line, dry_run=True) == replace(imported(cast, line), dry_run=True) == before
    assert list(Attendee.objects.order_by("pk").values()) == people  # nobody is added by the real name


@pytest.mark.parametrize("is_hidden", [False, True])
def test_a_form_with_a_former_address_answers_the_same_with_and_without_an_alias(cast, officer, is_hidden):
    with_former_address(officer)
    if is_hidden:
        hide(cast, officer)
    for name in (REAL_NAME, "S. Qxjaidee"):
        with refuses("already_there", match="Somebody of this name who had this address before"):
            new = NewAttendee(email=FORMER, name=name)
            add_attendee(event=cast.event, new=new, by=cast.organiser.person, now=LATER)
    new = NewAttendee(email=FORMER, name="Ben Cruz")
    assert add_attendee(event=cast.event, new=new, by=cast.organiser.person, now=LATER).name == "Ben Cruz"


def test_who_has_the_former_address_of_somebody_under_an_alias_is_changed_by_a_list(cast, officer):
    with_former_address(officer)
    other = make_attendee(cast.event, name="Ben Cruz", email=FORMER)
    hide(cast, officer)
    assert imported(cast, f"email,name,title\n{FORMER},Ben Cruz,Chief\n").updated == 1
    assert Attendee.objects.get(pk=other.pk).title == "Chief"


def test_a_list_that_names_the_house_behind_an_alias_says_what_its_preview_said(cast, officer):
    line = f"email,name,organisation\nnew@example.org,New Name,{REAL_HOUSE}\n"
    plain = imported(cast, line, dry_run=True)
    hide(cast, officer)
    assert imported(cast, line, dry_run=True) == plain
    assert imported(cast, line) == replace(plain, dry_run=False)
    assert Organisation.objects.get(name=REAL_HOUSE).sector.key == "law-enforcement"


def test_a_line_of_who_shares_a_mailbox_with_somebody_under_an_alias_changes_their_entry(cast, officer):
    new = NewAttendee(email=ADDRESS, name="Ben Cruz", age_class="adult")
    other = add_to_mailbox(event=cast.event, new=new, by=cast.organiser.person, now=NOW)
    hide(cast, officer)
    head = "id,email,name,title\n"
    for number, title in (("", "Head"), (other.pk, "Chief")):
        report = imported(cast, f"{head}{number},{ADDRESS},Ben Cruz,{title}\n")
        assert (report.updated, report.unchanged) == (1, 0)
        assert Attendee.objects.get(pk=other.pk).title == title
    names = (REAL_NAME, "Officer K.", "Zed")  # the one, and two that are of neither
    reports = [imported(cast, f"{head},{ADDRESS},{name},Spy\n") for name in names]
    assert [len(report.refused) for report in reports] == [0, 1, 1]
    assert reports[1].refused == reports[2].refused
    assert not Attendee.objects.filter(title="Spy").exists()
    Attendee.objects.filter(pk=other.pk).delete()
    assert imported(cast, f"{head},{ADDRESS},Ben Cruz,Head\n").added == 1  # their account is still there


def test_an_organiser_changes_no_alias(cast, officer):
    hide(cast, officer)

    def change(**fields: object) -> None:
        change_attendee(
            event=cast.event, attendee_id=officer.pk, change=AttendeeChange(**fields),
            by=cast.organiser.person, now=LATER,
        )  # fmt: skip

    for field in ("name", "short_name", "title", "organisation", "country"):
        with refuses("set_by_lead"):
            change(**{field: "Somchai"})
    change(role="speaker", name="Officer K.")
    officer.refresh_from_db()
    assert (officer.role, officer.name) == ("speaker", "Officer K.")


def test_set_again_the_real_name_stays_or_is_corrected(cast, officer):
    hide(cast, officer)
    again = AliasData(name="Officer L.", organisation="Police", real_name="Somsak", real_organisation=REAL_HOUSE)
    hide(cast, officer, again, is_wish=False)
    officer.refresh_from_db()
    alias = Alias.objects.get()
    assert (officer.name, alias.name, alias.title, alias.is_wish) == (
        "Officer L.", "Somsak", "Director of Qxcyber", False,
    )  # fmt: skip
    assert alias.sector.key == "law-enforcement"
    assert not Organisation.objects.filter(name="Police, cybercrime").exists()


def test_an_organisation_with_others_stays_on_the_list(cast, officer):
    make_attendee(cast.event, organisation=officer.organisation)
    hide(cast, officer)
    assert Organisation.objects.filter(name=REAL_HOUSE).exists()


def test_another_event_of_the_same_person_knows_nothing_of_it(cast, officer):
    other = make_event("other")
    there = make_attendee(other, person=officer.person, name=REAL_NAME)
    lead = make_attendee(other, permission="safeguarding-lead")
    hide(cast, officer)
    there.refresh_from_db()
    assert there.name == REAL_NAME
    assert aliases_for(lead) == ()
    assert roster_person(event=other, attendee_id=there.pk).email == ADDRESS
    save_profile(there, about="I am Somchai")
    with pytest.raises(NotFound):
        read_alias(event=cast.event, attendee_id=officer.pk, by=lead.person, now=LATER)


def test_a_block_made_at_one_event_tells_no_name_at_the_other(cast, officer):
    other = make_event("other")
    there = make_attendee(other, person=officer.person, name=REAL_NAME)
    me_there = make_attendee(other, person=cast.reporter.person, name="Mali Wongsa")
    hide(cast, officer)
    seen = person_for_attendee(viewer=cast.reporter, attendee_id=officer.pk, now=LATER)
    assert seen.name == "Officer K."
    block_person(blocked=officer.person, by=cast.reporter.person, now=LATER)
    for me, them in ((cast.reporter, officer), (me_there, there)):
        [block] = blocks_made_by(me)
        assert (block.attendee_id, block.name) == (None, "")
        with pytest.raises(NotFound):
            person_for_attendee(viewer=me, attendee_id=them.pk, now=LATER)


def test_that_two_met_before_is_no_tie_where_one_of_them_is_or_was_under_an_alias(cast, officer):
    before = make_event("before", starts_on=dt.date(2025, 11, 1), ends_on=dt.date(2025, 11, 2))
    there = make_attendee(before, person=officer.person, name=REAL_NAME)
    lead = make_attendee(before, permission="safeguarding-lead").person
    make_tie(before, cast.reporter, officer)
    make_tie(before, cast.reporter, cast.reported)
    pair = tuple(sorted([cast.reporter.pk, cast.reported.pk]))

    def ties(event: Event) -> set[tuple[int, int]]:
        return {(min(tie.a, tie.b), max(tie.a, tie.b)) for tie in read_event_data(event).ties}

    assert len(ties(cast.event)) == 2
    hide(cast, officer)
    assert ties(cast.event) == {pair}
    lift_alias(event=cast.event, attendee_id=officer.pk, by=cast.lead.person, now=LATER)
    set_alias(event=before, attendee_id=there.pk, data=DATA, is_wish=True, by=lead, now=LATER)
    assert ties(cast.event) == {pair}


def test_the_lead_reads_which_sessions_still_tell_it(cast, officer):
    make_session(cast.event, "Opening")
    telling = make_session(cast.event, "A talk by Somchai Qxjaidee")
    hide(cast, officer)
    alias = read_alias(event=cast.event, attendee_id=officer.pk, by=cast.lead.person, now=LATER)
    assert sessions_naming(alias) == (telling,)


def test_the_log_cannot_be_changed_and_goes_only_with_its_attendee(cast, officer):
    hide(cast, officer)
    entry = AliasEntry.objects.filter(attendee=officer)
    for attempt in (lambda: entry.update(kind="read"), lambda: entry.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    cast.lead.person.delete()
    assert entry.get().lead_id is None
    officer.delete()
    assert not AliasEntry.objects.exists()


def test_bad_numbers_are_refused_in_one_sentence(cast, officer):
    for attempt in (
        lambda: hide(cast, officer, attendee_id=10**9),
        lambda: read_alias(event=cast.event, attendee_id=officer.pk, by=cast.lead.person, now=LATER),
        lambda: lift_alias(event=cast.event, attendee_id=officer.pk, by=cast.lead.person, now=LATER),
    ):
        with pytest.raises(BusinessError, match=r"\.$"):
            attempt()
