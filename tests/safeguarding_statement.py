"""A statement of S1 to S12 of its own, in plain Python over a small situation.

Written from docs/safeguarding.md, and shares no code with the rules: where the two differ, one is wrong. It
says who may be in touch with whom, whom matching reads, and who may be named to whom.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

CHANNELS = (
    "suggestion", "page", "directory", "meeting", "message", "contact", "export", "delegation", "joining",
)  # fmt: skip
TO_SEE = ("suggestion", "page", "directory")  # the others reach somebody
EVENTS = (0, 1)
CONSENTS = ("given", "older", "asked", "expired", "withdrawn", "")
FEW = 6  # people in a situation of its own
TOGETHER = 10  # situations drawn one after the other that share their two events


Group = tuple[str, str]  # ("constituency", its key) or ("sector", its key)
SECTORS = {"police": "government", "ministry": "government", "platform": "industry", "": "other"}
"""The sectors of both events with their constituencies; without an organisation people are of none."""


@dataclass(frozen=True)
class ContactRule:
    """The organisers of an event keep two groups apart."""

    event: int
    one: Group
    other: Group


@dataclass(frozen=True)
class Part:
    """A person's part in one of the two events."""

    person: int
    event: int
    age: str = "adult"  # adult, minor, unknown: as this event's organisers wrote it
    listed: bool = True
    permission: str = "participant"  # participant, organiser, safeguarding-lead
    role: str = "delegate"
    joined: bool = True  # accepted the privacy notice and the pledge
    sector: str = "platform"
    alias: bool = False  # an adult who runs nothing, shown there by another name and affiliation
    country: str = ""
    consent: str = ""  # of CONSENTS: "older" does not tell of sessions
    vetting: str = ""  # of a lead's record: holds, expired, ended, or none


@dataclass(frozen=True)
class Chaperone:
    """A lead recorded whose minors somebody looks after: an organisation's, or a country's without one."""

    person: int
    event: int
    sector: str
    country: str


@dataclass(frozen=True)
class Seat:
    """Somebody's part in a session with a delegation, and their answer: yes, no or none yet."""

    person: int
    part: str  # asker, chaperone, vetted, minor
    answer: str


@dataclass(frozen=True)
class Session:
    """A session with a delegation: `place` is open or closed off, `time` to come or over."""

    event: int
    state: str  # asked, proposed, confirmed, ended
    place: str
    time: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Complaint:
    """A report by one person about another, made at an event both attend."""

    event: int
    reporter: int
    reported: int
    state: str = "open"  # open, looked-at, in-hand, closed, lifted: closed, and a lead let the two meet again


@dataclass(frozen=True)
class Memory:
    """What is kept of a minor whom an event once knew; `agreed`: events whose leads call the person an adult.

    The agreement is about the person at the other event.
    """

    person: int
    event: int
    expired: bool = False
    agreed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Situation:
    """Two events with people numbered from 0, and all that bears on who may meet whom."""

    people: int
    parts: tuple[Part, ...]
    closed_accounts: frozenset[int] = frozenset()
    demo_accounts: frozenset[int] = frozenset()
    blocks: frozenset[tuple[int, int]] = frozenset()  # who blocked, who is blocked
    complaints: tuple[Complaint, ...] = ()
    memories: tuple[Memory, ...] = ()
    shows_unjoined: frozenset[int] = frozenset()  # events whose people agreed, registering, to be shown
    without_host: frozenset[int] = frozenset()  # events that lack a number to ring in the host country
    contact_rules: tuple[ContactRule, ...] = ()
    suspended: frozenset[tuple[int, int]] = frozenset()  # person, event: by a safeguarding lead
    chaperones: tuple[Chaperone, ...] = ()
    sessions: tuple[Session, ...] = ()

    def part(self, person: int, event: int) -> Part | None:
        return next((part for part in self.parts if (part.person, part.event) == (person, event)), None)


def is_adult(situation: Situation, person: int, event: int) -> bool:
    """S1: only a known adult; unknown is treated as minor, and so is whom an event knows as one.

    That ends when a lead of this event and one of the event that knows have agreed; this event itself may
    know, of somebody it deleted and imported again.
    """
    part = situation.part(person, event)
    if part is None or part.age != "adult":
        return False
    return not any(
        memory.person == person and not memory.expired and not (memory.event != event and memory.agreed >= set(EVENTS))
        for memory in situation.memories
    )


