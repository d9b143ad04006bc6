"""Send invitations in two steps: how many and one example are seen before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import BusinessError, Refused
from backend.core.models import Act
from backend.core.progress import report_progress
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_event
from backend.invitations.models import Invitation
from backend.invitations.rules import MAILS_A_DAY, SELECTION_LIFE, TESTS_A_DAY
from backend.invitations.selectors import JOINED, is_to_be_mailed, mails_since, people_to_invite, rules_for
from backend.invitations.services.deliveries import queue_mails
from backend.invitations.services.letters import digest_of, example_letter
from backend.mails.selectors import Letter
from backend.people.models import Person

DAY = dt.timedelta(hours=24)
PEOPLE_AT_ONCE = 200  # in one transaction
_SALT = "invitations.selection"


class BadSelection(BusinessError):
    """The preview is too old, of somebody or something else, or its texts were changed since."""

    code = "bad_selection"


@dataclass(frozen=True, slots=True)
class InvitationPreview:
    """What sending would do. `confirmation` is what sends it, within the hour.

    `joined` and `have_a_link` of those chosen get no mail; nor do `others`, who are no adults or have a role.
    """

    count: int
    joined: int
    have_a_link: int
    others: int
    example: Letter
    confirmation: str


def preview_invitations(
    *, event: Event, attendee_ids: Collection[int] | None, by: Person, now: dt.datetime
) -> InvitationPreview:
    """How many of these attendees would be invited, and one mail with the organiser's name; sends nothing.

    None stands for everybody who was never invited. Refuses OrganisersOnly, NotInThisState,
    `nobody_to_invite` and `too_many_invitations`.
    """
    check_organiser(by, event, Activity.INVITE)
    people, rules = people_to_invite(event), rules_for(event)
    chosen = people.filter(mail_state=None) if attendee_ids is None else people.filter(pk__in=attendee_ids)
    due = sorted(chosen.filter(is_to_be_mailed(now)).values_list("pk", flat=True))
    joined = chosen.filter(status=JOINED).count() if attendee_ids is not None else 0
    found = chosen.count() if attendee_ids is not None else len(due)
    if not due:
        raise Refused(
            "nobody_to_invite",
            _(
                "Nobody to invite: all of them have joined, have a link that is still valid, or "
                "are no adults. Tick others, or set who is an adult."
            ),
        )
    _check_daily_limit(event, len(due), now)
    name = Attendee.objects.filter(event=event, person=by).values_list("name", flat=True).first()
    return InvitationPreview(
        count=len(due),
        joined=joined,
        have_a_link=found - joined - len(due),
        others=len(set(attendee_ids)) - found if attendee_ids is not None else 0,
        example=example_letter(event, rules, Invitation.Kind.INVITATION, name=name or by.name, now=now),
        confirmation=signing.dumps(
            [event.pk, by.pk, digest_of(event, rules), due, now.timestamp()], salt=_SALT, compress=True
        ),
    )


def send_invitations(*, event: Event, confirmation: str, by: Person, now: dt.datetime) -> int:
    """Queue the invitations that a preview showed; gives how many. The same again queues none twice.

    Refuses OrganisersOnly, NotInThisState, BadSelection and `too_many_invitations`.
    """
    check_organiser(by, event, Activity.INVITE)
    ids = _confirmed_ids(event, confirmation, by, now)
    _check_daily_limit(event, people_to_invite(event).filter(is_to_be_mailed(now), pk__in=ids).count(), now)
    sent = 0
    for start in range(0, len(ids), PEOPLE_AT_ONCE):
        report_progress(start, len(ids))
        sent += _send_some(event, ids[start : start + PEOPLE_AT_ONCE], by, now)
    return sent


def _confirmed_ids(event: Event, confirmation: str, by: Person, now: dt.datetime) -> list[int]:
    try:
        event_id, person_id, digest, ids, shown_at = signing.loads(confirmation, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        event_id = person_id = digest = shown_at = None
        ids = []
    if (event_id, person_id) != (event.pk, by.pk) or not ids:
        raise BadSelection(_("This is not what was previewed. Look at the preview again, then send."))
    if now - dt.datetime.fromtimestamp(shown_at, dt.UTC) > SELECTION_LIFE:
        raise BadSelection(_("The preview is older than an hour. Look at it again, then send."))
    if digest != digest_of(event, rules_for(event)):
        raise BadSelection(_("The text was changed since the preview. Look at it again, then send."))
    return list(ids)


@in_transaction
def _send_some(event: Event, ids: Collection[int], by: Person, now: dt.datetime) -> int:
    lock_event(event.pk)  # one after the other: two at once would invite twice
    due = people_to_invite(event).filter(is_to_be_mailed(now), pk__in=ids).order_by("pk")
    readers = list(due.select_related("event", "person"))
    queue_mails(readers, Invitation.Kind.INVITATION, by=by, now=now)
    if readers:
        record_act(event=event, by=by, kind=Act.Kind.INVITED, what=str(len(readers)), now=now)
    return len(readers)


@in_transaction
def send_test_invitation(*, event: Event, by: Person, now: dt.datetime) -> None:
    """Queue an invitation to the organiser, whose link signs nobody in.

    Refuses OrganisersOnly, NotInThisState and `too_many_invitations`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    me = Attendee.objects.select_related("event", "person").get(event=event, person=by)
    tests = mails_since(event, now - DAY).filter(attendee=me, kind=Invitation.Kind.TEST)
    if tests.count() >= TESTS_A_DAY:
        raise Refused(
            "too_many_invitations",
            _("You sent %(limit)d test mails within a day. The next can be sent tomorrow.") % {"limit": TESTS_A_DAY},
        )
    queue_mails([me], Invitation.Kind.TEST, by=by, now=now)


def _check_daily_limit(event: Event, count: int, now: dt.datetime) -> None:
    """Refuse `too_many_invitations` where so many more would be too many for a day."""
    left = MAILS_A_DAY - mails_since(event, now - DAY).exclude(kind=Invitation.Kind.TEST).count()
    if count > left:
        raise Refused(
            "too_many_invitations",
            _("A forum sends at most %(limit)s invitations a day; %(left)s are left: choose fewer people.")
            % {"limit": f"{MAILS_A_DAY:,}", "left": f"{max(left, 0):,}"},
            left=max(left, 0),
        )
