"""An address that comes back takes up what was kept of its erased account: blocks, cases, suspensions."""

from django.db import migrations

# Whatever code makes the account or changes its address. The hash is deleted by a job once it has expired.
FUNCTION = """
CREATE FUNCTION safeguarding_take_up_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased bigint;
BEGIN
    IF NEW.erased_at IS NOT NULL THEN RETURN NULL; END IF;
    FOR erased IN
        SELECT id FROM people_person
        WHERE address_hash = NEW.address_hash AND erased_at IS NOT NULL AND id <> NEW.id
    LOOP
        UPDATE safeguarding_block block SET blocker_id = NEW.id
        WHERE block.blocker_id = erased AND block.blocked_id <> NEW.id AND NOT EXISTS (
            SELECT FROM safeguarding_block other
            WHERE other.blocker_id = NEW.id AND other.blocked_id = block.blocked_id
        );
        UPDATE safeguarding_block block SET blocked_id = NEW.id
        WHERE block.blocked_id = erased AND block.blocker_id <> NEW.id AND NOT EXISTS (
            SELECT FROM safeguarding_block other
            WHERE other.blocked_id = NEW.id AND other.blocker_id = block.blocker_id
        );
        UPDATE safeguarding_report report SET reported_id = here.id
        FROM events_attendee gone JOIN events_attendee here
        ON here.event_id = gone.event_id AND here.person_id = NEW.id
        WHERE report.reported_id = gone.id AND gone.person_id = erased
        AND report.reporter_id IS DISTINCT FROM here.id;
        UPDATE safeguarding_report report SET reporter_id = here.id
        FROM events_attendee gone JOIN events_attendee here
        ON here.event_id = gone.event_id AND here.person_id = NEW.id
        WHERE report.reporter_id = gone.id AND gone.person_id = erased
        AND report.reported_id IS DISTINCT FROM here.id;
        UPDATE events_attendee gone SET person_id = NEW.id
        WHERE gone.person_id = erased AND NOT EXISTS (
            SELECT FROM events_attendee here
            WHERE here.event_id = gone.event_id AND here.person_id = NEW.id
        );
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER take_up_erased AFTER INSERT OR UPDATE OF address_hash ON people_person
FOR EACH ROW EXECUTE FUNCTION safeguarding_take_up_erased();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0010_held_identity"),
        ("people", "0012_erased_accounts"),
    ]

    operations = [
        migrations.RunSQL(
            FUNCTION,
            "DROP TRIGGER take_up_erased ON people_person; DROP FUNCTION safeguarding_take_up_erased()",
        ),
    ]
