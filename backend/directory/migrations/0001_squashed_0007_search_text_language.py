"""All of these at once, for a database that has none of them."""

from django.db import migrations

from backend.core.squashing import squashed


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("directory", "0001_initial"),
        ("directory", "0002_wish_to_meet"),
        ("directory", "0003_times_mails"),
        ("directory", "0004_search_names"),
        ("directory", "0005_search_texts"),
        ("directory", "0006_profile_visits"),
        ("directory", "0007_search_text_language"),
    ]
    dependencies = [
        ("events", "0010_sessions_seen"),
    ]
    operations = squashed(replaces)
