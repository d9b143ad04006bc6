import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

# Written by hand: two rows that a row links belong to the row's event. Its table, the column, the table it
# names, and the name of the key.
SAME_EVENT = [
    # reports
    ("report", "reporter_id", "events_attendee", "report_reporter_same_event"),
    ("report", "reported_id", "events_attendee", "report_reported_same_event"),
    ("report", "closed_by_id", "events_attendee", "report_closed_by_same_event"),
    ("report", "assigned_to_id", "events_attendee", "report_assigned_to_same_event"),
    # rules of contact
    ("contactrule", "sector_id", "events_sector", "contact_rule_sector_same_event"),
    ("contactrule", "other_sector_id", "events_sector", "contact_rule_other_sector_same_event"),
    # supervision
    ("chaperone", "attendee_id", "events_attendee", "chaperone_attendee_same_event"),
    ("chaperone", "organisation_id", "events_organisation", "chaperone_organisation_same_event"),
    # delegation sessions
    ("delegationsession", "topic_id", "events_topic", "delegation_session_topic_same_event"),
    ("delegationsession", "slot_id", "events_slot", "delegation_session_slot_same_event"),
    ("delegationsession", "table_id", "events_table", "delegation_session_table_same_event"),
    ("delegationseat", "session_id", "safeguarding_delegationsession", "delegation_seat_session_same_event"),
    ("delegationseat", "attendee_id", "events_attendee", "delegation_seat_attendee_same_event"),
]
# The rows of these tables are never changed: the database itself deletes them, or empties who it was.
APPEND_ONLY_KEYS = [
    ("reportview", "report_id", "safeguarding_report", "CASCADE", "report_view_report"),
    ("reportview", "viewer_id", "people_person", "SET NULL", "report_view_viewer"),
    ("reportentry", "report_id", "safeguarding_report", "CASCADE", "report_entry_report"),
    ("reportentry", "by_id", "people_person", "SET NULL", "report_entry_by"),
    ("reportentry", "about_id", "events_attendee", "SET NULL", "report_entry_about"),
    ("aliasentry", "attendee_id", "events_attendee", "CASCADE", "alias_entry_attendee"),
    ("aliasentry", "lead_id", "people_person", "SET NULL", "alias_entry_lead"),
]
APPEND_ONLY = """
CREATE FUNCTION refuse_change_of_report_view() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'who read a report is never changed' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER report_view_append_only BEFORE UPDATE OR DELETE ON safeguarding_reportview
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change_of_report_view();
CREATE FUNCTION refuse_change_of_report_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was written in a report is never changed' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER report_entry_append_only BEFORE UPDATE OR DELETE ON safeguarding_reportentry
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change_of_report_entry();
"""
# The number of a report tells nobody how many there are.
REPORT_NUMBER = """
ALTER TABLE safeguarding_report ALTER COLUMN id DROP IDENTITY;
ALTER TABLE safeguarding_report ALTER COLUMN id
SET DEFAULT 100000000000 + floor(random() * 900000000000)::bigint;
"""
# An address that comes back takes up what was kept of its erased account: blocks, cases, suspensions; whatever
# code makes the account or changes its address. The hash is deleted by a job once it has expired.
TAKE_UP_ERASED = """
CREATE FUNCTION safeguarding_take_up_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased bigint;
BEGIN
    IF NEW.erased_at IS NOT NULL THEN RETURN NULL; END IF;
    FOR erased IN
        SELECT id FROM people_person
        WHERE erased_at IS NOT NULL AND id <> NEW.id AND id IN (
            SELECT person_id FROM people_addresshash WHERE address_hash IN (NEW.address_hash, NEW.older_hash)
        )
    LOOP
        UPDATE safeguarding_block block SET blocker_id = NEW.id
        WHERE block.blocker_id = erased AND block.blocked_id <> NEW.id AND NOT EXISTS (
            SELECT FROM safeguarding_block other
            WHERE other.blocker_id = NEW.id AND other.blocked_id = block.blocked_id
        );
        UPDATE safeguarding_block block SET blocked_id = NEW.id
        WHERE block.blocked_id = erased AND block.blocker_id <> NEW.id AND NOT EXISTS (
            SELECT FROM safeguarding_block other
            WHERE other.blocked_id = NEW.id AND other.blocker_id = block.blocker_id
        );
        UPDATE safeguarding_report report SET reported_id = here.id
        FROM events_attendee gone JOIN events_attendee here
        ON here.event_id = gone.event_id AND here.person_id = NEW.id
        WHERE report.reported_id = gone.id AND gone.person_id = erased
        AND report.reporter_id IS DISTINCT FROM here.id;
        UPDATE safeguarding_report report SET reporter_id = here.id
        FROM events_attendee gone JOIN events_attendee here
        ON here.event_id = gone.event_id AND here.person_id = NEW.id
        WHERE report.reporter_id = gone.id AND gone.person_id = erased
        AND report.reported_id IS DISTINCT FROM here.id;
        UPDATE events_attendee gone SET person_id = NEW.id
        WHERE gone.person_id = erased AND NOT EXISTS (
            SELECT FROM events_attendee here
            WHERE here.event_id = gone.event_id AND here.person_id = NEW.id
        );
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER take_up_erased AFTER INSERT OR UPDATE OF address_hash ON people_person
FOR EACH ROW EXECUTE FUNCTION safeguarding_take_up_erased();
"""
SQL = [
    *(
        f"ALTER TABLE safeguarding_{table} ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
        f"REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED"
        for table, column, target, name in SAME_EVENT
    ),
    *(
        f"ALTER TABLE safeguarding_{table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) "
        f"REFERENCES {target} (id) ON DELETE {action}"
        for table, column, target, action, name in APPEND_ONLY_KEYS
    ),
    APPEND_ONLY,
    REPORT_NUMBER,
    TAKE_UP_ERASED,
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("people", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AliasEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("set", "Set"), ("read", "Read"), ("lifted", "Lifted")], max_length=6
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "attendee",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="alias_entries",
                        to="events.attendee",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["set", "read", "lifted"])),
                        name="alias_entry_kind_known",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (pg_trigger_depth() = 0)",
                            func="RAISE EXCEPTION 'who read an alias is never changed' USING ERRCODE = 'check_violation';",
                            hash="1f33a015d6f5a7225979bab5861ae917f201b4c6",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_0ce9b",
                            table="safeguarding_aliasentry",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "blocked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks_received",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "blocker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("blocker", "blocked"), name="block_once"),
                    models.CheckConstraint(
                        condition=models.Q(("blocker", models.F("blocked")), _negated=True),
                        name="block_not_self",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Chaperone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=80)),
                ("recorded_at", models.DateTimeField()),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chaperoned",
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
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="events.organisation",
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
                        fields=("attendee", "organisation", "country"),
                        name="chaperone_once_per_delegation",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("country", ""), ("organisation__isnull", False)),
                            models.Q(("organisation", None), models.Q(("country", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="chaperone_of_one_delegation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "constituency",
                    models.CharField(
                        blank=True,
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
                (
                    "other_constituency",
                    models.CharField(
                        blank=True,
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
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_rules",
                        to="events.event",
                    ),
                ),
                (
                    "other_sector",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="events.sector",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="events.sector",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
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
                                ),
                                ("sector", None),
                            ),
                            models.Q(("constituency", ""), ("sector__isnull", False)),
                            _connector="OR",
                        ),
                        name="contact_rule_names_a_group",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "other_constituency__in",
                                    [
                                        "government",
                                        "industry",
                                        "civil-society",
                                        "intergovernmental",
                                        "academia",
                                        "youth",
                                        "other",
                                    ],
                                ),
                                ("other_sector", None),
                            ),
                            models.Q(("other_constituency", ""), ("other_sector__isnull", False)),
                            _connector="OR",
                        ),
                        name="contact_rule_names_another_group",
                    ),
                    models.UniqueConstraint(
                        fields=("event", "constituency", "sector", "other_constituency", "other_sector"),
                        name="contact_rule_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DelegationSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("wish", models.CharField(max_length=120)),
                ("words", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("proposed", "Proposed by a lead"),
                            ("confirmed", "Confirmed"),
                            ("ended", "Does not take place"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("proposed_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "confirmed_by",
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
                        related_name="delegation_sessions",
                        to="events.event",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="events.slot",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="events.table",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.topic"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("event", "id"), name="delegation_session_event_key"),
                    models.CheckConstraint(
                        condition=models.Q(("wish", ""), _negated=True), name="delegation_session_with_whom"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at", None),
                                ("ended_at", None),
                                ("proposed_at", None),
                                ("slot", None),
                                ("state", "asked"),
                                ("table", None),
                            ),
                            models.Q(
                                ("confirmed_at", None),
                                ("ended_at", None),
                                ("proposed_at__isnull", False),
                                ("slot__isnull", False),
                                ("state", "proposed"),
                                ("table__isnull", False),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("ended_at", None),
                                ("proposed_at__isnull", False),
                                ("slot__isnull", False),
                                ("state", "confirmed"),
                                ("table__isnull", False),
                            ),
                            models.Q(("ended_at__isnull", False), ("state", "ended")),
                            _connector="OR",
                        ),
                        name="delegation_session_state_and_times_agree",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DelegationSeat",
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
                        choices=[
                            ("asker", "Asked for this session"),
                            ("chaperone", "Chaperone"),
                            ("vetted", "Second adult"),
                            ("minor", "Young person"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "answer",
                    models.CharField(blank=True, choices=[("yes", "Yes"), ("no", "No")], max_length=3),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegation_seats",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="safeguarding.delegationsession",
                    ),
                ),
            ],
            options={
                "ordering": ["attendee_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("session", "attendee"), name="delegation_seat_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("part__in", ["asker", "chaperone", "vetted"])),
                        fields=("session", "part"),
                        name="delegation_seat_one_of_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "yes"), ("part", "asker")),
                            models.Q(
                                ("answer__in", ["", "yes", "no"]),
                                ("part__in", ["chaperone", "vetted", "minor"]),
                            ),
                            _connector="OR",
                        ),
                        name="delegation_seat_part_and_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("organisation", models.CharField(blank=True, max_length=255)),
                ("country", models.CharField(blank=True, max_length=80)),
                ("email", models.EmailField(max_length=254)),
                ("held_at", models.DateTimeField()),
                (
                    "attendee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held_identity",
                        to="events.attendee",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OpenPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "table",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_place",
                        to="events.table",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("meeting_id", models.BigIntegerField(null=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("harassment", "Unwanted attention or harassment"),
                            ("pressure", "Pressure, threats or discrimination"),
                            ("child", "Concern for a child or young person"),
                            ("identity", "Not who they say they are"),
                            ("other", "Something else"),
                            ("unsafe", "Does not feel safe"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.TextField()),
                ("named", models.CharField(blank=True, max_length=200)),
                ("wants_news", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "New"),
                            ("looked-at", "Looked at"),
                            ("in-hand", "In hand"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("keeps_apart", models.BooleanField(default=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(blank=True)),
                (
                    "assigned_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
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
                    "reported",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_about",
                        to="events.attendee",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_made",
                        to="events.attendee",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("keeps_apart", True)),
                        fields=["reporter", "reported"],
                        name="report_apart",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reporter", models.F("reported")), _negated=True),
                        name="report_not_self",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "category__in",
                                ["harassment", "pressure", "child", "identity", "other", "unsafe"],
                            )
                        ),
                        name="report_category_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="report_says_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at", None),
                                ("closed_by", None),
                                ("outcome", ""),
                                ("state__in", ["open", "looked-at", "in-hand"]),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state", "closed"),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="report_closed_with_an_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("keeps_apart", True), ("state", "closed"), _connector="OR"),
                        name="report_keeps_apart_until_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("assigned_to", None), ("state__in", ["in-hand", "closed"]), _connector="OR"
                        ),
                        name="report_assigned_is_in_hand",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutsideAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told_at", models.DateTimeField()),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="safeguarding.report",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told_at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="safeguarding.report",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("report", "lead"), name="report_alert_once")],
            },
        ),
        migrations.CreateModel(
            name="ReportEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "Note"),
                            ("interim", "Word to whoever made the report"),
                            ("final", "Final word to whoever made the report"),
                            ("assigned", "Assigned"),
                            ("due", "New due time"),
                            ("suspended", "Suspended"),
                            ("lifted", "Suspension lifted"),
                            ("exported", "Downloaded"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("written_at", models.DateTimeField()),
                (
                    "about",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entries",
                        to="safeguarding.report",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["note", "interim", "final"]),
                                models.Q(("text", ""), _negated=True),
                            ),
                            ("kind__in", ["assigned", "due", "suspended", "lifted", "exported"]),
                            _connector="OR",
                        ),
                        name="report_entry_kind_known_and_said",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_at__isnull", False), ("kind", "due")),
                            models.Q(models.Q(("kind", "due"), _negated=True), ("due_at", None)),
                            _connector="OR",
                        ),
                        name="report_entry_due_names_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportHandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("handed_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hand_overs",
                        to="safeguarding.report",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "lead", "handed_at"), name="report_hand_over_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_by_lead", models.BooleanField(default=False)),
                ("linked_at", models.DateTimeField()),
                (
                    "attendee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="safeguarding.report",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="views",
                        to="safeguarding.report",
                    ),
                ),
                (
                    "viewer",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Vetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("checked_by", models.CharField(max_length=120)),
                ("check_made", models.CharField(max_length=120)),
                ("recorded_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vettings",
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
                        condition=models.Q(("ended_at", None)),
                        fields=("attendee",),
                        name="vetting_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_by", ""), _negated=True),
                            models.Q(("check_made", ""), _negated=True),
                        ),
                        name="vetting_says_who_and_which",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("recorded_at"))),
                        name="vetting_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
