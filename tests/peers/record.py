"""Records what the peers answer to what Titian asks, into tests/fixtures.

`DJANGO_SETTINGS_MODULE=backend.config.settings python -m tests.peers.record pretix`
"""
# ruff: noqa: E402 - the sources exist only after the set-up

from __future__ import annotations

import json
import ssl
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from backend.integrations.services.pretix import NEVER_SENT
from tests.https import make_certificate
from tests.peers.installations import BASE, INDICO, PRETALX, PRETIX, Installation, Running, running

FIXTURES = BASE / "tests" / "fixtures"
Read = Callable[[str], str]
SCHEDULES = tuple(f"/forum/schedule/export/schedule.{kind}" for kind in ("json", "xml", "ics"))
SPEAKERS = "/api/events/forum/speakers/?page=1"


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder) / "server.pem")
        for installation, scheme, answers in (
            (PRETIX, "Token", of_pretix), *((one, "Token", of_pretalx) for one in PRETALX),
            (INDICO[1], "Bearer", of_indico),
        ):  # fmt: skip
            if not names or installation.name in names:
                record(installation, certificate, scheme, answers)


def record(
    installation: Installation, certificate: Path, scheme: str, answers: Callable[[Running, Read], dict[str, Any]]
) -> None:
    """first.json and second.json: before and after what changes there."""
    name, _dash, version = installation.name.partition("-")
    with running(installation, certificate) as peer:
        for stage in ("first", "second"):
            if stage == "second":
                peer.change(stage)

            def read(path: str) -> str:
                headers = {"Authorization": f"{scheme} {peer.facts['token']}"} if scheme else {}
                asked = urllib.request.Request(peer.place.address + path, headers=headers)
                context = ssl.create_default_context(cafile=str(certificate))
                with urllib.request.urlopen(asked, context=context) as answer:
                    text: str = answer.read().decode().replace(f"localhost:{peer.place.port}", "localhost")
                    return text

            path = FIXTURES / name / (f"{version}-{stage}.json" if name == "pretalx" else f"{stage}.json")
            print(path)
            path.write_text(json.dumps(answers(peer, read), ensure_ascii=False, separators=(",", ":")) + "\n")


def of_pretix(_peer: Running, read: Read) -> dict[str, Any]:
    """Pages by what they list."""
    found: dict[str, Any] = {}
    for kind in ("orders", "questions", "items"):
        pages = found.setdefault(kind, [])
        while not pages or pages[-1]["next"]:
            query: dict[str, Any] = {"page": len(pages) + 1}
            if kind == "orders":
                query |= {"include_canceled_positions": "true", "exclude": NEVER_SENT}
            address = f"/api/v1/organizers/peer/events/forum/{kind}/?{urlencode(query, doseq=True)}"
            pages.append(json.loads(read(address)))
    return found


def of_pretalx(peer: Running, read: Read) -> dict[str, str]:
    """Its schedules; of speakers their codes and addresses."""
    peer.change("speakers")
    page = json.loads(read(SPEAKERS))
    page["results"] = [{name: one[name] for name in ("code", "email")} for one in page["results"]]
    return {path: read(path) for path in SCHEDULES} | {SPEAKERS: json.dumps(page, separators=(",", ":"))}


def of_indico(peer: Running, read: Read) -> dict[str, Any]:
    """The programme as it is; of registrations one form, and of that one row with its answers."""
    number = peer.facts["page"].split("/")[2]
    forms = f"/api/checkin/event/{number}/forms/"
    form = json.loads(read(forms))[0]
    rows = f"{forms}{form['id']}/registrations/"
    row = json.loads(read(rows))[-1]
    details = json.loads(read(f"{rows}{row['id']}"))
    for field in (field for section in details["registration_data"] for field in section["fields"]):
        if field["input_type"] == "country":
            field["choices"] = [one for one in field["choices"] if one["countryKey"] in ("TH", "VN")]
    found = json.dumps({"form": form, "row": row, "details": details}, separators=(",", ":"))
    found = found.replace(row["checkin_secret"], "qxticket")
    (FIXTURES / "indico" / "registration.json").write_text(f"{found}\n")
    programme: dict[str, Any] = json.loads(read(f"/export/event/{number}.json?detail=sessions&nc=yes"))
    return programme


main(sys.argv[1:])
