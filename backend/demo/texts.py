"""The texts the demo forum is made of, as its files hold them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


@cache
def demo_text(name: str) -> Any:
    """The content of one file of the demo, read once."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
