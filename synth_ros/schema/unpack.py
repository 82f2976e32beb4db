"""Each kind of record as the label that it was; numbers are the same to the last bit."""

from __future__ import annotations

import numpy as np

from synth_ros.schema.records import (
    ContactRecord,
    InstanceRecord,
    KeypointRecord,
    LabelRecord,
    MaskRecord,
    Matrix4,
    OrientedBoxRecord,
    RelationRecord,
    RobotRecord,
    SymmetryRecord,
    ThingRecord,
    TrackRecord,
)
from synth_ros.schema.rle import Rle, decode_mask
from synth_ros.types import (
    Box2D,
    Contact,
    ContinuousSymmetry,
    FloatArray,
    Instance,
    InstanceLabel,
    JointState,
    Keypoint,
    KeypointSpec,
    LinkLabel,
    Occluder,
    OrientedBox,
    Relation,
    RobotLabel,
    Silhouette,
    Symmetry,
    Thing,
    Track,
)


def instance(record: InstanceRecord) -> Instance:
    """An object of the scene."""
    return Instance(
        instance_id=record.instance_id,
        name=record.name,
        class_id=record.class_id,
        class_name=record.class_name,
        model_name=record.model_name,
        world_from_object=matrix(record.world_from_object),
        object_from_box=matrix(record.object_from_box),
        size_m=_locked(np.array(record.size_m)),
        keypoints=tuple(
            KeypointSpec(spec.name, spec.object_from_point_m, spec.kind)
            for spec in record.keypoints
        ),
        symmetry=_symmetry(record.symmetry),
    )


def label(record: LabelRecord, owner: Instance) -> InstanceLabel:
    """A labelled object.

    Args:
        record: Its label.
        owner: The instance of the record's id.

    Raises:
        UsageError: Its amodal mask is damaged.
    """
    box, occluders, points = record.oriented_box, record.occluders, record.keypoints
    mask = record.amodal_mask
    return InstanceLabel(
        instance=owner,
        box=Box2D(*record.box),
        amodal_box=Box2D(*record.amodal_box),
        pixels_visible=record.pixels_visible,
        pixels_in_image=record.pixels_in_image,
        pixels_full=record.pixels_full,
        visibility=record.visibility,
        occlusion=record.occlusion,
        truncation=record.truncation,
        camera_from_object=matrix(record.camera_from_object),
        camera_from_box=matrix(record.camera_from_box),
        oriented_box=None if box is None else _oriented(box),
        occluders=(
            None
            if occluders is None
            else tuple(Occluder(_thing(o.thing), o.pixels) for o in occluders)
        ),
        keypoints=None if points is None else tuple(_keypoint(p) for p in points),
        amodal_mask=None if mask is None else _silhouette(mask),
    )


def robot(record: RobotRecord) -> RobotLabel:
    """Links, joints and skeleton."""
    return RobotLabel(
        links=tuple(LinkLabel(x.name, matrix(x.camera_from_link)) for x in record.links),
        joints=tuple(JointState(x.name, x.position, x.velocity) for x in record.joints),
        skeleton=tuple(_keypoint(point) for point in record.skeleton),
        bones=record.bones,
    )


def contact(record: ContactRecord) -> Contact:
    """Two things that touch."""
    return Contact(
        first=_thing(record.first),
        second=_thing(record.second),
        position_m=record.position_m,
        normal=record.normal,
        distance_m=record.distance_m,
        force_n=record.force_n,
    )


def relation(record: RelationRecord) -> Relation:
    """What physics knows of two things."""
    return Relation(_thing(record.subject), record.kind, _thing(record.target))


def track(record: TrackRecord) -> Track:
    """One instance in a sequence."""
    return Track(record.instance_id, record.state, record.event)


def matrix(rows: Matrix4) -> FloatArray:
    """A stored transform, shape (4, 4), read-only."""
    return _locked(np.array(rows, dtype=np.float64))


def _symmetry(record: SymmetryRecord) -> Symmetry:
    return Symmetry(
        discrete=tuple(matrix(motion) for motion in record.discrete),
        continuous=tuple(ContinuousSymmetry(c.axis, c.offset_m) for c in record.continuous),
    )


def _oriented(record: OrientedBoxRecord) -> OrientedBox:
    return OrientedBox(
        record.center_x,
        record.center_y,
        width=record.width,
        height=record.height,
        angle_rad=record.angle_rad,
    )


def _keypoint(record: KeypointRecord) -> Keypoint:
    return Keypoint(
        record.name,
        record.camera_from_point_m,
        pixel=record.pixel,
        visibility=record.visibility,
    )


def _silhouette(record: MaskRecord) -> Silhouette:
    return Silhouette(record.x0, record.y0, decode_mask(Rle(record.size, record.counts)))


def _thing(record: ThingRecord) -> Thing:
    return Thing(record.kind, record.name, record.instance_id)


def _locked(values: FloatArray) -> FloatArray:
    values.flags.writeable = False
    return values
