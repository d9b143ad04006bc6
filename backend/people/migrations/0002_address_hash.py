import unicodedata

from django.db import migrations, models
from django.utils.crypto import salted_hmac


def hash_addresses(apps, _schema_editor):
    Person = apps.get_model("people", "Person")
    people = list(Person.objects.only("pk", "email"))
    for person in people:
        address = unicodedata.normalize("NFKC", person.email.strip()).casefold()
        digest = salted_hmac("titian.people.address_hash", address, algorithm="sha256")
        person.address_hash = digest.hexdigest()
    Person.objects.bulk_update(people, ["address_hash"], batch_size=2_000)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="address_hash",
            field=models.CharField(max_length=64, editable=False, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(hash_addresses, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="person",
            name="address_hash",
            field=models.CharField(db_index=True, editable=False, max_length=64),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(address_hash__regex="^[0-9a-f]{64}$"), name="person_has_an_address_hash"
            ),
        ),
    ]
