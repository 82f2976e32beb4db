"""From the surface behind each pixel to what is known of that surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.types import Frame, IdImage, SceneState

Number = TypeVar('Number', bound=np.integer)


def known_scene(frame: Frame) -> tuple[IdImage, SceneState]:
    """The frame's surface ids and scene.

    Raises:
        InternalError: The frame has none.
    """
    if frame.geom_id is None or frame.scene is None:
        raise InternalError('An annotation of surfaces was asked of a frame without its scene.')
    return frame.geom_id, frame.scene


def paint(geom_id: IdImage, values: Sequence[int], dtype: type[Number]) -> NDArray[Number]:
    """The value of the surface behind each pixel.

    Args:
        geom_id: Shape (height, width), int32, -1 where nothing is.
        values: Of each surface, by geom id.
        dtype: Of the result.

    Returns:
        Shape (height, width), 0 where nothing is.
    """
    # Index -1 reads the last entry: nothing.
    table = np.array([*values, 0], dtype)
    return np.asarray(table[geom_id], dtype)
