"""The mails that invite and remind: the organisers' words or Titian's own, with the names and the link."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.html import escape, format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from backend.core.texts import one_line
from backend.events.models import Attendee, Event
from backend.events.selectors import shown_name
from backend.invitations.models import Invitation, InvitationRules
from backend.invitations.rules import PLACEHOLDER, SUBJECT_LIMIT

_LINK = "\x00"  # no text holds it: see `clean_text`


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as its reader has it. `sender` and `reply_to` are headers; `reply_to` may be empty."""

    sender: str
    reply_to: str
    subject: str
    body: str
    html: str


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one kind of mail, with placeholders."""

    subject: str
    text: str


def template_for(rules: InvitationRules, kind: str) -> Template:
    """What the organisers wrote for this kind of mail; Titian's own where they wrote nothing."""
    if kind == Invitation.Kind.REMINDER:
        own = Template(rules.reminder_subject, rules.reminder_text)
    else:
        own = Template(rules.subject, rules.text)
    default = default_template(kind)
    return Template(own.subject or default.subject, own.text or default.text)


def default_template(kind: str) -> Template:
    """Titian's own words for this kind of mail."""
    if kind == Invitation.Kind.REMINDER:
        return Template(
            _("Reminder: whom will you meet at {forum}?"),
            _(
                "Dear {name},\n\n"
                "{forum} begins soon, and you have not said yet what you seek there. "
                "A few words are enough for suggestions of whom to meet.\n\n"
                "This link signs you in, without a password:\n"
                "{link}\n\n"
                "The organisers of {forum}"
            ),
        )
    return Template(
        _("Whom will you meet at {forum}?"),
        _(
            "Dear {name},\n\n"
            "you are on the list of attendees of {forum}. Say in a few words what you seek and what you "
            "offer, and you get suggestions of whom to meet there, and times to meet.\n\n"
            "This link signs you in, without a password:\n"
            "{link}\n\n"
            "The organisers of {forum}"
        ),
    )


def letter_for(
    attendee: Attendee, rules: InvitationRules, kind: str, *, link: str, expires_at: dt.datetime
) -> Letter:
    """The mail of this kind to the attendee."""
    event, template = attendee.event, template_for(rules, kind)
    words = {"name": one_line(shown_name(attendee)), "forum": one_line(event.name)}
    subject = one_line(_filled(template.subject, words))
    if kind == Invitation.Kind.TEST:
        subject = _("Test: %(subject)s") % {"subject": subject}
    context = {
        "event": event,
        "until": expires_at.astimezone(event.zone),
        "text": _filled(template.text, {**words, "link": link}),
        "html": _html(_filled(template.text, {**words, "link": _LINK}), link),
        "is_test": kind == Invitation.Kind.TEST,
    }
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Letter(
        sender=formataddr((rules.sender_name or one_line(event.name), address), charset="utf-8"),
        reply_to=rules.reply_to,
        subject=subject if len(subject) <= SUBJECT_LIMIT else subject[: SUBJECT_LIMIT - 1] + "…",
        body=render_to_string("invitations/mail/invitation.txt", context),
        html=render_to_string("invitations/mail/invitation.html", context),
    )


def mail_of(letter: Letter, invitation: Invitation, *, to: str, now: dt.datetime) -> EmailMultiAlternatives:
    """The letter as a mail to this address; the Message-ID is the same at every attempt."""
    host = urlsplit(settings.TITIAN_ADDRESS).hostname
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.body,
        from_email=letter.sender,
        reply_to=[letter.reply_to] if letter.reply_to else None,
        to=[to],
        headers={
            "Message-ID": f"<invitation-{invitation.pk}.{invitation.queued_at:%Y%m%d%H%M%S}@{host}>",
            "Date": format_datetime(now),
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def example_letter(event: Event, rules: InvitationRules, kind: str, *, name: str, now: dt.datetime) -> Letter:
    """The mail of this kind as somebody of this name would get it, with a link that leads nowhere."""
    reader = Attendee(event=event, name=name)
    return letter_for(
        reader,
        rules,
        kind,
        link=link_address(_("a-link-of-their-own")),
        expires_at=now + dt.timedelta(days=rules.valid_days),
    )


def link_address(token: str) -> str:
    return f"{settings.TITIAN_ADDRESS.rstrip('/')}/invitation/{token}/"


def digest_of(event: Event, rules: InvitationRules) -> str:
    """Differs where an invitation would be worded, sent or answered differently."""
    template = template_for(rules, Invitation.Kind.INVITATION)
    said = [event.name, rules.sender_name, rules.reply_to, template.subject, template.text, rules.valid_days]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def _filled(text: str, words: dict[str, str]) -> str:
    """The text with each placeholder replaced once; what a name holds is not read again."""
    return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def _html(text: str, link: str) -> str:
    button = format_html(
        '<a href="{}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#0d4a56;'
        'color:#ffffff;text-decoration:none;font-weight:600">{}</a>',
        link,
        _("Sign in"),
    )
    return mark_safe(linebreaks(escape(text)).replace(_LINK, button))  # noqa: S308  # escaped above
