"""One canonical form of an address: the hash of it beside the one from before, and one of addresses that look alike."""

import unicodedata

import django.db.models.deletion
import email_validator
import regex
from confusable_homoglyphs.confusables import confusables_data
from django.conf import settings
from django.db import migrations, models
from django.utils.crypto import salted_hmac

HIDDEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]")
BATCH = 2_000


def forms(email):
    """The canonical form, the one from before, and the skeleton, as the code of this version writes them."""
    before = unicodedata.normalize("NFKC", email.strip()).casefold()
    seen = HIDDEN.sub("", email.strip())
    canonical, older = before, unicodedata.normalize("NFKC", seen).casefold()
    try:
        valid = email_validator.validate_email(
            seen, allow_smtputf8=False, check_deliverability=False, globally_deliverable=False
        )
    except email_validator.EmailNotValidError:
        read = older
    else:
        ascii_form = f"{valid.local_part}@{valid.ascii_domain}".lower()
        read = unicodedata.normalize("NFKC", f"{valid.local_part}@{valid.domain}").casefold()
        canonical, older = (ascii_form, read) if seen == email.strip() else (before, ascii_form)
    return canonical, older, read


def prototypes():
    alike = {
        HIDDEN.sub("", one): {HIDDEN.sub("", other["c"]) for other in others}
        for one, others in confusables_data.items()
    }
    return {
        ord(one): other if len(other) > 1 or len(alike[other]) > 1 else min(one, other)
        for one, others in alike.items()
        if len(one) == len(others) == 1
        for other in others
        if other
    }


def keyed(kind, text):
    return salted_hmac(f"titian.people.{kind}_hash", text, algorithm="sha256").hexdigest()


def hash_addresses(apps, _schema_editor):
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    Person, FormerAddress = apps.get_model("people", "Person"), apps.get_model("people", "FormerAddress")
    table, changed, left = prototypes(), {}, []
    people = list(Person.objects.only("pk", "email", "address_hash", "erased_at", "joined_at"))
    for person in people:
        if person.erased_at is not None:  # nothing is left of it but the hash
            person.older_hash = person.address_hash
            continue
        canonical, older, read = forms(person.email)
        before, now = person.address_hash, keyed("address", canonical)
        skeleton = unicodedata.normalize(
            "NFD", unicodedata.normalize("NFD", read).translate(table).casefold()
        )
        person.address_hash, person.older_hash = now, keyed("address", older)
        person.skeleton_hash = keyed("skeleton", skeleton)
        if before != now:
            changed[before] = now
            if before != person.older_hash:
                left.append(FormerAddress(person=person, address_hash=before, left_at=person.joined_at))
    Person.objects.bulk_update(people, ["address_hash", "older_hash", "skeleton_hash"], batch_size=BATCH)
    left += [
        FormerAddress(person_id=row.person_id, address_hash=changed[row.address_hash], left_at=row.left_at)
        for row in FormerAddress.objects.filter(address_hash__in=changed)
    ]
    FormerAddress.objects.bulk_create(left, batch_size=BATCH, ignore_conflicts=True)
    KnownMinor = apps.get_model("people", "KnownMinor")
    KnownMinor.objects.bulk_create(
        [
            KnownMinor(
                address_hash=changed[row.address_hash], event_id=row.event_id, expires_at=row.expires_at
            )
            for row in KnownMinor.objects.filter(address_hash__in=changed)
        ],
        ignore_conflicts=True,
    )
    by_hash = {one.address_hash: one.skeleton_hash for one in people if one.skeleton_hash}
    known = list(KnownMinor.objects.filter(address_hash__in=by_hash))
    for row in known:
        row.skeleton_hash = by_hash[row.address_hash]
    KnownMinor.objects.bulk_update(known, ["skeleton_hash"], batch_size=BATCH)


HASHES = """
CREATE VIEW people_addresshash AS
SELECT id AS person_id, address_hash FROM people_person
UNION ALL SELECT id, older_hash FROM people_person WHERE older_hash NOT IN ('', address_hash)
UNION ALL SELECT person_id, address_hash FROM people_formeraddress
"""

# Each branch finds a person's by the person, and whose a row is by its hash, with an index either way.
MATCHES = """
CREATE VIEW people_minormatch AS
SELECT had.person_id, known.id AS known_minor_id
FROM people_addresshash had JOIN people_knownminor known ON known.address_hash = had.address_hash
UNION ALL SELECT person.id, known.id
FROM people_person person JOIN people_knownminor known ON known.skeleton_hash = person.skeleton_hash
WHERE person.skeleton_hash <> '' AND known.skeleton_hash <> ''
"""


def hash_field():
    return models.CharField(db_default="", db_index=True, editable=False, max_length=64)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0016_mailboxes"),
    ]

    operations = [
        migrations.AddField(model_name="person", name="older_hash", field=hash_field()),
        migrations.AddField(model_name="person", name="skeleton_hash", field=hash_field()),
        migrations.AddField(
            model_name="knownminor",
            name="skeleton_hash",
            field=models.CharField(blank=True, db_default="", db_index=True, max_length=64),
        ),
        migrations.CreateModel(
            name="AddressHash",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("address_hash", models.CharField(max_length=64)),
            ],
            options={"managed": False},
        ),
        migrations.CreateModel(
            name="MinorMatch",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "known_minor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.knownminor",
                    ),
                ),
            ],
            options={"managed": False},
        ),
        migrations.RunSQL(HASHES, "DROP VIEW people_addresshash"),
        migrations.RunSQL(MATCHES, "DROP VIEW people_minormatch"),
        migrations.RunPython(hash_addresses, migrations.RunPython.noop),
        # The columns' indexes are made last, and wait for no row that is still to be checked.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
    ]
