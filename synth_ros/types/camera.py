"""The ideal camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synth_ros.types.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class CameraModel:
    """An ideal pinhole camera, in the convention that integers are pixel centres.

    Attributes:
        name: Name of the camera in topics, frames and files.
        width: Image width in pixels.
        height: Image height in pixels.
        fx: Focal length in pixels along a row.
        fy: Focal length in pixels along a column.
        cx: Principal point column; ``(width - 1) / 2`` when centred.
        cy: Principal point row; ``(height - 1) / 2`` when centred.
    """

    name: str
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    @property
    def matrix(self) -> FloatArray:
        """K, shape (3, 3): pixel homogeneous coordinates from optical-frame points."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1.0]])
