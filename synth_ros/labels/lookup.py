"""What a frame knows of its scene."""

from __future__ import annotations

from synth_ros.errors import InternalError
from synth_ros.types import Frame, IdImage, SceneState


def known_scene(frame: Frame) -> tuple[IdImage, SceneState]:
    """The frame's surface ids and scene.

    Raises:
        InternalError: The frame has none.
    """
    if frame.geom_id is None or frame.scene is None:
        raise InternalError('An annotation of surfaces was asked of a frame without its scene.')
    return frame.geom_id, frame.scene
