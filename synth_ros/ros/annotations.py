"""Every label of a frame as one JSON message: what vision_msgs has no fields for.

The recorder makes full samples of it again, so that a dataset recorded from topics carries
what a dataset generated without ROS carries.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from synth_ros.errors import RosError
from synth_ros.types import (
    Box2D,
    FloatArray,
    Instance,
    InstanceLabel,
    Labels,
    Sample,
    SampleKey,
)

Matrix = tuple[tuple[float, float, float, float], ...]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class InstanceRecord(_Record):
    """One labelled instance; fields as in ``types.Instance`` and ``types.InstanceLabel``."""

    instance_id: int
    name: str
    class_id: int
    class_name: str
    model_name: str
    size_m: tuple[float, float, float]
    object_from_box: Matrix
    camera_from_object: Matrix
    box: tuple[int, int, int, int]
    amodal_box: tuple[int, int, int, int]
    pixels_visible: int
    pixels_in_image: int
    pixels_full: int
    visibility: float
    occlusion: float
    truncation: float


class FrameRecord(_Record):
    """All labels of one frame of one camera."""

    format: Literal['synth_ros/annotations/1'] = 'synth_ros/annotations/1'
    stamp_ns: int
    session: str
    """Which run of the simulator: names differ between runs."""
    run: int
    """How many scenes this run of the simulator had opened before, resets included."""
    episode: int
    view: int
    camera: str
    world_from_camera: Matrix
    instances: tuple[InstanceRecord, ...]
    provenance: str


def to_json(sample: Sample, *, session: str, run: int) -> str:
    """The record of a sample as JSON text.

    Args:
        sample: The sample.
        session: Name of this run of the simulator.
        run: Scenes that it had opened before this one.
    """
    record = FrameRecord(
        stamp_ns=sample.frame.stamp_ns,
        session=session,
        run=run,
        episode=sample.key.episode,
        view=sample.key.view,
        camera=sample.key.camera,
        world_from_camera=_rows(sample.frame.world_from_camera),
        instances=tuple(_record(label) for label in sample.labels.instances),
        provenance=sample.provenance_json,
    )
    return record.model_dump_json()


def from_json(text: str) -> FrameRecord:
    """The record of a JSON text.

    Raises:
        RosError: If the text is not such a record.
    """
    try:
        return FrameRecord.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = '.'.join(str(part) for part in first['loc'])
        raise RosError(
            f'An annotations message is not one of ours: {where}: {first["msg"]}.'
        ) from error


def key_of(record: FrameRecord) -> SampleKey:
    """Which frame a record describes."""
    return SampleKey(record.episode, record.view, record.camera)


def instance_labels(record: FrameRecord) -> tuple[InstanceLabel, ...]:
    """The labels of a record; poses are exact to the last bit where they were stored."""
    world_from_camera = matrix(record.world_from_camera)
    return tuple(_label(entry, world_from_camera) for entry in record.instances)


def matrix(rows: Matrix) -> FloatArray:
    """A stored transform, shape (4, 4), read-only."""
    out = np.array(rows, dtype=np.float64)
    out.flags.writeable = False
    return out


def labels_of(record: FrameRecord, instance_id: np.ndarray, class_id: np.ndarray) -> Labels:
    """Labels from a record and the two masks of the same stamp."""
    return Labels(
        instances=instance_labels(record),
        instance_id=instance_id.astype(np.int32),
        class_id=class_id.astype(np.uint16),
    )


def _record(label: InstanceLabel) -> InstanceRecord:
    instance = label.instance
    x, y, z = (float(v) for v in instance.size_m)
    return InstanceRecord(
        instance_id=instance.instance_id,
        name=instance.name,
        class_id=instance.class_id,
        class_name=instance.class_name,
        model_name=instance.model_name,
        size_m=(x, y, z),
        object_from_box=_rows(instance.object_from_box),
        camera_from_object=_rows(label.camera_from_object),
        box=label.box,
        amodal_box=label.amodal_box,
        pixels_visible=label.pixels_visible,
        pixels_in_image=label.pixels_in_image,
        pixels_full=label.pixels_full,
        visibility=label.visibility,
        occlusion=label.occlusion,
        truncation=label.truncation,
    )


def _label(entry: InstanceRecord, world_from_camera: FloatArray) -> InstanceLabel:
    camera_from_object = matrix(entry.camera_from_object)
    object_from_box = matrix(entry.object_from_box)
    instance = Instance(
        instance_id=entry.instance_id,
        name=entry.name,
        class_id=entry.class_id,
        class_name=entry.class_name,
        model_name=entry.model_name,
        world_from_object=world_from_camera @ camera_from_object,
        object_from_box=object_from_box,
        size_m=np.array(entry.size_m),
    )
    return InstanceLabel(
        instance=instance,
        box=Box2D(*entry.box),
        amodal_box=Box2D(*entry.amodal_box),
        pixels_visible=entry.pixels_visible,
        pixels_in_image=entry.pixels_in_image,
        pixels_full=entry.pixels_full,
        visibility=entry.visibility,
        occlusion=entry.occlusion,
        truncation=entry.truncation,
        camera_from_object=camera_from_object,
        camera_from_box=camera_from_object @ object_from_box,
    )


def _rows(transform: FloatArray) -> Matrix:
    return tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in transform)
