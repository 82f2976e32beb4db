"""Masks of the links of the robot and of named parts of objects."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.labels.lookup import known_scene
from synth_ros.labels.runs import paint, surface_runs
from synth_ros.types import Frame

MAX_PART_ID = int(np.iinfo(np.uint16).max)
"""Largest part id that a mask can hold."""


def part_image(frame: Frame) -> NDArray[np.uint16]:
    """Part of each pixel: that of the surface which its centre's ray meets first.

    Args:
        frame: With its scene; ``scene.geometry.parts`` names the ids.

    Returns:
        Shape (height, width), uint16, 0 where the surface is no named part, read-only.

    Raises:
        InternalError: The frame has no scene, or a part id does not fit in 16 bits.
    """
    _, state = known_scene(frame)
    parts = [surface.part_id for surface in state.geometry.surfaces]
    for part in parts:
        if not 0 <= part <= MAX_PART_ID:
            raise InternalError(f'Part id {part} is not within 0 to {MAX_PART_ID}.')
    image: NDArray[np.uint16] = paint(surface_runs(frame), parts, np.uint16)
    image.flags.writeable = False
    return image
