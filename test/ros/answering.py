"""Starts the program that answers frames."""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from ros_processes import ENV

ANSWERER = Path(__file__).with_name('answerer.py')


class Answerer:
    """The program, and what it has printed."""

    def __init__(self, folder, options):
        self._path = folder / f'answerer_{time.monotonic_ns()}.log'
        command = [sys.executable, str(ANSWERER)]
        for name, value in options.items():
            command += [f'--{name}'.replace('_', '-')] + ([] if value is True else [str(value)])
        with self._path.open('wb') as log:
            self.process = subprocess.Popen(command, stdout=log, env=ENV)

    def seen(self):
        """Stamp and checksum of each image so far."""
        return [tuple(map(int, line.split())) for line in self._path.read_text().splitlines()]


@contextmanager
def answerer(folder, **options):
    """The program, until the end of the block."""
    program = Answerer(folder, options)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.wait()
