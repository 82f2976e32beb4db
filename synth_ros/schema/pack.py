"""Each kind of label as a record."""

from __future__ import annotations

from functools import lru_cache

from synth_ros.schema.records import (
    ContactRecord,
    ContinuousSymmetryRecord,
    InstanceRecord,
    IntrinsicsRecord,
    JointRecord,
    KeypointRecord,
    KeypointSpecRecord,
    LabelRecord,
    LinkRecord,
    MaskRecord,
    Matrix4,
    OccluderRecord,
    OrientedBoxRecord,
    PartRecord,
    RelationRecord,
    RobotRecord,
    SegmentRecord,
    SymmetryRecord,
    ThingRecord,
    TrackRecord,
    Vector3,
)
from synth_ros.schema.rle import encode_mask
from synth_ros.types import (
    Box2D,
    CameraModel,
    Contact,
    FloatArray,
    Instance,
    InstanceLabel,
    Keypoint,
    KeypointSpec,
    Occluder,
    OrientedBox,
    Part,
    Relation,
    RobotLabel,
    Segment,
    Silhouette,
    Symmetry,
    Thing,
    Track,
)

# Things, parts and points of a scene come back in each of its frames, often several times in one.
# Their records are frozen, so they are made, and checked, once.
_KNOWN = 4096


def intrinsics_record(camera: CameraModel) -> IntrinsicsRecord:
    """Intrinsics; name and size stand in the frame's record."""
    return IntrinsicsRecord(
        fx=float(camera.fx), fy=float(camera.fy), cx=float(camera.cx), cy=float(camera.cy)
    )


def instance_record(instance: Instance) -> InstanceRecord:
    """An object of the scene."""
    return InstanceRecord(
        instance_id=int(instance.instance_id),
        name=instance.name,
        class_id=int(instance.class_id),
        class_name=instance.class_name,
        model_name=instance.model_name,
        world_from_object=rows(instance.world_from_object),
        object_from_box=rows(instance.object_from_box),
        size_m=_vector(instance.size_m),
        symmetry=_symmetry_record(instance.symmetry),
        keypoints=tuple(_spec_record(spec) for spec in instance.keypoints),
    )


def label_record(label: InstanceLabel) -> LabelRecord:
    """A labelled object."""
    box, occluders, points = label.oriented_box, label.occluders, label.keypoints
    mask = label.amodal_mask
    return LabelRecord(
        instance_id=int(label.instance.instance_id),
        box=_edges(label.box),
        amodal_box=_edges(label.amodal_box),
        pixels_visible=int(label.pixels_visible),
        pixels_in_image=int(label.pixels_in_image),
        pixels_full=int(label.pixels_full),
        visibility=float(label.visibility),
        occlusion=float(label.occlusion),
        truncation=float(label.truncation),
        camera_from_object=rows(label.camera_from_object),
        camera_from_box=rows(label.camera_from_box),
        oriented_box=None if box is None else _oriented_record(box),
        occluders=None if occluders is None else tuple(_occluder_record(o) for o in occluders),
        keypoints=None if points is None else tuple(_keypoint_record(p) for p in points),
        amodal_mask=None if mask is None else _mask_record(mask),
    )


def robot_record(robot: RobotLabel) -> RobotRecord:
    """Links, joints and skeleton."""
    return RobotRecord(
        links=tuple(
            LinkRecord(name=link.name, camera_from_link=rows(link.camera_from_link))
            for link in robot.links
        ),
        joints=tuple(
            JointRecord(
                name=joint.name, position=float(joint.position), velocity=float(joint.velocity)
            )
            for joint in robot.joints
        ),
        skeleton=tuple(_keypoint_record(point) for point in robot.skeleton),
        bones=tuple((int(near), int(far)) for near, far in robot.bones),
    )


def contact_record(contact: Contact) -> ContactRecord:
    """Two things that touch."""
    return ContactRecord(
        first=_thing_record(contact.first),
        second=_thing_record(contact.second),
        position_m=_vector(contact.position_m),
        normal=_vector(contact.normal),
        distance_m=float(contact.distance_m),
        force_n=float(contact.force_n),
    )


def relation_record(relation: Relation) -> RelationRecord:
    """What physics knows of two things."""
    return RelationRecord(
        subject=_thing_record(relation.subject),
        kind=relation.kind,
        target=_thing_record(relation.target),
    )


def track_record(track: Track) -> TrackRecord:
    """One instance in a sequence."""
    return TrackRecord(instance_id=int(track.instance_id), state=track.state, event=track.event)


def segment_record(segment: Segment) -> SegmentRecord:
    """One panoptic segment."""
    return SegmentRecord(
        segment_id=int(segment.segment_id),
        class_id=int(segment.class_id),
        is_thing=bool(segment.is_thing),
        pixels=int(segment.pixels),
        box=_edges(segment.box),
    )


@lru_cache(maxsize=_KNOWN)
def part_record(part: Part) -> PartRecord:
    """What a value of the part mask means."""
    return PartRecord(part_id=int(part.part_id), owner=part.owner, name=part.name)


def rows(transform: FloatArray) -> Matrix4:
    """A transform of shape (4, 4) in rows."""
    a, b, c, d = transform.tolist()
    return (tuple(a), tuple(b), tuple(c), tuple(d))


def _symmetry_record(symmetry: Symmetry) -> SymmetryRecord:
    return SymmetryRecord(
        discrete=tuple(rows(motion) for motion in symmetry.discrete),
        continuous=tuple(
            ContinuousSymmetryRecord(axis=_vector(c.axis), offset_m=_vector(c.offset_m))
            for c in symmetry.continuous
        ),
    )


def _oriented_record(box: OrientedBox) -> OrientedBoxRecord:
    return OrientedBoxRecord(
        center_x=float(box.center_x),
        center_y=float(box.center_y),
        width=float(box.width),
        height=float(box.height),
        angle_rad=float(box.angle_rad),
    )


def _occluder_record(occluder: Occluder) -> OccluderRecord:
    return OccluderRecord(thing=_thing_record(occluder.thing), pixels=int(occluder.pixels))


def _keypoint_record(point: Keypoint) -> KeypointRecord:
    pixel = point.pixel
    return KeypointRecord(
        name=point.name,
        camera_from_point_m=_vector(point.camera_from_point_m),
        pixel=None if pixel is None else (float(pixel[0]), float(pixel[1])),
        visibility=point.visibility,
    )


def _mask_record(mask: Silhouette) -> MaskRecord:
    rle = encode_mask(mask.mask)
    return MaskRecord(x0=int(mask.x0), y0=int(mask.y0), size=rle.size, counts=rle.counts)


@lru_cache(maxsize=_KNOWN)
def _spec_record(spec: KeypointSpec) -> KeypointSpecRecord:
    return KeypointSpecRecord(
        name=spec.name,
        object_from_point_m=_vector(spec.object_from_point_m),
        kind=spec.kind,
    )


@lru_cache(maxsize=_KNOWN)
def _thing_record(thing: Thing) -> ThingRecord:
    return ThingRecord(kind=thing.kind, name=thing.name, instance_id=int(thing.instance_id))


def _edges(box: Box2D) -> tuple[int, int, int, int]:
    return (int(box.x0), int(box.y0), int(box.x1), int(box.y1))


def _vector(values: FloatArray | tuple[float, float, float]) -> Vector3:
    x, y, z = values
    return (float(x), float(y), float(z))
