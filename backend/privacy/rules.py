"""What becomes of each table when somebody leaves, is erased, or their time of keeping ends.

`docs/data.md` is this table for people. A test compares both with every table of the database.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass

from backend.events.models.attendees import Attendee

MINORS_KEPT = 30  # days after the event, of whoever is not known to be an adult


class Rule(enum.StrEnum):
    """What an erasure does to the rows of the person."""

    ERASED = "erased"
    ANONYMISED = "anonymised"
    COUNTED = "counted"
    HELD = "held"
    HASHED = "hashed"
    EXPIRES = "expires"
    NOT_PERSONAL = "not personal"


MEANINGS = {
    Rule.ERASED: "The rows are deleted.",
    Rule.ANONYMISED: "The rows stay for what refers to them; the columns named are emptied.",
    Rule.COUNTED: "The rows stay for counts and trails: ids, states and times that lead to nobody any more.",
    Rule.HELD: "The rows stay while a case is open, for safeguarding leads alone, and are then deleted.",
    Rule.HASHED: "A keyed hash of the address stays, with an expiry.",
    Rule.EXPIRES: "The rows delete themselves within the time named.",
    Rule.NOT_PERSONAL: "The rows are the forum’s or the installation’s, and about no participant.",
}


@dataclass(frozen=True, slots=True)
class TableRule:
    """The rule of one table. Of an anonymised one `emptied` are the columns that an erasure empties or
    replaces, and `plain` those with text that stays: a key, a state, or words of the forum."""

    table: str
    rule: Rule
    holds: str
    emptied: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()


def _rules(rule: Rule, holds: Mapping[str, str]) -> list[TableRule]:
    return [TableRule(table, rule, text) for table, text in holds.items()]


_TRACES = (
    "agreement", "attendee", "closure", "meeting", "nudge", "planned", "plan", "proposal", "publishing",
    "rules", "run", "sector", "session", "slot", "table", "theme", "topic",
)  # fmt: skip

TABLES = tuple(
    sorted(
        [
            TableRule(
                "people_person",
                Rule.ANONYMISED,
                "The account: address, name, zone, language, quiet hours. Deleted where nothing is held",
                emptied=(
                    "email",
                    "address_hash",
                    "older_hash",
                    "skeleton_hash",
                    "name",
                    "own_timezone",
                    "language",
                    "browser_language",
                    "digest",
                    "password",
                ),
            ),
            TableRule(
                "events_attendee",
                Rule.ANONYMISED,
                "A person’s part in a forum: name, organisation, country, languages, texts, age class",
                emptied=(
                    "name",
                    "short_name",
                    "title",
                    "country",
                    "languages",
                    "about",
                    "seeks",
                    "offers",
                    "agreement_version",
                    "visibility",
                    "role",
                    "permission",
                ),
                plain=("age_class",),
            ),
            TableRule(
                "booking_meeting",
                Rule.ANONYMISED,
                "Who asked whom to meet, with the message; when and where they met",
                emptied=("message", "reason", "key"),
                plain=("kind", "state", "uid"),
            ),
            TableRule(
                "booking_followup",
                Rule.ANONYMISED,
                "What somebody noted after a meeting, and whether they kept it; without a day deleted",
                emptied=("agreed",),
            ),
            TableRule(
                "safeguarding_delegationsession",
                Rule.ANONYMISED,
                "A request for a session with a delegation, and the session",
                emptied=("wish", "words"),
                plain=("state",),
            ),
            TableRule(
                "groups_rounds",
                Rule.ANONYMISED,
                "Small groups, with counts, and who made them; what a roundtable that an attendee proposed is about",
                emptied=("title", "reason"),
                plain=("kind", "state", "work", "constituencies", "report"),
            ),
            TableRule(
                "invitations_invitation",
                Rule.ANONYMISED,
                "A mail of invitation: when it was sent, and hashes of its link and address",
                emptied=("address_hash", "token_hash"),
                plain=("kind", "state", "error"),
            ),
            TableRule(
                "suggestions_feedback",
                Rule.ANONYMISED,
                "What somebody said of a suggestion, with a note for themself",
                emptied=("note",),
                plain=("verdict", "cause"),
            ),
            *_rules(
                Rule.ERASED,
                {
                    "account_emailaddress": "The address an account signs in with",
                    "account_emailconfirmation": "A question about an address",
                    "demo_outgoingmail": "A mail the demo kept instead of sending",
                    "directory_nudge": "That a reminder to take part was sent",
                    "directory_profilevisit": "Whose pages somebody opened",
                    "directory_searchname": "Keys by which a name is found",
                    "directory_searchtext": "Vectors of what somebody wrote",
                    "directory_timesmail": "That a mail about times was sent",
                    "directory_wishtomeet": "Who would like to meet whom",
                    "django_admin_log": "What an administrator changed on the administration pages",
                    "django_session": "That somebody is signed in",
                    "events_adultproposal": "That somebody is said to be an adult",
                    "events_agealert": "That a lead was told of a question of age",
                    "events_alias": "The real name behind an alias",
                    "events_picture": "A picture somebody uploaded of themself, in two sizes",
                    "events_guardianconsent": "A guardian’s consent, with the guardian’s name and address",
                    "events_interest": "Topics somebody seeks or offers",
                    "events_sessionpart": "Sessions somebody bookmarked or speaks at",
                    "events_tie": "That two people met at an earlier forum; outlasts the time of keeping",
                    "mails_mailtest": "That an organiser sent themself a test mail",
                    "assistants_assistant": "Who may act for whom, and a hash of the address that was named",
                    "booking_availability": "Times somebody is free",
                    "booking_busycalendar": "The address of one’s own calendar, encrypted, and when it says busy",
                    "agenda_calendarfeed": "The secret address of a calendar",
                    "agenda_sessionmail": "That a mail about changed sessions was sent; how they were before",
                    "outcomes_contactshare": "How one person reaches another; kept where both gave it",
                    "booking_delivery": "What became of the mail of a notice",
                    "booking_notice": "News about meetings",
                    "booking_question": "A question about a request to meet, and its answer",
                    "booking_waitinglistentry": "Who waits for a free time with whom, with the message",
                    "people_apitoken": "A token for the API: its name, hash, scopes and times",
                    "people_linkedidentity": "Which provider signs somebody in, and a hash of who it is",
                    "people_person_groups": "Groups of an administrator",
                    "people_person_user_permissions": "Permissions of an administrator",
                    "groups_roundseat": "Who is drafted to sit at which table of a group",
                    "mfa_authenticator": "Passkeys, and secrets of apps and recovery codes, encrypted",
                    "programme_plannedmeeting": "Who is planned to meet whom",
                    "roster_registration": "Which row of a source names somebody; hashes of what it says",
                    "safeguarding_chaperone": "Who looks after a delegation",
                    "safeguarding_vetting": "That an adult was checked, by whom",
                    "suggestions_embedding": "Vectors of texts; deleted where nobody else wrote the same",
                    "suggestions_suggestion": "Whom matching suggests to whom, and why",
                    "suggestions_suggestionview": "Which cards somebody was shown",
                    "usersessions_usersession": "Where somebody is signed in: browser and internet address",
                },
            ),
            *_rules(
                Rule.COUNTED,
                {
                    "core_act": "What an organiser did: which file, which change of state",
                    "events_ageagreement": "That leads of two forums agreed on an age class",
                    "events_merge": "That two entries were said to be one person, and what came of it",
                    "events_appointment": "Who was organiser or lead from when to when",
                    "booking_counteroffer": "That one of the two offered other times, and what came of it",
                    "booking_counteroffertime": "The times offered instead",
                    "booking_displacedmeeting": "That a meeting was moved for a closed room",
                    "booking_requestedtime": "The times a request offers",
                    "booking_seat": "Who sits in a meeting, whether it took place, how useful it was",
                    "moving_approval": "That a lead agreed to the forum’s export or deletion",
                    "groups_roundtable": "Which tables groups use, about what, and who hosts a roundtable",
                    "people_factorreset": "That an administrator removed a lost second factor",
                    "pghistory_context": "The account (number) that made a change, and for whom it acted",
                    "procrastinate_events": "When a job was queued and done",
                    "procrastinate_jobs": "Jobs, with the numbers of what they are about",
                    "programme_plan": "Plans, with counts, and who made them",
                    "safeguarding_aliasentry": "Who set or read an alias, and when",
                    "safeguarding_delegationseat": "Who sits in a session with a delegation",
                    "safeguarding_openplace": "Which tables stand in the open",
                    "safeguarding_outsidealert": "That the outside contact was told of a report",
                    "safeguarding_reportalert": "That a lead was told of a report",
                    "safeguarding_reporthandover": "That a report was handed to another lead",
                    "safeguarding_reportlink": "Whom a report was found to be about",
                    "safeguarding_reportview": "Who read a report, and when",
                    "suggestions_listreading": "When a list was computed; ends with the next computation",
                    "stats_release": "Figures as they left the desk, small counts left out",
                    "suggestions_learnedweights": "Weights learned from all answers together",
                    "suggestions_run": "A computation of all lists, as numbers",
                    **{f"audit_{name}trace": "The trail of changes: numbers, states and times" for name in _TRACES},
                },
            ),
            *_rules(
                Rule.HELD,
                {
                    "safeguarding_heldidentity": "Who somebody was who left while a report is open",
                    "events_suspension": "Why a lead suspended somebody; while it is in force",
                    "safeguarding_report": "A report of one person about another",
                    "safeguarding_reportentry": "What leads wrote and did in a report",
                },
            ),
            *_rules(
                Rule.HASHED,
                {
                    "people_formeraddress": "An address that an account had before; as long as the account",
                    "people_knownminor": "That a forum knows an address as a minor’s; eight years",
                    "roster_departure": "Who left, so that no source brings them back; the time of keeping",
                    "safeguarding_block": "Who blocked whom; three years after the account is gone",
                },
            ),
            *_rules(
                Rule.EXPIRES,
                {
                    "core_usecount": "How often something was done, under a keyed hash; a week at most",
                    "events_translationremark": "A passage of a page that reads badly in a language; a year",
                    "events_longjob": "A list or file that an organiser asked for, encrypted; an hour",
                    "integrations_webhookdelivery": "That a webhook was told of a change: numbers; 30 days",
                    "people_accountmail": "A sign-in mail that waits, encrypted; 15 minutes",
                    "people_firstadministratorlink": "The link for the first administrator; a day",
                },
            ),
            *_rules(
                Rule.NOT_PERSONAL,
                {
                    "auth_group": "Groups of administrators",
                    "auth_group_permissions": "Permissions of such groups",
                    "auth_permission": "Permissions",
                    "core_abandonedjob": "How often a job was at work when its worker ended",
                    "core_mailday": "How many mails of the forum have left on its day",
                    "core_stepfailure": "On how many rows a step of a job failed",
                    "django_content_type": "Names of tables",
                    "django_migrations": "Versions of the tables",
                    "events_countrycontact": "Published numbers to ring in danger",
                    "events_event": "The forum",
                    "integrations_source": "Where people register: its address, and a token, encrypted",
                    "integrations_webhook": "Which address is told what changes; its secrets, encrypted",
                    "integrations_programmeentry": "Which session is which of a programme elsewhere",
                    "events_organisation": "Organisations; one that nobody is left in is deleted",
                    "events_outsidecontact": "Whom leads named outside the forum; until they name another",
                    "events_sector": "Sectors",
                    "events_session": "The programme, in the organisers’ words",
                    "events_slot": "Meeting times",
                    "events_table": "Tables",
                    "events_theme": "Themes",
                    "events_topic": "Topics",
                    "invitations_invitationrules": "How the forum invites",
                    "mails_mailtexts": "What stands on the forum’s mails",
                    "booking_closure": "Rooms and times closed by the organisers",
                    "booking_meetingrules": "Limits for requests",
                    "moving_arrival": "Which file of a forum was imported here",
                    "people_movedkey": "The keys by which a forum that moved here had hashed addresses, encrypted",
                    "procrastinate_periodic_defers": "When periodic jobs were queued",
                    "procrastinate_workers": "Which workers run",
                    "programme_programmerules": "How programmes are published",
                    "roster_columnchoice": "How the columns of lists are read",
                    "safeguarding_contactrule": "Groups that are not in contact",
                    "suggestions_learning": "The state of learning",
                    "suggestions_suggestionrules": "What organisers chose for the lists",
                },
            ),
        ],
        key=lambda one: one.table,
    )
)
RULE_OF = {one.table: one for one in TABLES}


def is_time_over(attendee: Attendee, moment: dt.datetime) -> bool:
    """Whether an adult's time of keeping is over: the event's setting; organisers and leads stay."""
    days = (moment.astimezone(attendee.event.zone).date() - attendee.event.ends_on).days
    return attendee.permission == Attendee.Permission.PARTICIPANT and days > attendee.event.retention_days


def as_markdown() -> str:
    """The table of docs/data.md."""
    lines = ["| table | what it holds | rule |", "|---|---|---|"]
    for one in TABLES:
        emptied = f": {', '.join(f'`{name}`' for name in one.emptied)}" if one.emptied else ""
        lines.append(f"| `{one.table}` | {one.holds} | {one.rule}{emptied} |")
    return "\n".join(lines)


def meanings_as_markdown() -> str:
    """What each rule means, for docs/data.md."""
    return "\n".join(f"- **{rule}**: {text}" for rule, text in MEANINGS.items())
