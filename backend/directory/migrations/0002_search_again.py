"""The newest text of an event is found at once, and names are read anew: Burmese and Lao have other keys."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="searchtext",
            index=models.Index(fields=["event", "id"], name="search_text_newest"),
        ),
        migrations.RunSQL("UPDATE directory_searchname SET keys = NULL", migrations.RunSQL.noop),
    ]
