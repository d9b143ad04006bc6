"""A refusal names somebody by what its reader is shown of them, and never by what the account is called."""

import pytest

from backend.booking.rules import NotJoined
from backend.booking.services.proposals import propose_meeting
from backend.events.selectors import names_of_people
from backend.people.models import Person
from backend.privacy.services.leaving import leave_event
from backend.safeguarding.selectors.names import name_shown_to
from backend.safeguarding.services.aliases import AliasData, set_alias
from tests.factories import NOW, block_contact, make_attendee, make_event

pytestmark = pytest.mark.django_db
NOBODY = "This person"


@pytest.fixture
def forum():
    event = make_event()
    people = {
        "lead": make_attendee(event, permission="safeguarding-lead", name="Lea Duarte"),
        "organiser": make_attendee(event, permission="organiser", name="Olga Organiser"),
        "adult": make_attendee(event, name="Mali Wongsa"),
        "alias": make_attendee(event, name="Somchai Jaidee", has_joined=False),
        "minor": make_attendee(event, name="Anong Young", age_class="minor", has_joined=False),
        "unknown": make_attendee(event, name="Dara Sok", age_class="unknown"),
        "hidden": make_attendee(event, name="Hidden Delegate", visibility="hidden"),
        "blocked": make_attendee(event, name="Blocked Delegate"),
        "other": make_attendee(event, name="Linh Tran"),
    }
    data, lead = AliasData(name="Officer K.", real_name="Somchai Jaidee"), people["lead"].person
    set_alias(event=event, attendee_id=people["alias"].pk, data=data, is_wish=True, by=lead, now=NOW)
    block_contact("block", people["blocked"], people["other"])
    Person.objects.update(name="What an account is called")
    for one in people.values():
        one.refresh_from_db()
    return people


@pytest.mark.parametrize(
    ("who", "of_team", "of_other"),
    [
        ("adult", "Mali Wongsa", "Mali Wongsa"),
        ("alias", "Officer K.", NOBODY),  # not joined
        ("minor", "Anong", NOBODY),
        ("unknown", "Dara", NOBODY),
        ("hidden", "Hidden Delegate", NOBODY),
        ("blocked", "Blocked Delegate", NOBODY),
    ],
)
def test_a_name_is_what_its_reader_is_shown(forum, who, of_team, of_other):
    stranger = make_attendee(make_event("elsewhere"), permission="organiser").person
    root = Person.objects.create_superuser("root@example.org", name="Root")
    for reader, name in (
        (forum["organiser"].person, of_team),
        (forum["lead"].person, of_team),
        (root, of_team),
        (forum["other"].person, of_other),
        (stranger, NOBODY),
        (forum[who].person, forum[who].name),
    ):
        assert name_shown_to(reader, forum[who], NOW) == name


@pytest.mark.parametrize(("who", "name"), [("minor", "Anong"), ("alias", "Officer K.")])
def test_who_has_not_joined_is_named_to_organisers_as_in_their_lists(forum, who, name):
    with pytest.raises(NotJoined, match=f"^{name} has not joined"):
        propose_meeting(
            event=forum["adult"].event, pair=(forum["adult"].pk, forum[who].pk), slot_ids=[], table_id=None,
            because="", by=forum["organiser"].person, now=NOW,
        )  # fmt: skip


def test_who_acted_and_left_is_not_named_by_the_account(forum):
    event, root = forum["adult"].event, Person.objects.create_superuser("root@example.org", name="Root")
    acted = [forum["adult"].person, forum["alias"].person, root]
    leave_event(attendee=forum["alias"], is_confirmed=True, by=forum["alias"].person, now=NOW)
    assert names_of_people([one.pk for one in acted], event) == {
        forum["adult"].person_id: "Mali Wongsa",
        root.pk: "An administrator",
    }
