"""The dense annotations of a frame as flat, named arrays: keys in files, topics of a camera.

``LAYERS`` is the only list of them; what a layer is, is said in ``types.DenseLabels``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.schema.records import FrameRecord, LayerName, SegmentRecord
from synth_ros.types import Box2D, DenseLabels, Flow, IdImage, Panoptic, Part, SampleKey, Segment

Layer = NDArray[np.float32] | NDArray[np.uint16] | NDArray[np.int32] | NDArray[np.uint8]

T = TypeVar('T', np.float32, np.uint16, np.int32, np.uint8)


class LayerSpec(NamedTuple):
    """How a layer is stored.

    Attributes:
        dtype: Of its elements.
        channels: Numbers for each pixel; 1 means shape (height, width), else (height, width,
            channels).
    """

    dtype: type[np.float32 | np.uint16 | np.int32 | np.uint8]
    channels: int = 1

    def shape(self, *, height: int, width: int) -> tuple[int, ...]:
        """Of the layer's array for an image size."""
        return (height, width) if self.channels == 1 else (height, width, self.channels)


LAYERS: Mapping[LayerName, LayerSpec] = MappingProxyType(
    {
        'depth_m': LayerSpec(np.float32),
        'distance_m': LayerSpec(np.float32),
        'normals': LayerSpec(np.float32, 3),
        'points_m': LayerSpec(np.float32, 3),
        'part_id': LayerSpec(np.uint16),
        'panoptic_id': LayerSpec(np.int32),
        'flow_forward': LayerSpec(np.float32, 2),
        'flow_forward_state': LayerSpec(np.uint8),
        'scene_flow_forward': LayerSpec(np.float32, 3),
        'flow_backward': LayerSpec(np.float32, 2),
        'flow_backward_state': LayerSpec(np.uint8),
        'scene_flow_backward': LayerSpec(np.float32, 3),
    }
)


def layers_of(dense: DenseLabels) -> dict[LayerName, Layer]:
    """The layers that are there, in the order of ``LAYERS``; the arrays are not copied."""
    forward, backward = dense.flow_forward, dense.flow_backward
    found: dict[LayerName, Layer | None] = {
        'depth_m': dense.depth_m,
        'distance_m': dense.distance_m,
        'normals': dense.normals,
        'points_m': dense.points_m,
        'part_id': dense.part_id,
        'panoptic_id': dense.panoptic.segment_id if dense.panoptic else None,
        'flow_forward': forward.flow_px if forward else None,
        'flow_forward_state': forward.state if forward else None,
        'scene_flow_forward': forward.scene_flow_m if forward else None,
        'flow_backward': backward.flow_px if backward else None,
        'flow_backward_state': backward.state if backward else None,
        'scene_flow_backward': backward.scene_flow_m if backward else None,
    }
    return {name: layer for name in LAYERS if (layer := found[name]) is not None}


def dense_of(layers: Mapping[LayerName, Layer], record: FrameRecord) -> DenseLabels:
    """Dense annotations from their layers and the record of the same frame; not copied.

    Args:
        layers: Exactly those that ``record.layers`` lists; they become read-only.
        record: Says what is there and what segment and part ids mean.

    Raises:
        UsageError: A layer lacks, is too many, or has another shape or type.
    """
    check_layers(layers, record)
    parts = record.parts
    panoptic_id = _get(layers, 'panoptic_id', np.int32)
    return DenseLabels(
        depth_m=_get(layers, 'depth_m', np.float32),
        distance_m=_get(layers, 'distance_m', np.float32),
        normals=_get(layers, 'normals', np.float32),
        points_m=_get(layers, 'points_m', np.float32),
        part_id=_get(layers, 'part_id', np.uint16),
        parts=None if parts is None else tuple(Part(p.part_id, p.owner, p.name) for p in parts),
        panoptic=None if panoptic_id is None else panoptic_of(panoptic_id, record),
        flow_forward=_flow(
            _get(layers, 'flow_forward', np.float32),
            state=_get(layers, 'flow_forward_state', np.uint8),
            scene_flow_m=_get(layers, 'scene_flow_forward', np.float32),
        ),
        flow_backward=_flow(
            _get(layers, 'flow_backward', np.float32),
            state=_get(layers, 'flow_backward_state', np.uint8),
            scene_flow_m=_get(layers, 'scene_flow_backward', np.float32),
        ),
    )


def panoptic_of(segment_id: IdImage, record: FrameRecord) -> Panoptic:
    """A panoptic mask from its pixels and the record of the same frame; not copied.

    Args:
        segment_id: Shape (height, width), int32; becomes read-only.
        record: Says what the ids mean.

    Raises:
        UsageError: The mask has another shape or type, or the record has no segments.
    """
    _check_layer('panoptic_id', segment_id, record)
    if record.segments is None:
        raise UsageError(f'The record of frame {_name(record)} has no panoptic segments.')
    return Panoptic(segment_id, tuple(_segment(segment) for segment in record.segments))


def check_layers(layers: Mapping[LayerName, Layer], record: FrameRecord) -> None:
    """See that layers are those of a record, and make them read-only.

    Raises:
        UsageError: A layer lacks, is too many, or has another shape or type.
    """
    if set(layers) != set(record.layers):
        raise UsageError(
            f'The frame {_name(record)} has the layers {_listed(layers)}, but its record lists '
            f'{_listed(record.layers)}.'
        )
    for name, layer in layers.items():
        _check_layer(name, layer, record)


def _check_layer(name: LayerName, layer: Layer, record: FrameRecord) -> None:
    spec = LAYERS[name]
    shape = spec.shape(height=record.height, width=record.width)
    if layer.shape != shape or layer.dtype != spec.dtype:
        raise UsageError(
            f'Layer {name} of frame {_name(record)} is {layer.dtype} {layer.shape}, expected '
            f'{np.dtype(spec.dtype)} {shape}.'
        )
    layer.flags.writeable = False


def _get(layers: Mapping[LayerName, Layer], name: LayerName, dtype: type[T]) -> NDArray[T] | None:
    layer = layers.get(name)
    # Its type was checked; this only tells the type checker.
    return None if layer is None else layer.view(dtype)


def _segment(record: SegmentRecord) -> Segment:
    return Segment(
        record.segment_id, record.class_id, record.is_thing, record.pixels, Box2D(*record.box)
    )


def _flow(
    flow_px: NDArray[np.float32] | None,
    *,
    state: NDArray[np.uint8] | None,
    scene_flow_m: NDArray[np.float32] | None,
) -> Flow | None:
    return None if flow_px is None or state is None else Flow(flow_px, state, scene_flow_m)


def _name(record: FrameRecord) -> str:
    return SampleKey(record.episode, record.view, record.camera).stem


def _listed(names: Iterable[LayerName]) -> str:
    present = set(names)
    return ', '.join(name for name in LAYERS if name in present) or 'none'
