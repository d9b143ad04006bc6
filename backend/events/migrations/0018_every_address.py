from django.db import migrations

# An agreement held for whoever had the address at the event; where two shared it, leads are asked again.
WHOSE = """
UPDATE events_ageagreement agreement SET person_id = found.person_id
FROM (
    SELECT agreement.id, min(person.id) AS person_id
    FROM events_ageagreement agreement
    JOIN people_knownminor known ON known.id = agreement.known_minor_id
    JOIN events_attendee attendee ON attendee.event_id = agreement.event_id
    JOIN people_person person ON person.id = attendee.person_id
    AND known.address_hash IN (SELECT address_hash FROM people_addresshash WHERE person_id = person.id)
    GROUP BY agreement.id HAVING count(*) = 1
) found
WHERE found.id = agreement.id
"""
# Who is a minor now is known by the addresses they had as well.
EVERY_ADDRESS = """
INSERT INTO people_knownminor (address_hash, event_id, expires_at)
SELECT former.address_hash, attendee.event_id, max(known.expires_at)
FROM events_attendee attendee
JOIN people_person person ON person.id = attendee.person_id
JOIN people_knownminor known
ON known.event_id = attendee.event_id AND known.address_hash = person.address_hash
JOIN people_formeraddress former ON former.person_id = person.id
WHERE attendee.age_class = 'minor' GROUP BY former.address_hash, attendee.event_id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0017_agreements_of_a_person"),
    ]

    operations = [
        migrations.RunSQL(WHOSE, migrations.RunSQL.noop),
        migrations.RunSQL(EVERY_ADDRESS, migrations.RunSQL.noop),
    ]
