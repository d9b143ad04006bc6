"""An event's own names and organisations: each event gets a copy of the organisations its attendees are of,
with the sector they had, and every attendee the name of their account."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

COPY = """
INSERT INTO events_organisation (event_id, name, sector_id)
SELECT DISTINCT attendee.event_id, organisation.name, organisation.sector_id
FROM events_attendee attendee
JOIN people_organisation organisation ON organisation.id = attendee.shared_organisation_id
ORDER BY attendee.event_id, organisation.name;

UPDATE events_attendee attendee
SET name = person.name,
    organisation_id = (
        SELECT own.id
        FROM people_organisation shared
        JOIN events_organisation own ON lower(own.name) = lower(shared.name)
        WHERE shared.id = attendee.shared_organisation_id AND own.event_id = attendee.event_id
    )
FROM people_person person
WHERE person.id = attendee.person_id;

SET CONSTRAINTS ALL IMMEDIATE; -- so that the table may be altered in this transaction
"""
SAME_EVENT = """
ALTER TABLE events_attendee ADD CONSTRAINT attendee_organisation_same_event
FOREIGN KEY (event_id, organisation_id) REFERENCES events_organisation (event_id, id)
DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_known_minor"),
        ("events", "0003_session_source"),
    ]

    operations = [
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.sector",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        "event",
                        django.db.models.functions.text.Lower("name"),
                        name="organisation_once_per_event",
                    ),
                    models.UniqueConstraint(fields=["event", "id"], name="organisation_event_key"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="organisation_named"
                    ),
                ],
            },
        ),
        migrations.RenameField("attendee", "organisation", "shared_organisation"),
        migrations.AddField(
            model_name="attendee",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="attendees",
                to="events.organisation",
            ),
        ),
        migrations.AddField(
            model_name="attendee",
            name="name",
            field=models.CharField(default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="attendee",
            name="short_name",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
        migrations.RunSQL(COPY),
        migrations.RemoveField("attendee", "shared_organisation"),
        migrations.RunSQL(
            SAME_EVENT, "ALTER TABLE events_attendee DROP CONSTRAINT attendee_organisation_same_event"
        ),
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="attendee_has_a_name"
            ),
        ),
    ]
