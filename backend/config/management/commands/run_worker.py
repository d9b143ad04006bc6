"""Do the background jobs; the language model is loaded when the first of them needs it."""

from __future__ import annotations

import asyncio

from django.conf import settings
from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from backend.core.errors import BusinessError
from backend.core.queue import SECONDS_WITHOUT_HEARTBEAT, requeue_abandoned_jobs, work_until_stopped
from backend.suggestions.engine import text_reader
from matching.text import ModelError


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
            await work_until_stopped()
