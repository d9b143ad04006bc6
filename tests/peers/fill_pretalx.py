"""A forum's programme in pretalx 2025.2 or 2026.2, by what its own pages call. All people are made up."""
# ruff: noqa: E402 - the models of pretalx exist only after its set-up

import datetime as dt
import json
import sys
from zoneinfo import ZoneInfo

import django

django.setup()

from django.utils.timezone import now
from django_scopes import scopes_disabled
from pretalx import __version__
from pretalx.event.models import Event, Organiser, Team
from pretalx.person.models import User
from pretalx.person.models.auth_token import READ_PERMISSIONS, UserApiToken
from pretalx.schedule.models import Room
from pretalx.submission.models import Submission, Track

ZONE = ZoneInfo("Asia/Jakarta")
DAY = dt.date(2026, 12, 9)
SESSIONS = 30
IS_OLD = __version__ < "2026"
LANGUAGES = {"locale_array": "en,fr"} if IS_OLD else {"locales": ["en", "fr"]}


def first() -> dict:
    """30 sessions in three rooms, one of them over midnight."""
    boss = User.objects.create_user(email="boss@example.org", password="not-used-anywhere-1", name="Boss")
    organiser = Organiser.objects.create(name="Forum", slug="forum")
    event = Event.objects.create(
        organiser=organiser, name="Forum", slug="forum", email="forum@example.org", is_public=True,
        date_from=DAY, date_to=DAY + dt.timedelta(days=1), timezone="Asia/Jakarta", locale="en",
        **LANGUAGES,
    )  # fmt: skip
    fill(event)
    rights = ("can_change_submissions", "can_change_event_settings")
    team = Team.objects.create(organiser=organiser, name="Organisers", all_events=True, **dict.fromkeys(rights, True))
    team.members.add(boss)
    names = [("Hall", "Salle"), ("Room 2", "Salle 2"), ("Garden & terrace", "Jardin")]
    rooms = [
        Room.objects.create(event=event, name={"en": name, "fr": french}, position=place)
        for place, (name, french) in enumerate(names)
    ]
    track = Track.objects.create(event=event, name={"en": "Justice", "fr": "La justice"}, color="#445566")
    for number in range(1, SESSIONS + 1):
        make_talk(event, number, rooms, track if number % 3 == 0 else None)
    release(event, "1")
    return {"token": make_token(boss, event), "page": "/forum/"}


def fill(event) -> None:
    """What an event has from the start."""
    if IS_OLD:
        if not event.submission_types.exists():
            event.build_initial_data()
    else:
        from pretalx.event.domain.event import initialise_event

        initialise_event(event)


def make_talk(event, number, rooms, track) -> Submission:
    title = f"Session {number}: children & <platforms>" if number % 5 == 0 else f"Session {number}"
    if number == 7:
        title = "Mạng xã hội và trẻ em"
    talk = Submission.objects.create(
        event=event, title=title, track=track, abstract=f"About session {number}.\n\nA second paragraph.",
        submission_type=event.cfp.default_type, state="submitted", code=f"SES{number:03d}",
        content_locale="fr" if number % 4 == 0 else "en",
    )  # fmt: skip
    name, email = f"Speaker {number}", f"speaker{number}@example.org"
    speaker = User.objects.create_user(email=email, password="not-used-anywhere-1", name=name)
    add_speaker(talk, speaker)
    talk.accept()
    talk.confirm()
    day, place = divmod(number - 1, 15)
    hour = 8 + place // 3 * 2
    minutes = 90 if place % 2 else 45
    if number == 15:
        hour, minutes = 23, 120  # over midnight
    if number > SESSIONS:
        day, hour = 1, 19
    put(talk, rooms[place % 3], moment(day, hour, 30 if number % 2 else 0), minutes)
    return talk


def add_speaker(talk, user) -> None:
    """A speaker is an account in 2025.2, and a profile of the event in 2026.2."""
    if IS_OLD:
        from pretalx.person.models import SpeakerProfile

        SpeakerProfile.objects.create(event=talk.event, user=user, biography="Made up.")
        talk.speakers.add(user)
    else:
        from pretalx.submission.domain.submission import add_speaker

        add_speaker(talk, user=user, name=user.name)


def make_token(user, event) -> str:
    reads = [*READ_PERMISSIONS, "actions"]
    token = UserApiToken(
        name="Titian", user=user,
        endpoints=dict.fromkeys(("schedules",), reads),
    )  # fmt: skip
    token.save()
    getattr(token, "events", getattr(token, "limit_events", None)).add(event)
    return token.token


def second() -> dict:
    """One session is moved, one renamed, one has another room, two are cancelled, and one is added."""
    event = Event.objects.get(slug="forum")
    rooms = list(event.rooms.order_by("position"))
    move, rename, room, *cancelled = (Submission.objects.get(code=f"SES{number:03d}") for number in range(1, 6))
    put(move, rooms[1], moment(1, 18), 60)
    rename.title = "Session 2, renamed"
    rename.save()
    slot = room.slots.get(schedule=event.wip_schedule)
    put(room, rooms[0], slot.start, 45)
    for talk in cancelled:
        talk.cancel()
    make_talk(event, SESSIONS + 1, rooms, None)
    release(event, "2")
    return {}


def speakers() -> dict:
    """The token may read speakers as well."""
    [token] = UserApiToken.objects.all()
    token.endpoints = {**token.endpoints, "speakers": list(READ_PERMISSIONS)}
    token.save()
    return {}


def revoked() -> dict:
    UserApiToken.objects.update(expires=now() - dt.timedelta(days=1))
    return {}


def hidden() -> dict:
    """The schedule is not public any more."""
    event = Event.objects.get(slug="forum")
    event.feature_flags["show_schedule"] = False
    event.save()
    return {}


def moment(days: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(DAY + dt.timedelta(days=days), dt.time(hour, minute), tzinfo=ZONE)


def put(talk, room, starts_at, minutes) -> None:
    talk = Submission.objects.get(pk=talk.pk)
    slot = talk.slots.get(schedule=Event.objects.get(pk=talk.event_id).wip_schedule)
    slot.room, slot.start, slot.end = room, starts_at, starts_at + dt.timedelta(minutes=minutes)
    slot.save()


def release(event, version: str) -> None:
    schedule = Event.objects.get(pk=event.pk).wip_schedule
    if IS_OLD:
        schedule.freeze(version, notify_speakers=False)
    else:
        from pretalx.schedule.domain.release import freeze_schedule

        freeze_schedule(schedule, version, notify_speakers=False)


with scopes_disabled():
    print(json.dumps(globals()[sys.argv[1]]()))
