"""The mails that invite and remind: the organisers' words or Titian's own, with the names and the link."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.html import escape, format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from backend.core.local_names import local_text
from backend.core.texts import one_line
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import shown_name
from backend.invitations.models import Invitation, InvitationRules
from backend.mails.rules import filled
from backend.mails.selectors import Letter, example_reader, letter_of, letterhead_for, mail_texts_for
from backend.mails.services import mail_to

_LINK = "\x00"  # no text holds it: see `clean_text`


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one kind of mail, with placeholders."""

    subject: str
    text: str


def template_for(rules: InvitationRules, kind: str) -> Template:
    """What the organisers wrote for this kind of mail; Titian's own where they wrote nothing."""
    if kind == Invitation.Kind.REMINDER:
        own = Template(local_text(rules, "reminder_subject"), local_text(rules, "reminder_text"))
    else:
        own = Template(local_text(rules, "subject"), local_text(rules, "text"))
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
        _("Who will you meet at {forum}?"),
        _(
            "Dear {name},\n\n"
            "you are on the list of attendees of {forum}. Say in a few words what you seek and what you "
            "offer, and you get suggestions of whom to meet there, and times to meet.\n\n"
            "This link signs you in, without a password:\n"
            "{link}\n\n"
            "The organisers of {forum}"
        ),
    )


def invitation_mail(
    attendee: Attendee, rules: InvitationRules, kind: str, *, link: str, expires_at: dt.datetime
) -> EmailMultiAlternatives:
    """The mail of this kind to the attendee."""
    event, template = attendee.event, template_for(rules, kind)
    words = {"name": one_line(shown_name(attendee)), "forum": one_line(event.local_name)}
    subject = filled(template.subject, words)
    context = {
        "event": event,
        "until": expires_at.astimezone(event.zone),
        "text": filled(template.text, {**words, "link": link}),
        "html": _html(filled(template.text, {**words, "link": _LINK}), link),
        "is_test": kind == Invitation.Kind.TEST,
    }
    return mail_to(
        attendee,
        letterhead_for(attendee),
        subject=_("Test: %(subject)s") % {"subject": subject} if kind == Invitation.Kind.TEST else subject,
        body=render_to_string("invitations/mail/invitation.txt", context),
        html=render_to_string("invitations/mail/invitation.html", context),
    )


def headers_of(invitation: Invitation, now: dt.datetime) -> dict[str, str]:
    """The headers of an invitation's mail; the Message-ID is the same at every attempt."""
    host = urlsplit(settings.TITIAN_ADDRESS).hostname
    return {
        "Message-ID": f"<invitation-{invitation.pk}.{invitation.queued_at:%Y%m%d%H%M%S}@{host}>",
        "Date": format_datetime(now),
    }


def example_invitation(reader: Attendee, rules: InvitationRules, kind: str, now: dt.datetime) -> EmailMultiAlternatives:
    """The mail of this kind as this reader would get it, with a link that leads nowhere."""
    link = link_address(_("a-link-of-their-own"))
    return invitation_mail(reader, rules, kind, link=link, expires_at=now + dt.timedelta(days=rules.valid_days))


def example_letter(event: Event, rules: InvitationRules, kind: str, *, name: str, now: dt.datetime) -> Letter:
    """The same for somebody of this name."""
    reader = example_reader(event)
    reader.name = name
    return letter_of(example_invitation(reader, rules, kind, now))


def link_address(token: str) -> str:
    return f"{settings.TITIAN_ADDRESS.rstrip('/')}/invitation/{token}/"


def digest_of(event: Event, rules: InvitationRules) -> str:
    """Differs where an invitation would be worded, sent or answered differently."""
    template = template_for(rules, Invitation.Kind.INVITATION)
    texts = mail_texts_for(event)
    said = [
        event.name, texts.sender_name, texts.reply_to, template.subject, template.text, rules.valid_days,
        rules.translations,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def _html(text: str, link: str) -> str:
    button = format_html(
        '<a href="{}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#0d4a56;'
        'color:#ffffff;text-decoration:none;font-weight:600">{}</a>',
        link,
        _("Sign in"),
    )
    return mark_safe(linebreaks(escape(text)).replace(_LINK, button))  # noqa: S308  # escaped above
