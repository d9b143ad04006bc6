import django.db.models.deletion
import django.utils.timezone
import pgvector.django.vector
from django.db import migrations, models
from pgvector.django import VectorExtension

# Written by hand: the run and both attendees of a suggestion, or of feedback, are of one event.
# Asked once for each statement, not for each row: a Run of a large forum writes ten thousand.
ONE_EVENT = """
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
END $$;
"""
TRIGGER = """
CREATE TRIGGER {word}_same_event_on_{action} AFTER {action} ON suggestions_{word}
REFERENCING NEW TABLE AS written FOR EACH STATEMENT
EXECUTE FUNCTION refuse_suggestions_of_two_events('{word}_same_event')
"""
# What a list quotes or tells of somebody goes once they appear under an alias, whatever code sets it; the
# lists are computed anew by the job that every change of a profile queues.
FORGET_REAL_NAME = """
CREATE FUNCTION suggestions_forget_real_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM suggestions_suggestion
    WHERE attendee_id = NEW.attendee_id OR other_id = NEW.attendee_id
    OR reasons @> jsonb_build_array(
        jsonb_build_object('evidence', jsonb_build_object('person', NEW.attendee_id))
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER suggestions_forget_real_name AFTER INSERT OR UPDATE ON events_alias
FOR EACH ROW EXECUTE FUNCTION suggestions_forget_real_name();
"""
SQL = [
    ONE_EVENT,
    *(
        TRIGGER.format(word=word, action=action)
        for word in ("suggestion", "feedback")
        for action in ("insert", "update")
    ),
    FORGET_REAL_NAME,
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
        migrations.CreateModel(
            name="Learning",
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
                            ("waiting", "Waiting"),
                            ("running", "Learning"),
                            ("learned", "Learned"),
                            ("too-few", "Too few answers"),
                            ("not-proven", "No gain proven"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="learning",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["waiting", "running", "learned", "too-few", "not-proven", "failed"],
                            )
                        ),
                        name="learning_state_known",
                    )
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")), fields=("event",), name="run_one_current"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "building"),
                            ("state", "failed"),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="run_published_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["building", "current", "retired", "failed"])),
                        name="run_state_known",
                    ),
                ],
            },
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
                ("note", models.CharField(blank=True, max_length=500)),
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "other"), name="feedback_once"),
                    models.CheckConstraint(
                        condition=models.Q(("attendee", models.F("other")), _negated=True),
                        name="feedback_not_self",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), ("verdict", "good"), _connector="OR"),
                        name="feedback_note_on_somebody_saved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("propensity", None),
                            models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                            _connector="OR",
                        ),
                        name="feedback_propensity_a_chance",
                    ),
                ],
            },
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "attendee"), name="list_reading_once")
                ],
            },
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
                "constraints": [
                    models.UniqueConstraint(fields=("run", "attendee", "other"), name="suggestion_once"),
                    models.UniqueConstraint(
                        fields=("run", "attendee", "rank"), name="suggestion_one_per_rank"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attendee", models.F("other")), _negated=True),
                        name="suggestion_not_self",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="suggestion_score_unit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                        name="suggestion_propensity_a_chance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reasons", []), _negated=True), name="suggestion_has_a_reason"
                    ),
                ],
            },
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
                (
                    "learns_since",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.event",
                    ),
                ),
            ],
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "other"), name="suggestion_view_once"),
                    models.CheckConstraint(
                        condition=models.Q(("attendee", models.F("other")), _negated=True),
                        name="suggestion_view_not_self",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("propensity", None),
                            models.Q(("propensity__gt", 0), ("propensity__lte", 1)),
                            _connector="OR",
                        ),
                        name="suggestion_view_propensity_a_chance",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
