"""Point clouds in the colours of the image: those that are recorded, or made of depth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun as rr
from numpy.typing import NDArray

from synth_ros.geometry.camera import pixel_rays
from synth_ros.readers.recording import RecordedFrame
from synth_ros.types import DepthImage
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.part import on_screen

STEP = 2
"""Of a depth image, every so many columns and rows become points: a quarter of the pixels."""

_POINT = on_screen(1.5)

_Cloud = tuple[NDArray[np.float32], NDArray[np.uint8]]


class Clouds:
    """Points in the optical frame of their camera.

    Args:
        log: Where to log.
        of_depth: Make a cloud of the depth image where none is recorded.
    """

    def __init__(self, log: Log, *, of_depth: bool) -> None:
        self._log = log
        self._of_depth = of_depth

    def begin(self) -> None:
        """Every frame is complete in itself."""

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the points of each camera that has some."""
        for frame in frames:
            cloud = self._cloud(frame)
            if cloud is not None:
                points = rr.Points3D(cloud[0], colors=cloud[1], radii=_POINT)
                self._log.show(paths.points(frame.record.camera), points)

    def _cloud(self, frame: RecordedFrame) -> _Cloud | None:
        points_m = frame.layers.points_m
        if points_m is not None:
            there = np.isfinite(points_m).all(axis=2)
            return points_m[there], frame.rgb[there]
        if self._of_depth and frame.depth_m is not None:
            return cloud_of_depth(frame, frame.depth_m)
        return None


def has_cloud(frame: RecordedFrame, *, of_depth: bool) -> bool:
    """Whether a frame has a cloud in colours."""
    return frame.layers.points_m is not None or (of_depth and frame.depth_m is not None)


def cloud_of_depth(frame: RecordedFrame, depth_m: DepthImage) -> _Cloud:
    """Points (n, 3), metres, optical frame, and colours (n, 3) of every other valid pixel."""
    depth = depth_m[::STEP, ::STEP]
    there = depth > 0
    rays = pixel_rays(frame.camera)[::STEP, ::STEP][there]
    points = (rays * depth[there][:, None]).astype(np.float32)
    return points, frame.rgb[::STEP, ::STEP][there]
