"""The annotations of every pixel that a config asks for."""

from __future__ import annotations

from synth_ros.config.labels import LabelsConfig
from synth_ros.labels.panoptic import panoptic
from synth_ros.labels.parts import part_image
from synth_ros.types import DenseLabels, Frame


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
    return DenseLabels(
        depth_m=frame.depth_m if wants('clean_depth') else None,
        part_id=part_image(frame) if known and wants('parts') else None,
        panoptic=panoptic(frame) if known and wants('panoptic') else None,
    )
