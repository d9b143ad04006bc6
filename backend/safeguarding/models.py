"""Blocks, contact rules, reports with what leads did and wrote, aliases, and who may look after minors."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backend.core.models import Numbered
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event, Topic
from backend.people.models import Constituency, Person


class Block(Numbered):
    """One person wants nothing to do with another; it hides each from the other, at every event."""

    blocker = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="blocks_made")
    blocked = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="blocks_received")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_not_self"),
        ]


class ContactRule(Numbered):
    """People of two groups of an event are not in contact: each a constituency or one of its sectors.

    It parts both ways. The groups are stored in the order of their keys.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="contact_rules")
    constituency = models.CharField(max_length=20, blank=True, choices=Constituency.choices)
    sector = models.ForeignKey(Sector, null=True, on_delete=models.RESTRICT, related_name="+")
    other_constituency = models.CharField(max_length=20, blank=True, choices=Constituency.choices)
    other_sector = models.ForeignKey(Sector, null=True, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sector=None, constituency__in=Constituency.values)
                | Q(sector__isnull=False, constituency=""),
                name="contact_rule_names_a_group",
            ),
            models.CheckConstraint(
                condition=Q(other_sector=None, other_constituency__in=Constituency.values)
                | Q(other_sector__isnull=False, other_constituency=""),
                name="contact_rule_names_another_group",
            ),
            models.UniqueConstraint(
                fields=["event", "constituency", "sector", "other_constituency", "other_sector"],
                nulls_distinct=False,
                name="contact_rule_once",
            ),
        ]


class ReportQuerySet(models.QuerySet["Report"]):
    def waiting(self) -> ReportQuerySet:
        """Open reports."""
        return self.exclude(state=Report.State.CLOSED)


class Report(Numbered):
    """An attendee's report about another, for the safeguarding leads.

    It blocks contact between the two people as a block does, at every event, until a lead closes and lifts
    it. Its text is kept as long as the event, also once one of the two has left. The database draws its
    number at random: a gap would reveal a report that this lead may not read.
    """

    class Category(models.TextChoices):
        HARASSMENT = "harassment", _("Unwanted attention or harassment")
        PRESSURE = "pressure", _("Pressure, threats or discrimination")
        CHILD = "child", _("Concern for a child or young person")
        IDENTITY = "identity", _("Not who they say they are")
        OTHER = "other", _("Something else")
        UNSAFE = "unsafe", _("Does not feel safe")

    class State(models.TextChoices):
        """In hand: a lead is assigned to it."""

        OPEN = "open", _("New")
        LOOKED_AT = "looked-at", _("Looked at")
        IN_HAND = "in-hand", _("In hand")
        CLOSED = "closed", _("Closed")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    reporter = models.ForeignKey(Attendee, null=True, on_delete=models.SET_NULL, related_name="reports_made")
    reported = models.ForeignKey(Attendee, null=True, on_delete=models.SET_NULL, related_name="reports_about")
    meeting_id = models.BigIntegerField(null=True)  # no key: meetings stand above this feature
    category = models.CharField(max_length=12, choices=Category.choices)
    words = models.TextField()
    named = models.CharField(max_length=200, blank=True)  # whom it is about, as the reporter wrote it
    wants_news = models.BooleanField(default=False)  # the reporter asked to hear what becomes of it
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)  # set by a lead; else DUE_AFTER after it was made
    assigned_to = models.ForeignKey(Attendee, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    keeps_apart = models.BooleanField(default=True)
    closed_by = models.ForeignKey(Attendee, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reporter=F("reported")), name="report_not_self"),
            models.CheckConstraint(
                condition=Q(category__in=["harassment", "pressure", "child", "identity", "other", "unsafe"]),
                name="report_category_known",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="report_says_something"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "looked-at", "in-hand"], closed_at=None, closed_by=None, outcome="")
                | (Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")),
                name="report_closed_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(keeps_apart=True) | Q(state="closed"), name="report_keeps_apart_until_closed"
            ),
            models.CheckConstraint(
                condition=Q(assigned_to=None) | Q(state__in=["in-hand", "closed"]), name="report_assigned_is_in_hand"
            ),
        ]
        indexes = [models.Index(fields=["reporter", "reported"], condition=Q(keeps_apart=True), name="report_apart")]


