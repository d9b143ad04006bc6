"""Organisations belong to events now, which have copied their own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_known_minor_outlives_event"),
        ("events", "0004_own_names_and_organisations"),
    ]

    operations = [migrations.DeleteModel("Organisation")]