def is_open(situation: Situation, person: int, event: int) -> bool:
    """S1, S2, S8, S9: a known adult, listed, not suspended, whose account is open; others appear nowhere."""
    part = situation.part(person, event)
    return (
        part is not None
        and part.listed
        and (person, event) not in situation.suspended
        and person not in situation.closed_accounts
        and is_adult(situation, person, event)
    )


def is_within_reach(situation: Situation, person: int, event: int, channel: str) -> bool:
    """S9: who joined; who did not is seen where the event's people agreed to it, and never reached.

    What two agreed before they had to join is kept for them.
    """
    part = situation.part(person, event)
    if part is None:
        return False
    return part.joined or channel == "joining" or (channel in TO_SEE and event in situation.shows_unjoined)


def are_apart(situation: Situation, one: int, other: int) -> bool:
    """S8: a block or a report keeps the two apart at every event; only its lifting ends it."""
    pair = {one, other}
    blocked = (one, other) in situation.blocks or (other, one) in situation.blocks
    return blocked or any(
        {complaint.reporter, complaint.reported} == pair and complaint.state != "lifted"
        for complaint in situation.complaints
    )


def are_parted(rules: tuple[ContactRule, ...], one: Part, other: Part) -> bool:
    """S9: a contact rule of the event parts the groups of the two; it works both ways."""

    def belongs(part: Part, group: Group) -> bool:
        return group in {("sector", part.sector), ("constituency", SECTORS[part.sector])}

    return any(
        rule.event == one.event == other.event
        and (
            (belongs(one, rule.one) and belongs(other, rule.other))
            or (belongs(other, rule.one) and belongs(one, rule.other))
        )
        for rule in rules
    )


def may_sit(situation: Situation, session: Session, seat: Seat) -> bool:
    """S4 to S6: known adults who list themselves and joined, two of them checked; minors with a consent.

    A minor comes with their own chaperone, to an event that has a number to ring.
    """
    part = situation.part(seat.person, session.event)
    if part is None or seat.person in situation.closed_accounts:
        return False
    if (seat.person, session.event) in situation.suspended:
        return False
    if seat.part != "minor":
        is_fit = part.joined and is_open(situation, seat.person, session.event)
        return is_fit and (seat.part == "asker" or part.vetting == "holds")
    is_chaperoned = any(
        bound.event == session.event
        and (bound.sector == part.sector if part.sector else bound.country == part.country != "")
        and bool(bound.sector) == bool(part.sector)
        and any(bound.person == other.person for other in session.seats if other.part == "chaperone")
        for bound in situation.chaperones
    )
    is_provided_for = session.event not in situation.without_host and is_chaperoned
    return part.age == "minor" and part.listed and part.consent == "given" and is_provided_for


def could_take_place(situation: Situation, session: Session) -> bool:
    """S4, S5: everybody needed is there and may be, in the open and in time, and none of them is apart.

    Whoever said no is not looked at.
    """
    seats = [seat for seat in session.seats if seat.answer != "no"]
    return (
        session.place == "open"
        and session.time == "to come"
        and {seat.part for seat in seats} == {"asker", "chaperone", "vetted", "minor"}
        and all(may_sit(situation, session, seat) for seat in seats)
        and not any(are_apart(situation, one.person, other.person) for one, other in combinations(seats, 2))
    )


def sit_together(situation: Situation, event: int, one: int, other: int) -> bool:
    """S4: an adult and a minor in a session that a lead confirmed, and to which everybody in it agreed."""
    mine, theirs = situation.part(one, event), situation.part(other, event)
    for session in situation.sessions:
        seats = {seat.person: seat for seat in session.seats if seat.answer != "no"}
        if (
            session.event == event
            and session.state == "confirmed"
            and {one, other} <= seats.keys()
            and (seats[one].part == "minor") != (seats[other].part == "minor")
            and all(seat.answer == "yes" for seat in seats.values())
            and could_take_place(situation, session)
            and mine is not None
            and theirs is not None
            and not are_parted(situation.contact_rules, mine, theirs)
        ):
            return True
    return False


def is_asked_with(situation: Situation, event: int, minor: int, adult: int) -> bool:
    """S4: a minor who is asked reads with which adults, while it could take place."""
    mine, theirs = situation.part(minor, event), situation.part(adult, event)
    return any(
        session.event == event
        and session.state == "proposed"
        and could_take_place(situation, session)
        and mine is not None
        and theirs is not None
        and not are_parted(situation.contact_rules, mine, theirs)
        and any(seat.person == minor and seat.part == "minor" and seat.answer != "no" for seat in session.seats)
        and any(seat.person == adult and seat.part != "minor" and seat.answer != "no" for seat in session.seats)
        for session in situation.sessions
    )


