"""Sectors and organisations of an event, who takes part, and what they seek and offer."""

from __future__ import annotations

from typing import Any, cast

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.core.local_names import local_name
from backend.core.models import Numbered
from backend.events.models.events import Event, Topic
from backend.people.models import Constituency, Person


class Sector(models.Model):
    """A kind of organisation at one event, as its list writes it, with the constituency it counts for.

    Every event has the one whose key is `OTHER`, for what fits no other.
    """

    OTHER = "other"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sectors")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=80)
    names = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), blank=True
    )  # by language code, beside `name`
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

    @property
    def local_name(self) -> str:
        return local_name(self.name, self.names)


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

    def knowing_aliases(self) -> AttendeeQuerySet:
        """Each with `is_under_alias`."""
        flag: dict[str, Any] = {"is_under_alias": Q(alias__isnull=False)}
        return self.annotate(**flag)

    def with_card(self) -> AttendeeQuerySet:
        """Everything organisers read of an attendee, in a constant number of queries."""
        topics = models.Prefetch("interests", Interest.objects.select_related("topic").order_by("topic_id"))
        return self.select_related("person", "organisation__sector").prefetch_related(topics)


AttendeeManager = models.Manager.from_queryset(AttendeeQuerySet)


class PresentManager(AttendeeManager["Attendee"]):
    """Attendees who have not left."""

    def get_queryset(self) -> AttendeeQuerySet:
        return cast(AttendeeQuerySet, super().get_queryset().filter(left_at=None))


# Whoever is set as a minor, by whatever code, is known as one for eight years (a child of ten is eighteen),
# by the address they have and by each they had. Set as a minor again, what leads had agreed no longer holds.
REMEMBER_MINOR = """
    IF TG_OP = 'UPDATE' THEN
        IF OLD.age_class = NEW.age_class THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO people_knownminor (address_hash, skeleton_hash, event_id, expires_at)
    SELECT had.address_hash, max(had.skeleton_hash), event.id,
    timezone('UTC', event.ends_on + interval '8 years')
    FROM events_event event, (
        SELECT id, address_hash, skeleton_hash FROM people_person
        UNION ALL SELECT person_id, address_hash, '' FROM people_formeraddress
    ) had
    WHERE had.id = NEW.person_id AND event.id = NEW.event_id GROUP BY had.address_hash, event.id
    ON CONFLICT (address_hash, event_id) DO UPDATE
    SET expires_at = greatest(people_knownminor.expires_at, excluded.expires_at),
    skeleton_hash = greatest(people_knownminor.skeleton_hash, excluded.skeleton_hash);
    DELETE FROM events_ageagreement agreement USING people_knownminor known
    WHERE agreement.known_minor_id = known.id AND known.event_id = NEW.event_id
    AND known.address_hash IN (SELECT address_hash FROM people_addresshash WHERE person_id = NEW.person_id);
    RETURN NULL;
"""
DELETE_PICTURES = """
    IF TG_OP = 'UPDATE' OR NEW.age_class = 'minor' THEN
        DELETE FROM events_picture USING events_attendee AS part
        WHERE part.id = events_picture.attendee_id AND part.person_id = NEW.person_id;
    END IF;
    RETURN NULL;
"""


class Attendee(Numbered):
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
    # Others may read which of their own sessions this attendee bookmarked, too.
    shows_sessions = models.BooleanField(default=False)
    title = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    # Glad to meet, with a translating device, people who are glad of one and share no language with them.
    translating_device = models.BooleanField(default=False, db_default=False)
    about = models.TextField(blank=True)
    seeks = models.TextField(blank=True)
    offers = models.TextField(blank=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)  # by the attendee alone
    # When they accepted the privacy notice and the conduct pledge, and in which version; null: not joined.
    agreed_at = models.DateTimeField(null=True, blank=True, editable=False)
    agreement_version = models.CharField(max_length=20, blank=True, editable=False)
    left_at = models.DateTimeField(null=True, editable=False)  # the row stays for counts and names nobody

    objects = PresentManager()
    with_left = AttendeeQuerySet.as_manager()

    is_under_alias: bool  # of `knowing_aliases`: the name and affiliation are no real ones (S11)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="attendee_once_per_event"),
            models.UniqueConstraint(fields=["event", "id"], name="attendee_event_key"),
            models.CheckConstraint(condition=~Q(name=""), name="attendee_has_a_name"),
            models.CheckConstraint(
                condition=Q(age_class__in=["adult", "minor", "unknown"]), name="attendee_age_class_known"
            ),
            models.CheckConstraint(condition=Q(visibility__in=["listed", "hidden"]), name="attendee_visibility_known"),
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
            models.CheckConstraint(
                condition=Q(left_at=None)
                | Q(
                    left_at__isnull=False,
                    short_name="",
                    title="",
                    country="",
                    about="",
                    seeks="",
                    offers="",
                    visibility="hidden",
                    permission="participant",
                    agreed_at=None,
                ),
                name="attendee_left_says_nothing",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="remember_minor",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("age_class"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Condition("NEW.age_class = 'minor'"),
                func=REMEMBER_MINOR,
            ),
            pgtrigger.Trigger(
                name="delete_pictures",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("age_class"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Condition("NEW.age_class <> 'adult'"),
                func=DELETE_PICTURES,
            ),
        ]

    @property
    def has_joined(self) -> bool:
        return self.agreed_at is not None

    @property
    def constituency(self) -> str:
        """Key of the constituency this attendee counts for; without an organisation, other."""
        return self.organisation.sector.constituency if self.organisation else "other"


class Interest(Numbered):
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
