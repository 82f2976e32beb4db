"""A stream, and how to know that what was logged has arrived."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import rerun as rr

from synth_ros.errors import OutputError

FLUSH_EVERY = 32
"""Instants between two waits for what was logged to arrive: memory stays flat."""

FILE_PATIENCE_S = 600.0
"""A slow disk may take its time."""

_PATIENCE_S = 60.0  # who is still there answers within that


class Sink(NamedTuple):
    """Where to log.

    Attributes:
        stream: Its destination is set.
        check: Raises an ``OutputError`` if something could not be written.
        patience_s: How long to wait for what was logged.
    """

    stream: rr.RecordingStream
    check: Callable[[], None] = lambda: None
    patience_s: float = _PATIENCE_S

    def flush(self) -> None:
        """Wait until everything that was logged is written or sent.

        Raises:
            OutputError: It is not: the disk is full, or the viewer was closed.
        """
        try:
            self.stream.flush(timeout_sec=self.patience_s)
        except RuntimeError as error:
            raise OutputError(
                f'What was logged does not arrive ({error}). Was the viewer closed? Run this '
                'once more.'
            ) from error
        self.check()