def may_contact(situation: Situation, event: int, one: int, other: int, channel: str) -> bool:
    """S3, S9: two different open people of one event who are not apart, through a channel that exists.

    Whom a contact rule parts may still open each other's page, so that they can block and report. The
    channel of sessions with a delegation is of another kind: it is for those who sit in one (S4).
    """
    if channel == "delegation":
        return sit_together(situation, event, one, other)
    mine, theirs = situation.part(one, event), situation.part(other, event)
    return (
        channel in CHANNELS
        and one != other
        and mine is not None
        and theirs is not None
        and (channel == "page" or not are_parted(situation.contact_rules, mine, theirs))
        and is_open(situation, one, event)
        and is_open(situation, other, event)
        and is_within_reach(situation, one, event, channel)
        and is_within_reach(situation, other, event, channel)
        and not are_apart(situation, one, other)
    )


def matched(situation: Situation, event: int) -> set[int]:
    """S2: whom matching reads at all."""
    return {part.person for part in situation.parts if is_open(situation, part.person, event)}


def kept_apart(situation: Situation, event: int) -> set[tuple[int, int]]:
    """S8, S9: pairs, lower number first, of those matching reads that are never proposed to each other."""
    people = [part for one in sorted(matched(situation, event)) if (part := situation.part(one, event))]
    return {
        (one.person, other.person)
        for one, other in combinations(people, 2)
        if are_apart(situation, one.person, other.person) or are_parted(situation.contact_rules, one, other)
    }


def may_read(situation: Situation, event: int, reader: int, target: int, *, on_list: str = "") -> set[str]:
    """What of the target's part in this event the reader may read on the event's pages, files and mails.

    first and last name, organisation, title, texts. `on_list`: "page" for organisers' list of attendees and
    its page of one, "file" for its files, "work" for the figures, the matching and the planner (S2), "link"
    for the leads' search for the one a report in free words is about, their list of the suspended, and who
    was in contact with whom a report is about (S8), "safety" for the page from which everybody reports and
    for a report's own, which name the leads, "roles" for organisers' and leads' list of them (S10),
    "supervision" for the leads' pages of who looks after minors (S5), and "alias" for theirs of one alias
    (S11). People a lead suspended read themselves and the page of safety alone.
    """
    theirs = situation.part(target, event)
    if theirs is None or not theirs.alias or reader == target:
        return _may_read_named(situation, event, reader, target, on_list)
    mine = situation.part(reader, event)
    is_lead = mine is not None and mine.permission == "safeguarding-lead"
    is_out = reader in situation.closed_accounts or (reader, event) in situation.suspended
    if is_lead and on_list == "alias" and not is_out:
        return {"first", "last", "organisation", "title"}
    return _may_read_named(situation, event, reader, target, on_list) & {"texts"}


def _may_read_named(situation: Situation, event: int, reader: int, target: int, on_list: str) -> set[str]:
    """The same of somebody who appears by their own name."""
    mine, theirs = situation.part(reader, event), situation.part(target, event)
    if mine is None or reader in situation.closed_accounts:
        return set()
    if theirs is None:  # known from another event, and still on one's own list of blocks
        known = any(_is_named_on_own_list(situation, at, reader, target) for at in EVENTS)
        return {"first", "last"} if known and (reader, event) not in situation.suspended else set()
    is_lead = theirs.permission == "safeguarding-lead" and (target, event) not in situation.suspended
    if (reader, event) in situation.suspended and reader != target:
        return {"first", "last"} if on_list == "safety" and is_lead else set()
    if reader == target or may_contact(situation, event, reader, target, "page"):
        return {"first", "last", "organisation", "title", "texts"}
    if sit_together(situation, event, reader, target):
        return {"first", "organisation"} | ({"last"} if theirs.age == "adult" else set())
    if is_asked_with(situation, event, reader, target):
        return {"first", "last", "organisation"}
    if on_list == "work" and not is_open(situation, target, event):
        return set()
    readable = may_read_on_own_list(situation, event, reader, target)
    if on_list == "safety" and is_lead:
        readable = readable | {"first", "last"}
    has_role = "participant" not in (mine.permission, theirs.permission)
    if on_list == "roles" and has_role and theirs.age == "adult":
        readable = readable | {"first", "last"}
    if mine.permission == "organiser":
        return readable | _may_organisers_read(situation, event, target, on_list)
    if mine.permission == "safeguarding-lead":
        return readable | _may_leads_read(situation, event, reader, target, on_list)
    return readable


