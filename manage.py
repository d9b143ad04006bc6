#!/usr/bin/env python
"""Titian's commands: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    from backend.config.commands import run_command

    sys.exit(run_command(sys.argv))


if __name__ == "__main__":
    main()
