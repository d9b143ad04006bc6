#!/usr/bin/env python
"""Titian's commands: `python manage.py help` lists them."""

from backend.config.commands import main

if __name__ == "__main__":
    main()
