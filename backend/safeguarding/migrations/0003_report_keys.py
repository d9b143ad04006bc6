"""A report is between two people of its event; who read it is written once and never changed."""

from django.db import migrations

KEYS = [
    ("reporter_id", "report_reporter_same_event"),
    ("reported_id", "report_reported_same_event"),
    ("closed_by_id", "report_closed_by_same_event"),
]


def composite_key(column: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE safeguarding_report ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
        "REFERENCES events_attendee (event_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE safeguarding_report DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0002_reports"),
        ("events", "0003_same_event"),
    ]

    operations = [
        *(composite_key(*key) for key in KEYS),
        # Only these keys may touch a row once it is written: the report is gone, or the reader's account is.
        migrations.RunSQL(
            "ALTER TABLE safeguarding_reportview "
            "ADD CONSTRAINT report_view_report FOREIGN KEY (report_id) "
            "REFERENCES safeguarding_report (id) ON DELETE CASCADE, "
            "ADD CONSTRAINT report_view_viewer FOREIGN KEY (viewer_id) "
            "REFERENCES people_person (id) ON DELETE SET NULL",
            "ALTER TABLE safeguarding_reportview "
            "DROP CONSTRAINT report_view_report, DROP CONSTRAINT report_view_viewer",
        ),
        migrations.RunSQL(
            "CREATE FUNCTION refuse_change_of_report_view() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'who read a report is never changed' USING ERRCODE = 'check_violation'; "
            "END $$; "
            "CREATE TRIGGER report_view_append_only BEFORE UPDATE OR DELETE ON safeguarding_reportview "
            "FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change_of_report_view()",
            "DROP TRIGGER report_view_append_only ON safeguarding_reportview; "
            "DROP FUNCTION refuse_change_of_report_view()",
        ),
    ]
