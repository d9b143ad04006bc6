import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0013_aliases"),
        ("safeguarding", "0007_supervision"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="aliasentry",
            trigger=pgtrigger.compiler.Trigger(
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
            ),
        ),
        # Only these keys may touch a row once it is written: the attendee is gone, or the lead's account is.
        migrations.RunSQL(
            "ALTER TABLE safeguarding_aliasentry "
            "ADD CONSTRAINT alias_entry_attendee FOREIGN KEY (attendee_id) "
            "REFERENCES events_attendee (id) ON DELETE CASCADE, "
            "ADD CONSTRAINT alias_entry_lead FOREIGN KEY (lead_id) "
            "REFERENCES people_person (id) ON DELETE SET NULL",
            "ALTER TABLE safeguarding_aliasentry "
            "DROP CONSTRAINT alias_entry_attendee, DROP CONSTRAINT alias_entry_lead",
        ),
    ]
