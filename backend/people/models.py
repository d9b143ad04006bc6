"""People, and the constituencies they count for."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from backend.core.encryption import decrypt, encrypt
from backend.core.mail_addresses import canonical_address, older_form, skeleton
from backend.core.models import Numbered


class Constituency(models.TextChoices):
    """The one grouping that matching and the statistics know; sectors map to it."""

    GOVERNMENT = "government", _("Government")
    INDUSTRY = "industry", _("Industry")
    CIVIL_SOCIETY = "civil-society", _("Civil society")
    INTERGOVERNMENTAL = "intergovernmental", _("Intergovernmental")
    ACADEMIA = "academia", _("Academia")
    YOUTH = "youth", _("Youth")
    OTHER = "other", _("Other")


# Each purpose's own key is derived from its salt and the secret.
ADDRESS_HASH_SALT = "titian.people.address_hash"
SKELETON_HASH_SALT = "titian.people.skeleton_hash"


def address_hash(email: str) -> str:
    """The address as a keyed hash: equal for every spelling of it.

    The key is derived from the installation's secret for this purpose alone: nobody can test an address
    without it.
    """
    return _keyed(ADDRESS_HASH_SALT, canonical_address(email))


def older_hash(email: str) -> str:
    """The hash that earlier versions kept of the address, which is the present one of nearly all."""
    return _keyed(ADDRESS_HASH_SALT, older_form(email))


def hashes_of(email: str) -> set[str]:
    """What a stored hash of this address may be, of this version or of an earlier one."""
    return {address_hash(email), older_hash(email)}


def mailbox_hashes(email: str) -> set[str]:
    """Those of `hashes_of` that are of this mailbox alone, for what is given to whoever reads it.

    Earlier versions took ß in a domain for ss, which is somebody else's domain.
    """
    older = older_form(email)
    is_same = canonical_address(older) == canonical_address(email)
    return hashes_of(email) if is_same else {address_hash(email)}


def skeleton_hash(email: str) -> str:
    """Equal for addresses that look alike."""
    return _keyed(SKELETON_HASH_SALT, skeleton(email))


def _keyed(salt: str, text: str) -> str:
    return salted_hmac(salt, text, algorithm="sha256").hexdigest()


def derived_key(salt: str) -> str:
    """The key of one purpose, as hex: what `salted_hmac` derives from the secret, and which does not tell it."""
    return hashlib.sha256((salt + settings.SECRET_KEY).encode()).hexdigest()


def hash_by(key: str, text: str) -> str:
    """What `salted_hmac` gives where its key was this one."""
    return hmac.digest(bytes.fromhex(key), text.encode(), "sha256").hex()


def renewed_hashes(keys: Mapping[str, str], email: str) -> dict[str, str]:
    """What another installation's keys (of address and skeleton) made of this address, to what ours make."""
    return {
        hash_by(keys["skeleton"], skeleton(email)): skeleton_hash(email),
        hash_by(keys["address"], older_form(email)): older_hash(email),
        hash_by(keys["address"], canonical_address(email)): address_hash(email),
    }


