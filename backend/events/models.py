"""Editions of a forum, who takes part, what they seek and offer, and when and where they can meet."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.people.models import Constituency, KnownMinor, Person


class Event(models.Model):
    """One edition of a forum; its zone is the canonical one for every time in it.

    What its state allows is in `rules.states`: participants come in from `inviting` on.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        INVITING = "inviting", _("Inviting")
        OPEN = "open", _("Open")
        LIVE = "live", _("Live")
        CLOSED = "closed", _("Closed")
        ARCHIVED = "archived", _("Archived")

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    venue = models.CharField(max_length=200, blank=True)
    meetings_per_person = models.PositiveSmallIntegerField(default=5)
    interpreters = models.BooleanField(default=False)
    # Its people agreed, when they registered, to be shown to each other before they join.
    shows_unjoined = models.BooleanField(default=False)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)  # it is held in
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The forum that this copy with made-up people rehearses.
    rehearsal_of = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="rehearsal"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)

    class Meta:
        ordering = ["-starts_on", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "inviting", "open", "live", "closed", "archived"]),
                name="event_state_known",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="event_ends_after_start"),
            models.CheckConstraint(condition=Q(meetings_per_person__lte=50), name="event_meetings_sane"),
            models.CheckConstraint(
                condition=~Q(previous=F("id")),
                name="event_not_its_own_previous",
                violation_error_message=_("An event cannot be its own previous edition."),
            ),
            models.CheckConstraint(condition=~Q(rehearsal_of=F("id")), name="event_not_its_own_rehearsal"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> dt.tzinfo:
        return ZoneInfo(self.timezone)

    @property
    def is_rehearsal(self) -> bool:
        return self.rehearsal_of_id is not None

    @property
    def sends_mail(self) -> bool:
        """Whether a mail about this event may leave: of a rehearsal none does."""
        return not self.is_rehearsal


class Tie(models.Model):
    """Two people met at an earlier edition; the pair is stored once, lower id first."""

    edition = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="ties")
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    met_on = models.DateField()
    weight = models.FloatField(default=1.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "first", "second"], name="tie_once_per_edition"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="tie_lower_id_first"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="tie_weight_positive"),
        ]

    def __str__(self) -> str:
        return f"tie {self.pk}"


