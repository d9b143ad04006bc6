"""How a command ends: well, or with one sentence and exit code 1."""

from __future__ import annotations

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db.utils import OperationalError

from backend.core.errors import BusinessError


def run_command(arguments: list[str]) -> int:
    """Run a management command; a refusal, bad settings or an absent database are one line on stderr."""
    try:
        from django.conf import settings

        assert settings.INSTALLED_APPS  # reads the settings now, so that what is wrong in them is said here
        execute_from_command_line(arguments)
    except BusinessError as refusal:
        return _fail(refusal.message)
    except ImproperlyConfigured as error:
        return _fail(str(error))
    except OperationalError as error:
        from backend.config.database import sentence_for

        return _fail(sentence_for(error))
    except KeyboardInterrupt:
        return _fail("Interrupted; nothing half-done was kept.", code=130)
    return 0


def _fail(sentence: str, *, code: int = 1) -> int:
    print(" ".join(sentence.split()), file=sys.stderr)
    return code
