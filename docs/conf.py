"""How Sphinx makes the handbook of docs/: `make docs`, into var/handbook, served under /handbook/."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

project = "Titian"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "titian"
html_theme_path = ["_theme"]
html_title = "Titian handbook"
html_static_path = ["../frontend/static"]  # for tokens.css and the fonts that it names
exclude_patterns = ["_theme", "requirements.txt", "js/*", "vendor/**", "img/*", "css/[!t]*"]
html_copy_source = html_use_index = False
html_permalinks_icon = "#"
highlight_language = "none"
