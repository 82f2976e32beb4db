"""Renderers belong to the thread that made them: GL contexts and Filament demand it."""

from __future__ import annotations

import threading

from synth_ros.errors import InternalError


class ThreadOwner:
    """Remembers the creating thread and refuses the others."""

    def __init__(self) -> None:
        self._ident = threading.get_ident()

    def check(self) -> None:
        """Raise unless this is the creating thread.

        Raises:
            InternalError: On another thread.
        """
        if threading.get_ident() != self._ident:
            raise InternalError(
                f'A renderer was used from thread {threading.current_thread().name!r}, which '
                'did not create it. Create, use and close each renderer on one thread.'
            )
