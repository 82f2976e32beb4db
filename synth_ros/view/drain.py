"""Writes to a file what comes out of a pipe, so that a full disk is an error and not a silence.

The library writes its files in a thread of its own. When that fails, it prints a line, loses the
rest, and waits for ever at the end. So it writes into a pipe here, which never fails, and the file
is ours.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from synth_ros.errors import OutputError

_PIECE = 1 << 20


class Drain:
    """A pipe whose other end is a file.

    Args:
        path: The file.

    Raises:
        OutputError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open('wb')
        except OSError as error:
            raise _cannot_write(path, error) from error
        self._source, self._entrance = os.pipe()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name='rrd file', daemon=True)
        self._thread.start()

    @property
    def entrance(self) -> Path:
        """The pipe as a path, for who opens paths only."""
        return Path(f'/dev/fd/{self._entrance}')

    def shut(self) -> None:
        """Close the end of the pipe that ``entrance`` names; who opened it keeps theirs."""
        if self._entrance >= 0:
            os.close(self._entrance)
            self._entrance = -1

    def check(self) -> None:
        """See that everything so far could be written.

        Raises:
            OutputError: It could not.
        """
        if self._error is not None:
            raise _cannot_write(self._path, self._error) from self._error

    def finish(self) -> None:
        """Wait for the end of the pipe: everyone has closed it. The file is whole then.

        Raises:
            OutputError: Something could not be written.
        """
        self._thread.join()
        self.check()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shut()

    def _run(self) -> None:
        with os.fdopen(self._source, 'rb', buffering=0) as source:
            while piece := source.read(_PIECE):
                self._write(piece)
        try:
            self._file.close()
        except OSError as error:
            self._error = self._error or error

    def _write(self, piece: bytes) -> None:
        # After an error the pipe is emptied all the same: who writes into it must not wait.
        if self._error is None:
            try:
                self._file.write(piece)
            except OSError as error:
                self._error = error


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f'Cannot write in {path.parent}: {error.strerror or error}.')
