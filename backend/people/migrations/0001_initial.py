import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("address_hash", models.CharField(db_index=True, editable=False, max_length=64)),
                ("older_hash", models.CharField(db_default="", db_index=True, editable=False, max_length=64)),
                (
                    "skeleton_hash",
                    models.CharField(db_default="", db_index=True, editable=False, max_length=64),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                ("may_start_forums", models.BooleanField(default=False)),
                ("factor_grace_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("is_demo", models.BooleanField(default=False)),
                ("own_timezone", models.CharField(blank=True, max_length=60)),
                ("quiet_from", models.TimeField(blank=True, default=datetime.time(22, 0), null=True)),
                ("quiet_until", models.TimeField(blank=True, default=datetime.time(7, 0), null=True)),
                (
                    "digest",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Each at once"),
                            ("twice-daily", "Together, twice a day"),
                            ("daily", "Together, once a day"),
                        ],
                        max_length=12,
                    ),
                ),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("erased_at", models.DateTimeField(editable=False, null=True)),
                ("hash_expires_at", models.DateTimeField(editable=False, null=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "shares_with",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="shared_by",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "people",
                "indexes": [
                    models.Index(django.db.models.functions.text.Lower("email"), name="person_by_email")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("shares_with", None)),
                        name="person_email_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shares_with", models.F("id")), _negated=True),
                        name="person_shares_with_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="person_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("address_hash__regex", "^[0-9a-f]{64}$")),
                        name="person_has_an_address_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_demo", False),
                            models.Q(("is_staff", False), ("is_superuser", False)),
                            _connector="OR",
                        ),
                        name="person_of_the_demo_is_no_staff",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_at", None), ("hash_expires_at", None)),
                            models.Q(
                                ("erased_at__isnull", False),
                                ("is_active", False),
                                ("is_staff", False),
                                ("is_superuser", False),
                            ),
                            _connector="OR",
                        ),
                        name="person_erased_is_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__in", ["", "twice-daily", "daily"])),
                        name="person_digest_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                            models.Q(
                                ("quiet_from__isnull", False),
                                ("quiet_until__isnull", False),
                                models.Q(("quiet_from", models.F("quiet_until")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="person_quiet_hours_begin_and_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.BinaryField()),
                ("queued_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["queued_at"], name="account_mail_by_age")],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("read", "Read what I can read"),
                                ("act", "Do what I can do as a participant"),
                                ("organise", "Read and do what organisers and safeguarding leads can"),
                            ],
                            max_length=8,
                        ),
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="api_token_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("token_hash__regex", "^[0-9a-f]{64}$")),
                        name="api_token_has_a_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scopes__contained_by", ["read", "act", "organise"]),
                            models.Q(("scopes", []), _negated=True),
                        ),
                        name="api_token_scopes_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="api_token_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FactorReset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("done_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FirstAdministratorLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FormerAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address_hash", models.CharField(max_length=64)),
                ("left_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_addresses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("address_hash", "person"), name="former_address_once_a_person"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("address_hash__regex", "^[0-9a-f]{64}$")),
                        name="former_address_is_a_hash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownMinor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address_hash", models.CharField(max_length=64)),
                ("skeleton_hash", models.CharField(blank=True, db_default="", db_index=True, max_length=64)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("address_hash__regex", "^[0-9a-f]{64}$")),
                        name="known_minor_has_a_hash",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AddressHash",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("address_hash", models.CharField(max_length=64)),
            ],
            options={
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="MinorMatch",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "managed": False,
            },
        ),
    ]
