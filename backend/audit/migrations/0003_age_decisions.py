import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_topics_and_sessions"),
        ("events", "0002_age_classes"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TracedProposal",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("events.adultproposal",),
        ),
        migrations.CreateModel(
            name="TracedAgreement",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("events.ageagreement",),
        ),
        migrations.CreateModel(
            name="AgreementTrace",
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
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "of_event",
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
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ProposalTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
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
                        related_name="attendee_state_events",
                        to="audit.tracedproposal",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedproposal",
            trigger=pgtrigger.compiler.Trigger(
                name="added_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                    func='INSERT INTO "audit_proposaltrace" ("attendee_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."attendee_id", _pgh_attach_context(), NOW(), \'added\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="f27fba7610cc89810ccf53c29271e0486c9ca869",
                    operation="INSERT",
                    pgid="pgtrigger_added_insert_8b9be",
                    table="events_adultproposal",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedproposal",
            trigger=pgtrigger.compiler.Trigger(
                name="state_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"state\" IS DISTINCT FROM (NEW.\"state\") AND (current_setting('pghistory.context_id', true) <> ''))",
                    func='INSERT INTO "audit_proposaltrace" ("attendee_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."attendee_id", _pgh_attach_context(), NOW(), \'state\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="5ff72372189a6efc1edda50c39eddb3e0220a49b",
                    operation="UPDATE",
                    pgid="pgtrigger_state_update_97ec6",
                    table="events_adultproposal",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="agreementtrace",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="of_event_event_lead_events",
                to="audit.tracedagreement",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedagreement",
            trigger=pgtrigger.compiler.Trigger(
                name="added_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                    func='INSERT INTO "audit_agreementtrace" ("event_id", "lead_id", "of_event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", NEW."lead_id", NEW."of_event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                    hash="715e6c7cd31da758a74db673f7b417420a0944aa",
                    operation="INSERT",
                    pgid="pgtrigger_added_insert_1ef4c",
                    table="events_ageagreement",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="proposaltrace",
            index=models.Index(fields=["attendee", "pgh_created_at"], name="proposaltrace_of_attendee"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="proposaltrace",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b19b7cc5d2be025e6196753ff74e98f94ea2d85c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8ed62",
                    table="audit_proposaltrace",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="agreementtrace",
            index=models.Index(fields=["of_event", "pgh_created_at"], name="agreementtrace_of_of_event"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="agreementtrace",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5a583c230145e3e3bb16cfb2c76628d9775afed7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_db54d",
                    table="audit_agreementtrace",
                    when="BEFORE",
                ),
            ),
        ),
    ]
