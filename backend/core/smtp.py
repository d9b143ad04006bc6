"""Mail over SMTP: sent once per queued row, retried while the server is in trouble, failed when refused."""

from __future__ import annotations

import datetime as dt
import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import make_msgid
from enum import StrEnum
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from backend.core.texts import one_line

FIRST_WAIT_SECONDS = 30  # doubled with each attempt ...
MAX_WAIT_SECONDS = 600  # ... up to this
MAX_ATTEMPTS = 300  # about two days
SUBJECT_LIMIT = 150


class MailDelayed(Exception):
    """The server did not take the mail this time; the job retries. Holds an error code and no address."""


class Backoff(BaseRetryStrategy):
    """Exponential backoff, at most ten minutes: mail goes out soon after an outage."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        if job.attempts >= MAX_ATTEMPTS:
            return None
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(job.attempts, 10), MAX_WAIT_SECONDS)
        return RetryDecision(retry_in={"seconds": wait})


COUNT = """
INSERT INTO core_mailday AS kept (event_id, day, sent) VALUES (%(event)s, %(day)s, 1)
ON CONFLICT (event_id) DO UPDATE SET
    day = excluded.day, sent = CASE WHEN kept.day = excluded.day THEN kept.sent + 1 ELSE 1 END
"""


class Sender(Protocol):
    """What a mail is about, an event, whether its mails may leave, and by which clock they are counted."""

    pk: int

    @property
    def sends_mail(self) -> bool: ...

    @property
    def zone(self) -> dt.tzinfo: ...


class MailState(StrEnum):
    """The states of a row that carries a mail; its model's `State` has the same values."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class MailRow(Protocol):
    """A row that carries one mail: its state, and the error and the time of the last attempt."""

    state: str
    attempts: int
    error: str
    tried_at: dt.datetime | None

    def save(self, *, update_fields: list[str]) -> None: ...


Row = TypeVar("Row", bound=MailRow)


@dataclass(frozen=True, slots=True)
class SendResult:
    """`error` is empty where the server took the mail; `is_final` where another attempt is pointless."""

    error: str = ""
    is_final: bool = False


def deliver_queued_mail(
    lock_row: Callable[[], Row | None],
    *,
    event_of: Callable[[Row], Sender],
    mail_for: Callable[[Row], EmailMessage | None],
    after_sent: Callable[[], object] = lambda: None,
    now: dt.datetime,
) -> None:
    """Send the mail of one queued row and record the outcome; raises MailDelayed where it is to be retried.

    `lock_row` selects the row for update, or gives None where it is no longer queued; `mail_for` writes its
    mail, or gives None where it is no longer wanted. Where its event sends no mail it is skipped. The row
    stays locked while the server is talked to, so that two workers never send the same mail. A worker that is
    killed after the server took the mail and before the transaction ends leaves it queued: it is sent twice
    then. `after_sent` is called in the transaction of a mail that the server took. Such a mail is counted for
    its event's day (`mails.rules`), in the last moment, as the others of the event wait for that row.
    """
    with transaction.atomic():
        row = lock_row()
        if row is None:
            return
        event = event_of(row)
        mail = mail_for(row) if event.sends_mail else None
        if mail is None:
            row.state, row.error = MailState.SKIPPED, ""
        else:
            row.attempts += 1
            result = send_mail_now(mail, event=event)
            row.state, row.error = _state_after(result, row.attempts), result.error
        row.tried_at = now
        row.save(update_fields=["state", "attempts", "error", "tried_at"])
        if row.state == MailState.SENT:
            after_sent()
            _count(event, now)
    if row.state == MailState.QUEUED:
        raise MailDelayed(row.error)


def _count(event: Sender, now: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"event": event.pk, "day": now.astimezone(event.zone).date()})


def _state_after(result: SendResult, attempts: int) -> MailState:
    if not result.error:
        return MailState.SENT
    return MailState.FAILED if result.is_final or attempts >= MAX_ATTEMPTS else MailState.QUEUED


def automatic_mail(*, to: str, subject: str, body: str) -> EmailMessage:
    """A plain mail that asks for no automatic answer, its subject on one line."""
    return EmailMessage(
        subject=one_line(subject)[:SUBJECT_LIMIT], body=body, to=[to], headers={"Auto-Submitted": "auto-generated"}
    )


def send_mail_now(mail: EmailMessage, *, event: Sender | None) -> SendResult:
    """Hand the mail to the server; one without recipients only asks whether the server is there.

    Nothing leaves where its event sends no mail (`event` is None for mails about an account), and to
    addresses that by their name can be nobody's (RFC 2606).
    Once the server has taken the mail, no error in closing the connection counts as a failure.
    """
    if event is not None and not event.sends_mail:
        return SendResult()
    if mail.to and all(address.endswith(".invalid") for address in mail.recipients()):
        return SendResult("unknown_host", is_final=True)
    mail.extra_headers.setdefault("Message-ID", make_msgid(domain=urlsplit(settings.TITIAN_ADDRESS).hostname))
    server = get_connection()
    try:
        server.open()
        if mail.recipients():
            server.send_messages([mail])
    except (smtplib.SMTPException, OSError) as error:
        return _result_of(error)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.close()
    return SendResult()


def _result_of(error: smtplib.SMTPException | OSError) -> SendResult:
    """A code without personal data, and whether another attempt is pointless.

    Final is a 5xx to this address or this mail. Errors about the sender, the login or the server concern
    every mail and can be mended by an administrator, so these are retried.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = min(code for code, _text in error.recipients.values())
            return SendResult(str(code), code >= 500)
        case smtplib.SMTPDataError():
            return SendResult(str(error.smtp_code), error.smtp_code >= 500)
        case smtplib.SMTPResponseException():
            return SendResult(str(error.smtp_code))
        case smtplib.SMTPServerDisconnected():  # smtplib raises it for a server that stays silent, too
            is_silent = isinstance(error.__context__, TimeoutError)
            return SendResult("timeout" if is_silent else "disconnected")
        case TimeoutError():
            return SendResult("timeout")
        case ConnectionRefusedError():
            return SendResult("no_server")
        case socket.gaierror():
            return SendResult("unknown_host")
    return SendResult("smtp" if isinstance(error, smtplib.SMTPException) else "network")
