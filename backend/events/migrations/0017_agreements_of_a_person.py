import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0016_merges"),
        ("people", "0018_hash_addresses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="attendee",
            name="remember_minor",
        ),
        migrations.RemoveConstraint(
            model_name="ageagreement",
            name="age_agreement_once_per_event",
        ),
        migrations.AddField(
            model_name="ageagreement",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attendee",
            trigger=pgtrigger.compiler.Trigger(
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
            ),
        ),
        migrations.AddConstraint(
            model_name="ageagreement",
            constraint=models.UniqueConstraint(
                fields=("known_minor", "event", "of_event", "person"), name="age_agreement_once_a_person"
            ),
        ),
    ]
