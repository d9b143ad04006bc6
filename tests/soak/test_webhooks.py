"""Messages to webhooks, verified by the specification’s library for JavaScript: `make peers` installs it."""

from __future__ import annotations

import json
import subprocess

import pytest
from django.utils import timezone

from backend.integrations.models import Webhook
from backend.integrations.services.deliveries import deliver_due
from backend.integrations.services.webhooks import add_webhook, renew_secret, send_test_message
from tests.factories import make_attendee, make_event
from tests.https import Asked, Peer
from tests.peers.installations import STANDARD_WEBHOOKS, installed

VERIFY = """
const { Webhook } = require("standardwebhooks");
const [secret, headers, body] = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(new Webhook(secret).verify(body, headers)));
"""


def verified(secret: str, asked: Asked, body: str = "") -> subprocess.CompletedProcess[str]:
    headers = {name.lower(): value for name, value in asked.headers.items()}
    folder = installed(STANDARD_WEBHOOKS).folder
    given = json.dumps([secret, headers, body or asked.body.decode()])
    return subprocess.run(["node", "-e", VERIFY], cwd=folder, input=given, capture_output=True, text=True, check=False)


@pytest.mark.django_db
def test_the_library_for_javascript_verifies_with_either_secret_and_refuses_what_was_changed(peer: Peer) -> None:
    event = make_event()
    by = make_attendee(event, permission="organiser").person
    now = timezone.now()
    old = add_webhook(event=event, address=peer.address("/in"), types=Webhook.Type.values, by=by, now=now)
    given = {"event": event, "webhook_id": old.webhook.pk, "by": by}
    new = renew_secret(**given, now=now)
    send_test_message(**given)
    assert deliver_due(webhook_id=old.webhook.pk, now=timezone.now()) == 1
    [asked] = peer.asked
    for secret in (old.secret, new.secret):
        found = verified(secret, asked)
        assert json.loads(found.stdout)["type"] == "webhook.test", found.stderr
    changed = verified(new.secret, asked, asked.body.decode() + " ")
    assert changed.returncode != 0
    assert "No matching signature found" in changed.stderr
