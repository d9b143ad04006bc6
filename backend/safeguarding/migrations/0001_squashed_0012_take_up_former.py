"""All of these at once, for a database that has none of them."""

from django.db import migrations

from backend.core.squashing import squashed


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("safeguarding", "0001_initial"),
        ("safeguarding", "0002_hand_overs"),
        ("safeguarding", "0003_unsafe_reports_and_outside_alerts"),
        ("safeguarding", "0004_report_links"),
        ("safeguarding", "0005_contact_rules"),
        ("safeguarding", "0006_report_entries"),
        ("safeguarding", "0007_supervision"),
        ("safeguarding", "0008_aliases"),
        ("safeguarding", "0009_delegation_sessions"),
        ("safeguarding", "0010_held_identity"),
        ("safeguarding", "0011_take_up_erased"),
        ("safeguarding", "0012_take_up_former"),
    ]
    dependencies = [
        ("events", "0015_leaving"),
        ("people", "0014_former_addresses"),
    ]
    operations = squashed(replaces)
