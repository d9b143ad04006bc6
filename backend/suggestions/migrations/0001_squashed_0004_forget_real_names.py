"""All of these at once, for a database that has none of them."""

from django.db import migrations

from backend.core.squashing import squashed


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("suggestions", "0001_initial"),
        ("suggestions", "0002_learning"),
        ("suggestions", "0003_notes"),
        ("suggestions", "0004_forget_real_names"),
    ]
    dependencies = [
        ("events", "0013_aliases"),
    ]
    operations = squashed(replaces)
