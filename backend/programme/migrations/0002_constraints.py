"""What must never happen in a plan, told to the database."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_plans")]

    operations = [
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(fields=("event", "id"), name="plan_event_key"),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("published_at__isnull", True), ("state", "draft"), ("withdrawn_at__isnull", True)
                    ),
                    models.Q(
                        ("published_at__isnull", False),
                        ("state", "published"),
                        ("withdrawn_at__isnull", True),
                    ),
                    models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="plan_state_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("work__in", ["waiting", "solving", "ready", "impossible", "failed", "carrying_out"])
                ),
                name="plan_work_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("scope", "between"), _negated=True),
                        ("first_constituency", ""),
                        ("second_constituency", ""),
                    ),
                    models.Q(
                        ("scope", "between"),
                        models.Q(("first_constituency", ""), _negated=True),
                        models.Q(("second_constituency", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="plan_between_names_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("least__lte", models.F("most")), ("most__gte", 1), ("most__lte", 50)),
                name="plan_least_below_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("cross_share__gte", 0), ("cross_share__lte", 1)),
                name="plan_cross_share_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress__lte", 100)), name="plan_progress_percent"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedmeeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="planned_lower_id_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedmeeting",
            constraint=models.UniqueConstraint(fields=("plan", "first", "second"), name="planned_pair_once"),
        ),
        migrations.AddConstraint(
            model_name="plannedmeeting",
            constraint=models.UniqueConstraint(
                fields=("plan", "slot", "table"), name="planned_no_double_table"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedmeeting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("plan"), models.F("plan"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("slot"), models.F("slot"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.Func(
                                models.F("first"), models.F("first"), models.Value("[]"), function="int8range"
                            ),
                            models.Func(
                                models.F("second"),
                                models.F("second"),
                                models.Value("[]"),
                                function="int8range",
                            ),
                            function="int8multirange",
                        ),
                        "&&",
                    ),
                ],
                name="planned_no_double_seat",
            ),
        ),
    ]
