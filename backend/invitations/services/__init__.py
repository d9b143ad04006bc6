"""Invite an event's adults by mail, remind them, and let them in by the link of the mail."""

from backend.invitations.services.bounces import NoSuchMail, mark_bounced
from backend.invitations.services.deliveries import SEND_INVITATION, deliver_invitation
from backend.invitations.services.letters import default_template, example_invitation, example_letter
from backend.invitations.services.links import (
    LinkExpired,
    LinkInvalid,
    LinkUsed,
    OpenedLink,
    mailed_to,
    read_link,
    use_link,
)
from backend.invitations.services.reminders import queue_reminders
from backend.invitations.services.rules import (
    InvitationRulesData,
    copy_invitation_rules,
    set_invitation_rules,
)
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
    "LinkExpired",
    "LinkInvalid",
    "LinkUsed",
    "NoSuchMail",
    "NobodyToInvite",
    "OpenedLink",
    "TooManyInvitations",
    "copy_invitation_rules",
    "default_template",
    "deliver_invitation",
    "example_invitation",
    "example_letter",
    "mailed_to",
    "mark_bounced",
    "preview_invitations",
    "queue_reminders",
    "read_link",
    "send_invitations",
    "send_test_invitation",
    "set_invitation_rules",
    "use_link",
]
