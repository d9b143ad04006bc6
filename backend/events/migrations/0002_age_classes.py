import datetime as dt

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


def remember_minors(apps, _schema_editor):
    Attendee, KnownMinor = apps.get_model("events", "Attendee"), apps.get_model("people", "KnownMinor")
    minors = Attendee.objects.filter(age_class="minor").values_list(
        "person__address_hash", "event_id", "event__ends_on"
    )
    KnownMinor.objects.bulk_create(
        (
            KnownMinor(address_hash=address_hash, event_id=event, expires_at=_eight_years_after(ends_on))
            for address_hash, event, ends_on in minors.iterator()
        ),
        batch_size=2_000,
        ignore_conflicts=True,
    )


def _eight_years_after(day):
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return dt.datetime(day.year + 8, day.month, day.day, tzinfo=dt.UTC)


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
        ("people", "0003_known_minor"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AdultProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for a safeguarding lead"),
                            ("consented", "Set as an adult"),
                            ("declined", "Kept as a minor"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="AgeAgreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agreed_at", models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attendee",
            trigger=pgtrigger.compiler.Trigger(
                name="remember_minor",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.age_class = 'minor')",
                    func="\n    IF TG_OP = 'UPDATE' THEN\n        IF OLD.age_class = NEW.age_class THEN RETURN NULL; END IF;\n    END IF;\n    INSERT INTO people_knownminor (address_hash, event_id, expires_at)\n    SELECT person.address_hash, event.id, timezone('UTC', event.ends_on + interval '8 years')\n    FROM people_person person, events_event event\n    WHERE person.id = NEW.person_id AND event.id = NEW.event_id\n    ON CONFLICT (address_hash, event_id) DO UPDATE\n    SET expires_at = greatest(people_knownminor.expires_at, excluded.expires_at);\n    DELETE FROM events_ageagreement agreement USING people_knownminor known, people_person person\n    WHERE agreement.known_minor_id = known.id AND known.event_id = NEW.event_id\n    AND known.address_hash = person.address_hash AND person.id = NEW.person_id;\n    RETURN NULL;\n",
                    hash="80c5e704800232e16e575df506faae7cfd3fe9da",
                    operation='INSERT OR UPDATE OF "age_class"',
                    pgid="pgtrigger_remember_minor_d01b2",
                    table="events_attendee",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="adultproposal",
            name="attendee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="adult_proposals",
                to="events.attendee",
            ),
        ),
        migrations.AddField(
            model_name="adultproposal",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="adultproposal",
            name="proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ageagreement",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
            ),
        ),
        migrations.AddField(
            model_name="ageagreement",
            name="known_minor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="agreements", to="people.knownminor"
            ),
        ),
        migrations.AddField(
            model_name="ageagreement",
            name="lead",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ageagreement",
            name="of_event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
            ),
        ),
        migrations.AddConstraint(
            model_name="adultproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("attendee",), name="adult_proposal_once_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="adultproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state", "open")),
                    models.Q(("decided_at__isnull", False), ("state__in", ["consented", "declined"])),
                    _connector="OR",
                ),
                name="adult_proposal_decided_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ageagreement",
            constraint=models.UniqueConstraint(
                fields=("known_minor", "event", "of_event"), name="age_agreement_once_per_event"
            ),
        ),
        migrations.RunPython(remember_minors, migrations.RunPython.noop),
    ]
