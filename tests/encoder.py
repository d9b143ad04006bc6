"""The encoder process as `serve` has it: started when a test first needs it, ended with the run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from django.conf import settings

from backend.core import encoder

SUPERVISOR = """
import signal, socket, sys
from pathlib import Path
from backend.config.processes import ProgramChild, Supervisor
from backend.config.programs import Program
signal.signal(signal.SIGTERM, signal.default_int_handler)
number, *options = sys.argv[1:]
program = Program("encoder", ("run_encoder", *options), on_demand=True)
try:
    Supervisor([ProgramChild(program, folder=Path.cwd(), listening=socket.socket(fileno=int(number)))]).run()
except KeyboardInterrupt:
    pass
"""


class RunningEncoder:
    """A socket in a folder of its own, and a supervisor that starts the process when somebody connects."""

    def __init__(self, *options: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="titian-")
        before, settings.ENCODER_FOLDER = settings.ENCODER_FOLDER, self.folder
        self._listening = encoder.listen()
        settings.ENCODER_FOLDER = before
        number = self._listening.fileno()
        self._supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(number), *options], cwd=settings.BASE_DIR, pass_fds=[number]
        )

    @property
    def process(self) -> psutil.Process | None:
        """The one that runs now."""
        children = psutil.Process(self._supervisor.pid).children()
        return children[0] if children and children[0].status() != psutil.STATUS_ZOMBIE else None

    def end(self) -> None:
        self._supervisor.terminate()
        self._supervisor.wait()
        self._listening.close()
        shutil.rmtree(Path(self.folder))
