"""What every way of logging shares: telling how far it is, and being strict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import rerun as rr

Progress = Callable[[int, int], None]
"""Is told how many are done, and of how many."""


def no_progress(_done: int, _total: int) -> None:
    """For who does not want to know."""


@contextmanager
def strict() -> Iterator[None]:
    """What the library cannot log is a bug of ours and an exception, not a warning."""
    before = rr.error_utils.strict_mode()
    rr.set_strict_mode(True)
    try:
        yield
    finally:
        rr.set_strict_mode(before)
