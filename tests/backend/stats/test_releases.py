"""Releases: what ten downloads of a live week and two editions tell together, and when a new one is made."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random

import pytest

from backend.core.errors import BusinessError
from backend.core.models import Act
from backend.events.models.attendees import Organisation
from backend.events.models.events import Event, Tie
from backend.stats.models import Release
from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.worksheets import WITHHELD
from backend.stats.services import export_stats_file, release_for
from tests.backend.stats.adversary import Adversary
from tests.backend.stats.events import make_meeting
from tests.factories import NOW, make_attendee, make_event, make_organisation

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ENDS = dt.date(2026, 12, 10)
SIZES = {"government": 14, "industry": 11, "civil-society": 9, "academia": 4, "youth": 2}


def people_of(event: Event, seed: int, size: float = 1.0) -> list:
    draw = random.Random(seed)
    made = []
    for name, count in SIZES.items():
        offices = [make_organisation(event, f"{name}-{n}", name) for n in range(2)]
        made += [
            make_attendee(event, organisation=draw.choice(offices), country=draw.choice(("Laos", "Thailand", "")))
            for _ in range(round(count * size))
        ]
    draw.shuffle(made)
    return made


def meet_on(people: list, day: int, seed: int, most: int = 12) -> None:
    """The requests of one day, from none to `most`, in any state."""
    draw = random.Random(f"{seed} {day}")
    for _ in range(draw.choice((0, 1, 2, 7, most))):
        one, other = draw.sample(people[: 6 + 3 * day], 2)
        state = draw.choice(("requested", "declined", "accepted", "accepted", "held", "held", "cancelled"))
        hours = None if state == "requested" else draw.random() * 20
        theme = draw.choice(("justice", "prevention", ""))
        useful = (draw.choice((None, 2, 5)), draw.choice((None, 4))) if state == "held" else ()
        make_meeting(one, other, state, hours=hours, theme=theme, useful=useful)


def files_of(event: Event, by, now: dt.datetime) -> dict[str, bytes]:
    release = release_for(event=event, by=by, now=now)
    names = ["network.graphml", *(f"{sheet.name}.csv" for sheet in release.worksheets)]
    return {name: export_stats_file(event=event, name=name, by=by, now=now).content for name in names}


class Week:
    """An edition whose files somebody keeps: under its releases, what they say and what was true."""

    def __init__(self, adversary: Adversary, event: Event, before: object = None) -> None:
        self.adversary, self.event, self.before = adversary, event, before
        self.organiser = make_attendee(event, permission="organiser", visibility="hidden").person
        self.kept: dict[object, dict[str, bytes]] = {}

    def download(self, now: dt.datetime) -> dict[str, bytes]:
        stats = event_stats(event=self.event, now=now, permutations=0)
        files = files_of(self.event, self.organiser, now)
        release = Release.objects.filter(event=self.event).latest("number")
        at = f"{self.event.slug} {release.number}"
        if at in self.kept:
            assert files == self.kept[at], "one release, two contents"
        else:
            assert release.made_at == now
            self.adversary.read_world(at, stats, release.content["step"])
            self.adversary.read_files(at, files, self.before)
            for earlier in list(self.kept)[-1:]:
                self.adversary.follow(earlier, at)
            self.kept[at] = files
        return files


def two_editions(seed: int, size: float = 1.0, most: int = 12) -> tuple[Adversary, Week, Week]:
    """Ten downloads of a live week, then when it is over and when it is final; and so the next edition."""
    adversary, weeks = Adversary(), list[Week]()
    for place, year in enumerate((2026, 2027)):
        previous = weeks[0].event if weeks else None
        end = ENDS.replace(year=year)
        event = make_event(
            f"edition-{year}", starts_on=end - DAY, ends_on=end, previous=previous, name=f"Edition {year}"
        )
        week = Week(adversary, event, list(weeks[0].kept)[-1] if weeks else None)
        weeks.append(week)
        people = people_of(event, seed + place, size)
        start = dt.datetime.combine(end, dt.time(9), dt.UTC) - 9 * DAY
        for day in range(10):
            meet_on(people, day, seed + place, most)
            week.download(start + day * DAY)
        meet_on(people, 11, seed + place)
        week.download(start + 10 * DAY)
        week.download(start + 20 * DAY)
        week.download(start + 40 * DAY)
    return adversary, *weeks


def stars(files: dict[str, bytes]) -> tuple[int, int]:
    cells = [
        cell
        for name, content in files.items()
        if name.endswith(".csv")
        for row in list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]
        for cell in row[1:]
        if cell
    ]
    return sum(cell == WITHHELD for cell in cells), len(cells)


@pytest.mark.slow
def test_ten_downloads_of_a_live_week_and_two_editions_of_forty_people_narrow_no_small_count():
    adversary, first, second = two_editions(seed=1)
    assert len(first.kept) >= 3
    assert sum(1 <= value <= 4 for value in adversary.true.values()) > 150
    assert adversary.narrowed() == {}
    final = list(second.kept.values())[-1]
    assert stars(final)[0] < stars(final)[1] / 4
    assert "constituencies.csv" in final


def test_the_adversary_finds_a_count_that_a_table_with_its_total_gives_away():
    event = make_event()
    adversary, week = Adversary(), Week(Adversary(), event)
    people = people_of(event, 1)
    for day in range(10):
        meet_on(people, day, 1)
    stats = event_stats(event=event, now=NOW, permutations=0)
    files = files_of(event, week.organiser, NOW)
    adversary.read_world("a", stats, Release.objects.get(event=event).content["step"])
    adversary.read_files("a", files)
    assert adversary.narrowed() == {}
    small = next(name for name, value in adversary.true.items() if name[1] == "exit" and 1 < value < 4)
    for name, value in adversary.true.items():
        if name != small:
            adversary.know({name: 1}, value, value)
    assert small in adversary.narrowed()


@pytest.fixture
def forum():
    event = make_event()
    return (event, people_of(event, 3), make_attendee(event, permission="organiser", visibility="hidden").person)


def meetings_told(release: Release) -> object:
    return next(one for one in release.worksheets if one.name == "network").row("answers")["value"]


def answer_requests(people: list, count: int) -> None:
    for n in range(count):
        make_meeting(people[n % 30], people[(n + 1 + n // 30) % 30], "declined", hours=1)


def test_a_release_stands_for_a_day_and_until_each_count_has_changed_by_five_or_more(forum):
    event, people, by = forum
    answer_requests(people, 10)
    assert meetings_told(release_for(event=event, by=by, now=NOW)) == 10
    answer_requests(people, 6)
    assert meetings_told(release_for(event=event, by=by, now=NOW + dt.timedelta(hours=3))) == 10  # the same day
    make_meeting(people[0], people[1], "requested")
    assert meetings_told(release_for(event=event, by=by, now=NOW + DAY)) == 10  # one more waits: 0, and then 1
    answer_requests(people, 6)
    for other in people[2:7]:
        make_meeting(people[1], other, "requested")
    assert meetings_told(release_for(event=event, by=by, now=NOW + DAY)) == 10  # that day was tried
    assert meetings_told(release_for(event=event, by=by, now=NOW + 2 * DAY)) == 22
    assert Release.objects.filter(event=event).count() == 2


def test_what_is_withheld_while_the_forum_runs_stays_withheld_until_it_is_over(forum):
    event, people, by = forum
    answer_requests(people, 3)
    assert meetings_told(release_for(event=event, by=by, now=NOW)) == WITHHELD
    answer_requests(people, 30)
    assert meetings_told(release_for(event=event, by=by, now=NOW + DAY)) == WITHHELD
    over = dt.datetime.combine(ENDS, dt.time(12), dt.UTC) + DAY
    assert meetings_told(release_for(event=event, by=by, now=over)) == 33


def test_a_new_phase_has_a_new_release_and_the_final_one_stands(forum):
    event, people, by = forum
    end = dt.datetime.combine(ENDS, dt.time(12), dt.UTC)
    answer_requests(people, 10)
    for days in (-3, 1, 5, 6):
        release_for(event=event, by=by, now=end + days * DAY)
        make_meeting(people[0], people[1], "declined", hours=1)
    made = list(Release.objects.filter(event=event).values_list("phase", flat=True))
    assert made == ["running", "over", "final"]
    answer_requests(people, 50)
    assert meetings_told(release_for(event=event, by=by, now=end + 40 * DAY)) == 12


def test_the_previous_edition_is_as_it_was_released(forum):
    event, people, by = forum
    answer_requests(people, 10)
    for one, other in zip(people[:20:2], people[1:20:2], strict=True):
        make_meeting(one, other)
    after = make_event("after", starts_on=dt.date(2027, 12, 9), ends_on=dt.date(2027, 12, 10), previous=event)
    organiser = make_attendee(after, permission="organiser", visibility="hidden").person
    then = dt.datetime(2027, 11, 1, tzinfo=dt.UTC)
    release = release_for(event=after, by=organiser, now=then)
    mine = next(one for one in release.worksheets if one.name == "editions").rows[1]
    own = release_for(event=event, by=by, now=then)
    assert mine == next(one for one in own.worksheets if one.name == "editions").rows[0]
    people[0].delete()  # a figure computed anew would tell it
    later = release_for(event=after, by=organiser, now=then + 60 * DAY)
    assert next(one for one in later.worksheets if one.name == "editions").rows[1] == mine


def test_an_edition_of_recorded_ties_keeps_its_first_figures(forum):
    event, people, by = forum
    event.previous = make_event("of-ties", starts_on=dt.date(2025, 12, 9), ends_on=dt.date(2025, 12, 10))
    event.save()
    for one, other in zip(people[:16:2], people[1:16:2], strict=True):
        first, second = sorted((one.person, other.person), key=lambda person: person.pk)
        day = event.previous.starts_on
        Tie.objects.create(edition=event.previous, first=first, second=second, met_on=day)
    rows = []
    for now in (NOW, NOW + 40 * DAY):
        release = release_for(event=event, by=by, now=now)
        rows.append(next(one for one in release.worksheets if one.name == "editions").rows[1])
        people[0].delete()
        people.pop(0)
    assert rows[0] == rows[1]
    assert rows[0][6] == 8
    assert not any(isinstance(cell, int) and 1 <= cell <= 4 for cell in rows[0])


def test_only_organisers_have_a_release_made_and_every_file_is_recorded(forum):
    event, people, by = forum
    with pytest.raises(BusinessError):
        release_for(event=event, by=people[0].person, now=NOW)
    assert not Release.objects.exists()
    export_stats_file(event=event, name="funnel.csv", by=by, now=NOW)
    assert Act.objects.get(event=event).what == "funnel.csv"
    assert Organisation.objects.filter(event=event).exists()
