import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import pgvector.django.vector
from django.db import migrations, models
from pgvector.django import VectorExtension

# Written by hand: the keys of a name that is new or changed are written anew.
KINDS = {  # what is found: its table, and the columns whose change changes the keys
    "attendee": ("events_attendee", ("name", "short_name", "age_class")),
    "organisation": ("events_organisation", ("name",)),
    "topic": ("events_topic", ("name",)),
    "session": ("events_session", ("title",)),
}
NAME_CHANGED = """
CREATE FUNCTION directory_name_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO directory_searchname (event_id, %1$I) VALUES ($1, $2)
         ON CONFLICT (%1$I) DO UPDATE SET keys = NULL', TG_ARGV[0]
    ) USING NEW.event_id, NEW.id;
    RETURN NULL;
END
$$;
"""


def triggers(kind: str, table: str, columns: tuple[str, ...]) -> str:
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return f"""
        CREATE TRIGGER search_name_new AFTER INSERT ON {table}
        FOR EACH ROW EXECUTE FUNCTION directory_name_changed('{kind}_id');
        CREATE TRIGGER search_name_changed AFTER UPDATE OF {", ".join(columns)} ON {table}
        FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION directory_name_changed('{kind}_id');
        """


SQL = [
    NAME_CHANGED,
    *(triggers(kind, table, columns) for kind, (table, columns) in KINDS.items()),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        VectorExtension(),
        migrations.CreateModel(
            name="Nudge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "not sent yet"),
                            ("sent", "sent"),
                            ("failed", "refused by the mail server"),
                            ("skipped", "no longer needed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=16)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("day", models.DateField()),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "day"), name="nudge_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "failed"]), _negated=True),
                            models.Q(("attempts__gte", 1), ("tried_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="nudge_was_tried",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProfileVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "other"), name="profile_visit_once_per_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("attendee", models.F("other")), _negated=True),
                        name="profile_visit_of_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), null=True, size=None
                    ),
                ),
                (
                    "attendee",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_name",
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
                    "organisation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_name",
                        to="events.organisation",
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_name",
                        to="events.session",
                    ),
                ),
                (
                    "topic",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_name",
                        to="events.topic",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="search_name_by_key"),
                    models.Index(
                        condition=models.Q(("keys", None)), fields=["event"], name="search_name_unread"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(
                                    ("attendee__isnull", False),
                                    ("organisation", None),
                                    ("session", None),
                                    ("topic", None),
                                ),
                                models.Q(
                                    ("attendee", None),
                                    ("organisation__isnull", False),
                                    ("session", None),
                                    ("topic", None),
                                ),
                                models.Q(
                                    ("attendee", None),
                                    ("organisation", None),
                                    ("session", None),
                                    ("topic__isnull", False),
                                ),
                                models.Q(
                                    ("attendee", None),
                                    ("organisation", None),
                                    ("session__isnull", False),
                                    ("topic", None),
                                ),
                                _connector="OR",
                            )
                        ),
                        name="search_name_of_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=200)),
                ("field", models.CharField(max_length=10)),
                ("text_hash", models.CharField(max_length=64)),
                ("language", models.CharField(blank=True, max_length=3)),
                ("profile_changed_at", models.DateTimeField()),
                ("vector", pgvector.django.vector.VectorField()),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_texts",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "field"), name="search_text_once"),
                    models.CheckConstraint(
                        condition=models.Q(("field__in", ["seeks", "offers", "about"])),
                        name="search_text_field_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimesMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "not sent yet"),
                            ("sent", "sent"),
                            ("failed", "refused by the mail server"),
                            ("skipped", "no longer needed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=16)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("wished", "Somebody would like to meet you"),
                            ("opened", "The organisers opened your times"),
                        ],
                        max_length=6,
                    ),
                ),
                ("day", models.DateField()),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "kind", "day"), name="times_mail_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "failed"]), _negated=True),
                            models.Q(("attempts__gte", 1), ("tried_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="times_mail_was_tried",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WishToMeet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "asker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishes_to_meet",
                        to="events.attendee",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("asker", "other"), name="wish_once_per_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("asker", models.F("other")), _negated=True),
                        name="wish_for_another",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
