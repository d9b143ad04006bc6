import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0001_initial"),
        ("directory", "0001_initial"),
        ("events", "0001_initial"),
        ("people", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("programme", "0001_initial"),
        ("suggestions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TracedTopic",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_topictrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="122813b76a1c3d8ee0ff9d527a012bb067efdd80",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_27af7",
                            table="events_topic",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN ((OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."theme_id" IS DISTINCT FROM (NEW."theme_id")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_topictrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="b5b0e6b11a1ed8d9b42a9d0d4ec93a874c248a5d",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_e7071",
                            table="events_topic",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_topictrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="429a6ca70c89bc6fb90c4ff2e1c2565666143de4",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_c7b51",
                            table="events_topic",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("events.topic",),
        ),
        migrations.CreateModel(
            name="TopicTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedtopic",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="topictrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="8e70bee02c5be05ab46c0c4b5839ab9834a48a1b",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_0ba5f",
                            table="audit_topictrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedTheme",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_themetrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="83aa0441beee14c6f5786b8e409425d909cf83f5",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_dc55e",
                            table="events_theme",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN ((OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."position" IS DISTINCT FROM (NEW."position")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_themetrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="1da726a9692b151a0d8910812c1b5d6fdc0dd0d7",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_d509a",
                            table="events_theme",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_themetrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="b21d78c3ac3f9f3711384d9e111149d0e17fcc50",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_1ec9a",
                            table="events_theme",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("events.theme",),
        ),
        migrations.CreateModel(
            name="ThemeTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedtheme",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="themetrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="178de52e798a24614b16e8bd6fcbb3a8e02688a6",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_21b0e",
                            table="audit_themetrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedTable",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_tabletrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="f6cdf7703969a08d7a4c3c2703f4439821497751",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_0a558",
                            table="events_table",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN ((OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."room_link" IS DISTINCT FROM (NEW."room_link") OR OLD."step_free" IS DISTINCT FROM (NEW."step_free")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_tabletrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="305da5520cd77002e5d83dfa99f3f3d3ad363093",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_e68ed",
                            table="events_table",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_tabletrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="c897591e73d4065e8b3c412a5f619b41f577ae81",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_210f3",
                            table="events_table",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("events.table",),
        ),
        migrations.CreateModel(
            name="TableTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedtable",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="tabletrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="c6ca1b0031f4e169457104d8a059d6424d9d018a",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_3f40c",
                            table="audit_tabletrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedSlot",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_slottrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="bf9a9189fb295cdedb525004ca0f3e8f19df2cdc",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_fb0d3",
                            table="events_slot",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN ((OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_slottrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="8438a963558e0ce0ba544e19c305cfe198d14806",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_9147f",
                            table="events_slot",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_slottrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="82b78bb20ed6eca43948d3519dcf560db19edbe5",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_f9fc5",
                            table="events_slot",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("events.slot",),
        ),
        migrations.CreateModel(
            name="SlotTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedslot",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="slottrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="3c323f849230a6529db491252890b98077061070",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_51a0a",
                            table="audit_slottrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedSession",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_sessiontrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="ebbdebf2ec91d98b7b91ab81c798635310353fe8",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_1cc34",
                            table="events_session",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN ((OLD."abstract" IS DISTINCT FROM (NEW."abstract") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."room" IS DISTINCT FROM (NEW."room") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."stream_url" IS DISTINCT FROM (NEW."stream_url") OR OLD."theme_id" IS DISTINCT FROM (NEW."theme_id") OR OLD."title" IS DISTINCT FROM (NEW."title")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_sessiontrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="31797b475a4b5b5d857bda5b8788213a6d2a798e",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_4bdd1",
                            table="events_session",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_sessiontrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="921f67cd12ac2a91aad01b7e61cfe8c5dc4bedd3",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_3079e",
                            table="events_session",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("events.session",),
        ),
        migrations.CreateModel(
            name="SessionTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedsession",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="sessiontrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="166c2af8fbdfb14da4599dd36e800c867afc17b4",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_af149",
                            table="audit_sessiontrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedSector",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_sectortrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="f6a43b687cbc841802ef1ab8ba64fae52e6c10bd",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_1bf69",
                            table="events_sector",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN ((OLD."constituency" IS DISTINCT FROM (NEW."constituency") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."position" IS DISTINCT FROM (NEW."position")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_sectortrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="70fe11a23cfd3f3be5443ef61d9a04389d5847dc",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_3327e",
                            table="events_sector",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_sectortrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="b4203980949463761c2783b867169440fdc09c7e",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_69386",
                            table="events_sector",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("events.sector",),
        ),
        migrations.CreateModel(
            name="SectorTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedsector",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="sectortrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="d7aef9efb0c6d7b26c83265297eb97b7df4cae8e",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_a920f",
                            table="audit_sectortrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedRun",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="state_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                            func='INSERT INTO "audit_runtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'state\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="a7ab6cab324b38c74b17f702e50c5f3d6adab2ee",
                            operation="UPDATE",
                            pgid="pgtrigger_state_update_07de6",
                            table="suggestions_run",
                            when="AFTER",
                        ),
                    )
                ],
            },
            bases=("suggestions.run",),
        ),
        migrations.CreateModel(
            name="RunTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
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
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_state_events",
                        to="audit.tracedrun",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="runtrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="22af77da19a55acb79858995a2b34e5c77cfe1e1",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_bd642",
                            table="audit_runtrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedRules",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_rulestrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="1dadc64ffb2176409a0224be15915e40a0ad62d5",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_88e2b",
                            table="booking_meetingrules",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN ((OLD."expiry_hours" IS DISTINCT FROM (NEW."expiry_hours") OR OLD."open_requests" IS DISTINCT FROM (NEW."open_requests") OR OLD."proposal_hours" IS DISTINCT FROM (NEW."proposal_hours")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_rulestrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="b5b783989bf0fc0ec5ad1a209ea35a427d59b86f",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_ab83f",
                            table="booking_meetingrules",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_rulestrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="9d5f8b24278394256731cabba031c5120253db09",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_f03d9",
                            table="booking_meetingrules",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("booking.meetingrules",),
        ),
        migrations.CreateModel(
            name="RulesTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedrules",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="rulestrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="e1032af0baf66c54539ef43c9fdfab0cac6c6968",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_72b9e",
                            table="audit_rulestrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedPublishing",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_publishingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="d1fa50019aea8d6b74776d16493e4c23b567ad31",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_cc4ce",
                            table="programme_programmerules",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"confirms\" IS DISTINCT FROM (NEW.\"confirms\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_publishingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="24d1435950fb431dcc227193edde067af0eed701",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_af7b0",
                            table="programme_programmerules",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_publishingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="95fb475de5230c9092342dea6a47f17e3477d6f6",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_1bd51",
                            table="programme_programmerules",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("programme.programmerules",),
        ),
        migrations.CreateModel(
            name="PublishingTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedpublishing",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["event", "pgh_created_at"], name="publishingtrace_of_event")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="4d3ebe7b5bb4fe6335493a0bf98110a219da18b2",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_75c28",
                            table="audit_publishingtrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedProposal",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_proposaltrace" ("attendee_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."attendee_id", _pgh_attach_context(), NOW(), \'added\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="f27fba7610cc89810ccf53c29271e0486c9ca869",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_8b9be",
                            table="events_adultproposal",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="state_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"state\" IS DISTINCT FROM (NEW.\"state\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_proposaltrace" ("attendee_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."attendee_id", _pgh_attach_context(), NOW(), \'state\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="5ff72372189a6efc1edda50c39eddb3e0220a49b",
                            operation="UPDATE",
                            pgid="pgtrigger_state_update_97ec6",
                            table="events_adultproposal",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("events.adultproposal",),
        ),
        migrations.CreateModel(
            name="ProposalTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
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
                (
                    "attendee",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="attendee_state_events",
                        to="audit.tracedproposal",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["attendee", "pgh_created_at"], name="proposaltrace_of_attendee")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="b19b7cc5d2be025e6196753ff74e98f94ea2d85c",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_8ed62",
                            table="audit_proposaltrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedPlan",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_plantrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="4d20c5e45ff94fa78454d8c0b8740a1f1d6f64a7",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_5ad5d",
                            table="programme_plan",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="state_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                            func='INSERT INTO "audit_plantrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'state\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="ce02142038e83dfab137ee6c9fe0eb5c6cbcf2bd",
                            operation="UPDATE",
                            pgid="pgtrigger_state_update_d57df",
                            table="programme_plan",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="again_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."round" <> NEW."round" AND OLD."state" = NEW."state" AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_plantrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'again\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="77509ec36f531fd1523b4e16f07a8445fe61c59a",
                            operation="UPDATE",
                            pgid="pgtrigger_again_update_349a9",
                            table="programme_plan",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="stopped_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NOT OLD.\"stop_asked\" AND NEW.\"stop_asked\" AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_plantrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'stopped\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="83d8be461583e21c9eb25d47e145bf265394f0d5",
                            operation="UPDATE",
                            pgid="pgtrigger_stopped_update_c3247",
                            table="programme_plan",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("programme.plan",),
        ),
        migrations.CreateModel(
            name="PlanTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_state_events",
                        to="audit.tracedplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="plantrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="227ec1c9ee80d7860a755ac1c665aef8c7c54c5c",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_7807d",
                            table="audit_plantrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedPlanned",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="moved_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN ((OLD."slot_id" IS DISTINCT FROM (NEW."slot_id") OR OLD."table_id" IS DISTINCT FROM (NEW."table_id")) AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_plannedtrace" ("event_id", "first_id", "is_locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "second_id", "slot_id", "table_id") VALUES (NEW."event_id", NEW."first_id", NEW."is_locked", _pgh_attach_context(), NOW(), \'moved\', NEW."id", NEW."plan_id", NEW."second_id", NEW."slot_id", NEW."table_id"); RETURN NULL;',
                            hash="a6cc5cc37c06440ba5af8851ae1f4379aeb74ba6",
                            operation="UPDATE",
                            pgid="pgtrigger_moved_update_088b8",
                            table="programme_plannedmeeting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="locked_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"is_locked\" IS DISTINCT FROM (NEW.\"is_locked\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_plannedtrace" ("event_id", "first_id", "is_locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "second_id", "slot_id", "table_id") VALUES (NEW."event_id", NEW."first_id", NEW."is_locked", _pgh_attach_context(), NOW(), \'locked\', NEW."id", NEW."plan_id", NEW."second_id", NEW."slot_id", NEW."table_id"); RETURN NULL;',
                            hash="32698a50713354361c1e0592492e649a2b51814f",
                            operation="UPDATE",
                            pgid="pgtrigger_locked_update_d7b51",
                            table="programme_plannedmeeting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="dropped_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_plannedtrace" ("event_id", "first_id", "is_locked", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "second_id", "slot_id", "table_id") VALUES (OLD."event_id", OLD."first_id", OLD."is_locked", _pgh_attach_context(), NOW(), \'dropped\', OLD."id", OLD."plan_id", OLD."second_id", OLD."slot_id", OLD."table_id"); RETURN NULL;',
                            hash="486fff0234d52c4f0e27707587f21522b41400f6",
                            operation="DELETE",
                            pgid="pgtrigger_dropped_delete_8e01e",
                            table="programme_plannedmeeting",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("programme.plannedmeeting",),
        ),
        migrations.CreateModel(
            name="PlannedTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("is_locked", models.BooleanField(default=False)),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="programme.plan",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.slot",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.table",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_plan_first_second_slot_table_is_locked_events",
                        to="audit.tracedplanned",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="plannedtrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="5969409ce5771063741f6200e41e2936bdd3897c",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_95883",
                            table="audit_plannedtrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedNudge",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_nudgetrace" ("attendee_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."attendee_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="683b1d9e0e84359fc047fbf1a45bdbd67976d339",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_2f50d",
                            table="directory_nudge",
                            when="AFTER",
                        ),
                    )
                ],
            },
            bases=("directory.nudge",),
        ),
        migrations.CreateModel(
            name="NudgeTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "attendee",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="attendee_events",
                        to="audit.tracednudge",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["attendee", "pgh_created_at"], name="nudgetrace_of_attendee")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2d2a0cfddbfdc29c2e4dd3dd3e14ca49e13bfca3",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_227c3",
                            table="audit_nudgetrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedMeeting",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NEW.\"asker_id\" IS NULL AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_meetingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="7715ec1a8f056c155bfd5acf14a818f375a03210",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_22235",
                            table="booking_meeting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="state_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"state\" IS DISTINCT FROM (NEW.\"state\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_meetingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'state\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="b4f3754ad0da93dea38503eb884557178589a2e0",
                            operation="UPDATE",
                            pgid="pgtrigger_state_update_adf88",
                            table="booking_meeting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="withdrawn_at_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"withdrawn_at\" IS DISTINCT FROM (NEW.\"withdrawn_at\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_meetingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'withdrawn_at\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="3d9e54c3b6746112d7d24fe3bce87160b929ffb5",
                            operation="UPDATE",
                            pgid="pgtrigger_withdrawn_at_update_96119",
                            table="booking_meeting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="moved_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."state" = \'accepted\' AND NEW."state" = \'accepted\' AND (OLD."slot_id" IS DISTINCT FROM\n    NEW."slot_id" OR OLD."table_id" IS DISTINCT FROM NEW."table_id") AND (current_setting(\'pghistory.context_id\', true) <> \'\'))',
                            func='INSERT INTO "audit_meetingtrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'moved\', NEW."id", NEW."state"); RETURN NULL;',
                            hash="d226c7e697870782e894d27936a0801e9f5cb73a",
                            operation="UPDATE",
                            pgid="pgtrigger_moved_update_64d4d",
                            table="booking_meeting",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("booking.meeting",),
        ),
        migrations.CreateModel(
            name="MeetingTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "state",
                    models.CharField(
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
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_state_events",
                        to="audit.tracedmeeting",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="meetingtrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="75f442f4739640b8550909f946c817f52aead52a",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_7ca0e",
                            table="audit_meetingtrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedClosure",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_closuretrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="83b5bc45b9a9d2a8d4469d52dffb42cff00d7bc0",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_80240",
                            table="booking_closure",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="changed_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"reopened_at\" IS DISTINCT FROM (NEW.\"reopened_at\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_closuretrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", _pgh_attach_context(), NOW(), \'changed\', NEW."id"); RETURN NULL;',
                            hash="d4e51ca7849d653e9d61f91862b533c9136c4bef",
                            operation="UPDATE",
                            pgid="pgtrigger_changed_update_1beb3",
                            table="booking_closure",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="removed_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_closuretrace" ("event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."event_id", _pgh_attach_context(), NOW(), \'removed\', OLD."id"); RETURN NULL;',
                            hash="e6111c140389e8c796e9898d981776cd85600f96",
                            operation="DELETE",
                            pgid="pgtrigger_removed_delete_3f5cc",
                            table="booking_closure",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("booking.closure",),
        ),
        migrations.CreateModel(
            name="ClosureTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_events",
                        to="audit.tracedclosure",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="closuretrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="d2f7b04556f44aff3b444751a06e6e2c206e7e65",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_c3689",
                            table="audit_closuretrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedAttendee",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_attendeetrace" ("age_class", "event_id", "permission", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "visibility") VALUES (NEW."age_class", NEW."event_id", NEW."permission", NEW."person_id", _pgh_attach_context(), NOW(), \'added\', NEW."id", NEW."visibility"); RETURN NULL;',
                            hash="1f181250cd9dd64e87781c4bb1aa9ff495c14a9a",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_c8e6c",
                            table="events_attendee",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="age_class_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"age_class\" IS DISTINCT FROM (NEW.\"age_class\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_attendeetrace" ("age_class", "event_id", "permission", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "visibility") VALUES (NEW."age_class", NEW."event_id", NEW."permission", NEW."person_id", _pgh_attach_context(), NOW(), \'age_class\', NEW."id", NEW."visibility"); RETURN NULL;',
                            hash="d771ae77d013629eaefb7cde087b13c7829b6d88",
                            operation="UPDATE",
                            pgid="pgtrigger_age_class_update_6df13",
                            table="events_attendee",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="visibility_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"visibility\" IS DISTINCT FROM (NEW.\"visibility\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_attendeetrace" ("age_class", "event_id", "permission", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "visibility") VALUES (NEW."age_class", NEW."event_id", NEW."permission", NEW."person_id", _pgh_attach_context(), NOW(), \'visibility\', NEW."id", NEW."visibility"); RETURN NULL;',
                            hash="2203a8c8a972ba8ab6d6a9a98437f5e4c40c1083",
                            operation="UPDATE",
                            pgid="pgtrigger_visibility_update_5d543",
                            table="events_attendee",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="permission_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"permission\" IS DISTINCT FROM (NEW.\"permission\") AND (current_setting('pghistory.context_id', true) <> ''))",
                            func='INSERT INTO "audit_attendeetrace" ("age_class", "event_id", "permission", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "visibility") VALUES (NEW."age_class", NEW."event_id", NEW."permission", NEW."person_id", _pgh_attach_context(), NOW(), \'permission\', NEW."id", NEW."visibility"); RETURN NULL;',
                            hash="503a8d5df6997158277592b85c697940c1fcf26a",
                            operation="UPDATE",
                            pgid="pgtrigger_permission_update_7de23",
                            table="events_attendee",
                            when="AFTER",
                        ),
                    ),
                ],
            },
            bases=("events.attendee",),
        ),
        migrations.CreateModel(
            name="AttendeeTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "age_class",
                    models.CharField(
                        choices=[("adult", "Adult"), ("minor", "Minor"), ("unknown", "Unknown")],
                        default="unknown",
                        max_length=10,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("listed", "Listed"), ("hidden", "Hidden")], default="listed", max_length=10
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
                        default="participant",
                        max_length=20,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="event_person_age_class_visibility_permission_events",
                        to="audit.tracedattendee",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["event", "pgh_created_at"], name="attendeetrace_of_event")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="f9246a0b21752dc4e571ec24dc66df803c71ccb1",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_445ac",
                            table="audit_attendeetrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TracedAgreement",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="added_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (current_setting('pghistory.context_id', true) <> '')",
                            func='INSERT INTO "audit_agreementtrace" ("event_id", "lead_id", "of_event_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."event_id", NEW."lead_id", NEW."of_event_id", _pgh_attach_context(), NOW(), \'added\', NEW."id"); RETURN NULL;',
                            hash="715e6c7cd31da758a74db673f7b417420a0944aa",
                            operation="INSERT",
                            pgid="pgtrigger_added_insert_1ef4c",
                            table="events_ageagreement",
                            when="AFTER",
                        ),
                    )
                ],
            },
            bases=("events.ageagreement",),
        ),
        migrations.CreateModel(
            name="AgreementTrace",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "of_event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="events.event",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="of_event_event_lead_events",
                        to="audit.tracedagreement",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["of_event", "pgh_created_at"], name="agreementtrace_of_of_event")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="5a583c230145e3e3bb16cfb2c76628d9775afed7",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_db54d",
                            table="audit_agreementtrace",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
    ]

    # A proxy has no table, with which pgtrigger would install its triggers.
    operations.append(
        migrations.RunSQL(
            [
                trigger.install_sql
                for model in operations
                if model.options.get("proxy")
                for trigger in model.options["triggers"]
            ]
        )
    )
