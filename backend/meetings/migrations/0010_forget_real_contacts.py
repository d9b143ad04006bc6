from django.db import migrations

# How somebody could be reached tells who they are: it goes once they appear under an alias, whatever code sets
# it. To the other it is as if they had taken it back.
FORGET = """
CREATE FUNCTION meetings_forget_real_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM meetings_contactshare share USING events_attendee attendee
    WHERE attendee.id = NEW.attendee_id AND share.event_id = attendee.event_id
    AND share.giver_id = attendee.person_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER meetings_forget_real_contact AFTER INSERT OR UPDATE ON events_alias
FOR EACH ROW EXECUTE FUNCTION meetings_forget_real_contact();
"""
KEEP = """
DROP TRIGGER meetings_forget_real_contact ON events_alias;
DROP FUNCTION meetings_forget_real_contact();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0013_aliases"),
        ("meetings", "0009_follow_ups"),
    ]

    operations = [migrations.RunSQL(FORGET, KEEP)]
