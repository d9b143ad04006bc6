import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

# Written by hand: two rows that a row links belong to the row's event. Its table, the column, the table it
# names, and the name of the key.
SAME_EVENT = [
    ("attendee", "organisation_id", "organisation", "attendee_organisation_same_event"),
    ("interest", "attendee_id", "attendee", "interest_attendee_same_event"),
    ("interest", "topic_id", "topic", "interest_topic_same_event"),
    ("merge", "duplicate_id", "attendee", "merge_duplicate_same_event"),
    ("merge", "kept_id", "attendee", "merge_kept_same_event"),
    ("organisation", "sector_id", "sector", "organisation_sector_same_event"),
    ("session", "theme_id", "theme", "session_theme_same_event"),
    ("sessionpart", "attendee_id", "attendee", "session_part_attendee_same_event"),
    ("sessionpart", "session_id", "session", "session_part_session_same_event"),
    ("topic", "theme_id", "theme", "topic_theme_same_event"),
]
SQL = [
    f"ALTER TABLE events_{table} ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
    f"REFERENCES events_{target} (event_id, id) DEFERRABLE INITIALLY DEFERRED"
    for table, column, target, name in SAME_EVENT
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("timezone", models.CharField(max_length=60)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("venue", models.CharField(blank=True, max_length=200)),
                ("meetings_per_person", models.PositiveSmallIntegerField(default=5)),
                ("interpreters", models.BooleanField(default=False)),
                ("shows_unjoined", models.BooleanField(default=False)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), blank=True, default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("inviting", "Inviting"),
                            ("open", "Open"),
                            ("live", "Live"),
                            ("closed", "Closed"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("retention_days", models.PositiveSmallIntegerField(default=180)),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "rehearsal_of",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rehearsal",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "ordering": ["-starts_on", "slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "inviting", "open", "live", "closed", "archived"])
                        ),
                        name="event_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="event_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("meetings_per_person__lte", 50)), name="event_meetings_sane"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("retention_days__gte", 1), ("retention_days__lte", 3650)),
                        name="event_retention_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("previous", models.F("id")), _negated=True),
                        name="event_not_its_own_previous",
                        violation_error_message="An event cannot be its own previous edition.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rehearsal_of", models.F("id")), _negated=True),
                        name="event_not_its_own_rehearsal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgeAgreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agreed_at", models.DateTimeField()),
                (
                    "known_minor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agreements",
                        to="people.knownminor",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "of_event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("known_minor", "event", "of_event", "person"),
                        name="age_agreement_once_a_person",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CountryContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("country", models.CharField(max_length=80)),
                ("name", models.CharField(max_length=120)),
                ("phone", models.CharField(max_length=40)),
                ("source", models.CharField(max_length=300)),
                ("checked_on", models.DateField()),
                ("is_host", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="country_contacts",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "ordering": ["-is_host", "country", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "country", "name"), name="country_contact_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("country", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                            models.Q(("phone", ""), _negated=True),
                            models.Q(("source", ""), _negated=True),
                        ),
                        name="country_contact_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LongJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "permission",
                    models.CharField(
                        choices=[
                            ("participant", "Participant"),
                            ("organiser", "Organiser"),
                            ("safeguarding-lead", "Safeguarding lead"),
                        ],
                        max_length=20,
                    ),
                ),
                ("needs_proof", models.BooleanField()),
                ("is_of_program", models.BooleanField()),
                ("title", models.CharField(max_length=200)),
                ("back", models.CharField(max_length=300)),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("key", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("fetched", "Fetched"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("request", models.BinaryField(null=True)),
                ("answer", models.BinaryField(null=True)),
                ("shown", models.CharField(blank=True, max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OutsideContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outside_contact",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(
                                models.Q(("email", ""), _negated=True),
                                models.Q(("phone", ""), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="outside_contact_can_be_reached",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sector",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=80)),
                (
                    "constituency",
                    models.CharField(
                        choices=[
                            ("government", "Government"),
                            ("industry", "Industry"),
                            ("civil-society", "Civil society"),
                            ("intergovernmental", "Intergovernmental"),
                            ("academia", "Academia"),
                            ("youth", "Youth"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sectors", to="events.event"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "key"), name="sector_key_once"),
                    models.UniqueConstraint(
                        models.F("event"),
                        django.db.models.functions.text.Lower("name"),
                        name="sector_name_once",
                    ),
                    models.UniqueConstraint(fields=("event", "id"), name="sector_event_key"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="sector_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "constituency__in",
                                [
                                    "government",
                                    "industry",
                                    "civil-society",
                                    "intergovernmental",
                                    "academia",
                                    "youth",
                                    "other",
                                ],
                            )
                        ),
                        name="sector_constituency_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="organisations",
                        to="events.event",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="organisations",
                        to="events.sector",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("event"),
                        django.db.models.functions.text.Lower("name"),
                        name="organisation_once_per_event",
                    ),
                    models.UniqueConstraint(fields=("event", "id"), name="organisation_event_key"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="organisation_named"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("short_name", models.CharField(blank=True, max_length=60)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("delegate", "Delegate"),
                            ("speaker", "Speaker"),
                            ("chaperone", "Chaperone"),
                        ],
                        default="delegate",
                        max_length=20,
                    ),
                ),
                (
                    "permission",
                    models.CharField(
                        choices=[
                            ("participant", "Participant"),
                            ("organiser", "Organiser"),
                            ("safeguarding-lead", "Safeguarding lead"),
                        ],
                        default="participant",
                        max_length=20,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("listed", "Listed"), ("hidden", "Hidden")], default="listed", max_length=10
                    ),
                ),
                (
                    "age_class",
                    models.CharField(
                        choices=[("adult", "Adult"), ("minor", "Minor"), ("unknown", "Unknown")],
                        default="unknown",
                        max_length=10,
                    ),
                ),
                ("shows_sessions", models.BooleanField(default=False)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("country", models.CharField(blank=True, max_length=80)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), blank=True, default=list, size=None
                    ),
                ),
                ("about", models.TextField(blank=True)),
                ("seeks", models.TextField(blank=True)),
                ("offers", models.TextField(blank=True)),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("changed_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("agreed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("agreement_version", models.CharField(blank=True, editable=False, max_length=20)),
                ("left_at", models.DateTimeField(editable=False, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendees",
                        to="events.event",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="attendees",
                        to="events.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("event", "person"), name="attendee_once_per_event"),
                    models.UniqueConstraint(fields=("event", "id"), name="attendee_event_key"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="attendee_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("age_class__in", ["adult", "minor", "unknown"])),
                        name="attendee_age_class_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["listed", "hidden"])),
                        name="attendee_visibility_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("permission__in", ["participant", "organiser", "safeguarding-lead"])
                        ),
                        name="attendee_permission_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["delegate", "speaker", "chaperone"])),
                        name="attendee_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_at", None), ("agreement_version", "")),
                            models.Q(
                                ("agreed_at__isnull", False),
                                models.Q(("agreement_version", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="attendee_agreed_to_a_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_at", None),
                            models.Q(
                                ("about", ""),
                                ("agreed_at", None),
                                ("country", ""),
                                ("left_at__isnull", False),
                                ("offers", ""),
                                ("permission", "participant"),
                                ("seeks", ""),
                                ("short_name", ""),
                                ("title", ""),
                                ("visibility", "hidden"),
                            ),
                            _connector="OR",
                        ),
                        name="attendee_left_says_nothing",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="remember_minor",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NEW.age_class = 'minor')",
                            func="\n    IF TG_OP = 'UPDATE' THEN\n        IF OLD.age_class = NEW.age_class THEN RETURN NULL; END IF;\n    END IF;\n    INSERT INTO people_knownminor (address_hash, skeleton_hash, event_id, expires_at)\n    SELECT had.address_hash, max(had.skeleton_hash), event.id,\n    timezone('UTC', event.ends_on + interval '8 years')\n    FROM events_event event, (\n        SELECT id, address_hash, skeleton_hash FROM people_person\n        UNION ALL SELECT person_id, address_hash, '' FROM people_formeraddress\n    ) had\n    WHERE had.id = NEW.person_id AND event.id = NEW.event_id GROUP BY had.address_hash, event.id\n    ON CONFLICT (address_hash, event_id) DO UPDATE\n    SET expires_at = greatest(people_knownminor.expires_at, excluded.expires_at),\n    skeleton_hash = greatest(people_knownminor.skeleton_hash, excluded.skeleton_hash);\n    DELETE FROM events_ageagreement agreement USING people_knownminor known\n    WHERE agreement.known_minor_id = known.id AND known.event_id = NEW.event_id\n    AND known.address_hash IN (SELECT address_hash FROM people_addresshash WHERE person_id = NEW.person_id);\n    RETURN NULL;\n",
                            hash="6f35388bfffe96c845f956f57cdd6d2d6a681f46",
                            operation='INSERT OR UPDATE OF "age_class"',
                            pgid="pgtrigger_remember_minor_d01b2",
                            table="events_attendee",
                            when="AFTER",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AdultProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for a safeguarding lead"),
                            ("consented", "Set as an adult"),
                            ("declined", "Kept as a minor"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="adult_proposals",
                        to="events.attendee",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("attendee",),
                        name="adult_proposal_once_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "open")),
                            models.Q(("decided_at__isnull", False), ("state__in", ["consented", "declined"])),
                            _connector="OR",
                        ),
                        name="adult_proposal_decided_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgeAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told_at", models.DateTimeField()),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("attendee", "lead"), name="age_alert_once")],
            },
        ),
        migrations.CreateModel(
            name="Alias",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("organisation", models.CharField(blank=True, max_length=255)),
                ("short_name", models.CharField(blank=True, max_length=60)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("country", models.CharField(blank=True, max_length=80)),
                ("about", models.TextField(blank=True)),
                ("seeks", models.TextField(blank=True)),
                ("offers", models.TextField(blank=True)),
                ("is_wish", models.BooleanField()),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "attendee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alias",
                        to="events.attendee",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.sector",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="alias_has_a_real_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "permission",
                    models.CharField(
                        choices=[
                            ("participant", "Participant"),
                            ("organiser", "Organiser"),
                            ("safeguarding-lead", "Safeguarding lead"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                            ("ended", "Ended"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("is_first", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appointments",
                        to="events.attendee",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "confirmed"])),
                        fields=("attendee",),
                        name="appointment_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("permission__in", ["organiser", "safeguarding-lead"])),
                        name="appointment_permission_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("ended_at", None), ("state", "proposed")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("ended_at", None),
                                ("state__in", ["confirmed", "refused"]),
                            ),
                            models.Q(
                                ("decided_at__isnull", False), ("ended_at__isnull", False), ("state", "ended")
                            ),
                            _connector="OR",
                        ),
                        name="appointment_state_and_times_agree",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposed_by", models.F("decided_by")),
                            ("state__in", ["confirmed", "ended"]),
                            _negated=True,
                        ),
                        name="appointment_confirmed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GuardianConsent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("guardian", models.CharField(max_length=120)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("way", models.CharField(choices=[("mail", "By mail"), ("paper", "On paper")], max_length=8)),
                ("wording", models.CharField(max_length=20)),
                ("seen_by", models.CharField(blank=True, max_length=120)),
                ("recorded_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("given", "Given"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("replaced", "Replaced"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guardian_consents",
                        to="events.attendee",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "given"])),
                        fields=("attendee",),
                        name="consent_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("guardian", ""), _negated=True),
                            models.Q(("wording", ""), _negated=True),
                        ),
                        name="consent_says_who_to_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("seen_by", ""), ("way", "mail"), models.Q(("email", ""), _negated=True)
                            ),
                            models.Q(("way", "paper"), models.Q(("seen_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="consent_by_a_mail_or_seen_on_paper",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "asked"), ("way", "mail")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("state__in", ["given", "refused", "withdrawn", "replaced"]),
                            ),
                            _connector="OR",
                        ),
                        name="consent_state_and_time_agree",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("recorded_at"))),
                        name="consent_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("kept_agreed_at", models.DateTimeField(null=True)),
                ("duplicate_agreed_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "duplicate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("duplicate")), _negated=True),
                        name="merge_of_two",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None), ("ended_at", None)),
                        fields=("duplicate",),
                        name="merge_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at", None), ("ended_at", None), _connector="OR"),
                        name="merge_is_done_or_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="slots", to="events.event"
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at", "ends_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "id"), name="slot_event_key"),
                    models.UniqueConstraint(fields=("event", "starts_at", "ends_at"), name="slot_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="slot_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                ("suspended_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suspensions",
                        to="events.attendee",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "suspended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("attendee",),
                        name="suspension_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="suspension_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None)),
                            models.Q(
                                ("lifted_at__gte", models.F("suspended_at")), ("lifted_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="suspension_is_lifted_later",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Table",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=60)),
                ("place", models.CharField(blank=True, max_length=200)),
                ("step_free", models.BooleanField(default=False)),
                ("is_online", models.BooleanField(default=False)),
                ("room_link", models.CharField(blank=True, max_length=300)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tables", to="events.event"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "id"), name="table_event_key"),
                    models.UniqueConstraint(fields=("event", "id", "is_online"), name="table_kind_key"),
                    models.UniqueConstraint(fields=("event", "label"), name="table_label_once"),
                    models.CheckConstraint(
                        condition=models.Q(("label", ""), _negated=True), name="table_has_a_label"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_online", False), ("room_link", "")),
                            models.Q(
                                ("is_online", True),
                                ("room_link__contains", "{meeting}"),
                                ("room_link__startswith", "https://"),
                            ),
                            _connector="OR",
                        ),
                        name="table_online_has_a_room_for_each_meeting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Theme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="themes", to="events.event"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "key"), name="theme_key_once"),
                    models.UniqueConstraint(fields=("event", "id"), name="theme_event_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("abstract", models.TextField(blank=True)),
                ("room", models.CharField(blank=True, max_length=80)),
                ("stream_url", models.URLField(blank=True)),
                ("source_id", models.CharField(blank=True, max_length=200)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="events.event",
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sessions",
                        to="events.theme",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "id"), name="session_event_key"),
                    models.UniqueConstraint(fields=("event", "title", "starts_at"), name="session_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("event", "source_id"),
                        name="session_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="session_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[("bookmarked", "Bookmarked"), ("speaking", "Speaking")],
                        default="bookmarked",
                        max_length=12,
                    ),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="session_parts",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="events.session"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "session"), name="session_part_once"),
                    models.CheckConstraint(
                        condition=models.Q(("part__in", ["bookmarked", "speaking"])),
                        name="session_part_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("met_on", models.DateField()),
                ("weight", models.FloatField(default=1.0)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ties", to="events.event"
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "first", "second"), name="tie_once_per_edition"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="tie_lower_id_first"
                    ),
                    models.CheckConstraint(condition=models.Q(("weight__gt", 0)), name="tie_weight_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="topics", to="events.event"
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="topics", to="events.theme"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "key"), name="topic_key_once"),
                    models.UniqueConstraint(fields=("event", "id"), name="topic_event_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seeks", models.BooleanField(default=False)),
                ("offers", models.BooleanField(default=False)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interests",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interests",
                        to="events.topic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "topic"), name="interest_once_per_topic"),
                    models.CheckConstraint(
                        condition=models.Q(("seeks", True), ("offers", True), _connector="OR"),
                        name="interest_says_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
