"""What a frame has that a format does not hold, as counted sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from synth_ros.types import Sample

Content = Literal[
    'depth',
    'camera',
    'instance_masks',
    'stuff',
    'parts',
    'layers',
    'robot',
    'scene',
    'tracks',
    'poses',
    'visibility',
    'amodal',
    'oriented_boxes',
    'occluders',
    'keypoints',
]
"""What formats differ in. Colour and classes of objects are in all of them."""

OF_FRAMES: Mapping[Content, str] = MappingProxyType(
    {
        'depth': 'frames have a depth image: not stored',
        'camera': 'frames have camera intrinsics and a camera pose: not stored',
        'instance_masks': 'frames have instance ids of every pixel: not stored',
        'stuff': 'frames have panoptic stuff: not stored',
        'parts': 'frames have a mask of parts: not stored',
        'layers': 'frames have dense layers (normals, flow, points ...): not stored',
        'robot': 'frames have the state and skeleton of the robot: not stored',
        'scene': 'frames have contacts or relations of things: not stored',
        'tracks': 'frames have track states and events: not stored',
    }
)
OF_OBJECTS: Mapping[Content, str] = MappingProxyType(
    {
        'poses': 'objects have a 6D pose and a 3D box: not stored',
        'visibility': 'objects have visibility, occlusion and truncation: not stored',
        'amodal': 'objects have an amodal box or mask: not stored',
        'oriented_boxes': 'objects have an oriented box: not stored',
        'occluders': 'objects have a list of what hides them: not stored',
        'keypoints': 'objects have keypoints: not stored',
    }
)


def left_out(sample: Sample, held: frozenset[Content], *, depth: bool = True) -> dict[str, int]:
    """What of a frame is not stored.

    Args:
        sample: The frame.
        held: What the format holds.
        depth: Whether the dataset has depth images at all.

    Returns:
        Cases by sentence; what the frame does not have is left out.
    """
    frames = _of_frame(sample)
    if not depth:
        frames.discard('depth')
    losses = {text: 1 for what, text in OF_FRAMES.items() if what in frames and what not in held}
    for what, count in _of_objects(sample).items():
        if count and what not in held:
            losses[OF_OBJECTS[what]] = count
    return losses


def _of_frame(sample: Sample) -> set[Content]:
    dense, scene = sample.labels.dense, sample.labels.scene
    layers = (
        dense.depth_m,
        dense.distance_m,
        dense.normals,
        dense.points_m,
        dense.flow_forward,
        dense.flow_backward,
    )
    has: Mapping[Content, bool] = {
        'depth': True,
        'camera': True,
        'instance_masks': True,
        'stuff': dense.panoptic is not None,
        'parts': dense.part_id is not None,
        'layers': any(layer is not None for layer in layers),
        'robot': scene.robot is not None,
        'scene': scene.contacts is not None or scene.relations is not None,
        'tracks': scene.tracks is not None,
    }
    return {what for what, there in has.items() if there}


def _of_objects(sample: Sample) -> Mapping[Content, int]:
    labels = sample.labels.instances
    return {
        'poses': len(labels),
        'visibility': len(labels),
        'amodal': len(labels),
        'oriented_boxes': sum(label.oriented_box is not None for label in labels),
        'occluders': sum(label.occluders is not None for label in labels),
        'keypoints': sum(bool(label.keypoints) for label in labels),
    }
