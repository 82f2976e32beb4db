"""How renderers live: on the thread that made them, and closed when their block ends."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

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


class ClosedAtExit(ABC):
    """A renderer as a context manager."""

    @abstractmethod
    def close(self) -> None:
        """Free everything; closing twice is fine."""

    def __enter__(self) -> Self:
        """Return the renderer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
