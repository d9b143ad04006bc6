"""A real SMTP server on the loopback that takes mail, or is in trouble as a test says."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from collections import defaultdict
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """`mails` are those taken, in order. `replies` are given to RCPT for an address, one per attempt.

    While `is_silent`, RCPT gets no answer until the client leaves; with `is_rude`, QUIT gets none. While the
    `gate` is closed, mails wait before it and are not taken, but for those to `let_through`; `arrived` and
    `taken` count both moments.
    """

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.mails: list[EmailMessage] = []
        self.attempts = 0
        self.replies: dict[str, list[str]] = defaultdict(list)
        self.is_silent = self.is_rude = False
        self.gate = threading.Event()
        self.gate.set()
        self.let_through: set[str] = set()
        self.arrived, self.taken = threading.Semaphore(0), threading.Semaphore(0)
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        self.gate.set()
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def received_by(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        self.attempts += 1
        if self.is_silent:
            await _until_closed(server)
        if self.replies[address]:
            return self.replies[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.arrived.release()
        if not self.let_through.issuperset(envelope.rcpt_tos):
            await asyncio.to_thread(self.gate.wait)
        self.mails.append(email.message_from_bytes(content, policy=default))
        self.taken.release()
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.is_rude:
            await _until_closed(server)
        return "221 Bye"


async def _until_closed(server: SMTP) -> None:
    """Say nothing as long as the client listens."""
    await server._reader.read()
