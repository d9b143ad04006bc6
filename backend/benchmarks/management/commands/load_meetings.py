"""Put meetings under load: own processes, own database, real HTTP; fails if anything is lost or doubled."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.benchmarks.load.clients import rate_of, run_clients
from backend.benchmarks.load.consistency import check_load, count_queued_mails
from backend.benchmarks.load.event import create_event
from backend.benchmarks.load.servers import Servers, own_database
from backend.core.errors import BusinessError
from backend.core.progress import progress_lines

HEALTH_SECONDS = 3.0


class BadLoad(BusinessError):
    code = "bad_load"
    status = 400


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=1_000)
        parser.add_argument("--requests", type=int, default=5_000)
        parser.add_argument("--workers", type=int, default=8, help="clients that call at the same time")
        parser.add_argument("--processes", type=int, default=2, help="web processes that answer them")
        parser.add_argument("--rate", type=float, default=0.0, help="calls a second; 0: as fast as the answers come")
        parser.add_argument("--seed", type=int, default=1, help="who asks whom for what")
        parser.add_argument("--json", metavar="FILE", help="write the figures there too")
        parser.add_argument(
            "--kill", action="store_true", help="half-way, kill a web process and the worker; clients try again"
        )

    def handle(self, **options: Any) -> None:
        for name, least, most in (
            ("people", 2, 5_000),
            ("requests", 1, 100_000),
            ("workers", 1, 64),
            ("processes", 1, 8),
            ("rate", 0, 10_000),
        ):
            if not least <= options[name] <= most:
                values = {"option": f"--{name}", "least": least, "most": f"{most:,}"}
                raise BadLoad(_("%(option)s is a number from %(least)s to %(most)s.") % values)
        if options["json"] and not Path(options["json"]).resolve().parent.is_dir():
            folder = Path(options["json"]).resolve().parent
            raise BadLoad(_("There is no folder %(folder)s to write to.") % {"folder": folder})
        with progress_lines() as progress, own_database() as address:
            progress("Inviting people", 0.0)
            event = create_event(people=options["people"], seed=options["seed"], now=timezone.now())
            servers = Servers(address, processes=options["processes"])
            try:
                servers.wait_until_up()
                bare = rate_of(servers.port, "/healthz", workers=options["workers"], seconds=HEALTH_SECONDS)
                log = run_clients(
                    event,
                    port=servers.port,
                    requests=options["requests"],
                    workers=options["workers"],
                    seed=options["seed"],
                    on_half_way=servers.kill_one_of_each if options["kill"] else None,
                    progress=progress,
                    rate=options["rate"],
                )
            finally:
                servers.stop()
            result = check_load(log, requests=options["requests"])
            waiting = count_queued_mails()
        figures = json.dumps(asdict(result))
        self.stdout.write(figures)
        self.stderr.write(
            f"/healthz {bare:.0f} a second; {waiting} mails still in the queue; {log.retried} calls tried again."
        )
        if options["json"]:
            Path(options["json"]).write_text(figures + "\n", encoding="utf-8")
        if not result.is_passed:
            self.stderr.write("Not passed: errors, double bookings and losses must be 0.")
            sys.exit(1)
