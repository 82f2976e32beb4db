"""The scene that all peers draw, as ``export.py`` wrote it; needs only numpy."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

LIGHT = (0.8, -0.6, 2.2)
"""Where the lamp with shadows hangs, for programs that take no model of ours."""


class PeerScene:
    """What to draw.

    Args:
        path: ``peers.json``.
    """

    def __init__(self, path: str) -> None:
        self.folder = Path(path).parent
        scene = json.loads(Path(path).read_text(encoding='utf-8'))
        self.parts = scene['parts']
        self.width, self.height = scene['size']
        self.fovy_deg = scene['fovy_deg']
        self.views = scene['views']

    def endless_views(self) -> Iterator[dict[str, list]]:
        """The views over and over."""
        return itertools.cycle(self.views)


def world_from_camera(view: dict[str, list]) -> np.ndarray:
    """Camera pose (4, 4), OpenGL axes: x right, y up, looking along -z."""
    pose = np.eye(4)
    pose[:3, :3] = view['rotation']
    pose[:3, 3] = view['position']
    return pose


def rotation_matrix(quat_wxyz: list[float]) -> np.ndarray:
    """Rotation (3, 3) of a unit quaternion."""
    w, x, y, z = quat_wxyz
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
