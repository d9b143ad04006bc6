"""Text vectors, runs, the lists they made, and what was answered to them."""

import django.db.models.deletion
import django.utils.timezone
import pgvector.django.vector
from django.db import migrations, models
from pgvector.django import VectorExtension

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
    "CREATE TRIGGER {name}_on_{action} AFTER {action} ON {table} REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_suggestions_of_two_events('{name}')"
)
TRIGGERS = [
    TRIGGER.format(name=f"{word}_same_event", action=action, table=f"suggestions_{word}")
    for word in ("suggestion", "feedback")
    for action in ("insert", "update")
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        VectorExtension(),
        migrations.CreateModel(
            name="Embedding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=10)),
                ("text_hash", models.CharField(max_length=64)),
                ("vector", pgvector.django.vector.VectorField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("model", "kind", "text_hash"), name="embedding_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("building", "Being computed"),
                            ("current", "Current"),
                            ("retired", "Replaced"),
                            ("failed", "Failed"),
                        ],
                        default="building",
                        max_length=10,
                    ),
                ),
                ("policy", models.JSONField(default=dict)),
                ("report", models.JSONField(default=dict)),
                ("model", models.CharField(max_length=200)),
                ("matching_state", models.BinaryField(null=True)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="events.event"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ListReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("profile_changed_at", models.DateTimeField()),
                ("computed_at", models.DateTimeField()),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="suggestions.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("good", "Saved"), ("not-relevant", "Not relevant")], max_length=12
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("topic", "the topic is not mine"),
                            ("constituency", "I look for another sector"),
                            ("known", "we know each other"),
                            ("other", "another reason"),
                        ],
                        max_length=12,
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(null=True)),
                ("propensity", models.FloatField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feedback",
                        to="events.attendee",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="suggestions.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                ("score", models.FloatField()),
                ("propensity", models.FloatField(default=1.0)),
                ("exploratory", models.BooleanField(default=False)),
                ("reasons", models.JSONField()),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestions",
                        to="events.attendee",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggested_to",
                        to="events.attendee",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestions",
                        to="suggestions.run",
                    ),
                ),
            ],
            options={
                "ordering": ["rank"],
            },
        ),
        migrations.CreateModel(
            name="SuggestionView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(null=True)),
                ("propensity", models.FloatField(null=True)),
                ("viewed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SuggestionRules",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("learns_nightly", models.BooleanField(default=False)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestion_rules",
                        to="events.event",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LearnedWeights",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weights", models.JSONField()),
                ("counts", models.JSONField()),
                ("learned_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="learned_weights",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "ordering": ["-learned_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("event",),
                        name="learned_weights_one_active",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "current")), fields=("event",), name="run_one_current"
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "building"),
                    ("state", "failed"),
                    ("published_at__isnull", False),
                    _connector="OR",
                ),
                name="run_published_has_time",
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
            model_name="listreading",
            constraint=models.UniqueConstraint(fields=("run", "attendee"), name="list_reading_once"),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.UniqueConstraint(fields=("attendee", "other"), name="feedback_once"),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(("attendee", models.F("other")), _negated=True), name="feedback_not_self"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause", ""), ("verdict", "good")),
                    models.Q(
                        ("verdict", "not-relevant"),
                        ("cause__in", ["topic", "constituency", "known", "other"]),
                    ),
                    _connector="OR",
                ),
                name="feedback_cause_when_not_relevant",
            ),
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
            model_name="suggestion",
            constraint=models.UniqueConstraint(fields=("run", "attendee", "other"), name="suggestion_once"),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.UniqueConstraint(
                fields=("run", "attendee", "rank"), name="suggestion_one_per_rank"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("attendee", models.F("other")), _negated=True), name="suggestion_not_self"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="suggestion_score_unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                name="suggestion_propensity_a_chance",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("reasons", []), _negated=True), name="suggestion_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestionview",
            constraint=models.UniqueConstraint(fields=("attendee", "other"), name="suggestion_view_once"),
        ),
        migrations.AddConstraint(
            model_name="suggestionview",
            constraint=models.CheckConstraint(
                condition=models.Q(("attendee", models.F("other")), _negated=True),
                name="suggestion_view_not_self",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestionview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("propensity", None),
                    models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                    _connector="OR",
                ),
                name="suggestion_view_propensity_a_chance",
            ),
        ),
        migrations.RunSQL(
            ";".join([FUNCTION, *TRIGGERS]), "DROP FUNCTION refuse_suggestions_of_two_events() CASCADE"
        ),
    ]
