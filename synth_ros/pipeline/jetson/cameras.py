"""Calibrations as ROS 2 stores them: YAML files that ``camera_info_manager`` loads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import CameraModel


def camera_info_yaml(camera: CameraModel) -> str:
    """The file of one camera, as ``camera_calibration_parsers`` reads it.

    Images of a dataset have no lens distortion: plumb_bob with five zeros, P = [K | 0].
    """
    k = camera.matrix
    projection = np.hstack([k, np.zeros((3, 1))])
    return '\n'.join(
        [
            f'image_width: {camera.width}',
            f'image_height: {camera.height}',
            f'camera_name: {camera.name}',
            *_matrix('camera_matrix', k),
            'distortion_model: plumb_bob',
            *_matrix('distortion_coefficients', np.zeros((1, 5))),
            *_matrix('rectification_matrix', np.eye(3)),
            *_matrix('projection_matrix', projection),
            '',
        ]
    )


def spread_px(cameras: Sequence[CameraModel]) -> float:
    """How far intrinsics of one camera differ between frames: the largest difference, pixels."""
    values = np.array([[c.fx, c.fy, c.cx, c.cy] for c in cameras])
    return float(np.ptp(values, axis=0).max())


def _matrix(name: str, values: NDArray[np.float64]) -> list[str]:
    numbers = ', '.join(f'{value:.17g}' for value in values.ravel().tolist())
    return [
        f'{name}:',
        f'  rows: {values.shape[0]}',
        f'  cols: {values.shape[1]}',
        f'  data: [{numbers}]',
    ]
