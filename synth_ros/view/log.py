"""The log of a recording: it takes away what a scene left behind when the next one begins."""

from __future__ import annotations

import numpy as np
import rerun as rr

from synth_ros.view.selection import Instant
from synth_ros.view.sink import FLUSH_EVERY, Sink


class Log:
    """A log that knows what is in view.

    The viewer shows the latest of everything, so an object of one episode would stand in all that
    follow. It is cleared when a scene begins without it. What the new scene logs at once is not
    cleared before: the viewer loses a pose that is cleared and logged at the same time.

    Args:
        sink: Where to log.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._stream = sink.stream
        self._in_view: set[str] = set()
        self._left_over: set[str] = set()
        self._instants = 0

    def begin_scene(self) -> None:
        """A new scene begins with the next instant."""
        self._left_over, self._in_view = self._in_view, set()

    def begin_instant(self, instant: Instant) -> None:
        """What follows is of this instant."""
        self._stream.set_time('stamp', duration=np.timedelta64(instant.shown_ns, 'ns'))
        self._stream.set_time('frame', sequence=instant.number)
        self._stream.set_time('episode', sequence=instant.episode)

    def end_instant(self) -> None:
        """Clear what only the scene before had; now and then wait until all is out.

        Raises:
            OutputError: It cannot be written or sent.
        """
        for entity in sorted(self._left_over - self._in_view):
            self._stream.log(entity, rr.Clear(recursive=False))
        self._left_over = set()
        self._instants += 1
        if self._instants % FLUSH_EVERY == 0:
            self._sink.flush()

    def show(self, entity: str, *what: rr.AsComponents) -> None:
        """Log something until the next of it, or until a scene without it."""
        self._in_view.add(entity)
        self._log(entity, *what)

    def note(self, entity: str, *what: rr.AsComponents) -> None:
        """Log something that no scene takes away: numbers, texts, how a camera sees."""
        self._log(entity, *what)

    def fix(self, entity: str, *what: rr.AsComponents) -> None:
        """Log something for all times."""
        self._log(entity, *what, static=True)

    def clear(self, entity: str) -> None:
        """Take away an entity and everything below it."""
        above = f'{entity}/'
        self._in_view = {x for x in self._in_view if not f'{x}/'.startswith(above)}
        self._stream.log(entity, rr.Clear(recursive=True))

    def _log(self, entity: str, *what: rr.AsComponents, static: bool = False) -> None:
        first, *others = what
        self._stream.log(entity, first, *others, static=static)
