"""Beside the hash of each address that of its older form, and one of addresses that look alike."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HASHES = """
CREATE VIEW people_addresshash AS
SELECT id AS person_id, address_hash FROM people_person
UNION ALL SELECT id, older_hash FROM people_person WHERE older_hash NOT IN ('', address_hash)
UNION ALL SELECT person_id, address_hash FROM people_formeraddress
"""

# Each branch finds a person's by the person, and whose a row is by its hash, with an index either way.
MATCHES = """
CREATE VIEW people_minormatch AS
SELECT had.person_id, known.id AS known_minor_id
FROM people_addresshash had JOIN people_knownminor known ON known.address_hash = had.address_hash
UNION ALL SELECT person.id, known.id
FROM people_person person JOIN people_knownminor known ON known.skeleton_hash = person.skeleton_hash
WHERE person.skeleton_hash <> '' AND known.skeleton_hash <> ''
"""


def hash_field():
    return models.CharField(db_default="", db_index=True, editable=False, max_length=64)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0016_mailboxes"),
    ]

    operations = [
        migrations.AddField(model_name="person", name="older_hash", field=hash_field()),
        migrations.AddField(model_name="person", name="skeleton_hash", field=hash_field()),
        migrations.AddField(
            model_name="knownminor",
            name="skeleton_hash",
            field=models.CharField(blank=True, db_default="", db_index=True, max_length=64),
        ),
        migrations.CreateModel(
            name="AddressHash",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("address_hash", models.CharField(max_length=64)),
            ],
            options={"managed": False},
        ),
        migrations.CreateModel(
            name="MinorMatch",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "known_minor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.knownminor",
                    ),
                ),
            ],
            options={"managed": False},
        ),
        migrations.RunSQL(HASHES, "DROP VIEW people_addresshash"),
        migrations.RunSQL(MATCHES, "DROP VIEW people_minormatch"),
    ]
