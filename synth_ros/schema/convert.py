"""Samples to records and records back to labels; the way there and back changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from synth_ros.errors import InternalError, UsageError
from synth_ros.schema import pack, unpack
from synth_ros.schema.faults import first_fault
from synth_ros.schema.layers import layers_of
from synth_ros.schema.records import FrameRecord
from synth_ros.types import (
    CameraModel,
    DenseLabels,
    FloatArray,
    IdImage,
    Instance,
    InstanceLabel,
    Labels,
    Sample,
    SampleKey,
    SceneLabels,
)

_A = TypeVar('_A')
_B = TypeVar('_B')


def record_of(sample: Sample) -> FrameRecord:
    """Everything of a sample but its pixels and its provenance.

    Raises:
        InternalError: A label is of an instance that the frame does not list, or a number is
            not finite or out of its range.
    """
    listed = {item.instance_id for item in sample.frame.instances}
    strange = [
        label.instance.name
        for label in sample.labels.instances
        if label.instance.instance_id not in listed
    ]
    if strange:
        raise InternalError(f'Frame {sample.key.stem} labels {strange}, which it does not list.')
    try:
        return _record(sample)
    except ValidationError as error:
        raise InternalError(
            f'A label of frame {sample.key.stem} is not valid: '
            f'{first_fault(error, whole="the text")}.'
        ) from error


def to_json(record: FrameRecord) -> str:
    """One line of JSON: the same record gives the same text."""
    return record.model_dump_json()


def from_json(text: str | bytes) -> FrameRecord:
    """The record of a JSON text.

    Raises:
        UsageError: The text is no such record; says at which place.
    """
    try:
        return FrameRecord.model_validate_json(text)
    except ValidationError as error:
        raise UsageError(
            f'This is not a frame record of synth_ros ({error.error_count()} problems). The '
            f'first: {first_fault(error, whole="the text")}.'
        ) from None


def key_of(record: FrameRecord) -> SampleKey:
    """Which frame a record describes."""
    return SampleKey(record.episode, record.view, record.camera)


def camera_of(record: FrameRecord) -> CameraModel:
    """The camera of a record."""
    k = record.intrinsics
    return CameraModel(
        record.camera, record.width, record.height, fx=k.fx, fy=k.fy, cx=k.cx, cy=k.cy
    )


def world_from_camera(record: FrameRecord) -> FloatArray:
    """Pose of the optical frame, shape (4, 4), read-only."""
    return unpack.matrix(record.world_from_camera)


def instances(record: FrameRecord) -> tuple[Instance, ...]:
    """All objects of the scene, by ascending id."""
    return tuple(unpack.instance(item) for item in record.instances)


def instance_labels(record: FrameRecord) -> tuple[InstanceLabel, ...]:
    """The labelled objects, by ascending id.

    Raises:
        UsageError: A label's instance is not listed, or an amodal mask is damaged.
    """
    owners = {item.instance_id: item for item in instances(record)}
    missing = [x.instance_id for x in record.labels if x.instance_id not in owners]
    if missing:
        raise UsageError(
            f'The record of frame {key_of(record).stem} labels instance {missing[0]}, which it '
            'does not list.'
        )
    return tuple(unpack.label(item, owners[item.instance_id]) for item in record.labels)


def scene_labels(record: FrameRecord) -> SceneLabels:
    """Robot, contacts, relations and tracks."""
    return SceneLabels(
        robot=None if record.robot is None else unpack.robot(record.robot),
        contacts=_each(unpack.contact, record.contacts),
        relations=_each(unpack.relation, record.relations),
        tracks=_each(unpack.track, record.tracks),
    )


def labels_of(
    record: FrameRecord,
    *,
    instance_id: IdImage,
    class_id: NDArray[np.uint16],
    dense: DenseLabels,
) -> Labels:
    """All labels of a frame, from its record and its pixels.

    Args:
        record: The record.
        instance_id: Shape (height, width), int32; becomes read-only.
        class_id: Shape (height, width), uint16; becomes read-only.
        dense: From ``schema.layers.dense_of``.

    Raises:
        UsageError: A mask has another shape or type, a label's instance is not listed, or an
            amodal mask is damaged.
    """
    shape = (record.height, record.width)
    for name, mask, dtype in (
        ('instance', instance_id, np.int32),
        ('semantic', class_id, np.uint16),
    ):
        if mask.shape != shape or mask.dtype != dtype:
            raise UsageError(
                f'The {name} mask of frame {key_of(record).stem} is {mask.dtype} {mask.shape}, '
                f'expected {np.dtype(dtype)} {shape}.'
            )
        mask.flags.writeable = False
    return Labels(
        instances=instance_labels(record),
        instance_id=instance_id,
        class_id=class_id,
        dense=dense,
        scene=scene_labels(record),
    )


def _record(sample: Sample) -> FrameRecord:
    frame, labels = sample.frame, sample.labels
    dense, scene = labels.dense, labels.scene
    return FrameRecord(
        episode=int(sample.key.episode),
        view=int(sample.key.view),
        camera=sample.key.camera,
        stamp_ns=int(frame.stamp_ns),
        width=int(frame.camera.width),
        height=int(frame.camera.height),
        intrinsics=pack.intrinsics_record(frame.camera),
        world_from_camera=pack.rows(frame.world_from_camera),
        instances=tuple(pack.instance_record(item) for item in frame.instances),
        labels=tuple(pack.label_record(item) for item in labels.instances),
        robot=None if scene.robot is None else pack.robot_record(scene.robot),
        contacts=_each(pack.contact_record, scene.contacts),
        relations=_each(pack.relation_record, scene.relations),
        tracks=_each(pack.track_record, scene.tracks),
        segments=_each(pack.segment_record, dense.panoptic.segments if dense.panoptic else None),
        parts=_each(pack.part_record, dense.parts),
        layers=tuple(layers_of(dense)),
    )


def _each(convert: Callable[[_A], _B], items: Iterable[_A] | None) -> tuple[_B, ...] | None:
    """Convert each, and keep ``None`` apart from nothing."""
    return None if items is None else tuple(convert(item) for item in items)
