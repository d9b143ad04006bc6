"""All of these at once, for a database that has none of them."""

from django.db import migrations

from backend.core.squashing import squashed


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("audit", "0001_initial"),
        ("audit", "0002_topics_and_sessions"),
        ("audit", "0003_age_decisions"),
        ("audit", "0004_closures"),
        ("audit", "0005_sectors"),
        ("audit", "0006_proposals"),
        ("audit", "0007_gathered_requests"),
    ]
    dependencies = [
        ("directory", "0001_initial"),
        ("events", "0008_own_sectors"),
        ("meetings", "0003_proposals"),
        ("people", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("programme", "0001_initial"),
        ("suggestions", "0001_initial"),
    ]
    operations = squashed(replaces)
