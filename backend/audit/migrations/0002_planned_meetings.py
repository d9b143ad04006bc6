"""Changes of a plan by hand, planning anew and stopping leave a trace."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_traces"),
        ("events", "0004_slots_and_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("programme", "0005_no_gap"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlannedTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("is_locked", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TracedPlanned",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("programme.plannedmeeting",),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedplan",
            trigger=pgtrigger.compiler.Trigger(
                name="again_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."round" <> NEW."round" AND OLD."state" = NEW."state" AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                    func='INSERT INTO "audit_plantrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'again\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="77509ec36f531fd1523b4e16f07a8445fe61c59a",
                    operation="UPDATE",
                    pgid="pgtrigger_again_update_349a9",
                    table="programme_plan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedplan",
            trigger=pgtrigger.compiler.Trigger(
                name="stopped_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NOT OLD.\"stop_asked\" AND NEW.\"stop_asked\" AND (current_setting('pghistory.context_id', true) <> ''))",
                    func='INSERT INTO "audit_plantrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'stopped\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="83d8be461583e21c9eb25d47e145bf265394f0d5",
                    operation="UPDATE",
                    pgid="pgtrigger_stopped_update_c3247",
                    table="programme_plan",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="plannedtrace",
            name="event",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="events.event",
            ),
        ),
        migrations.AddField(
            model_name="plannedtrace",
            name="first",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="events.attendee",
            ),
        ),
        migrations.AddField(
            model_name="plannedtrace",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="plannedtrace",
            name="plan",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="programme.plan",
            ),
        ),
        migrations.AddField(
            model_name="plannedtrace",
            name="second",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="events.attendee",
            ),
        ),
        migrations.AddField(
            model_name="plannedtrace",
            name="slot",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="events.slot",
            ),
        ),
        migrations.AddField(
            model_name="plannedtrace",
            name="table",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="events.table",
            ),
        ),
        migrations.AddField(
            model_name="plannedtrace",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="event_plan_first_second_slot_table_is_locked_events",
                to="audit.tracedplanned",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedplanned",
            trigger=pgtrigger.compiler.Trigger(
                name="moved_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((OLD."slot_id" IS DISTINCT FROM (NEW."slot_id") OR OLD."table_id" IS DISTINCT FROM (NEW."table_id")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                    func='INSERT INTO "audit_plannedtrace" ("event_id", "first_id", "is_locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "second_id", "slot_id", "table_id") VALUES (NEW."event_id", NEW."first_id", NEW."is_locked", _pgh_attach_context(), NOW(), \'moved\', NEW."id", NEW."plan_id", NEW."second_id", NEW."slot_id", NEW."table_id"); RETURN NULL;',
                    hash="a6cc5cc37c06440ba5af8851ae1f4379aeb74ba6",
                    operation="UPDATE",
                    pgid="pgtrigger_moved_update_088b8",
                    table="programme_plannedmeeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedplanned",
            trigger=pgtrigger.compiler.Trigger(
                name="locked_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"is_locked\" IS DISTINCT FROM (NEW.\"is_locked\") AND (current_setting('pghistory.context_id', true) <> ''))",
                    func='INSERT INTO "audit_plannedtrace" ("event_id", "first_id", "is_locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "second_id", "slot_id", "table_id") VALUES (NEW."event_id", NEW."first_id", NEW."is_locked", _pgh_attach_context(), NOW(), \'locked\', NEW."id", NEW."plan_id", NEW."second_id", NEW."slot_id", NEW."table_id"); RETURN NULL;',
                    hash="32698a50713354361c1e0592492e649a2b51814f",
                    operation="UPDATE",
                    pgid="pgtrigger_locked_update_d7b51",
                    table="programme_plannedmeeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedplanned",
            trigger=pgtrigger.compiler.Trigger(
                name="dropped_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                    func='INSERT INTO "audit_plannedtrace" ("event_id", "first_id", "is_locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "second_id", "slot_id", "table_id") VALUES (OLD."event_id", OLD."first_id", OLD."is_locked", _pgh_attach_context(), NOW(), \'dropped\', OLD."id", OLD."plan_id", OLD."second_id", OLD."slot_id", OLD."table_id"); RETURN NULL;',
                    hash="486fff0234d52c4f0e27707587f21522b41400f6",
                    operation="DELETE",
                    pgid="pgtrigger_dropped_delete_8e01e",
                    table="programme_plannedmeeting",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="plannedtrace",
            index=models.Index(fields=["event", "pgh_created_at"], name="plannedtrace_of_event"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="plannedtrace",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5969409ce5771063741f6200e41e2936bdd3897c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_95883",
                    table="audit_plannedtrace",
                    when="BEFORE",
                ),
            ),
        ),
    ]
