"""Traces: one table for each traced model, and the triggers that write it."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

PROXIES = [
    ("TracedTheme", "events.theme"),
    ("TracedTable", "events.table"),
    ("TracedSlot", "events.slot"),
    ("TracedRun", "suggestions.run"),
    ("TracedRules", "meetings.meetingrules"),
    ("TracedPublishing", "programme.programmerules"),
    ("TracedPlan", "programme.plan"),
    ("TracedPlanned", "programme.plannedmeeting"),
    ("TracedNudge", "directory.nudge"),
    ("TracedMeeting", "meetings.meeting"),
    ("TracedAttendee", "events.attendee"),
]

BY_SOMEBODY = "(current_setting('pghistory.context_id', true) <> '')"

# traced model, statement, label, columns kept, condition, and pgtrigger's hash and id of the trigger
# fmt: off
TRIGGERS = [
    ('theme', 'INSERT', 'added', 'event_id', BY_SOMEBODY, '83aa0441beee14c6f5786b8e409425d909cf83f5', 'dc55e'),
    ('theme', 'UPDATE', 'changed', 'event_id',
     '((OLD."name" IS DISTINCT FROM (NEW."name") '
     'OR OLD."position" IS DISTINCT FROM (NEW."position")) '
     f'AND {BY_SOMEBODY})', '1da726a9692b151a0d8910812c1b5d6fdc0dd0d7', 'd509a'),
    ('theme', 'DELETE', 'removed', 'event_id', BY_SOMEBODY, 'b21d78c3ac3f9f3711384d9e111149d0e17fcc50', '1ec9a'),
    ('table', 'INSERT', 'added', 'event_id', BY_SOMEBODY, 'f6cdf7703969a08d7a4c3c2703f4439821497751', '0a558'),
    ('table', 'UPDATE', 'changed', 'event_id',
     '((OLD."label" IS DISTINCT FROM (NEW."label") '
     'OR OLD."place" IS DISTINCT FROM (NEW."place") '
     'OR OLD."room_link" IS DISTINCT FROM (NEW."room_link") '
     'OR OLD."step_free" IS DISTINCT FROM (NEW."step_free")) '
     f'AND {BY_SOMEBODY})', '305da5520cd77002e5d83dfa99f3f3d3ad363093', 'e68ed'),
    ('table', 'DELETE', 'removed', 'event_id', BY_SOMEBODY, 'c897591e73d4065e8b3c412a5f619b41f577ae81', '210f3'),
    ('slot', 'INSERT', 'added', 'event_id', BY_SOMEBODY, 'bf9a9189fb295cdedb525004ca0f3e8f19df2cdc', 'fb0d3'),
    ('slot', 'UPDATE', 'changed', 'event_id',
     '((OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") '
     'OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at")) '
     f'AND {BY_SOMEBODY})', '8438a963558e0ce0ba544e19c305cfe198d14806', '9147f'),
    ('slot', 'DELETE', 'removed', 'event_id', BY_SOMEBODY, '82b78bb20ed6eca43948d3519dcf560db19edbe5', 'f9fc5'),
    ('run', 'UPDATE', 'state', 'event_id state', '(OLD."state" IS DISTINCT FROM (NEW."state"))', 'a7ab6cab324b38c74b17f702e50c5f3d6adab2ee', '07de6'),
    ('rules', 'INSERT', 'added', 'event_id', BY_SOMEBODY, '46f5c3684c0b00dc96002104fb33415c287261e9', '88e2b'),
    ('rules', 'UPDATE', 'changed', 'event_id',
     '((OLD."expiry_hours" IS DISTINCT FROM (NEW."expiry_hours") '
     'OR OLD."open_requests" IS DISTINCT FROM (NEW."open_requests")) '
     f'AND {BY_SOMEBODY})', 'f968e0a4f55f473771e1cade1bf15618d8bc8a83', 'ab83f'),
    ('rules', 'DELETE', 'removed', 'event_id', BY_SOMEBODY, '5a441ed77565d725489ccd52a8d76dbc3a447d21', 'f03d9'),
    ('publishing', 'INSERT', 'added', 'event_id', BY_SOMEBODY, 'd1fa50019aea8d6b74776d16493e4c23b567ad31', 'cc4ce'),
    ('publishing', 'UPDATE', 'changed', 'event_id', f"""(OLD."confirms" IS DISTINCT FROM (NEW."confirms") AND {BY_SOMEBODY})""", '24d1435950fb431dcc227193edde067af0eed701', 'af7b0'),
    ('publishing', 'DELETE', 'removed', 'event_id', BY_SOMEBODY, '95fb475de5230c9092342dea6a47f17e3477d6f6', '1bd51'),
    ('plan', 'INSERT', 'added', 'event_id state', BY_SOMEBODY, '4d20c5e45ff94fa78454d8c0b8740a1f1d6f64a7', '5ad5d'),
    ('plan', 'UPDATE', 'state', 'event_id state', '(OLD."state" IS DISTINCT FROM (NEW."state"))', 'ce02142038e83dfab137ee6c9fe0eb5c6cbcf2bd', 'd57df'),
    ('plan', 'UPDATE', 'again', 'event_id state', f"""(OLD."round" <> NEW."round" AND OLD."state" = NEW."state" AND {BY_SOMEBODY})""", '77509ec36f531fd1523b4e16f07a8445fe61c59a', '349a9'),
    ('plan', 'UPDATE', 'stopped', 'event_id state', f"""(NOT OLD."stop_asked" AND NEW."stop_asked" AND {BY_SOMEBODY})""", '83d8be461583e21c9eb25d47e145bf265394f0d5', 'c3247'),
    ('planned', 'UPDATE', 'moved', 'event_id first_id is_locked plan_id second_id slot_id table_id',
     '((OLD."slot_id" IS DISTINCT FROM (NEW."slot_id") '
     'OR OLD."table_id" IS DISTINCT FROM (NEW."table_id")) '
     f'AND {BY_SOMEBODY})', 'a6cc5cc37c06440ba5af8851ae1f4379aeb74ba6', '088b8'),
    ('planned', 'UPDATE', 'locked', 'event_id first_id is_locked plan_id second_id slot_id table_id', f"""(OLD."is_locked" IS DISTINCT FROM (NEW."is_locked") AND {BY_SOMEBODY})""", '32698a50713354361c1e0592492e649a2b51814f', 'd7b51'),
    ('planned', 'DELETE', 'dropped', 'event_id first_id is_locked plan_id second_id slot_id table_id', BY_SOMEBODY, '486fff0234d52c4f0e27707587f21522b41400f6', '8e01e'),
    ('nudge', 'INSERT', 'added', 'attendee_id', BY_SOMEBODY, '683b1d9e0e84359fc047fbf1a45bdbd67976d339', '2f50d'),
    ('meeting', 'UPDATE', 'state', 'event_id state', f"""(OLD."state" IS DISTINCT FROM (NEW."state") AND {BY_SOMEBODY})""", '9f54eb600f216a57357019f2f4ab00906d42d1c2', 'adf88'),
    ('attendee', 'INSERT', 'added', 'age_class event_id permission person_id visibility', BY_SOMEBODY, '1f181250cd9dd64e87781c4bb1aa9ff495c14a9a', 'c8e6c'),
    ('attendee', 'UPDATE', 'age_class', 'age_class event_id permission person_id visibility', f"""(OLD."age_class" IS DISTINCT FROM (NEW."age_class") AND {BY_SOMEBODY})""", 'd771ae77d013629eaefb7cde087b13c7829b6d88', '6df13'),
    ('attendee', 'UPDATE', 'visibility', 'age_class event_id permission person_id visibility', f"""(OLD."visibility" IS DISTINCT FROM (NEW."visibility") AND {BY_SOMEBODY})""", '2203a8c8a972ba8ab6d6a9a98437f5e4c40c1083', '5d543'),
    ('attendee', 'UPDATE', 'permission', 'age_class event_id permission person_id visibility', f"""(OLD."permission" IS DISTINCT FROM (NEW."permission") AND {BY_SOMEBODY})""", '503a8d5df6997158277592b85c697940c1fcf26a', '7de23'),
]
# fmt: on
TABLES = dict(PROXIES)

# trace table, and pgtrigger's hash and id of the trigger that keeps its rows as they are
APPEND_ONLY = [
    ("theme", "178de52e798a24614b16e8bd6fcbb3a8e02688a6", "21b0e"),
    ("table", "c6ca1b0031f4e169457104d8a059d6424d9d018a", "3f40c"),
    ("slot", "3c323f849230a6529db491252890b98077061070", "51a0a"),
    ("run", "22af77da19a55acb79858995a2b34e5c77cfe1e1", "bd642"),
    ("rules", "e1032af0baf66c54539ef43c9fdfab0cac6c6968", "72b9e"),
    ("publishing", "4d3ebe7b5bb4fe6335493a0bf98110a219da18b2", "75c28"),
    ("plan", "227ec1c9ee80d7860a755ac1c665aef8c7c54c5c", "7807d"),
    ("planned", "5969409ce5771063741f6200e41e2936bdd3897c", "95883"),
    ("nudge", "2d2a0cfddbfdc29c2e4dd3dd3e14ca49e13bfca3", "227c3"),
    ("meeting", "75f442f4739640b8550909f946c817f52aead52a", "7ca0e"),
    ("attendee", "f9246a0b21752dc4e571ec24dc66df803c71ccb1", "445ac"),
]


def trigger(
    traced: str, operation: str, label: str, columns: str, condition: str, hash_: str, pgid: str
) -> pgtrigger.migrations.AddTrigger:
    """Copy the row's columns to its trace table, as pghistory compiles it."""
    row = "OLD" if operation == "DELETE" else "NEW"
    kept = {column: f'{row}."{column}"' for column in columns.split()}
    kept |= {
        "pgh_context_id": "_pgh_attach_context()",
        "pgh_created_at": "NOW()",
        "pgh_label": f"'{label}'",
        "pgh_obj_id": f'{row}."id"',
    }
    names, values = (
        ", ".join(f'"{name}"' for name in sorted(kept)),
        ", ".join(kept[name] for name in sorted(kept)),
    )
    name = f"{label}_{operation.lower()}"
    return pgtrigger.migrations.AddTrigger(
        model_name=f"traced{traced}",
        trigger=pgtrigger.compiler.Trigger(
            name=name,
            sql=pgtrigger.compiler.UpsertTriggerSql(
                condition=f"WHEN {condition}",
                func=f'INSERT INTO "audit_{traced}trace" ({names}) VALUES ({values}); RETURN NULL;',  # noqa: S608
                hash=hash_,
                operation=operation,
                pgid=f"pgtrigger_{name}_{pgid}",
                table=TABLES[f"Traced{traced.capitalize()}"].replace(".", "_"),
                when="AFTER",
            ),
        ),
    )


