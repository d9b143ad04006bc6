"""A suggestion and what was said of it are between two people of the run's event, with a chance for propensity.

Not by composite keys as elsewhere: these rows, the most numerous of all, do not repeat the event's id.
"""

from django.db import migrations, models

# Asked once for each statement, not for each row: a Run of a large forum writes ten thousand.
FUNCTION = """
CREATE FUNCTION refuse_suggestions_of_two_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM written
        JOIN events_attendee one ON one.id = written.attendee_id
        JOIN events_attendee another ON another.id = written.other_id
        LEFT JOIN suggestions_run run ON run.id = written.run_id
        WHERE one.event_id <> another.event_id OR one.event_id <> run.event_id
    ) THEN
        RAISE EXCEPTION 'the run and both attendees must be of one event'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = (
    "CREATE TRIGGER {name}_on_{deed} AFTER {deed} ON {table} REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_suggestions_of_two_events('{name}')"
)
TRIGGERS = [
    TRIGGER.format(name=f"{word}_same_event", deed=deed, table=f"suggestions_{word}")
    for word in ("suggestion", "feedback")
    for deed in ("insert", "update")
]


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0005_known_words"),
        ("suggestions", "0002_suggestion_views"),
    ]

    operations = [
        migrations.RunSQL(
            ";".join([FUNCTION, *TRIGGERS]), "DROP FUNCTION refuse_suggestions_of_two_events() CASCADE"
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("propensity", None),
                    models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                    _connector="OR",
                ),
                name="feedback_propensity_a_chance",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["building", "current", "retired", "failed"])),
                name="run_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                name="suggestion_propensity_a_chance",
            ),
        ),
    ]
