import django.db.models.deletion
from django.db import migrations, models

# Written by hand: the views, which Django reads as tables.
HASHES = """
CREATE VIEW people_addresshash AS
SELECT id AS person_id, address_hash FROM people_person
UNION ALL SELECT id, older_hash FROM people_person WHERE older_hash NOT IN ('', address_hash)
UNION ALL SELECT person_id, address_hash FROM people_formeraddress
"""
# Each branch finds a person's by the person, and whose a row is by its hash, with an index either way.
MINOR_MATCHES = """
CREATE VIEW people_minormatch AS
SELECT had.person_id, known.id AS known_minor_id
FROM people_addresshash had JOIN people_knownminor known ON known.address_hash = had.address_hash
UNION ALL SELECT person.id, known.id
FROM people_person person JOIN people_knownminor known ON known.skeleton_hash = person.skeleton_hash
WHERE person.skeleton_hash <> '' AND known.skeleton_hash <> ''
"""
SQL = [HASHES, MINOR_MATCHES]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="knownminor",
            name="event",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="events.event"
            ),
        ),
        migrations.AddConstraint(
            model_name="knownminor",
            constraint=models.UniqueConstraint(
                fields=("address_hash", "event"), name="known_minor_once_per_event"
            ),
        ),
        migrations.RunSQL(SQL),
    ]
