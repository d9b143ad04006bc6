"""An address that an erased account had before takes up what was kept of it, too."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("backend.safeguarding.migrations.0011_take_up_erased").FUNCTION.partition(
    "CREATE TRIGGER"
)[0]
ITS_ADDRESS = "WHERE address_hash = NEW.address_hash AND erased_at IS NOT NULL AND id <> NEW.id"
ANY_ADDRESS = """WHERE erased_at IS NOT NULL AND id <> NEW.id AND (
            address_hash = NEW.address_hash
            OR id IN (SELECT person_id FROM people_formeraddress WHERE address_hash = NEW.address_hash)
        )"""


def replaced(function: str) -> str:
    """The statement that puts this function in the place of the one there is."""
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0011_take_up_erased"),
        ("people", "0014_former_addresses"),
    ]

    operations = [
        migrations.RunSQL(replaced(BEFORE.replace(ITS_ADDRESS, ANY_ADDRESS)), replaced(BEFORE)),
    ]
