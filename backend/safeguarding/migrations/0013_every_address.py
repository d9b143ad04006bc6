"""An address takes up what was kept of its erased account also where an earlier version wrote the hash."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("backend.safeguarding.migrations.0011_take_up_erased").FUNCTION.partition(
    "CREATE TRIGGER"
)[0]
EARLIER = import_module("backend.safeguarding.migrations.0012_take_up_former")
FORMER = BEFORE.replace(EARLIER.ITS_ADDRESS, EARLIER.ANY_ADDRESS)
EVERY = FORMER.replace(
    EARLIER.ANY_ADDRESS,
    """WHERE erased_at IS NOT NULL AND id <> NEW.id AND id IN (
            SELECT person_id FROM people_addresshash WHERE address_hash IN (NEW.address_hash, NEW.older_hash)
        )""",
)


class Migration(migrations.Migration):
    dependencies = [
        ("safeguarding", "0012_take_up_former"),
        ("people", "0018_hash_addresses"),
    ]

    operations = [
        migrations.RunSQL(EARLIER.replaced(EVERY), EARLIER.replaced(FORMER)),
    ]
