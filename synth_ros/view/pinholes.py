"""Cameras: where they are and how they see.

The viewer counts pixels in two ways. In a 2D view, an image spans (0, 0) to (width, height), so
that the centre of the top-left pixel is (0.5, 0.5); boxes of half-open pixel edges fit as they
are, points and the principal point move by half a pixel. But the cloud that it makes of a depth
image puts pixel (i, j) on the ray through (i, j) itself: there integers are pixel centres, as in
this project, and nothing moves. So a camera has two pinholes in the same place, one for what is
drawn and one for depth, half a pixel apart, and both are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rerun as rr

from synth_ros.readers.recording import RecordedFrame
from synth_ros.schema.records import FrameRecord
from synth_ros.schema.unpack import matrix
from synth_ros.types import FloatArray
from synth_ros.view import paths
from synth_ros.view.log import Log
from synth_ros.view.part import transform

HALF_PIXEL = 0.5
"""From coordinates with integers at pixel centres to those of the viewer's images."""

_PLANE_M = 0.15  # how far from the camera its image is shown
_FRUSTUM = (150, 150, 160)
_NOTHING = (0, 0, 0, 0)

_Lens = tuple[int, int, float, float, float, float]


class Pinholes:
    """Poses of the optical frames (x right, y down, z forward) and their pinholes.

    Args:
        log: Where to log.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lenses: dict[str, _Lens] = {}

    def begin(self) -> None:
        """The lenses of the scene before are forgotten."""
        self._lenses.clear()

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the pose of each camera, and its pinholes where they changed."""
        for frame in frames:
            record = frame.record
            pose = transform(matrix(record.world_from_camera))
            self._log.note(paths.camera(record.camera), pose)
            k = record.intrinsics
            lens = (record.width, record.height, k.fx, k.fy, k.cx, k.cy)
            if self._lenses.get(record.camera) != lens:
                self._lenses[record.camera] = lens
                self._log_lens(record, with_depth=frame.depth_m is not None)

    def _log_lens(self, record: FrameRecord, *, with_depth: bool) -> None:
        size = (record.width, record.height)
        self._log.note(
            paths.image(record.camera),
            rr.Pinhole(
                image_from_camera=_intrinsics(record, HALF_PIXEL),
                resolution=size,
                camera_xyz=rr.ViewCoordinates.RDF,
                image_plane_distance=_PLANE_M,
                color=_FRUSTUM,
            ),
        )
        if with_depth:
            # Its frustum would be drawn over the other one.
            self._log.note(
                paths.depth(record.camera),
                rr.Pinhole(
                    image_from_camera=_intrinsics(record, 0),
                    resolution=size,
                    camera_xyz=rr.ViewCoordinates.RDF,
                    image_plane_distance=_PLANE_M,
                    color=_NOTHING,
                    line_width=0.0,
                ),
            )


def _intrinsics(record: FrameRecord, shift: float) -> FloatArray:
    """K with a principal point moved by ``shift`` pixels, shape (3, 3)."""
    k = record.intrinsics
    return np.array([[k.fx, 0, k.cx + shift], [0, k.fy, k.cy + shift], [0, 0, 1]])
