import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Written by hand: how somebody could be reached tells who they are, and goes once they appear under an alias,
# whatever code sets it. To the other it is as if they had taken it back.
FORGET_REAL_CONTACT = """
CREATE FUNCTION outcomes_forget_real_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM outcomes_contactshare share USING events_attendee attendee
    WHERE attendee.id = NEW.attendee_id AND share.event_id = attendee.event_id
    AND share.giver_id = attendee.person_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER outcomes_forget_real_contact AFTER INSERT OR UPDATE ON events_alias
FOR EACH ROW EXECUTE FUNCTION outcomes_forget_real_contact();
"""
SQL = [FORGET_REAL_CONTACT]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("link", models.CharField(blank=True, max_length=300)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("kept_at", models.DateTimeField(blank=True, null=True)),
                ("kept_name", models.CharField(blank=True, max_length=200)),
                ("kept_title", models.CharField(blank=True, max_length=200)),
                ("kept_organisation", models.CharField(blank=True, max_length=255)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts_received",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "giver", "receiver"), name="contact_share_once"),
                    models.CheckConstraint(
                        condition=models.Q(("giver", models.F("receiver")), _negated=True),
                        name="contact_share_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", ""), ("link", ""), ("phone", ""), _negated=True),
                        name="contact_share_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kept_at", None), ("kept_name", "")),
                            models.Q(("kept_at__isnull", False), models.Q(("kept_name", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="contact_share_kept_with_a_name",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
