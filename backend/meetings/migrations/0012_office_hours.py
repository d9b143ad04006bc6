"""Office hours: one host, up to eight guests, and the requests that these answer."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0015_leaving"),
        ("meetings", "0011_waiting_list"),
        ("safeguarding", "0012_take_up_former"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="meeting",
            name="meeting_requested_has_an_asker",
        ),
        migrations.RemoveConstraint(
            model_name="meeting",
            name="meeting_has_a_place_once_accepted",
        ),
        migrations.RemoveConstraint(
            model_name="meeting",
            name="meeting_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="seat",
            name="seat_part_known",
        ),
        migrations.AddField(
            model_name="meeting",
            name="office_hour",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="gathered",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="place",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="kind",
            field=models.CharField(
                choices=[("one_to_one", "One to one"), ("group", "Group"), ("office_hours", "Office hour")],
                default="one_to_one",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "Asked"),
                    ("proposed", "Proposed by the organisers"),
                    ("accepted", "Agreed"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Expired"),
                    ("cancelled", "Cancelled"),
                    ("gathered", "Answered with an office hour"),
                    ("held", "Held"),
                    ("not_held", "Did not take place"),
                    ("disputed", "The two reports differ"),
                ],
                default="requested",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("requested", "You are asked to meet"),
                    ("proposed", "The organisers propose a meeting"),
                    ("changed", "A request was changed"),
                    ("accepted", "Your request was accepted"),
                    ("arranged", "A meeting was arranged for you"),
                    ("moved", "A meeting has another time or place"),
                    ("declined", "Your request was declined"),
                    ("withdrawn", "A request was withdrawn"),
                    ("expired", "A request expired"),
                    ("cancelled", "A meeting was cancelled"),
                    ("time_taken", "A time you asked for was taken"),
                    ("time_freed", "A time you waited for fell free"),
                    ("countered", "Other times are offered"),
                    ("counter_refused", "The other times do not suit"),
                    ("reminder_half", "A request waits for your answer"),
                    ("reminder_day", "You meet tomorrow"),
                    ("reminder_soon", "You meet in a few minutes"),
                    ("attest", "Did the meeting take place?"),
                    ("contact_offered", "Somebody would like to stay in touch"),
                    ("connected", "You are connected"),
                    ("follow_up", "A follow-up is due"),
                    ("office_hour", "You are invited to an office hour"),
                    ("office_left", "A guest does not come to your office hour"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="seat",
            name="kind",
            field=models.CharField(
                choices=[("one_to_one", "One to one"), ("group", "Group"), ("office_hours", "Office hour")],
                default="one_to_one",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="seat",
            name="part",
            field=models.CharField(
                choices=[
                    ("asker", "Asked"),
                    ("invited", "Invited"),
                    ("first", "First of the two"),
                    ("second", "Second of the two"),
                    ("host", "Host"),
                    ("guest", "Guest"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["requested", "declined", "withdrawn", "gathered"]), _negated=True
                    ),
                    ("asker__isnull", False),
                    _connector="OR",
                ),
                name="meeting_requested_has_an_asker",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delegation_session", None), ("kind", "one_to_one")),
                    models.Q(("asker", None), ("delegation_session__isnull", False), ("kind", "group")),
                    models.Q(
                        ("asker__isnull", False), ("delegation_session", None), ("kind", "office_hours")
                    ),
                    _connector="OR",
                ),
                name="meeting_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "one_to_one"), ("office_hour__isnull", False), ("state", "gathered")),
                    models.Q(models.Q(("state", "gathered"), _negated=True), ("office_hour", None)),
                    _connector="OR",
                ),
                name="meeting_gathered_in_an_office_hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "office_hours"), _negated=True),
                    ("state__in", ["accepted", "cancelled"]),
                    _connector="OR",
                ),
                name="meeting_office_hour_is_agreed",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("period__isnull", True),
                        ("slot__isnull", True),
                        (
                            "state__in",
                            ["requested", "proposed", "declined", "withdrawn", "expired", "gathered"],
                        ),
                        ("table__isnull", True),
                    ),
                    models.Q(
                        ("period__isnull", False),
                        ("slot__isnull", False),
                        ("state__in", ["accepted", "held", "not_held", "disputed", "cancelled"]),
                        ("table__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="meeting_has_a_place_once_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("part__in", ["asker", "invited", "first", "second"]),
                        models.Q(("kind", "office_hours"), _negated=True),
                    ),
                    models.Q(("kind", "office_hours"), ("part__in", ["host", "guest"])),
                    _connector="OR",
                ),
                name="seat_part_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("part", "host")),
                fields=("meeting",),
                name="seat_office_hour_has_one_host",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("meeting", "place"), name="seat_one_guest_per_place"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("part", "guest"), ("place__gte", 1), ("place__isnull", False), ("place__lte", 8)
                    ),
                    models.Q(
                        ("place", None), models.Q(("is_active", True), ("part", "guest"), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="seat_place_of_a_guest",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE meetings_meeting ADD CONSTRAINT meeting_office_hour_same_event FOREIGN KEY "
            "(event_id, office_hour_id) REFERENCES meetings_meeting (event_id, id) "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE meetings_meeting DROP CONSTRAINT meeting_office_hour_same_event",
        ),
    ]
