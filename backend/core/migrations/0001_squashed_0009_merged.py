"""All of these at once, for a database that has none of them."""

from django.db import migrations

from backend.core.squashing import squashed


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("core", "0001_initial"),
        ("core", "0002_more_acts"),
        ("core", "0003_forum_states"),
        ("core", "0004_invitations_sent"),
        ("core", "0005_times_opened"),
        ("core", "0006_learning_at_once"),
        ("core", "0007_contact_rules_acts"),
        ("core", "0008_use_counts"),
        ("core", "0009_merged"),
    ]
    dependencies = [
        ("events", "0001_initial"),
        ("people", "0001_initial"),
    ]
    operations = squashed(replaces)