def append_only(traced: str, hash_: str, pgid: str) -> pgtrigger.migrations.AddTrigger:
    return pgtrigger.migrations.AddTrigger(
        model_name=f"{traced}trace",
        trigger=pgtrigger.compiler.Trigger(
            name="append_only",
            sql=pgtrigger.compiler.UpsertTriggerSql(
                func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                hash=hash_,
                operation="UPDATE OR DELETE",
                pgid=f"pgtrigger_append_only_{pgid}",
                table=f"audit_{traced}trace",
                when="BEFORE",
            ),
        ),
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("events", "0001_initial"),
        ("meetings", "0001_initial"),
        ("people", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("programme", "0001_initial"),
        ("suggestions", "0001_initial"),
    ]

    operations = [
        *(
            migrations.CreateModel(
                name=name,
                fields=[],
                options={"proxy": True, "default_permissions": (), "indexes": [], "constraints": []},
                bases=(base,),
            )
            for name, base in PROXIES
        ),
        migrations.CreateModel(
            name="AttendeeTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "age_class",
                    models.CharField(
                        choices=[("adult", "Adult"), ("minor", "Minor"), ("unknown", "Unknown")],
                        default="unknown",
                        max_length=10,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("listed", "Listed"), ("hidden", "Hidden")], default="listed", max_length=10
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
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_person_age_class_visibility_permission_events",
                        to="audit.tracedattendee",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="attendeetrace_of_event")],
            },
        ),
        migrations.CreateModel(
            name="MeetingTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Asked"),
                            ("accepted", "Agreed"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                            ("held", "Held"),
                            ("not_held", "Did not take place"),
                            ("disputed", "The two reports differ"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_state_events",
                        to="audit.tracedmeeting",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="meetingtrace_of_event")],
            },
        ),
        migrations.CreateModel(
            name="NudgeTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "attendee",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="attendee_events",
                        to="audit.tracednudge",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["attendee", "pgh_created_at"], name="nudgetrace_of_attendee")
                ],
            },
        ),
        migrations.CreateModel(
            name="PlannedTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("is_locked", models.BooleanField(default=False)),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programme.plan",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.slot",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.table",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_plan_first_second_slot_table_is_locked_events",
                        to="audit.tracedplanned",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="plannedtrace_of_event")],
            },
        ),
        migrations.CreateModel(
            name="PlanTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_state_events",
                        to="audit.tracedplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="plantrace_of_event")],
            },
        ),
        migrations.CreateModel(
            name="PublishingTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedpublishing",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["event", "pgh_created_at"], name="publishingtrace_of_event")
                ],
            },
        ),
        migrations.CreateModel(
            name="RulesTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedrules",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="rulestrace_of_event")],
            },
        ),
        migrations.CreateModel(
            name="RunTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("building", "Being computed"),
                            ("current", "Current"),
                            ("retired", "Replaced"),
                            ("failed", "Failed"),
                        ],
                        default="building",
                        max_length=10,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_state_events",
                        to="audit.tracedrun",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="runtrace_of_event")],
            },
        ),
        migrations.CreateModel(
            name="SlotTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedslot",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="slottrace_of_event")],
            },
        ),
        migrations.CreateModel(
            name="TableTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedtable",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="tabletrace_of_event")],
            },
        ),
        migrations.CreateModel(
            name="ThemeTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedtheme",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="themetrace_of_event")],
            },
        ),
        *(trigger(*row) for row in TRIGGERS),
        *(append_only(*row) for row in APPEND_ONLY),
    ]
