"""Do the background jobs; the language model is loaded when the first of them needs it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from backend.config.commands import MANAGE
from backend.core.errors import BusinessError
from backend.core.queue import (
    SECONDS_WITHOUT_HEARTBEAT,
    DatabaseLost,
    requeue_abandoned_jobs,
    wait_for_database,
    work_until_stopped,
)
from backend.suggestions.engine.texts import text_reader
from matching.text.model import ModelError

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def handle(self, **options: object) -> None:  # noqa: ARG002
        self._check_model()
        assert isinstance(app.connector, DjangoConnector)
        with app.replace_connector(app.connector.get_worker_connector()):
            asyncio.run(self._work())

    def _check_model(self) -> None:
        """Say what is wrong with the model, without loading it; the jobs that need none still get done."""
        try:
            text_reader()
        except (ModelError, BusinessError) as error:
            self.stderr.write(str(error))

    async def _work(self) -> None:
        async with app.open_async():
            # The embedded database has one worker, this one; elsewhere another that still reports is let be.
            alone = "EMBEDDED" in settings.DATABASES["default"]
            await requeue_abandoned_jobs(silent_for=0 if alone else SECONDS_WITHOUT_HEARTBEAT)
            try:
                await work_until_stopped()
            except DatabaseLost:
                _begin_anew()


def _begin_anew() -> NoReturn:
    """Once the database answers, become a new worker, which does again what this one left unfinished.

    Nothing of the old one has to end in good order, which it could not without the database.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    log.warning("The worker has lost the database; it begins anew when that answers.")
    with ThreadPoolExecutor(1) as outside_the_loop:
        outside_the_loop.submit(wait_for_database).result()
    os.execv(sys.executable, [*MANAGE, "run_worker"])  # noqa: S606 - our own command
