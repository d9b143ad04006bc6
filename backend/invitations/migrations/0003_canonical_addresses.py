from django.db import migrations

# Of an account whose address has another hash since there is one canonical form: the mail was to the same.
SAME_ADDRESS = """
UPDATE invitations_invitation invitation SET address_hash = person.address_hash
FROM events_attendee attendee JOIN people_person person ON person.id = attendee.person_id
WHERE attendee.id = invitation.attendee_id AND person.older_hash <> person.address_hash
AND invitation.address_hash = person.older_hash
"""


class Migration(migrations.Migration):
    dependencies = [
        ("invitations", "0002_sender_to_mail_texts"),
        ("people", "0018_hash_addresses"),
    ]

    operations = [
        migrations.RunSQL(SAME_ADDRESS, migrations.RunSQL.noop),
    ]
