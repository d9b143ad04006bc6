"""A forum in Indico 3.2 or 3.3: sessions, and in 3.3 registrations, by what its own pages call. All made up."""

import datetime as dt
import json
import sys
from zoneinfo import ZoneInfo

import email_validator
import pytz
from flask import session
from indico import __version__
from indico.core.db import db
from indico.core.oauth.models.personal_tokens import PersonalToken
from indico.modules.categories import Category
from indico.modules.events import Event
from indico.modules.events.contributions import Contribution, contribution_settings
from indico.modules.events.contributions.models.persons import ContributionPersonLink
from indico.modules.events.contributions.operations import create_contribution, delete_contribution
from indico.modules.events.models.events import EventType
from indico.modules.events.models.persons import EventPerson
from indico.modules.events.operations import create_event
from indico.modules.events.registration.controllers.management.fields import _fill_form_field_with_data
from indico.modules.events.registration.models.form_fields import RegistrationFormField
from indico.modules.events.registration.models.forms import RegistrationForm
from indico.modules.events.registration.models.items import RegistrationFormSection
from indico.modules.events.registration.models.registrations import Registration
from indico.modules.events.registration.util import (
    create_personal_data_fields,
    create_registration,
    make_registration_schema,
    modify_registration,
)
from indico.modules.events.sessions.models.persons import SessionBlockPersonLink
from indico.modules.events.sessions.models.sessions import Session
from indico.modules.events.sessions.operations import create_session, create_session_block
from indico.modules.events.timetable.operations import create_timetable_entry, update_timetable_entry
from indico.modules.events.util import track_time_changes
from indico.modules.users import User
from indico.modules.users.operations import create_user
from indico.web.flask.app import make_app

ZONE = ZoneInfo("Asia/Bangkok")
BLOCKS = 24
PEOPLE = 120
HAS_CHECKIN = __version__ >= "3.3"
QUESTIONS = (
    ("What do you seek?", "textarea", ()), ("Date of birth", "date", ()),
    ("Sector", "single_choice", ("Academia", "Youth")),
    ("Themes", "multi_choice", ("Legislation", "Justice")), ("I agree", "checkbox", ()), ("Vegetarian", "bool", ()),
    ("Number of nights", "number", ()), ("I travel from", "country", ()),
)  # fmt: skip


def first() -> dict:
    """30 sessions; in 3.3 also 120 complete registrations of four forms, and one that waits."""
    boss = create_user("boss@example.org", {"first_name": "Ann", "last_name": "Boss"})
    db.session.flush()
    session.set_session_user(boss)
    db.session.commit()
    event = create_event(
        Category.get_root(), EventType.conference,
        {
            "title": "Forum", "timezone": "Asia/Bangkok", "creator": boss,
            "start_dt": moment(9, 8), "end_dt": moment(10, 20),
        },
    )  # fmt: skip
    db.session.commit()
    blocks = [make_block(event, number) for number in range(1, BLOCKS + 1)]
    for number in range(1, 7):
        make_contribution(event, number)
    make_contribution(event, 7, in_timetable=False)
    make_contribution(event, 8, block=blocks[0])
    contribution_settings.set(event, "published", True)
    facts = {"token": make_token(boss), "page": f"/event/{event.id}/"}
    if HAS_CHECKIN:
        titles = ("Delegate", "Young delegate", "Observer", "Speaker")
        forms = [make_form(event, title) for title in titles]
        others = {117: forms[2], 118: forms[3], 119: forms[1], 120: forms[1]}
        for number in range(1, PEOPLE + 1):
            # Of one form, an address is taken once.
            email = "office@example.org" if number in (116, 117, 118) else f"person{number}@example.org"
            register(others.get(number, forms[0]), number, email)
        forms[2].moderation_enabled = True
        register(forms[2], 201, "waiting@example.org", skip_moderation=False)
        facts["minor_form"] = forms[1].id
    return facts


def second() -> dict:
    """Of sessions: one moved, one renamed, one deleted, one added. Of people as of pretix."""
    event = Event.query.one()
    session.set_session_user(User.query.filter_by(first_name="Ann").one())
    moved = next(one for one in all_blocks(event) if one.title == "Part 3")
    with track_time_changes():
        update_timetable_entry(moved.timetable_entry, {"start_dt": moment(10, 18)})
    Session.query.filter_by(title="Session 1").one().title = "Session 1, renamed"
    delete_contribution(Contribution.query.filter_by(title="Word 1").one())
    make_contribution(event, 9)
    if HAS_CHECKIN:
        change_people()
    return {}


def change_people() -> None:
    """Ten changed, five withdrawn, two passed on, one turned minor."""
    for number in range(11, 21):
        modify(
            number, affiliation={"id": None, "text": "Another organisation"}, **{"What do you seek?": "Something else"}
        )
    for number in range(21, 26):
        person(number).update_state(withdrawn=True)  # only what waits can be rejected
    for place, number in enumerate((31, 32)):
        modify(number, email=f"successor{place}@example.org", first_name=f"New{place}", last_name=f"Holder{place}")
    modify(41, **{"Date of birth": "2012-05-01T00:00:00"})


