"""What is stored of a person, and who reads it, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.defaultfilters import date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.events.models.events import Event
from backend.events.rules.languages import language_name
from backend.privacy.selectors import Readers, StoredField, StoredGroup, Value

GROUPS = {
    "profile": gettext_lazy("My part in this forum"),
    "account": gettext_lazy("My account, at every forum"),
    "activity": gettext_lazy("What I did here"),
    "safety": gettext_lazy("Safety"),
}
FIELDS = {
    "name": gettext_lazy("Name"),
    "short_name": gettext_lazy("How I want to be called"),
    "organisation": gettext_lazy("Organisation"),
    "sector": gettext_lazy("Sector"),
    "title": gettext_lazy("Title"),
    "country": gettext_lazy("Country"),
    "languages": gettext_lazy("Languages"),
    "translating_device": gettext_lazy("I am glad to meet with a translating device"),
    "about": gettext_lazy("About me"),
    "seeks": gettext_lazy("What I seek"),
    "picture": gettext_lazy("My picture"),
    "offers": gettext_lazy("What I offer"),
    "seeks_topics": gettext_lazy("Topics I seek"),
    "offers_topics": gettext_lazy("Topics I offer"),
    "role": gettext_lazy("Role"),
    "listed": gettext_lazy("Listed for others"),
    "age_class": gettext_lazy("Age class, set by the organisers"),
    "agreed_at": gettext_lazy("When I accepted the privacy notice and the pledge"),
    "email": gettext_lazy("E-mail"),
    "account_name": gettext_lazy("Name of my account"),
    "timezone": gettext_lazy("Time zone I read in"),
    "language": gettext_lazy("Language of pages and mails"),
    "former_addresses": gettext_lazy("Earlier addresses, kept as codes that nobody can read"),
    "quiet_hours": gettext_lazy("Quiet hours"),
    "digest": gettext_lazy("When mails about requests come"),
    "account_since": gettext_lazy("Account since"),
    "last_sign_in": gettext_lazy("Last sign-in"),
    "api_tokens": gettext_lazy("Tokens for the API"),
    "linked_accounts": gettext_lazy("Accounts elsewhere that sign you in"),
    "meetings": gettext_lazy("Requests and meetings"),
    "messages": gettext_lazy("Messages I wrote with a request"),
    "questions": gettext_lazy("Questions about requests, and answers"),
    "reported_meetings": gettext_lazy("Meetings I said took place or not"),
    "assistants": gettext_lazy("Who may act for me or was asked to, and for whom I act"),
    "waiting_lists": gettext_lazy("People I waited for, with what I wrote"),
    "follow_ups": gettext_lazy("What I noted after meetings"),
    "delegation_sessions": gettext_lazy("Sessions with a delegation"),
    "contacts_given": gettext_lazy("People I gave my contact details"),
    "open_times": gettext_lazy("Times I opened for meetings"),
    "busy_calendar": gettext_lazy("My own calendar"),
    "bookmarks": gettext_lazy("Sessions I bookmarked"),
    "saved": gettext_lazy("People I saved, with my notes"),
    "not_relevant": gettext_lazy("Suggestions I called not relevant"),
    "seen_cards": gettext_lazy("Cards I was shown"),
    "opened_pages": gettext_lazy("People whose page I opened"),
    "wishes": gettext_lazy("Wishes to meet somebody without an open time"),
    "news": gettext_lazy("News for me"),
    "calendar_address": gettext_lazy("Secret address of my calendar, made"),
    "invitations": gettext_lazy("Mails of invitation to me"),
    "registrations": gettext_lazy("Rows of the organisers’ sources that name me"),
    "webhooks": gettext_lazy("Messages about me to servers of the organisers, as numbers, of 30 days"),
    "blocks": gettext_lazy("People I blocked"),
    "reports": gettext_lazy("Reports I made"),
    "consent": gettext_lazy("My guardian’s consent, until"),
    "alias": gettext_lazy("I appear under an alias"),
}
READERS = {
    Readers.PEOPLE: gettext_lazy("whoever may see you at the forum"),
    Readers.ORGANISERS: gettext_lazy("organisers"),
    Readers.LEADS: gettext_lazy("safeguarding leads"),
    Readers.MEETING: gettext_lazy("the person you meet"),
    Readers.CONNECTED: gettext_lazy("whom you gave them to, once both of you gave"),
    Readers.ASSISTANTS: gettext_lazy("the other of the two"),
    Readers.SESSION: gettext_lazy("those in a session with a delegation with you"),
}


@dataclass(frozen=True, slots=True)
class FieldWords:
    """One line of the page; `value` is empty where nothing is stored."""

    label: str
    value: str
    readers: str


@dataclass(frozen=True, slots=True)
class GroupWords:
    key: str
    title: str
    fields: tuple[FieldWords, ...]


def group_words(groups: Iterable[StoredGroup], event: Event) -> tuple[GroupWords, ...]:
    """The groups as the page shows them, times in the forum's zone."""
    return tuple(
        GroupWords(
            group.key,
            str(GROUPS[group.key]),
            tuple(
                FieldWords(str(FIELDS[one.key]), _value_of(one, event), readers_words(one.readers))
                for one in group.fields
            ),
        )
        for group in groups
    )


def _value_of(one: StoredField, event: Event) -> str:
    value = one.value
    if one.key == "languages" and isinstance(value, tuple):
        value = tuple(language_name(code) for code in value)
    return value_words(value, event)


def value_words(value: Value, event: Event) -> str:
    """A value as text; empty where nothing is stored."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return date(value.astimezone(event.zone), "j F Y")
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)


def readers_words(readers: Iterable[Readers]) -> str:
    """Who reads it beside the person: a list in words."""
    named = [str(READERS[one]) for one in readers if one in READERS]
    if not named:
        return _("you alone")
    return _("you, %(others)s") % {"others": ", ".join(named)}
