import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_age_classes"),
        ("people", "0004_account_mails"),
    ]

    operations = [
        migrations.AlterField(
            model_name="knownminor",
            name="event",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="events.event"
            ),
        ),
    ]