def revoked() -> dict:
    PersonalToken.query.one().revoke()
    return {}


def make_form(event: Event, title: str) -> RegistrationForm:
    form = RegistrationForm(event=event, title=title, currency="USD")
    create_personal_data_fields(form)
    for one in form.sections[0].children:
        one.is_enabled = True
    db.session.add(form)
    section = RegistrationFormSection(registration_form=form, title="The forum")
    db.session.flush()
    for words, kind, choices in QUESTIONS:
        field = RegistrationFormField(parent=section, registration_form=form)
        data = {"title": words, "input_type": kind, "is_required": False}
        if kind == "date":
            data["date_format"] = "%d/%m/%Y"
        if choices:
            data["choices"] = [{"caption": one, "is_enabled": True, "id": f"new:{one}"} for one in choices]
        if kind == "single_choice":
            data["item_type"] = "radiogroup"
        _fill_form_field_with_data(field, data)
        db.session.add(field)
        db.session.flush()
    return form


def register(form: RegistrationForm, number: int, email: str, **more: bool) -> None:
    names = {one.title: one.html_field_name for one in form.active_fields}
    choices = {
        one.title: {caption: key for key, caption in (one.data.get("captions") or {}).items()}
        for one in form.active_fields
    }
    said = {
        "What do you seek?": f"A partner for plan {number}", "Date of birth": "1980-02-03T00:00:00",
        "Sector": {choices["Sector"]["Academia"]: 1}, "I agree": True, "Vegetarian": False, "Number of nights": 3,
        "Themes": dict.fromkeys(choices["Themes"].values(), 1), "I travel from": "VN",
        "Title": {choices["Title"]["Ms"]: 1},
    }  # fmt: skip
    data = {
        "email": email, "first_name": f"Given{number}", "last_name": f"Family{number}", "country": "TH",
        "affiliation": {"id": None, "text": f"Organisation {number}"}, "position": "Adviser",
        "phone": "+66 2 123 4567", "address": "1 Made-up Road",
        **{names[title]: value for title, value in said.items()},
    }  # fmt: skip
    checked = make_registration_schema(form, management=True)().load(data)
    create_registration(form, checked, management=True, notify_user=False, **more)


def person(number: int) -> Registration:
    return Registration.query.filter_by(last_name=f"Family{number}").one()


def modify(number: int, **changed: object) -> None:
    found = person(number)
    names = {one.title: one.html_field_name for one in found.registration_form.active_fields}
    data = {names.get(title, title): value for title, value in changed.items()}
    schema = make_registration_schema(found.registration_form, management=True, registration=found)
    data = schema(partial=True).load(data)
    modify_registration(found, data, management=True, notify_user=False)


def all_blocks(event: Event) -> list:
    return [block for one in event.sessions for block in one.blocks]


def make_block(event, number: int):
    """Of each session two blocks."""
    if number % 2:
        event_session = create_session(
            event, {"title": f"Session {number // 2}", "description": f"<p>About <b>law</b> &amp; {number}</p>"}
        )
    else:
        event_session = event.sessions[-1]
    own = {"inheriting": False, "room_name": f"Room {number % 3}", "venue_name": "Centre", "address": ""}
    values = {"title": f"Part {number}", "duration": dt.timedelta(minutes=45), "location_data": own}
    block = create_session_block(event_session, values)
    person = EventPerson(event=event, email=f"chair{number}@example.org", first_name="Cy", last_name=f"Chair{number}")
    block.person_links.append(SessionBlockPersonLink(person=person))
    day, place = divmod(number - 1, 12)
    starts_at = moment(9 + day, 9 + place // 2, 30 * (place % 2))
    create_timetable_entry(event, {"object": block, "start_dt": starts_at}, extend_parent=True)
    return block


def make_contribution(event, number: int, *, in_timetable: bool = True, block=None):
    values = {
        "title": f"Word {number}", "description": "<p>Words &amp; more</p>",
        "duration": dt.timedelta(minutes=20),
    }  # fmt: skip
    if in_timetable:
        values["start_dt"] = block.start_dt if block else moment(10, 15 + number // 3, 20 * (number % 3))
    made = create_contribution(event, values, session_block=block, extend_parent=True)
    person = EventPerson(
        event=event, email=f"speaker{number}@example.org", first_name="Sam", last_name=f"Speaker{number}"
    )
    made.person_links.append(ContributionPersonLink(person=person, is_speaker=True))
    db.session.flush()
    return made


def make_token(user) -> str:
    token = PersonalToken(user=user, name="Titian", scopes={"read:legacy_api", "registrants"})
    text = token.generate_token()
    db.session.add(token)
    return text


def moment(day: int, hour: int, minute: int = 0) -> dt.datetime:
    local = dt.datetime(2026, 12, day, hour, minute, tzinfo=ZONE)
    return local.astimezone(dt.UTC).replace(tzinfo=pytz.utc)


look = email_validator.validate_email
email_validator.validate_email = lambda email, **_more: look(email, check_deliverability=False)  # asks no server
with make_app().test_request_context():
    found = globals()[sys.argv[1]]()
    db.session.commit()
    print(json.dumps(found))
