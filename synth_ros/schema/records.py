"""Every label of a frame that is not made of pixels, as records that go through JSON exactly.

Fields mean what those of the same name in ``types`` mean, in the same units and frames: metres,
the optical frame, half-open pixel edges, integers as pixel centres. Transforms are four rows of
four numbers. A field is ``None`` where the annotation is switched off, and empty where it is on
but there is nothing.

JSON keeps every number to the last bit; NaN and infinity are refused.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from synth_ros.types import RelationKind, ThingKind, TrackEvent, TrackState

FORMAT: Literal['synth_ros/frame/1'] = 'synth_ros/frame/1'

LayerName = Literal[
    'depth_m',
    'distance_m',
    'normals',
    'points_m',
    'part_id',
    'panoptic_id',
    'flow_forward',
    'flow_forward_state',
    'scene_flow_forward',
    'flow_backward',
    'flow_backward_state',
    'scene_flow_backward',
]
"""Names of dense annotations: keys in files, ends of topic names. See ``schema.layers``."""

Vector2 = tuple[float, float]
Vector3 = tuple[float, float, float]
Vector4 = tuple[float, float, float, float]
Matrix4 = tuple[Vector4, Vector4, Vector4, Vector4]
Edges = tuple[int, int, int, int]
"""A box as (x0, y0, x1, y1), half-open pixel edges."""
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Record(BaseModel):
    """Frozen and strict: no unknown fields, no text for a number, no NaN."""

    model_config = ConfigDict(frozen=True, extra='forbid', strict=True, allow_inf_nan=False)


class IntrinsicsRecord(Record):
    """An ideal pinhole; pixels, integers are pixel centres."""

    fx: float
    fy: float
    cx: float
    cy: float


class ThingRecord(Record):
    """As ``types.Thing``."""

    kind: ThingKind
    name: str
    instance_id: Count


class KeypointSpecRecord(Record):
    """As ``types.KeypointSpec``."""

    name: str
    object_from_point_m: Vector3
    kind: Literal['surface', 'virtual']


class ContinuousSymmetryRecord(Record):
    """As ``types.ContinuousSymmetry``."""

    axis: Vector3
    offset_m: Vector3


class SymmetryRecord(Record):
    """As ``types.Symmetry``."""

    discrete: tuple[Matrix4, ...]
    continuous: tuple[ContinuousSymmetryRecord, ...]


class InstanceRecord(Record):
    """One object of the scene, seen or not; as ``types.Instance``."""

    instance_id: Positive
    name: str
    class_id: Positive
    class_name: str
    model_name: str
    world_from_object: Matrix4
    object_from_box: Matrix4
    size_m: Vector3
    symmetry: SymmetryRecord
    keypoints: tuple[KeypointSpecRecord, ...]


class OrientedBoxRecord(Record):
    """As ``types.OrientedBox``; pixel edges, radians."""

    center_x: float
    center_y: float
    width: float
    height: float
    angle_rad: float


class OccluderRecord(Record):
    """As ``types.Occluder``."""

    thing: ThingRecord
    pixels: Positive


class KeypointRecord(Record):
    """As ``types.Keypoint``."""

    name: str
    camera_from_point_m: Vector3
    pixel: Vector2 | None
    visibility: Literal[0, 1, 2]


class MaskRecord(Record):
    """A mask in a window of the extended canvas; as ``types.Silhouette``.

    Attributes:
        x0: Column of the window's first pixel; negative left of the image.
        y0: Row of the window's first pixel; negative above the image.
        size: Height and width of the window, in COCO's order.
        counts: Compressed COCO run lengths of the window, column by column.
    """

    x0: int
    y0: int
    size: tuple[Positive, Positive]
    counts: str


class LabelRecord(Record):
    """One labelled object; as ``types.InstanceLabel``, its instance given by id."""

    instance_id: Positive
    box: Edges
    amodal_box: Edges
    pixels_visible: Positive
    pixels_in_image: Positive
    pixels_full: Positive
    visibility: Share
    occlusion: Share
    truncation: Share
    camera_from_object: Matrix4
    camera_from_box: Matrix4
    oriented_box: OrientedBoxRecord | None
    occluders: tuple[OccluderRecord, ...] | None
    keypoints: tuple[KeypointRecord, ...] | None
    amodal_mask: MaskRecord | None


class LinkRecord(Record):
    """As ``types.LinkLabel``."""

    name: str
    camera_from_link: Matrix4


class JointRecord(Record):
    """As ``types.JointState``; radians or metres, and per second."""

    name: str
    position: float
    velocity: float


class RobotRecord(Record):
    """As ``types.RobotLabel``."""

    links: tuple[LinkRecord, ...]
    joints: tuple[JointRecord, ...]
    skeleton: tuple[KeypointRecord, ...]
    bones: tuple[tuple[Count, Count], ...]


class ContactRecord(Record):
    """As ``types.Contact``; world frame."""

    first: ThingRecord
    second: ThingRecord
    position_m: Vector3
    normal: Vector3
    distance_m: float
    force_n: float


class RelationRecord(Record):
    """As ``types.Relation``."""

    subject: ThingRecord
    kind: RelationKind
    target: ThingRecord


class TrackRecord(Record):
    """As ``types.Track``."""

    instance_id: Positive
    state: TrackState
    event: TrackEvent | None


class SegmentRecord(Record):
    """As ``types.Segment``."""

    segment_id: Positive
    class_id: Positive
    is_thing: bool
    pixels: Positive
    box: Edges


class PartRecord(Record):
    """As ``types.Part``."""

    part_id: Positive
    owner: str
    name: str


class FrameRecord(Record):
    """Everything that is known of one frame of one camera but its pixels.

    Attributes:
        format: Version of this record.
        episode: With ``view`` and ``camera``, the frame's key.
        view: Number of the frame in the episode.
        camera: Name of the camera.
        stamp_ns: Simulation time, nanoseconds.
        width: Of the image, pixels.
        height: Of the image, pixels.
        intrinsics: Of the camera.
        world_from_camera: Pose of the optical frame.
        instances: All objects of the scene, seen or not, by ascending id.
        labels: Those that pass the thresholds, by ascending id.
        robot: Its links, joints and skeleton.
        contacts: Between all things.
        relations: What physics knows.
        tracks: One for each instance.
        segments: Of the panoptic mask.
        parts: What the values of the part mask mean.
        layers: Which dense annotations the frame has, in the order of ``LayerName``.
    """

    format: Literal['synth_ros/frame/1'] = FORMAT
    episode: Count
    view: Count
    camera: str
    stamp_ns: int
    width: Positive
    height: Positive
    intrinsics: IntrinsicsRecord
    world_from_camera: Matrix4
    instances: tuple[InstanceRecord, ...]
    labels: tuple[LabelRecord, ...]
    robot: RobotRecord | None
    contacts: tuple[ContactRecord, ...] | None
    relations: tuple[RelationRecord, ...] | None
    tracks: tuple[TrackRecord, ...] | None
    segments: tuple[SegmentRecord, ...] | None
    parts: tuple[PartRecord, ...] | None
    layers: tuple[LayerName, ...]

    @model_validator(mode='after')
    def _layers_that_explain_each_other_come_together(self) -> Self:
        there = set(self.layers)
        pairs = [
            ('part_id' in there, self.parts is not None, 'part_id and parts'),
            ('panoptic_id' in there, self.segments is not None, 'panoptic_id and segments'),
            *(
                (f'flow_{way}' in there, f'flow_{way}_state' in there, f'flow_{way} and its state')
                for way in ('forward', 'backward')
            ),
        ]
        wrong = [words for one, other, words in pairs if one != other]
        wrong += [
            f'scene_flow_{way} and flow_{way}'
            for way in ('forward', 'backward')
            if f'scene_flow_{way}' in there and f'flow_{way}' not in there
        ]
        if wrong:
            raise ValueError(f'{", ".join(wrong)} come together or not at all')
        return self