def _may_organisers_read(situation: Situation, event: int, target: int, on_list: str) -> set[str]:
    theirs = situation.part(target, event)
    readable = {"first", "organisation"}  # S7: of a minor, first name and delegation
    if theirs.age == "adult":
        readable |= {"last", "title"} | ({"texts"} if on_list else set())
    if theirs.age == "unknown" and on_list == "page":
        readable |= {"last"}
    if is_open(situation, target, event):
        readable |= {"texts"}
    return readable


def _may_leads_read(situation: Situation, event: int, reader: int, target: int, on_list: str) -> set[str]:
    is_adult = situation.part(target, event).age == "adult"
    readable = {"first", "organisation"}
    if on_list in ("link", "supervision", "alias") and is_adult:
        readable |= {"last"}
    is_party = any(
        made.event == event
        and target in (made.reporter, made.reported)
        and reader not in (made.reporter, made.reported)
        for made in situation.complaints
    )
    if is_party:
        readable |= {"title"} | ({"last"} if is_adult else set())
    return readable


def may_read_to_settle(situation: Situation, event: int, reader: int, target: int) -> set[str]:
    """S1: what leads of the event read of people it knows as minors and the other event set as an adult."""
    mine, elsewhere = situation.part(reader, event), situation.part(target, 1 - event)
    if mine is None or mine.permission != "safeguarding-lead" or reader in situation.closed_accounts:
        return set()
    known = [one for one in situation.memories if (one.person, one.event) == (target, event)]
    is_open_question = any(not one.expired and one.agreed < set(EVENTS) for one in known)
    is_adult_there = elsewhere is not None and elsewhere.age == "adult"
    return {"first", "organisation"} if is_open_question and is_adult_there else set()


def may_read_on_own_list(situation: Situation, event: int, reader: int, target: int) -> set[str]:
    """S8: what one's own blocks and reports tell, at any event, of whom one would else see at this one."""
    if situation.part(reader, event) is None or reader in situation.closed_accounts:
        return set()
    return {"first", "last"} if _is_named_on_own_list(situation, event, reader, target) else set()


def _is_named_on_own_list(situation: Situation, event: int, reader: int, target: int) -> bool:
    """S8: one's own blocks and reports name whom one would see but for them.

    S11: not whom an event shows under an alias; named at the other, the block would tell who it is.
    """
    if any(part.person == target and part.alias for part in situation.parts):
        return False
    is_mine = (reader, target) in situation.blocks or any(
        (made.reporter, made.reported) == (reader, target) for made in situation.complaints
    )
    hides = (target, reader) in situation.blocks or any(
        (made.reporter, made.reported) == (target, reader) and made.state != "lifted" for made in situation.complaints
    )
    is_here = situation.part(reader, event) is not None
    return is_here and is_mine and not hides and is_open(situation, target, event)


def draw_situations(seed: int, count: int) -> Iterator[Situation]:
    chance = random.Random(seed)
    for number in range(count):
        if number % TOGETHER == 0:
            shows_unjoined = frozenset(event for event in EVENTS if chance.random() < 0.5)
            rules = tuple(rule for event in EVENTS for rule in draw_rules(chance, event))
            without_host = frozenset(event for event in EVENTS if chance.random() < 0.1)
        drawn = draw_situation(chance, shows_unjoined=shows_unjoined, contact_rules=rules)
        yield replace(drawn, without_host=without_host)


def draw_rules(chance: random.Random, event: int) -> Iterator[ContactRule]:
    """No rule at half of the events, else one or two, each between two groups, perhaps a group and itself."""
    groups = [("sector", key) for key in SECTORS if key]
    groups += [("constituency", key) for key in ("government", "industry", "other", "youth")]
    found = set()
    for _ in range(chance.choice((0, 0, 1, 2))):
        one, other = sorted(chance.choice(groups) for _ in range(2))
        found.add((one, other))
    for one, other in sorted(found):
        yield ContactRule(event, one, other)


