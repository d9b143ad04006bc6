"""Serve the pages, on TITIAN_HOST and TITIAN_PORT or on a socket that is open already."""

from __future__ import annotations

import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from backend.config.processes import bound_socket
from backend.config.request_log import Observed
from backend.config.web import serve_pages


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--socket", type=int, help="the number of an open, bound socket")
        parser.add_argument("--announce", action="store_true", help="print where the pages are")

    def handle(self, **options: Any) -> None:
        from backend.config.wsgi import application  # loads every page

        serve_pages(Observed(application), _listening(options["socket"]), announces=options["announce"])


def _listening(number: int | None) -> socket.socket:
    if number is None:
        return bound_socket(settings.TITIAN_HOST, settings.TITIAN_PORT)
    return socket.socket(fileno=number)
