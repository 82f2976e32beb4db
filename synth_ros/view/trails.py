"""Trails: where the objects came from, as lines through the middles of their boxes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np
import rerun as rr

from synth_ros.readers.recording import RecordedFrame
from synth_ros.report.palette import colour
from synth_ros.schema.unpack import matrix
from synth_ros.types import FloatArray
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.part import on_screen

LENGTH = 50
"""Most instants in a trail, so that the data of an instant stays as large as it is."""

_STILL_M = 0.001  # what moves less has no trail
_LINE = on_screen(1.0)


class Trails:
    """A line for each object that moves, in its colour.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._past: deque[Mapping[int, FloatArray]] = deque(maxlen=LENGTH)
        self._drawn = False

    def begin(self) -> None:
        """Nothing has moved yet."""
        self._past.clear()
        self._drawn = False

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the trails up to this instant."""
        instances = frames[0].record.instances
        names = {item.instance_id: item.name for item in instances}
        middles = {
            item.instance_id: (matrix(item.world_from_object) @ matrix(item.object_from_box))[
                :3, 3
            ]
            for item in instances
        }
        self._past.append(middles)
        trails = {key: trail for key in middles if (trail := self._trail(key)) is not None}
        if not trails and not self._drawn:
            return
        self._drawn = True
        self._log.show(
            paths.TRAILS,
            rr.LineStrips3D(
                list(trails.values()),
                colors=[colour(key) for key in trails],
                labels=[names[key] for key in trails],
                show_labels=False,
                radii=_LINE,
            ),
        )

    def _trail(self, key: int) -> FloatArray | None:
        """Positions of an object, shape (n, 3), metres; ``None`` if it stands still."""
        points = np.array([middles[key] for middles in self._past if key in middles])
        return points if np.ptp(points, axis=0).max() > _STILL_M else None
