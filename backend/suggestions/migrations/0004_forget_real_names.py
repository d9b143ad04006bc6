from django.db import migrations

# What a list quotes or tells of somebody goes once they appear under an alias, whatever code sets it; the
# lists are computed anew by the job that every change of a profile queues.
FORGET = """
CREATE FUNCTION suggestions_forget_real_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM suggestions_suggestion
    WHERE attendee_id = NEW.attendee_id OR other_id = NEW.attendee_id
    OR reasons @> jsonb_build_array(
        jsonb_build_object('evidence', jsonb_build_object('person', NEW.attendee_id))
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER suggestions_forget_real_name AFTER INSERT OR UPDATE ON events_alias
FOR EACH ROW EXECUTE FUNCTION suggestions_forget_real_name();
"""
KEEP = """
DROP TRIGGER suggestions_forget_real_name ON events_alias;
DROP FUNCTION suggestions_forget_real_name();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0013_aliases"),
        ("suggestions", "0003_notes"),
    ]

    operations = [migrations.RunSQL(FORGET, KEEP)]
