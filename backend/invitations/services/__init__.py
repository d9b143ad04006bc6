"""Invite an event's adults by mail, remind them, and let them in by the link of the mail."""

from backend.invitations.services.bounces import NoSuchMail, mark_bounced
from backend.invitations.services.deliveries import SEND_INVITATION, deliver_invitation
from backend.invitations.services.letters import Letter, default_template, example_letter
from backend.invitations.services.links import (
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    OpenedLink,
    read_link,
    use_link,
)
from backend.invitations.services.reminders import queue_reminders
from backend.invitations.services.rules import InvitationRulesData, set_invitation_rules
from backend.invitations.services.sending import (
    BadSelection,
    InvitationPreview,
    NobodyToInvite,
    TooManyInvitations,
    preview_invitations,
    send_invitations,
    send_test_invitation,
)

__all__ = [
    "SEND_INVITATION",
    "BadSelection",
    "InvitationPreview",
    "InvitationRulesData",
    "Letter",
    "LinkExpired",
    "LinkInvalid",
    "LinkUsed",
    "NoSuchMail",
    "NobodyToInvite",
    "OpenedLink",
    "TooManyInvitations",
    "default_template",
    "deliver_invitation",
    "example_letter",
    "mark_bounced",
    "preview_invitations",
    "queue_reminders",
    "read_link",
    "send_invitations",
    "send_test_invitation",
    "set_invitation_rules",
    "use_link",
]
