"""All of these at once, for a database that has none of them."""

from django.db import migrations

from backend.core.squashing import squashed


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("meetings", "0001_initial"),
        ("meetings", "0002_closures"),
        ("meetings", "0003_proposals"),
        ("meetings", "0004_mails_due"),
        ("meetings", "0005_delegation_sessions"),
        ("meetings", "0006_counter_offers"),
        ("meetings", "0007_here"),
        ("meetings", "0008_connections"),
        ("meetings", "0009_follow_ups"),
        ("meetings", "0010_forget_real_contacts"),
        ("meetings", "0011_waiting_list"),
        ("meetings", "0012_office_hours"),
        ("meetings", "0013_questions"),
        ("meetings", "0014_freed_tables"),
        ("meetings", "0015_assistants"),
    ]
    dependencies = [
        ("events", "0015_leaving"),
        ("safeguarding", "0012_take_up_former"),
    ]
    operations = squashed(replaces)
