from django.db import migrations, models


class Migration(migrations.Migration):
    """The column keeps its name, which older pages read and write."""

    dependencies = [
        ('groups', '0003_open_roundtables'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField(
                    model_name='rounds',
                    old_name='order_number',
                    new_name='version',
                ),
                migrations.AlterField(
                    model_name='rounds',
                    name='version',
                    field=models.PositiveIntegerField(db_column='order_number', default=1),
                ),
            ],
        ),
    ]
