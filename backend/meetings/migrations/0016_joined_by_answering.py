"""Who asked, accepted or said whether they met, and never signed in, has joined: version 0.2.0 let people
answer by a mail link alone, and `events.0006_joining` counted only whoever signed in. Adults alone, and nobody
whose address an event knows as a minor's."""

from django.db import migrations

JOINED = """
UPDATE events_attendee attendee
SET agreed_at = acted.at, agreement_version = 'before-2026-11-26'
FROM (
    SELECT attendee_id, min(at) AS at FROM (
        SELECT asker_id, asked_at FROM meetings_meeting
        WHERE asker_id IS NOT NULL AND kind = 'one_to_one'
        UNION ALL
        SELECT seat.attendee_id, coalesce(meeting.answered_at, meeting.asked_at)
        FROM meetings_seat seat JOIN meetings_meeting meeting ON meeting.id = seat.meeting_id
        WHERE seat.answer = 'yes' OR (
            seat.part = 'invited' AND seat.assistant_id IS NULL
            AND meeting.state IN ('accepted', 'held', 'not_held', 'disputed', 'cancelled')
        )
        UNION ALL
        SELECT attendee_id, attested_at FROM meetings_seat WHERE attested_at IS NOT NULL
        UNION ALL
        SELECT made_by_id, made_at FROM meetings_counteroffer
    ) act (attendee_id, at)
    GROUP BY attendee_id
) acted, people_person person
WHERE attendee.id = acted.attendee_id AND person.id = attendee.person_id
AND attendee.agreed_at IS NULL AND attendee.left_at IS NULL AND attendee.age_class = 'adult'
AND NOT EXISTS (
    SELECT FROM people_knownminor known
    WHERE known.address_hash = person.address_hash AND known.expires_at > now()
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0016_merges"),
        ("meetings", "0015_assistants"),
        ("people", "0016_mailboxes"),
    ]

    operations = [migrations.RunSQL(JOINED, migrations.RunSQL.noop)]