class AddressHashField(models.CharField):  # type: ignore[type-arg]
    """A keyed hash of the row's own `email`, whatever was assigned: set whenever the row is saved."""

    def __init__(self, of: Callable[[str], str] = address_hash, **options: Any) -> None:
        self.of = of
        super().__init__(**{"max_length": 64, "editable": False, "db_index": True, **options})

    def pre_save(self, row: models.Model, add: bool) -> str:  # noqa: ARG002
        value = self.of(row.email)  # type: ignore[attr-defined]
        setattr(row, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs  # migrations import no application code


HASH_FIELDS = ("address_hash", "older_hash", "skeleton_hash")
QUIET_FROM, QUIET_UNTIL = dt.time(22), dt.time(7)  # of people who chose no other hours


class PersonManager(BaseUserManager["Person"]):
    """People are found by e-mail without regard to case and kept with the spelling they came with."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username, shares_with=None)

    def create_user(self, email: str, password: str | None = None, **fields: object) -> Person:
        person = self.model(email=email.strip(), **fields)
        person.set_password(password)  # None: signs in by a code sent by mail
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """An account; permissions at an event are on Attendee, never here."""

    class Digest(models.TextChoices):
        NONE = "", _("Each at once")
        TWICE_DAILY = "twice-daily", _("Together, twice a day")
        DAILY = "daily", _("Together, once a day")

    email = models.EmailField(_("e-mail"), max_length=254)
    # Of the second of two people who read one mailbox: the first. The address of both is the same.
    shares_with = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.RESTRICT, related_name="shared_by"
    )
    # Came with a forum, and the first had the address here: opens for nobody until a code proves whose it is.
    waits_for_proof = models.BooleanField(default=False, db_default=False, editable=False)
    address_hash = AddressHashField()
    older_hash = AddressHashField(older_hash, db_default="")
    skeleton_hash = AddressHashField(skeleton_hash, db_default="")
    name = models.CharField(_("name"), max_length=200)  # the owner's; an event knows them by Attendee.name
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    may_start_forums = models.BooleanField(default=False)  # allowed by an administrator
    # When they acted without a second factor, in the one sign-in that may.
    factor_grace_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_demo = models.BooleanField(default=False)  # fictional: anybody may enter as them while the demo is on
    own_timezone = models.CharField(max_length=60, blank=True)  # where they read from; empty: the event's own
    # Between these hours, in the zone they read in, mails that can wait do; both empty: at no hour.
    quiet_from = models.TimeField(default=QUIET_FROM, null=True, blank=True)
    quiet_until = models.TimeField(default=QUIET_UNTIL, null=True, blank=True)
    digest = models.CharField(max_length=12, choices=Digest.choices, blank=True)  # mails that can wait, together
    # Of pages and mails: as they chose; and as the browser they last signed in with has it.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    browser_language = models.CharField(max_length=10, blank=True, default="", db_default="", editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    # An erased account: nothing but the hash of its address, where blocks or cases need it, and until when.
    erased_at = models.DateTimeField(null=True, editable=False)
    hash_expires_at = models.DateTimeField(null=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"
        indexes = [models.Index(Lower("email"), name="person_by_email")]
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=models.Q(shares_with=None), name="person_email_unique"),
            models.CheckConstraint(condition=~models.Q(shares_with=models.F("id")), name="person_shares_with_another"),
            models.CheckConstraint(condition=~models.Q(name=""), name="person_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(address_hash__regex="^[0-9a-f]{64}$"), name="person_has_an_address_hash"
            ),
            models.CheckConstraint(
                condition=models.Q(is_demo=False) | models.Q(is_staff=False, is_superuser=False),
                name="person_of_the_demo_is_no_staff",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at=None, hash_expires_at=None)
                | models.Q(erased_at__isnull=False, is_active=False, is_staff=False, is_superuser=False),
                name="person_erased_is_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(digest__in=["", "twice-daily", "daily"]), name="person_digest_known"
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (
                    models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & ~models.Q(quiet_from=models.F("quiet_until"))
                ),
                name="person_quiet_hours_begin_and_end",
            ),
        ]

    def save(self, *args: Any, **options: Any) -> None:
        fields = options.get("update_fields")
        if fields is not None and "email" in fields:
            options["update_fields"] = {*fields, *HASH_FIELDS}
        super().save(*args, **options)

    @property
    def address_hashes(self) -> set[str]:
        """What a stored hash of their present address may be, of this version or of an earlier one."""
        return {self.address_hash, self.older_hash}

    def __str__(self) -> str:
        return f"person {self.pk}"  # never a name or an address: this lands in logs


class AddressHash(models.Model):
    """Every keyed hash that a person is known by: of the address they have and of each they had. A view."""

    person = models.OneToOneField(  # not one to one: Django wants a key, and nothing here is found by it
        Person, primary_key=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    address_hash = models.CharField(max_length=64)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"address hash of person {self.person_id}"


class KnownMinorQuerySet(models.QuerySet["KnownMinor"]):
    def alive(self, now: dt.datetime | Now) -> KnownMinorQuerySet:
        return self.filter(expires_at__gt=now)

    def of(self, **whom: object) -> KnownMinorQuerySet:
        """Those of an address that somebody has or had: `whom` are conditions on AddressHash."""
        return self.filter(address_hash__in=AddressHash.objects.filter(**whom).values("address_hash"))

    def about(self, **whom: object) -> KnownMinorQuerySet:
        """Those of an address that somebody has or had, or that looks like theirs; `whom`: of MinorMatch."""
        return self.filter(pk__in=MinorMatch.objects.filter(**whom).values("known_minor"))


class KnownMinor(Numbered):
    """An event set this address as a minor: all that is kept of it across events, and after a purge.

    Written by a trigger of `events.Attendee` in the transaction that sets the class, one of each address
    that the person has or had. The contact policy alone reads it, and the leads' page about age classes.
    """

    address_hash = models.CharField(max_length=64)
    skeleton_hash = models.CharField(max_length=64, blank=True, db_default="", db_index=True)
    event = models.ForeignKey(  # whose lead knows; nobody can settle it where the event was deleted
        "events.Event", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    expires_at = models.DateTimeField(db_index=True)

    objects = KnownMinorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "event"], name="known_minor_once_per_event"),
            models.CheckConstraint(
                condition=models.Q(address_hash__regex="^[0-9a-f]{64}$"), name="known_minor_has_a_hash"
            ),
        ]


class MinorMatch(models.Model):
    """That what is known of a minor's address is about a person: it is, was or looks like theirs. A view."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.DO_NOTHING, related_name="+")
    known_minor = models.ForeignKey(KnownMinor, on_delete=models.DO_NOTHING, related_name="+")

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"known minor {self.known_minor_id} for person {self.person_id}"


class ApiToken(models.Model):
    """By which a program of the person's uses the API, until it expires; only the token's hash is kept."""

    class Scope(models.TextChoices):
        READ = "read", _("Read what I can read")
        ACT = "act", _("Do what I can do as a participant")
        ORGANISE = "organise", _("Read and do what organisers and safeguarding leads can")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope.choices))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)  # to the hour

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="api_token_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(token_hash__regex="^[0-9a-f]{64}$"),  # noqa: S106
                name="api_token_has_a_hash",
            ),
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=["read", "act", "organise"]) & ~models.Q(scopes=[]),
                name="api_token_scopes_known",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="api_token_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"API token {self.pk}"


