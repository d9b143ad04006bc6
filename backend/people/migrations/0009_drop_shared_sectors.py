"""Sectors are an event's own since events 0008."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0008_starting_forums"),
        ("events", "0008_own_sectors"),
    ]

    operations = [migrations.DeleteModel("Sector")]
