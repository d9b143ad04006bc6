"""The encoder process as `serve` has it: started when a test first needs it, ended with the run."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

import psutil
from django.conf import settings

from backend.config.processes import Program, ProgramChild, Supervisor
from backend.core import encoder


class RunningEncoder:
    """A socket in a folder of its own, and a thread that starts the process when somebody connects."""

    def __init__(self, *options: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="titian-")
        before, settings.ENCODER_FOLDER = settings.ENCODER_FOLDER, self.folder
        self._listening = encoder.listen()
        settings.ENCODER_FOLDER = before
        program = Program("encoder", ("run_encoder", *options), on_demand=True)
        self._child = ProgramChild(program, folder=settings.BASE_DIR, listening=self._listening)
        self._supervisor = Supervisor([self._child])
        self._thread = threading.Thread(target=self._supervisor.run, daemon=True)
        self._thread.start()

    @property
    def process(self) -> psutil.Process | None:
        """The one that runs now."""
        started = self._child.process
        return psutil.Process(started.pid) if started and started.poll() is None else None

    def end(self) -> None:
        self._supervisor.ending.set()
        self._thread.join()
        self._listening.close()
        shutil.rmtree(Path(self.folder))
