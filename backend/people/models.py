"""People, the organisations they come from, and the sectors those belong to."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Constituency(models.TextChoices):
    """The one grouping that matching and the statistics know; sectors map to it."""

    GOVERNMENT = "government", _("Government")
    INDUSTRY = "industry", _("Industry")
    CIVIL_SOCIETY = "civil-society", _("Civil society")
    INTERGOVERNMENTAL = "intergovernmental", _("Intergovernmental")
    ACADEMIA = "academia", _("Academia")
    YOUTH = "youth", _("Youth")
    OTHER = "other", _("Other")


class PersonManager(BaseUserManager["Person"]):
    """People are found by e-mail without regard to case and kept with the spelling they came with."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: object) -> Person:
        person = self.model(email=email.strip(), **fields)
        person.set_password(password)  # None: signs in by a code sent by mail
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """An account; permissions at an event are on Attendee, never here."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)  # fictional: anybody may enter as them while the demo is on
    own_timezone = models.CharField(max_length=60, blank=True)  # where they read from; empty: the event's own
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="person_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(is_demo=False) | models.Q(is_staff=False, is_superuser=False),
                name="person_of_the_demo_is_no_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"  # never a name or an address: this lands in logs


class SignInAttempts(models.Model):
    """How often somebody typed a code for one sign-in, counted in the row for requests that come at once."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveSmallIntegerField(default=0)
    first_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count} attempts"


class Sector(models.Model):
    """A kind of organisation, as an attendee list writes it, with the constituency it counts for."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    constituency = models.CharField(max_length=20, choices=Constituency.choices)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(constituency__in=Constituency.values), name="sector_constituency_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """Where a person works; it has exactly one sector."""

    name = models.CharField(max_length=255)
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="organisations")

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="organisation_name_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="organisation_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