class ReportView(Numbered):
    """A reading of a report. The database lets no row be changed, nor removed without its report."""

    report = models.ForeignKey(Report, db_constraint=False, on_delete=models.DO_NOTHING, related_name="views")
    viewer = models.ForeignKey(Person, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+")
    seen_at = models.DateTimeField()


class ReportEntry(Numbered):
    """What a lead wrote or did in a report; no row is changed, nor removed without its report.

    `text`: of a note, a word to the reporter, or why somebody was suspended. `about`: the lead it was
    assigned to, or who was suspended.
    """

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        INTERIM = "interim", _("Word to whoever made the report")
        FINAL = "final", _("Final word to whoever made the report")
        ASSIGNED = "assigned", _("Assigned")
        DUE = "due", _("New due time")
        SUSPENDED = "suspended", _("Suspended")
        LIFTED = "lifted", _("Suspension lifted")
        EXPORTED = "exported", _("Downloaded")

    WORDS = (Kind.INTERIM, Kind.FINAL)  # what the reporter reads

    report = models.ForeignKey(Report, db_constraint=False, on_delete=models.DO_NOTHING, related_name="entries")
    by = models.ForeignKey(Person, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+")
    about = models.ForeignKey(Attendee, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["note", "interim", "final"]) & ~Q(text="")
                | Q(kind__in=["assigned", "due", "suspended", "lifted", "exported"]),
                name="report_entry_kind_known_and_said",
            ),
            models.CheckConstraint(
                condition=Q(kind="due", due_at__isnull=False) | ~Q(kind="due") & Q(due_at=None),
                name="report_entry_due_names_a_time",
            ),
        ]


class ReportHandOver(models.Model):
    """A lead handed a report to another lead, who was confirmed after it was made, and now may read it."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="hand_overs")
    lead = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    handed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "lead", "handed_at"], name="report_hand_over_once")]

    def __str__(self) -> str:
        return f"report hand-over {self.pk}"


class ReportLink(Numbered):
    """Whom a report in free words is about, as found by a lead, or else by the name in it."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="links")
    attendee = models.ForeignKey(Attendee, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    is_by_lead = models.BooleanField(default=False)
    linked_at = models.DateTimeField()


class OutsideAlert(Numbered):
    """The outside contact was told by mail of a report that no lead may read."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="+")
    told_at = models.DateTimeField()


class ReportAlert(Numbered):
    """A safeguarding lead was alerted by mail to this report."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="alerts")
    lead = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "lead"], name="report_alert_once")]


class HeldIdentity(Numbered):
    """Who somebody was who left while a report of theirs, or about them, is open (S12).

    Only safeguarding leads read it, with the report. It is deleted once no such report is open.
    """

    attendee = models.OneToOneField(Attendee, on_delete=models.CASCADE, related_name="held_identity")
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=255, blank=True)
    country = models.CharField(max_length=80, blank=True)
    email = models.EmailField(max_length=254)
    held_at = models.DateTimeField()


class Vetting(Numbered):
    """A lead's record that an adult was checked: by whom, by which check, and until when it holds.

    Only safeguarding leads read it.
    """

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="vettings")
    checked_by = models.CharField(max_length=120)
    check_made = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # by a lead, or replaced by a newer one
    reminded_at = models.DateTimeField(null=True)  # leads, that it runs out

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee"], condition=Q(ended_at=None), name="vetting_one_at_a_time"),
            models.CheckConstraint(condition=~Q(checked_by="") & ~Q(check_made=""), name="vetting_says_who_and_which"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("recorded_at")), name="vetting_ends_after_it_begins"),
        ]


