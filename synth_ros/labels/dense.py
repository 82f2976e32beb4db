"""The annotations of every pixel that a config asks for."""

from __future__ import annotations

from synth_ros.config.labels import LabelsConfig
from synth_ros.labels.distance import ray_distance
from synth_ros.labels.flow import flow, no_flow
from synth_ros.labels.normals import surface_normals
from synth_ros.labels.panoptic import panoptic
from synth_ros.labels.parts import part_image
from synth_ros.labels.points import surface_points
from synth_ros.types import DenseLabels, Flow, Frame


def dense_labels(
    frame: Frame, config: LabelsConfig, *, before: Frame | None, after: Frame | None
) -> DenseLabels:
    """Annotate every pixel of a frame.

    Args:
        frame: The clean frame.
        config: Which annotations to make.
        before: The frame before of the same camera; ``None`` for the first.
        after: The frame after it; ``None`` for the last.

    Returns:
        What is switched on; of a frame without a scene only what depth alone gives.
    """
    wants, known = config.wants, frame.scene is not None
    moves = known and config.wants('flow')
    return DenseLabels(
        depth_m=frame.depth_m if wants('clean_depth') else None,
        distance_m=ray_distance(frame) if wants('distance') else None,
        normals=surface_normals(frame) if known and wants('normals') else None,
        points_m=surface_points(frame) if wants('points') else None,
        part_id=part_image(frame) if known and wants('parts') else None,
        parts=frame.scene.geometry.parts if frame.scene and wants('parts') else None,
        panoptic=panoptic(frame) if known and wants('panoptic') else None,
        flow_forward=_flow(frame, after, config) if moves else None,
        flow_backward=_flow(frame, before, config) if moves else None,
    )


def _flow(frame: Frame, other: Frame | None, config: LabelsConfig) -> Flow:
    """Flow to another frame; wholly invalid where a sequence begins or ends."""
    scene_flow = config.wants('scene_flow')
    if other is None:
        return no_flow(frame, scene_flow=scene_flow)
    return flow(frame, other, scene_flow=scene_flow)
