import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0005_sectors"),
        ("meetings", "0003_proposals"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="tracedrules",
            name="changed_update",
        ),
        migrations.AlterField(
            model_name="meetingtrace",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "Asked"),
                    ("proposed", "Proposed by the organisers"),
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
        pgtrigger.migrations.AddTrigger(
            model_name="tracedmeeting",
            trigger=pgtrigger.compiler.Trigger(
                name="added_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"asker_id\" IS NULL AND (current_setting('pghistory.context_id', true) <> ''))",
                    func='INSERT INTO "audit_meetingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="d397f8c79baf99690252094384445bb97826ac4f",
                    operation="INSERT",
                    pgid="pgtrigger_added_insert_22235",
                    table="meetings_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedmeeting",
            trigger=pgtrigger.compiler.Trigger(
                name="withdrawn_at_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"withdrawn_at\" IS DISTINCT FROM (NEW.\"withdrawn_at\") AND (current_setting('pghistory.context_id', true) <> ''))",
                    func='INSERT INTO "audit_meetingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'withdrawn_at\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="a5196e1a279d008052c65ff9068b1b9caeb95246",
                    operation="UPDATE",
                    pgid="pgtrigger_withdrawn_at_update_96119",
                    table="meetings_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedmeeting",
            trigger=pgtrigger.compiler.Trigger(
                name="moved_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" = \'accepted\' AND NEW."state" = \'accepted\' AND (OLD."slot_id" IS DISTINCT FROM\n    NEW."slot_id" OR OLD."table_id" IS DISTINCT FROM NEW."table_id") AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                    func='INSERT INTO "audit_meetingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'moved\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="b7bf19283aefa7853df7dc94325fd404993f02fe",
                    operation="UPDATE",
                    pgid="pgtrigger_moved_update_64d4d",
                    table="meetings_meeting",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="tracedrules",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((OLD."expiry_hours" IS DISTINCT FROM (NEW."expiry_hours") OR OLD."open_requests" IS DISTINCT FROM (NEW."open_requests") OR OLD."proposal_hours" IS DISTINCT FROM (NEW."proposal_hours")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                    func='INSERT INTO "audit_rulestrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                    hash="4ebc12293a17bb38f447d78bb4aa22e008d4c1cb",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_update_ab83f",
                    table="meetings_meetingrules",
                    when="AFTER",
                ),
            ),
        ),
    ]
