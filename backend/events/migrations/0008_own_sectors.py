"""An event's own sectors: each event gets a copy of all that were shared, and its organisations count there."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

COPY = """
INSERT INTO events_sector (event_id, key, name, constituency, position)
SELECT event.id, named.key, left(named.name, 76) || CASE WHEN named.nth > 1 THEN ' ' || named.nth ELSE '' END,
    named.constituency, row_number() OVER (PARTITION BY event.id ORDER BY named.id) - 1
FROM events_event event
CROSS JOIN (
    SELECT id, key, name, constituency, row_number() OVER (PARTITION BY lower(name) ORDER BY id) AS nth
    FROM people_sector WHERE name <> ''
) named
ORDER BY event.id, named.id;

UPDATE events_organisation organisation
SET sector_id = own.id
FROM people_sector shared
JOIN events_sector own ON own.key = shared.key
WHERE shared.id = organisation.shared_sector_id AND own.event_id = organisation.event_id;

SET CONSTRAINTS ALL IMMEDIATE; -- so that the table may be altered in this transaction
"""
SAME_EVENT = """
ALTER TABLE events_organisation ADD CONSTRAINT organisation_sector_same_event
FOREIGN KEY (event_id, sector_id) REFERENCES events_sector (event_id, id)
DEFERRABLE INITIALLY DEFERRED
"""
CONSTITUENCIES = [
    "government", "industry", "civil-society", "intergovernmental", "academia", "youth", "other",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0008_starting_forums"),
        ("events", "0007_states_and_languages"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sector",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=80)),
                (
                    "constituency",
                    models.CharField(
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
                ("position", models.PositiveSmallIntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sectors",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "key"), name="sector_key_once"),
                    models.UniqueConstraint(
                        "event", django.db.models.functions.text.Lower("name"), name="sector_name_once"
                    ),
                    models.UniqueConstraint(fields=("event", "id"), name="sector_event_key"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="sector_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("constituency__in", CONSTITUENCIES)),
                        name="sector_constituency_is_known",
                    ),
                ],
            },
        ),
        migrations.RenameField("organisation", "sector", "shared_sector"),
        migrations.AddField(
            model_name="organisation",
            name="sector",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="organisations",
                to="events.sector",
            ),
        ),
        migrations.RunSQL(COPY),
        migrations.RemoveField("organisation", "shared_sector"),
        migrations.AlterField(
            model_name="organisation",
            name="sector",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="organisations",
                to="events.sector",
            ),
        ),
        migrations.RunSQL(
            SAME_EVENT, "ALTER TABLE events_organisation DROP CONSTRAINT organisation_sector_same_event"
        ),
    ]
