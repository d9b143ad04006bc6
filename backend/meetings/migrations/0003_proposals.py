import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0007_states_and_languages"),
        ("meetings", "0002_closures"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="meeting",
            name="meeting_has_a_place_once_accepted",
        ),
        migrations.RemoveConstraint(
            model_name="seat",
            name="seat_one_to_one_has_two",
        ),
        migrations.RemoveConstraint(
            model_name="seat",
            name="seat_part_known",
        ),
        migrations.RemoveIndex(
            model_name="meeting",
            name="meeting_waiting_by_expiry",
        ),
        migrations.AddField(
            model_name="meeting",
            name="preferred_table",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="events.table",
            ),
        ),
        migrations.AddField(
            model_name="meeting",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="meetingrules",
            name="proposal_hours",
            field=models.PositiveSmallIntegerField(default=72),
        ),
        migrations.AddField(
            model_name="seat",
            name="answer",
            field=models.CharField(blank=True, choices=[("yes", "Yes"), ("no", "No")], max_length=3),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="asker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="meetings_asked",
                to="events.attendee",
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
                    ("reminder_half", "A request waits for your answer"),
                    ("reminder_day", "You meet tomorrow"),
                    ("reminder_soon", "You meet in a few minutes"),
                    ("attest", "Did the meeting take place?"),
                ],
                max_length=16,
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
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(
                condition=models.Q(("state__in", ["requested", "proposed"])),
                fields=["expires_at"],
                name="meeting_waiting_by_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("asker__isnull", True), models.Q(("key", ""), _negated=True)),
                fields=("event", "key"),
                name="meeting_once_per_key_of_organisers",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "proposed"), _negated=True), ("asker__isnull", True), _connector="OR"
                ),
                name="meeting_proposed_has_no_asker",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["requested", "declined", "withdrawn"]), _negated=True),
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
                    ("withdrawn_at__isnull", True),
                    models.Q(("asker__isnull", True), ("state__in", ["proposed", "expired"])),
                    _connector="OR",
                ),
                name="meeting_withdrawn_was_proposed",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("period__isnull", True),
                        ("slot__isnull", True),
                        ("state__in", ["requested", "proposed", "declined", "withdrawn", "expired"]),
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
            model_name="meetingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposal_hours__gte", 1), ("proposal_hours__lte", 720)),
                name="rules_proposal_hours_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                models.F("meeting"),
                models.Case(models.When(part__in=["asker", "first"], then=1), default=2),
                condition=models.Q(("kind", "one_to_one")),
                name="seat_one_to_one_has_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ["asker", "invited", "first", "second"])),
                name="seat_part_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer", ""),
                    models.Q(("answer__in", ["yes", "no"]), ("part__in", ["first", "second"])),
                    _connector="OR",
                ),
                name="seat_answer_of_a_proposal",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE meetings_meeting ADD CONSTRAINT meeting_preferred_table_same_event "
            "FOREIGN KEY (event_id, preferred_table_id) REFERENCES events_table (event_id, id) "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE meetings_meeting DROP CONSTRAINT meeting_preferred_table_same_event",
        ),
    ]
