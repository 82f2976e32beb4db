"""The annotations of an instant as a whole that a config asks for."""

from __future__ import annotations

from synth_ros.config.labels import LabelsConfig
from synth_ros.labels.relations import relations
from synth_ros.labels.skeleton import robot_label
from synth_ros.labels.tracks import tracks
from synth_ros.types import Frame, SceneLabels


def scene_labels(
    frame: Frame,
    config: LabelsConfig,
    *,
    before: Frame | None,
) -> SceneLabels:
    """Annotate what happens in the scene of a frame.

    Args:
        frame: The clean frame.
        config: Which annotations to make.
        before: The frame before of the same camera; ``None`` for the first.

    Returns:
        What is switched on; of a frame without a scene only tracks.
    """
    wants, scene = config.wants, frame.scene
    followed = tracks(frame, before, config) if wants('tracks') else None
    if scene is None:
        return SceneLabels(tracks=followed)
    return SceneLabels(
        robot=robot_label(frame) if wants('robot') else None,
        contacts=scene.contacts if wants('contacts') else None,
        relations=relations(scene, frame.instances) if wants('relations') else None,
        tracks=followed,
    )
