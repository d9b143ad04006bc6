"""Answer the requests that take long, beside the web process, which passes them on; `serve` starts this."""

from __future__ import annotations

import os
import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backend.config.request_log import Observed
from backend.config.web import serve_pages

THREADS = 2
NICENESS = 10  # the pages that everybody waits for go first
IDLE_SECONDS = 600.0  # without a request, until the process ends and gives its memory back


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--socket", type=int, required=True, help="the number of an open, bound socket")
        parser.add_argument(
            "--idle-seconds", type=float, default=IDLE_SECONDS, help="until it ends by itself"
        )

    def handle(self, **options: Any) -> None:
        from backend.config.wsgi import application  # loads every page

        os.nice(NICENESS)
        listening = socket.socket(fileno=options["socket"])
        serve_pages(
            Observed(application, behind_web=True),
            listening,
            threads=THREADS,
            idle_seconds=options["idle_seconds"],
        )
