from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def move_senders(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001
    rules_model = apps.get_model("invitations", "InvitationRules")
    texts_model = apps.get_model("mails", "MailTexts")
    texts_model.objects.bulk_create(
        texts_model(event_id=rules.event_id, sender_name=rules.sender_name, reply_to=rules.reply_to)
        for rules in rules_model.objects.exclude(sender_name="", reply_to="")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("invitations", "0001_initial"),
        ("mails", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(move_senders, migrations.RunPython.noop),
        migrations.RemoveField(model_name="invitationrules", name="reply_to"),
        migrations.RemoveField(model_name="invitationrules", name="sender_name"),
    ]
