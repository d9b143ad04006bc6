"""Hold the language model and turn texts into vectors for all other processes; `serve` starts this."""

from __future__ import annotations

import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from backend.config.encoder import IDLE_SECONDS, EncoderServer
from matching.text.encoder import load_encoder


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--socket", type=int, required=True, help="the number of an open, bound socket")
        parser.add_argument("--idle-seconds", type=float, default=IDLE_SECONDS, help="until it ends by itself")

    def handle(self, **options: Any) -> None:
        listening = socket.socket(fileno=options["socket"])
        model = load_encoder(settings.TITIAN_MODEL, settings.MODEL_FOLDER)
        EncoderServer(model, listening, idle_seconds=options["idle_seconds"]).run()
