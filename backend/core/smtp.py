"""Handing a mail to the server: tried again while the server is in trouble, given up where it refuses."""

from __future__ import annotations

import smtplib
import socket
from contextlib import suppress

from django.core.mail import EmailMessage, get_connection
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

FIRST_WAIT = 30  # seconds; doubled with each attempt ...
LONGEST_WAIT = 600  # ... up to this
MOST_ATTEMPTS = 300  # about two days


class MailDelayed(Exception):
    """The mail was not accepted this time; the job tries again. Carries a code and no address."""


class Backoff(BaseRetryStrategy):
    """Twice the time after each attempt, up to ten minutes: mail is not held up long after an outage."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        if job.attempts >= MOST_ATTEMPTS:
            return None
        wait = min(FIRST_WAIT * 2 ** min(job.attempts, 10), LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": wait})


def post_mail(mail: EmailMessage) -> tuple[str, bool]:
    """Hand the mail to the server; gives "" or what went wrong, and whether it is refused for good.

    Once the server has taken the mail, no trouble in saying goodbye may count as a failure.
    """
    connection = get_connection()
    try:
        connection.open()
        connection.send_messages([mail])
    except (smtplib.SMTPException, OSError) as error:
        return _trouble(error)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()
    return "", False


def _trouble(error: smtplib.SMTPException | OSError) -> tuple[str, bool]:
    """A code without personal data, and whether another attempt is pointless.

    It is for 5xx to this address or this mail. What the server says of the sender, of the login or of itself
    concerns every mail: an administrator can mend it, so these wait.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = min(code for code, _text in error.recipients.values())
            return str(code), code >= 500
        case smtplib.SMTPDataError():
            return str(error.smtp_code), error.smtp_code >= 500
        case smtplib.SMTPResponseException():
            return str(error.smtp_code), False
        case smtplib.SMTPServerDisconnected():  # smtplib's word for a server that stays silent, too
            is_silent = isinstance(error.__context__, TimeoutError)
            return "timeout" if is_silent else "disconnected", False
        case TimeoutError():
            return "timeout", False
        case ConnectionRefusedError():
            return "no_server", False
        case socket.gaierror():
            return "unknown_host", False
    return "smtp" if isinstance(error, smtplib.SMTPException) else "network", False