class Theme(models.Model):
    """One of an event's themes, in the order the programme gives them."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="themes")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="theme_key_once"),
            models.UniqueConstraint(fields=["event", "id"], name="theme_event_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """A subject under a theme that attendees seek or offer."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="topics")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="topics")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="topic_key_once"),
            models.UniqueConstraint(fields=["event", "id"], name="topic_event_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Sector(models.Model):
    """A kind of organisation at one event, as its list writes it, with the constituency it counts for.

    Every event has the one whose key is `OTHER`, for what fits no other.
    """

    OTHER = "other"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sectors")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=80)
    constituency = models.CharField(max_length=20, choices=Constituency.choices)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="sector_key_once"),
            models.UniqueConstraint("event", Lower("name"), name="sector_name_once"),
            models.UniqueConstraint(fields=["event", "id"], name="sector_event_key"),
            models.CheckConstraint(condition=~Q(name=""), name="sector_named"),
            models.CheckConstraint(
                condition=Q(constituency__in=Constituency.values), name="sector_constituency_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """Where attendees of one event work, with the sector this event counts it in."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="organisations")
    name = models.CharField(max_length=255)
    sector = models.ForeignKey(Sector, on_delete=models.RESTRICT, related_name="organisations")

    class Meta:
        constraints = [
            models.UniqueConstraint("event", Lower("name"), name="organisation_once_per_event"),
            models.UniqueConstraint(fields=["event", "id"], name="organisation_event_key"),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_named"),
        ]

    def __str__(self) -> str:
        return self.name


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    """Common filters. None of these decides who may see whom: safeguarding does."""

    def of(self, event: Event) -> AttendeeQuerySet:
        return self.filter(event=event)

    def with_card(self) -> AttendeeQuerySet:
        """Everything a card shows, in a constant number of queries."""
        return self.select_related("person", "organisation__sector").prefetch_related(interests_of_cards())


def interests_of_cards() -> models.Prefetch[Any]:
    """What a card shows of topics, to prefetch."""
    return models.Prefetch("interests", Interest.objects.select_related("topic__theme").order_by("topic_id"))


# Whoever is set as a minor, by whatever code, is known as one for eight years: who was ten is eighteen then.
# Set as a minor again, what leads had agreed no longer holds.
REMEMBER_MINOR = """
    IF TG_OP = 'UPDATE' THEN
        IF OLD.age_class = NEW.age_class THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO people_knownminor (address_hash, event_id, expires_at)
    SELECT person.address_hash, event.id, timezone('UTC', event.ends_on + interval '8 years')
    FROM people_person person, events_event event
    WHERE person.id = NEW.person_id AND event.id = NEW.event_id
    ON CONFLICT (address_hash, event_id) DO UPDATE
    SET expires_at = greatest(people_knownminor.expires_at, excluded.expires_at);
    DELETE FROM events_ageagreement agreement USING people_knownminor known, people_person person
    WHERE agreement.known_minor_id = known.id AND known.event_id = NEW.event_id
    AND known.address_hash = person.address_hash AND person.id = NEW.person_id;
    RETURN NULL;
"""


class Attendee(models.Model):
    """A person's part in one event."""

    class Role(models.TextChoices):
        DELEGATE = "delegate", _("Delegate")
        SPEAKER = "speaker", _("Speaker")
        CHAPERONE = "chaperone", _("Chaperone")

    class Permission(models.TextChoices):
        PARTICIPANT = "participant", _("Participant")
        ORGANISER = "organiser", _("Organiser")
        SAFEGUARDING_LEAD = "safeguarding-lead", _("Safeguarding lead")

    class Visibility(models.TextChoices):
        LISTED = "listed", _("Listed")
        HIDDEN = "hidden", _("Hidden")

    class AgeClass(models.TextChoices):
        """Set by an organiser, never by the attendee alone; unknown is treated as minor."""

        ADULT = "adult", _("Adult")
        MINOR = "minor", _("Minor")
        UNKNOWN = "unknown", _("Unknown")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attendees")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="attendances")
    name = models.CharField(max_length=200)  # as this event knows them
    short_name = models.CharField(max_length=60, blank=True)  # how they want to be called
    organisation = models.ForeignKey(  # of the same event
        Organisation, null=True, blank=True, on_delete=models.RESTRICT, related_name="attendees"
    )
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.DELEGATE)
    permission = models.CharField(max_length=20, choices=Permission.choices, default=Permission.PARTICIPANT)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.LISTED)
    age_class = models.CharField(max_length=10, choices=AgeClass.choices, default=AgeClass.UNKNOWN)
    title = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    about = models.TextField(blank=True)
    seeks = models.TextField(blank=True)
    offers = models.TextField(blank=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)  # by the attendee alone
    # When they accepted the privacy notice and the conduct pledge, and in which version; null: not joined.
    agreed_at = models.DateTimeField(null=True, blank=True, editable=False)
    agreement_version = models.CharField(max_length=20, blank=True, editable=False)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="attendee_once_per_event"),
            models.UniqueConstraint(fields=["event", "id"], name="attendee_event_key"),
            models.CheckConstraint(condition=~Q(name=""), name="attendee_has_a_name"),
            models.CheckConstraint(
                condition=Q(age_class__in=["adult", "minor", "unknown"]), name="attendee_age_class_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=["listed", "hidden"]), name="attendee_visibility_known"
            ),
            models.CheckConstraint(
                condition=Q(permission__in=["participant", "organiser", "safeguarding-lead"]),
                name="attendee_permission_known",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["delegate", "speaker", "chaperone"]), name="attendee_role_known"
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None, agreement_version="")
                | Q(agreed_at__isnull=False) & ~Q(agreement_version=""),
                name="attendee_agreed_to_a_version",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="remember_minor",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("age_class"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Condition("NEW.age_class = 'minor'"),
                func=REMEMBER_MINOR,
            )
        ]

    def __str__(self) -> str:
        return f"attendee {self.pk}"

    @property
    def has_joined(self) -> bool:
        return self.agreed_at is not None

    @property
    def constituency(self) -> str:
        """Key of the constituency this attendee counts for; without an organisation, other."""
        return self.organisation.sector.constituency if self.organisation else "other"

    @property
    def is_known_adult(self) -> bool:
        return self.age_class == Attendee.AgeClass.ADULT


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def of(self, event: Event) -> AppointmentQuerySet:
        return self.filter(attendee__event=event)

    def in_force(self) -> AppointmentQuerySet:
        """Those that give their permission now."""
        return self.filter(state=Appointment.State.CONFIRMED)


