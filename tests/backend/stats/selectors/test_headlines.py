"""Headlines: true of the figures, and without withheld counts."""

import random
from dataclasses import asdict
from itertools import combinations, product

import pytest
from django.utils.translation import override

from backend.booking.models.meetings import Seat
from backend.stats.models import Release
from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.headlines import headlines_for, released_headlines
from backend.stats.selectors.worksheets import WITHHELD, draft_release, exact_worksheets, reported_step_of
from tests.backend.stats.events import large_event, make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event, make_organisation
from tests.languages import ATTENDEES, MARKED, languages_offered, write_marked

pytestmark = pytest.mark.django_db


def make_forum(state="held", **counts):
    """Eight people each of government, industry and civil society; `counts` of meetings, e.g. gov_ind=20."""
    event = make_event()
    organisations = {
        "gov": make_organisation(event),
        "ind": make_organisation(event, "company", "industry"),
        "civ": make_organisation(event, "ngo", "civil-society"),
    }
    people = {
        name: [make_attendee(event, organisation=organisation) for _ in range(8)]
        for name, organisation in organisations.items()
    }
    for name, count in counts.items():
        one, other = name.split("_")
        pairs = combinations(people[one], 2) if one == other else product(people[one], people[other])
        for pair in random.Random(name).sample(list(pairs), count):
            make_meeting(*pair, state, hours=3)
    return event


def headlines_of(event, **options):
    stats = event_stats(event=event, now=NOW, **{"permutations": 199, **options})
    sheets = draft_release(stats).worksheets
    return headlines_for(stats, sheets), stats, {sheet.name: sheet for sheet in sheets}


def texts(headlines):
    return {one.code: one.text for one in headlines}


def test_pairs_far_above_and_below_chance_are_named_with_their_figures():
    headlines, _, _ = headlines_of(make_forum(gov_ind=48, gov_civ=8, ind_civ=7, gov_gov=6, ind_ind=6, civ_civ=6))
    expected = 81 * 64 / (24 * 23 / 2)
    assert texts(headlines)["bridge"] == (
        f"Government and industry held 48 meetings, {48 / expected:.1f} times what chance would give."
    )
    missing = [one.text for one in headlines if one.code == "missing"]
    assert missing == [
        f"Industry and civil society held 7 meetings, {7 / expected:.1f} times what chance would give.",
        f"Government and civil society held 8 meetings, {8 / expected:.1f} times what chance would give.",
    ]


def test_a_pair_that_is_counted_with_others_is_named_on_the_desk_alone():
    event = make_forum(gov_ind=48, gov_civ=2, gov_gov=10, ind_ind=10, civ_civ=10, ind_civ=9)
    headlines, stats, sheets = headlines_of(event)
    assert {row[0] for row in sheets["constituencies"].rows} == {"civil-society", "other"}
    assert "missing" not in texts(headlines)
    exact = texts(headlines_for(stats, exact_worksheets(stats)))
    assert exact["missing"].startswith("Industry and civil society held 9 meetings") or exact["missing"].startswith(
        "Government and civil society held 2 meetings"
    )


def test_no_headline_gives_away_how_few_people_a_constituency_has():
    event = make_forum(gov_ind=48, gov_civ=12, gov_gov=10, ind_ind=10, civ_civ=10, ind_civ=9)
    assert "chance would give" in texts(headlines_of(event)[0])["across"]
    make_attendee(event, organisation=make_organisation(event, "youth", "youth"))
    headlines, _, sheets = headlines_of(event)
    assert {row[0] for row in sheets["constituencies"].rows} == {"government", "civil-society", "other"}
    assert texts(headlines)["across"] == "70 % of meetings cross constituencies."  # chance is made of people


@pytest.mark.parametrize(("met", "text"), [(38, "Nearly all of 41 attendees have a meeting."), (28, None)])
def test_nearly_all_depends_on_the_share_of_people_with_a_meeting(met, text):
    event = make_event()
    people = [make_attendee(event) for _ in range(met + 3)]
    for one, other in zip(people[:met:2], people[1:met:2], strict=True):
        make_meeting(one, other)
    headlines, _, sheets = headlines_of(event, permutations=0)
    assert sheets["network"].row("people without a meeting")["value"] == WITHHELD
    assert texts(headlines).get("nearly_all") == text


def test_no_headline_quotes_a_withheld_count():
    headlines, _, sheets = headlines_of(large_event(90, 400, listed=2, seed=1))
    shown = {row[2] for row in sheets["matrix-held"].rows}
    quoted = [one.facts["meetings"] for one in headlines if one.code in ("bridge", "missing")]
    assert quoted
    assert set(quoted) <= shown
    assert min(quoted) >= 5


@pytest.mark.parametrize(("meetings", "is_said"), [(50, False), (51, True)])
def test_the_share_across_is_said_of_more_than_fifty_meetings(meetings, is_said):
    event = make_forum(gov_ind=meetings - 10, gov_gov=10)
    stats = event_stats(event=event, now=NOW, permutations=0)
    for sheets in (exact_worksheets(stats), draft_release(stats).worksheets):
        assert ("across" in texts(headlines_for(stats, sheets))) is is_said


