"""Installs the peers, or those that are named: `python -m tests.peers pretix indico`."""

from __future__ import annotations

import sys

from tests.peers.installations import ALL

for one in ALL:
    if not sys.argv[1:] or any(one.name.startswith(name) for name in sys.argv[1:]):
        print(f"{one.name} ...", flush=True)
        one.install()