class Chaperone(Numbered):
    """A lead's record that an attendee looks after the minors of a delegation.

    A delegation is an organisation, or the country of those without one (S7).
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="chaperoned")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    country = models.CharField(max_length=80, blank=True)
    recorded_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attendee", "organisation", "country"],
                nulls_distinct=False,
                name="chaperone_once_per_delegation",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, country="") | Q(organisation=None) & ~Q(country=""),
                name="chaperone_of_one_delegation",
            ),
        ]


class OpenPlace(Numbered):
    """A lead's record that a table stands where others pass by and see it (S5)."""

    table = models.OneToOneField(Table, on_delete=models.CASCADE, related_name="open_place")
    recorded_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()


class AliasEntry(Numbered):
    """A lead set, read or lifted an alias. The database lets no row be changed, nor removed alone."""

    class Kind(models.TextChoices):
        SET = "set", pgettext_lazy("an alias was", "Set")
        READ = "read", _("Read")
        LIFTED = "lifted", _("Lifted")

    attendee = models.ForeignKey(
        Attendee, db_constraint=False, on_delete=models.DO_NOTHING, related_name="alias_entries"
    )
    lead = models.ForeignKey(Person, null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["set", "read", "lifted"]), name="alias_entry_kind_known")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("pg_trigger_depth() = 0"),  # deeper, it follows its attendee
                func="RAISE EXCEPTION 'who read an alias is never changed' USING ERRCODE = 'check_violation';",
            )
        ]


class DelegationSession(Numbered):
    """An adult's request to the leads for a session with a delegation, and the session it became (S4, S5).

    Who is asked, and who sits in it, are its seats. Who ended it is not stored: nobody has to say why.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        PROPOSED = "proposed", _("Proposed by a lead")
        CONFIRMED = "confirmed", _("Confirmed")
        ENDED = "ended", _("Does not take place")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="delegation_sessions")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    wish = models.CharField(max_length=120)  # with which delegation, in the asker's words, for leads alone
    words = models.TextField(blank=True)  # what it is to be about, for leads alone
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    slot = models.ForeignKey(Slot, null=True, on_delete=models.RESTRICT, related_name="+")
    table = models.ForeignKey(Table, null=True, on_delete=models.RESTRICT, related_name="+")
    asked_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="delegation_session_event_key"),
            models.CheckConstraint(condition=~Q(wish=""), name="delegation_session_with_whom"),
            models.CheckConstraint(
                condition=Q(state="asked", slot=None, table=None, proposed_at=None, confirmed_at=None, ended_at=None)
                | Q(
                    state="proposed",
                    slot__isnull=False,
                    table__isnull=False,
                    proposed_at__isnull=False,
                    confirmed_at=None,
                    ended_at=None,
                )
                | Q(
                    state="confirmed",
                    slot__isnull=False,
                    table__isnull=False,
                    proposed_at__isnull=False,
                    confirmed_at__isnull=False,
                    ended_at=None,
                )
                | Q(state="ended", ended_at__isnull=False),
                name="delegation_session_state_and_times_agree",
            ),
        ]


class DelegationSeat(Numbered):
    """Somebody's part in a session with a delegation, and their own answer; no answer is no yes."""

    class Part(models.TextChoices):
        ASKER = "asker", _("Asked for this session")
        CHAPERONE = "chaperone", _("Chaperone")
        VETTED = "vetted", _("Second adult")
        MINOR = "minor", _("Young person")

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")

    ONE_OF_EACH = (Part.ASKER, Part.CHAPERONE, Part.VETTED)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(DelegationSession, on_delete=models.CASCADE, related_name="seats")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="delegation_seats")
    part = models.CharField(max_length=10, choices=Part.choices)
    answer = models.CharField(max_length=3, choices=Answer.choices, blank=True)

    class Meta:
        ordering = ["attendee_id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "attendee"], name="delegation_seat_once"),
            models.UniqueConstraint(
                fields=["session", "part"],
                condition=Q(part__in=["asker", "chaperone", "vetted"]),
                name="delegation_seat_one_of_each",
            ),
            models.CheckConstraint(
                condition=Q(part="asker", answer="yes")
                | Q(part__in=["chaperone", "vetted", "minor"], answer__in=["", "yes", "no"]),
                name="delegation_seat_part_and_answer",
            ),
        ]
