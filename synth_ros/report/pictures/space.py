"""Points and lines in space, as a camera sees them."""

from __future__ import annotations

import numpy as np

from synth_ros.geometry.camera import project
from synth_ros.report.pictures.canvas import Point
from synth_ros.types import CameraModel, FloatArray

# Nothing nearer than this is drawn, metres.
_NEAR_M = 0.02


def see(camera: CameraModel, point_m: FloatArray) -> Point | None:
    """Where a point of the optical frame is in edge coordinates; ``None`` behind the camera."""
    if point_m[2] < _NEAR_M:
        return None
    u, v = project(camera, point_m)
    return float(u) + 0.5, float(v) + 0.5


def see_line(
    camera: CameraModel, start_m: FloatArray, end_m: FloatArray
) -> tuple[Point, Point] | None:
    """The part of a line in front of the camera; ``None`` if all of it is behind."""
    ends = []
    for here, there in ((start_m, end_m), (end_m, start_m)):
        point = np.asarray(here, float)
        if point[2] < _NEAR_M:
            if there[2] <= _NEAR_M:
                return None
            share = (_NEAR_M - point[2]) / (there[2] - point[2])
            point = point + share * (np.asarray(there, float) - point)
            point[2] = _NEAR_M
        found = see(camera, point)
        assert found is not None
        ends.append(found)
    return ends[0], ends[1]
