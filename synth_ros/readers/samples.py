"""What was recorded back to samples, which every writer takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.readers.recording import FrameId, Messages, RecordedFrame, RecordedLayers
from synth_ros.readers.topics import PICTURES, layer_topic
from synth_ros.schema import convert
from synth_ros.schema.layers import LAYERS, Layer, dense_of
from synth_ros.schema.records import FrameRecord, LayerName
from synth_ros.types import (
    DepthImage,
    Frame,
    IdImage,
    Instance,
    Sample,
    SampleKey,
    Silhouette,
)


def sample_of(frame: RecordedFrame) -> Sample:
    """A recorded frame as the sample that it was.

    The clean image is not recorded: ``frame.rgb`` holds the sensed one, and ``frame.depth_m``
    clean depth where it is among the labels, else sensed depth, else zeros (nothing valid).
    Silhouettes are the amodal masks among the labels. Scenes of a bag are numbered in order, as
    the recorder does, since one episode may be played twice.

    Args:
        frame: Everything of it.

    Raises:
        UsageError: It was recorded without masks, a message of it is missing, or its parts
            contradict each other.
    """
    record = frame.record
    if frame.messages is not None:
        _check_instant(frame.key, record, frame.messages)
    instances = convert.instances(record)
    instance_id, class_id = _masks(frame, instances)
    labels = convert.labels_of(
        record,
        instance_id=instance_id,
        class_id=class_id.astype(np.uint16),
        dense=dense_of(_layers(frame.layers, record.layers), record),
    )
    sensed_m = _depth(frame)
    clean_m = labels.dense.depth_m
    made = Frame(
        camera=convert.camera_of(record),
        stamp_ns=record.stamp_ns if frame.dataset_stamp_ns is None else frame.dataset_stamp_ns,
        world_from_camera=convert.world_from_camera(record),
        rgb=frame.rgb,
        depth_m=sensed_m if clean_m is None else clean_m,
        instance_id=labels.instance_id,
        instances=instances,
        silhouettes=_silhouettes(frame),
    )
    key = SampleKey(frame.key.run, record.view, record.camera)
    return Sample(key, made, frame.rgb, sensed_m, labels, frame.provenance_json)


def _check_instant(key: FrameId, record: FrameRecord, messages: Messages) -> None:
    """See that images are of the same instant as the record: others are of other frames."""
    wanted = {*PICTURES, *(layer_topic(name) for name in record.layers)}
    # A topic that the bag lacks as a whole is told of by name elsewhere.
    strange = sorted(
        name
        for name, stamp in messages.stamps_ns.items()
        if name in wanted and stamp != record.stamp_ns
    )
    if strange:
        raise UsageError(
            f'Frame {key.stem} at {record.stamp_ns} ns is incomplete: the bag has no message of '
            f'that stamp on {", ".join(strange)}.'
        )


def _masks(frame: RecordedFrame, instances: tuple[Instance, ...]) -> tuple[IdImage, IdImage]:
    """Instance and semantic mask; the second follows from the first."""
    if frame.instance_id is None:
        raise UsageError(
            f'Frame {frame.key.stem} was recorded without an instance mask, which formats are '
            'made of: set output.dataset.masks to true, or record the topic labels/instance.'
        )
    if frame.class_id is not None:
        return frame.instance_id, frame.class_id
    classes = np.zeros(max((i.instance_id for i in instances), default=0) + 1, np.int32)
    for instance in instances:
        classes[instance.instance_id] = instance.class_id
    if int(frame.instance_id.max(initial=0)) >= len(classes):
        raise UsageError(
            f'The instance mask of frame {frame.key.stem} holds an id that no object has.'
        )
    return frame.instance_id, classes[frame.instance_id]


def _depth(frame: RecordedFrame) -> DepthImage:
    if frame.depth_m is not None:
        return frame.depth_m
    return np.zeros((frame.record.height, frame.record.width), np.float32)


def _layers(layers: RecordedLayers, listed: tuple[LayerName, ...]) -> dict[LayerName, Layer]:
    """The layers that the record lists; ``dense_of`` complains of those that are missing."""
    found: dict[LayerName, Layer | None] = {name: getattr(layers, name) for name in LAYERS}
    return {name: layer for name in listed if (layer := found[name]) is not None}


def _silhouettes(frame: RecordedFrame) -> Mapping[int, Silhouette]:
    return {
        label.instance.instance_id: label.amodal_mask
        for label in convert.instance_labels(frame.record)
        if label.amodal_mask is not None
    }
