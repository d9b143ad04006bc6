"""Events begin as drafts; who organises or leads one is proposed, confirmed and ended on record."""

import datetime as dt

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def keep_who_holds_a_permission(apps, schema_editor):  # noqa: ARG001
    """Who organises or leads an event goes on doing so, and reads the reports that they read before."""
    attendees = apps.get_model("events", "Attendee").objects.exclude(permission="participant")
    apps.get_model("events", "Appointment").objects.bulk_create(
        apps.get_model("events", "Appointment")(
            attendee_id=attendee,
            permission=permission,
            state="confirmed",
            proposed_at=EARLIEST,
            decided_at=EARLIEST,
        )
        for attendee, permission in attendees.values_list("pk", "permission")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0004_own_names_and_organisations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "permission",
                    models.CharField(
                        choices=[
                            ("participant", "Participant"),
                            ("organiser", "Organiser"),
                            ("safeguarding-lead", "Safeguarding lead"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                            ("ended", "Ended"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("is_first", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OutsideContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("entered_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="event",
            name="state",
            field=models.CharField(
                choices=[("draft", "Draft"), ("open", "Open")], default="open", max_length=10
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="state",
            field=models.CharField(
                choices=[("draft", "Draft"), ("open", "Open")], default="draft", max_length=10
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "open"])), name="event_state_known"
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="attendee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="appointments", to="events.attendee"
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="outsidecontact",
            name="entered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="outsidecontact",
            name="event",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="outside_contact", to="events.event"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "confirmed"])),
                fields=("attendee",),
                name="appointment_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("permission__in", ["organiser", "safeguarding-lead"])),
                name="appointment_permission_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("ended_at", None), ("state", "proposed")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("ended_at", None),
                        ("state__in", ["confirmed", "refused"]),
                    ),
                    models.Q(("decided_at__isnull", False), ("ended_at__isnull", False), ("state", "ended")),
                    _connector="OR",
                ),
                name="appointment_state_and_times_agree",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposed_by", models.F("decided_by")),
                    ("state__in", ["confirmed", "ended"]),
                    _negated=True,
                ),
                name="appointment_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidecontact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    models.Q(
                        models.Q(("email", ""), _negated=True),
                        models.Q(("phone", ""), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="outside_contact_can_be_reached",
            ),
        ),
        migrations.RunPython(keep_who_holds_a_permission, migrations.RunPython.noop),
    ]
