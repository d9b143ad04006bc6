"""What a plan lacks to its bound is said of its meetings as they stand, not kept beside them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("programme", "0004_stop")]

    operations = [migrations.RemoveField(model_name="plan", name="gap")]
