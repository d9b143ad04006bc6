"""Requests may be answered with an office hour."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0006_proposals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="meetingtrace",
            name="state",
            field=models.CharField(
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
    ]
