"""Blocks, reports, who read a report, and the mails that tell the leads of one."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

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
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("meeting_id", models.BigIntegerField(null=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("harassment", "Unwanted attention or harassment"),
                            ("pressure", "Pressure, threats or discrimination"),
                            ("child", "Concern for a child or young person"),
                            ("identity", "Not who they say they are"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "New"), ("looked-at", "Looked at"), ("closed", "Closed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("keeps_apart", models.BooleanField(default=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(blank=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "reported",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_about",
                        to="events.attendee",
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_made",
                        to="events.attendee",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportAlert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told_at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="safeguarding.report",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="views",
                        to="safeguarding.report",
                    ),
                ),
                (
                    "viewer",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "blocked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks_received",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "blocker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("blocker", "blocked"), name="block_once"),
                    models.CheckConstraint(
                        condition=models.Q(("blocker", models.F("blocked")), _negated=True),
                        name="block_not_self",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("keeps_apart", True)),
                fields=["reporter", "reported"],
                name="report_apart",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("reporter", models.F("reported")), _negated=True), name="report_not_self"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("category__in", ["harassment", "pressure", "child", "identity", "other"])
                ),
                name="report_category_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="report_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at", None),
                        ("closed_by", None),
                        ("outcome", ""),
                        ("state__in", ["open", "looked-at"]),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("state", "closed"),
                        models.Q(("outcome", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="report_closed_with_an_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("keeps_apart", True), ("state", "closed"), _connector="OR"),
                name="report_keeps_apart_until_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportalert",
            constraint=models.UniqueConstraint(fields=("report", "lead"), name="report_alert_once"),
        ),
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
        migrations.RunSQL(
            "ALTER TABLE safeguarding_report ALTER COLUMN id DROP IDENTITY; "
            "ALTER TABLE safeguarding_report ALTER COLUMN id "
            "SET DEFAULT 100000000000 + floor(random() * 900000000000)::bigint",
            "ALTER TABLE safeguarding_report ALTER COLUMN id DROP DEFAULT; "
            "ALTER TABLE safeguarding_report ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY",
        ),
    ]