class Appointment(models.Model):
    """A person proposed, confirmed or ended as organiser or safeguarding lead of an event.

    `attendee.permission` follows the one in force, which began at `decided_at`. `is_first`: a lead, and the
    event had no other when this was confirmed.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")
        ENDED = "ended", _("Ended")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="appointments")
    permission = models.CharField(max_length=20, choices=Attendee.Permission.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_first = models.BooleanField(default=False)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attendee"],
                condition=Q(state__in=["proposed", "confirmed"]),
                name="appointment_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(permission__in=["organiser", "safeguarding-lead"]),
                name="appointment_permission_known",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None, ended_at=None)
                | Q(state__in=["confirmed", "refused"], decided_at__isnull=False, ended_at=None)
                | Q(state="ended", decided_at__isnull=False, ended_at__isnull=False),
                name="appointment_state_and_times_agree",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "ended"], proposed_by=F("decided_by")),
                name="appointment_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class OutsideContact(models.Model):
    """Whom to turn to outside the forum where no safeguarding lead may read a report.

    Its readers are safeguarding leads, the administrator, and who makes such a report.
    """

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="outside_contact")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & (~Q(email="") | ~Q(phone="")), name="outside_contact_can_be_reached"
            ),
        ]

    def __str__(self) -> str:
        return f"outside contact {self.pk}"


class AdultProposal(models.Model):
    """An organiser says that somebody set as a minor is an adult; a safeguarding lead consents, or not."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for a safeguarding lead")
        CONSENTED = "consented", _("Set as an adult")
        DECLINED = "declined", _("Kept as a minor")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="adult_proposals")
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attendee"], condition=Q(state="open"), name="adult_proposal_once_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | Q(state__in=["consented", "declined"], decided_at__isnull=False),
                name="adult_proposal_decided_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"adult proposal {self.pk}"


class AgeAgreement(models.Model):
    """A lead of one of two events agrees that a person is an adult at `event`, known as a minor elsewhere.

    Both events' leads have to agree: one agreement of `event`, one of the event of `known_minor`. A row is
    never changed; it goes with its known minor, and when the person is set as a minor again.
    """

    known_minor = models.ForeignKey(KnownMinor, on_delete=models.CASCADE, related_name="agreements")
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="+"
    )  # where the person is an adult
    of_event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")  # whose lead agreed
    lead = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["known_minor", "event", "of_event"], name="age_agreement_once_per_event"
            )
        ]

    def __str__(self) -> str:
        return f"age agreement {self.pk}"


class Interest(models.Model):
    """What an attendee seeks, offers, or both, in one topic of the same event."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="interests")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="interests")
    seeks = models.BooleanField(default=False)
    offers = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "topic"], name="interest_once_per_topic"),
            models.CheckConstraint(condition=Q(seeks=True) | Q(offers=True), name="interest_says_something"),
        ]

    def __str__(self) -> str:
        return f"interest {self.pk}"


class Session(models.Model):
    """An agenda item; the period is half-open."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    theme = models.ForeignKey(
        Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    title = models.CharField(max_length=200)
    abstract = models.TextField(blank=True)
    room = models.CharField(max_length=80, blank=True)
    stream_url = models.URLField(blank=True)
    source_id = models.CharField(max_length=200, blank=True)  # its id in the file it was imported from
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="session_event_key"),
            models.UniqueConstraint(fields=["event", "title", "starts_at"], name="session_once"),
            models.UniqueConstraint(
                fields=["event", "source_id"], condition=~Q(source_id=""), name="session_source_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.title


class SessionPart(models.Model):
    """An attendee bookmarked a session of the same event, or speaks at it: busy then, either way."""

    class Part(models.TextChoices):
        BOOKMARKED = "bookmarked", _("Bookmarked")
        SPEAKING = "speaking", _("Speaking")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="session_parts")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="parts")
    part = models.CharField(max_length=12, choices=Part.choices, default=Part.BOOKMARKED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "session"], name="session_part_once"),
            models.CheckConstraint(
                condition=Q(part__in=["bookmarked", "speaking"]), name="session_part_known"
            ),
        ]

    def __str__(self) -> str:
        return f"session part {self.pk}"


class Slot(models.Model):
    """A meeting time; the period is half-open. Slots of one event may overlap: people and tables may not."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "ends_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="slot_event_key"),
            models.UniqueConstraint(fields=["event", "starts_at", "ends_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"slot {self.pk}"


class Table(models.Model):
    """A place for one meeting at a time, or an online service with a room of its own for every meeting."""

    MEETING_MARK = "{meeting}"  # replaced in a room link by each meeting's own, unguessable mark

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="tables")
    label = models.CharField(max_length=60)
    place = models.CharField(max_length=200, blank=True)
    step_free = models.BooleanField(default=False)
    is_online = models.BooleanField(default=False)
    room_link = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="table_event_key"),
            models.UniqueConstraint(fields=["event", "id", "is_online"], name="table_kind_key"),
            models.UniqueConstraint(fields=["event", "label"], name="table_label_once"),
            models.CheckConstraint(condition=~Q(label=""), name="table_has_a_label"),
            models.CheckConstraint(
                condition=Q(is_online=False, room_link="")
                | Q(is_online=True, room_link__startswith="https://", room_link__contains="{meeting}"),
                name="table_online_has_a_room_for_each_meeting",
            ),
        ]

    def __str__(self) -> str:
        return self.label
