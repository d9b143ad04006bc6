"""Installs the peers, or those that are named: `python -m tests.peers pretix indico`."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.peers.installations import ALL, Packages

AT_ONCE = 3


def failure_of(one: Packages) -> str:
    """One sentence where it could not be installed; the others are."""
    try:
        one.install()
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        return f"{one.name} is not installed: {str(error).strip().splitlines()[-1]}"
    print(f"{one.name} is installed.", flush=True)
    return ""


chosen = [one for one in ALL if not sys.argv[1:] or any(one.name.startswith(name) for name in sys.argv[1:])]
with ThreadPoolExecutor(AT_ONCE) as pool:
    sys.exit("\n".join(filter(None, pool.map(failure_of, chosen))) or 0)