class LinkedIdentity(models.Model):
    """That an account at an OpenID Connect provider signs the person in: a hash of which one it is."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="linked_identities")
    issuer = models.CharField(max_length=500)
    identity_hash = models.CharField(max_length=64, unique=True)
    linked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "linked identities"
        constraints = [
            models.UniqueConstraint(fields=["person", "issuer"], name="linked_identity_once_an_issuer"),
            models.CheckConstraint(
                condition=models.Q(identity_hash__regex="^[0-9a-f]{64}$"), name="linked_identity_has_a_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"linked identity {self.pk}"


class FirstAdministratorLink(Numbered):
    """A link by which an installation without an administrator gets one; only its hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()


class FormerAddress(Numbered):
    """An address that an account had before, as a keyed hash: a list may still name it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="former_addresses")
    address_hash = models.CharField(max_length=64)
    left_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "person"], name="former_address_once_a_person"),
            models.CheckConstraint(
                condition=models.Q(address_hash__regex="^[0-9a-f]{64}$"), name="former_address_is_a_hash"
            ),
        ]


class MovedKey(Numbered):
    """By which a forum that moved here had hashed addresses: the keys of these purposes alone, encrypted.

    A hash of an address that is not known here is made anew when somebody comes with it (`renew_hashes`).
    """

    PURPOSE, LIFE = "moved keys", dt.timedelta(days=36500)

    event = models.ForeignKey("events.Event", null=True, on_delete=models.SET_NULL, related_name="+")
    old_event = models.BigIntegerField()  # its number where it came from
    content = models.BinaryField(editable=False)
    moved_at = models.DateTimeField()

    def set_keys(self, keys: Mapping[str, str]) -> None:
        self.content = encrypt(json.dumps(dict(keys)).encode(), purpose=self.PURPOSE, now=self.moved_at)

    def keys(self) -> dict[str, str]:
        """By purpose, as hex; empty under another SECRET_KEY."""
        read = decrypt(bytes(self.content), purpose=self.PURPOSE, within=self.LIFE, now=timezone.now())
        return json.loads(read) if read else {}


class FactorReset(Numbered):
    """An administrator took away somebody's second factors, which were lost; on the server `by` is null."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField()


class AccountMail(Numbered):
    """A mail about signing in that waits for the mail server: a code, or a question about an address.

    The row ends when its mail is sent, or with the code's fifteen minutes. It is encrypted, and no page, no
    admin and no dump shows it.
    """

    content = models.BinaryField()
    queued_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["queued_at"], name="account_mail_by_age")]
