"""An organiser can stop a running planner and keep the best plan so far."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programme", "0003_same_event")]

    operations = [
        migrations.AddField(model_name="plan", name="stop_asked", field=models.BooleanField(default=False)),
    ]
