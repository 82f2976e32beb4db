"""A stream, and how to know that what was logged has arrived."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import rerun as rr

from synth_ros.errors import OutputError

_PATIENCE_S = 600.0


class Sink(NamedTuple):
    """Where to log.

    Attributes:
        stream: Its destination is set.
        check: Raises an ``OutputError`` if something could not be written.
    """

    stream: rr.RecordingStream
    check: Callable[[], None] = lambda: None

    def flush(self) -> None:
        """Wait until everything that was logged is written or sent.

        Raises:
            OutputError: It is not: the disk is full, or the viewer was closed.
        """
        try:
            self.stream.flush(timeout_sec=_PATIENCE_S)
        except RuntimeError as error:
            raise OutputError(
                f'What was logged does not arrive ({error}). Was the viewer closed? Run this '
                'once more.'
            ) from error
        self.check()
