"""Recorded point clouds, each point in the colour of its pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun as rr

from synth_ros.readers.recording import RecordedFrame
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.part import on_screen

_POINT = on_screen(1.5)


class Clouds:
    """The layer ``points_m`` in the optical frame of its camera.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log

    def begin(self) -> None:
        """Every frame is complete in itself."""

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the points of each camera that are there."""
        for frame in frames:
            points_m = frame.layers.points_m
            if points_m is None:
                continue
            there = np.isfinite(points_m).all(axis=2)
            cloud = rr.Points3D(points_m[there], colors=frame.rgb[there], radii=_POINT)
            self._log.show(paths.points(frame.record.camera), cloud)