def draw_situation(
    chance: random.Random,
    people: int | None = None,
    shows_unjoined: frozenset[int] = frozenset(),
    contact_rules: tuple[ContactRule, ...] = (),
) -> Situation:
    """A situation in which most people are open, so that what closes one of them makes the difference."""
    count = people or chance.randint(2, 6)
    parts = tuple(
        Part(
            person,
            event,
            age=(age := chance.choices(("adult", "minor", "unknown"), (8, 1, 1))[0]),
            listed=chance.random() < 0.88,
            permission=(
                permission := chance.choices(
                    ("participant", "organiser", "safeguarding-lead"), (6, 1, int(age == "adult"))
                )[0]
            ),
            role=chance.choice(("delegate", "speaker", "chaperone")),
            joined=chance.random() < 0.85,
            sector=chance.choices(tuple(SECTORS), (1, 1, 6, 1))[0],
            alias=chance.random() < 0.15 and (age, permission) == ("adult", "participant"),
            country=chance.choice(("Laos", "Laos", "")),
            consent=chance.choice(CONSENTS) if age == "minor" else "",
            vetting=chance.choice(("holds", "expired", "ended", "", "")),
        )
        for person in range(count)
        for event in EVENTS
        if chance.random() < 0.8
    )
    here = {(part.person, part.event): part for part in parts}
    sessions: list[Session] = []
    chaperones: list[Chaperone] = []
    for event in EVENTS:
        for group in (range(count),) if count <= FEW else groups_with_reader(count):
            present = [person for person in group if (person, event) in here]
            if len(present) >= 4 and chance.random() < 0.5:
                draw_session(chance, event, present, here, sessions, chaperones)
    parts = tuple(here.values())
    pairs = [(one, other) for one in range(count) for other in range(count) if one != other]
    complaints = tuple(
        Complaint(event, one, other, chance.choice(("open", "looked-at", "in-hand", "closed", "lifted")))
        for one, other in pairs
        for event in EVENTS
        if (one, event) in here and (other, event) in here and chance.random() < 0.05
    )
    memories = tuple(
        Memory(
            person,
            event,
            expired=not is_minor and chance.random() < 0.3,
            agreed=frozenset(at for at in EVENTS if chance.random() < 0.5),
        )
        for person in range(count)
        for event in EVENTS
        if (is_minor := (person, event) in here and here[person, event].age == "minor") or chance.random() < 0.05
    )
    return Situation(
        people=count,
        parts=parts,
        closed_accounts=frozenset(person for person in range(count) if chance.random() < 0.06),
        demo_accounts=frozenset(person for person in range(count) if chance.random() < 0.1),
        blocks=frozenset(pair for pair in pairs if chance.random() < 0.05),
        complaints=complaints,
        memories=memories,
        shows_unjoined=shows_unjoined,
        contact_rules=contact_rules,
        suspended=frozenset((part.person, part.event) for part in parts if chance.random() < 0.06),
        chaperones=tuple(chaperones),
        sessions=tuple(sessions),
    )


def groups_with_reader(count: int) -> Iterator[tuple[int, ...]]:
    """The first person with three others at a time: who are read together."""
    for first in range(1, count - 2, 3):
        yield (0, first, first + 1, first + 2)


def draw_session(
    chance: random.Random,
    event: int,
    present: list[int],
    here: dict[tuple[int, int], Part],
    sessions: list[Session],
    chaperones: list[Chaperone],
) -> None:
    """A session with a delegation in which nearly everything is right, so that what is not decides."""

    def mostly() -> bool:
        return chance.random() < 0.95

    people = chance.sample(present, min(len(present), chance.choice((4, 4, 5))))
    parts = ["asker", "chaperone", "vetted", *("minor" for _ in people[3:])]
    home = here[people[3], event]
    for person, part in zip(people, parts, strict=True):
        now = here[person, event]
        if part == "minor":
            where = home if mostly() else now
            now = replace(now, age="minor" if mostly() else now.age, sector=where.sector, country=where.country)
            if now.age == "minor":
                now = replace(now, permission="participant", alias=False, consent="given" if mostly() else now.consent)
        else:
            now = replace(now, age="adult") if mostly() else now
            now = replace(now, vetting="holds") if mostly() else now
        here[person, event] = replace(now, listed=mostly() or now.listed, joined=mostly() or now.joined)
    if mostly():
        home = here[people[3], event]
        chaperones.append(
            Chaperone(
                people[1] if mostly() else people[2], event, home.sector, "" if home.sector else home.country or "Laos"
            )
        )
    answers = ["yes", *(chance.choices(("yes", "no", ""), (18, 1, 1))[0] for _ in people[1:])]
    seats = tuple(map(Seat, people, parts, answers))
    sessions.append(
        Session(
            event,
            state=chance.choices(("asked", "proposed", "confirmed", "ended"), (1, 4, 12, 1))[0],
            place="open" if mostly() else "closed off",
            time="to come" if mostly() else "over",
            seats=seats if mostly() else seats[1:],
        )
    )
