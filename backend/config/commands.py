"""Run a management command; a failure is one sentence and exit code 1.

`python manage.py`, `python -m backend.config.commands` and `titian`, which a wheel installs, do the same.
"""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand
from django.db.utils import DatabaseError

from backend.config.parent_watchdog import exit_with_parent
from backend.core.errors import BusinessError

MANAGE = (sys.executable, "-m", "backend.config.commands")  # an installed Titian has no manage.py


def titian() -> None:
    """The program `titian`; without arguments it serves the demo, as `make run` does."""
    if len(sys.argv) == 1:
        os.environ.setdefault("TITIAN_DEMO", "1")
        sys.argv.append("serve")
    main()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    sys.exit(run_command(sys.argv))


def run_command(arguments: list[str]) -> int:
    """Run a management command; a refusal, bad settings, no database or no model: one line on stderr."""
    try:
        from django.conf import settings

        exit_with_parent()
        assert settings.INSTALLED_APPS  # reads the settings now, so that their errors are caught here
        _Commands(arguments).execute()
    except BusinessError as refusal:
        return _fail(refusal.message)
    except ImproperlyConfigured as error:
        return _fail(str(error))
    except DatabaseError as error:
        from backend.config.database import is_about_the_server, sentence_for

        if not is_about_the_server(error):
            raise
        return _fail(sentence_for(error))
    except RuntimeError as error:
        from matching.text.model import (
            ModelError,  # imported late: it takes a second, which most commands need not spend
        )

        if not isinstance(error, ModelError):
            raise
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("Interrupted; nothing half-done was kept.", code=130)
    return 0


class _Commands(ManagementUtility):
    """Django's commands; one with `requires_migrations_checks` has missing migrations applied first."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        if command.requires_migrations_checks:
            from backend.config.database import apply_missing_migrations

            command.check_migrations = apply_missing_migrations  # type: ignore[method-assign]
        return command


def _fail(sentence: str, *, code: int = 1) -> int:
    print(" ".join(sentence.split()), file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
