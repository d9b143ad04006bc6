"""Who joined an event: they accepted its privacy notice and conduct pledge. Until now that was not asked:
whoever edited their profile or ever signed in counts as joined since then, and so do the demo's people."""

from django.db import migrations, models

BEFORE = """
UPDATE events_attendee attendee
SET agreed_at = coalesce(attendee.edited_at, person.last_login, attendee.joined_at),
    agreement_version = 'before-2026-11-26'
FROM people_person person
WHERE person.id = attendee.person_id
AND (attendee.edited_at IS NOT NULL OR person.last_login IS NOT NULL OR person.is_demo);

UPDATE events_event event SET shows_unjoined = true
WHERE EXISTS (
    SELECT FROM events_attendee attendee JOIN people_person person ON person.id = attendee.person_id
    WHERE attendee.event_id = event.id AND person.is_demo
)
AND NOT EXISTS (
    SELECT FROM events_attendee attendee JOIN people_person person ON person.id = attendee.person_id
    WHERE attendee.event_id = event.id AND NOT person.is_demo
);

SET CONSTRAINTS ALL IMMEDIATE; -- so that the table may be altered in this transaction
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0005_event_state_and_appointments")]

    operations = [
        migrations.AddField("event", "shows_unjoined", models.BooleanField(default=False)),
        migrations.AddField(
            "attendee", "agreed_at", models.DateTimeField(blank=True, editable=False, null=True)
        ),
        migrations.AddField(
            "attendee",
            "agreement_version",
            models.CharField(blank=True, default="", editable=False, max_length=20),
            preserve_default=False,
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "attendee",
            models.CheckConstraint(
                condition=models.Q(("agreed_at", None), ("agreement_version", ""))
                | models.Q(("agreed_at__isnull", False), models.Q(("agreement_version", ""), _negated=True)),
                name="attendee_agreed_to_a_version",
            ),
        ),
    ]