def test_before_meetings_are_held_headlines_report_accepted_ones():
    headlines, _, _ = headlines_of(make_forum("accepted", gov_ind=48, gov_civ=8, gov_gov=6, ind_ind=6, civ_civ=6))
    assert "agreed 48 meetings" in texts(headlines)["bridge"]


def test_no_pair_is_named_where_chance_would_give_it():
    headlines, _, _ = headlines_of(make_forum(gov_ind=10, gov_civ=10, ind_civ=10, gov_gov=5, ind_ind=5, civ_civ=5))
    assert not {"bridge", "missing", "hardly"} & {one.code for one in headlines}


def test_how_many_have_a_meeting_and_how_quickly_people_answer():
    event = make_forum(gov_ind=7, gov_civ=5, gov_gov=5)
    headlines, _, _ = headlines_of(event)
    met = Seat.objects.filter(event=event).values("attendee").distinct().count()
    assert texts(headlines)["reach"] == f"{met} of 24 attendees have a meeting; {24 - met} have none."
    assert texts(headlines)["answers"].startswith("Half of all answers came within 3 hours")
    headlines, _, _ = headlines_of(make_forum(gov_ind=48, gov_civ=30))
    assert texts(headlines)["everybody"] == "All 24 attendees have a meeting."


def test_the_share_across_is_compared_with_chance_and_the_previous_edition():
    before = make_forum(gov_ind=10, gov_gov=10, civ_civ=5, ind_civ=5, ind_ind=10)
    event = make_forum(gov_ind=30, gov_gov=10, civ_civ=10, ind_civ=10)
    headlines, _, _ = headlines_of(event)
    chance = round(100 * 3 * 64 / (24 * 23 / 2))
    assert texts(headlines)["across"] == f"67 % of meetings cross constituencies; chance would give {chance} %."
    event.previous = before
    event.save()
    stats = event_stats(event=event, now=NOW, permutations=0)
    headlines = texts(headlines_for(stats, exact_worksheets(stats)))
    assert headlines["across"].startswith("67 % of meetings cross")  # of 40 meetings then
    more = make_forum(gov_ind=20, gov_gov=20, civ_civ=5, ind_civ=5, ind_ind=10)
    event.previous = more
    event.save()
    stats = event_stats(event=event, now=NOW, permutations=0)
    assert texts(headlines_for(stats, exact_worksheets(stats)))["across_since"] == (
        f"67 % of 60 meetings cross constituencies, after 42 % of 60 at {more.name}; chance would give {chance} %."
    )


def test_the_desk_says_how_many_have_not_joined_and_no_release_does():
    event = make_forum(gov_ind=7, gov_civ=5, gov_gov=5)
    for _ in range(3):
        make_attendee(event, has_joined=False)
    headlines, stats, _ = headlines_of(event)
    exact = texts(headlines_for(stats, exact_worksheets(stats)))["reach"]
    met = stats.network.people - stats.network.isolates
    assert exact == f"{met} of the 24 who have joined have a meeting; 3 of 27 attendees have not joined yet."
    assert not any("joined" in text for text in texts(headlines).values())


def test_an_event_without_a_meeting_has_one_headline_and_a_small_one_gives_nothing_away():
    event = make_event()
    make_attendee(event)
    headlines, _, _ = headlines_of(event)
    assert [one.text for one in headlines] == ["No meeting is agreed yet."]
    seven = make_event()
    seven_people(seven)
    headlines, _, _ = headlines_of(seven)
    assert {one.code for one in headlines} <= {"nearly_all", "answers"}


def test_a_release_says_its_headlines_in_the_language_being_read(tmp_path):
    write_marked(tmp_path, MARKED, marks=ATTENDEES)
    events = [make_forum(gov_ind=48, gov_civ=8, ind_civ=7, gov_gov=6), make_forum(gov_ind=20, gov_civ=10)]
    empty = make_event()
    seven_people(empty)
    with languages_offered(tmp_path, tet="Tetun"):
        for event in (*events, empty):
            headlines, stats, sheets = headlines_of(event)
            content = {
                "step": reported_step_of(stats),
                "worksheets": [asdict(sheet) for sheet in sheets.values()],
                "headlines": [asdict(one) for one in headlines],
            }
            release = Release(content=content)
            assert tuple(released_headlines(release)) == headlines
            with override(MARKED):
                told = tuple(released_headlines(release))
                assert told == headlines_for(stats, sheets.values())
            assert all("⟦" in one.text for one in told)


def test_a_pair_without_keys_in_an_old_release_is_told_as_it_was():
    stored = {"code": "bridge", "text": "Government and industry held 9 meetings.", "facts": {"meetings": 9}}
    (told,) = released_headlines(Release(content={"step": "held", "worksheets": [], "headlines": [stored]}))
    assert asdict(told) == stored
