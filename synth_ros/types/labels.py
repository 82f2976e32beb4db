"""The annotations of one frame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types.arrays import DepthImage, FloatArray, IdImage
from synth_ros.types.instance import Instance, Silhouette
from synth_ros.types.state import Contact, JointState, Part, Thing


class Box2D(NamedTuple):
    """An axis-aligned box of half-open pixel edges; integers when made from masks."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0


class OrientedBox(NamedTuple):
    """The rectangle of least area around the visible pixels, in any direction.

    Coordinates are those of ``Box2D``: pixel edges, the image spans (0, 0) to (width, height).

    Attributes:
        center_x: Centre column.
        center_y: Centre row.
        width: Edge length along the direction ``angle_rad``; the longer edge.
        height: Edge length across it.
        angle_rad: Direction of the width, from +x towards +y (clockwise on the screen), in
            [-pi/2, pi/2).
    """

    center_x: float
    center_y: float
    width: float
    height: float
    angle_rad: float


class Occluder(NamedTuple):
    """Something that hides a part of an instance.

    Attributes:
        thing: What hides.
        pixels: How many pixels of the instance inside the image it hides.
    """

    thing: Thing
    pixels: int


class Keypoint(NamedTuple):
    """A named point as one camera sees it.

    Attributes:
        name: Of the point.
        camera_from_point_m: Position in the optical frame, shape (3,), metres.
        pixel: (u, v), integers are pixel centres; may lie outside the image. ``None`` when the
            point is not in front of the camera.
        visibility: As in COCO: 0 outside the image or not in front of the camera, 1 in the
            image but hidden, 2 visible.
    """

    name: str
    camera_from_point_m: tuple[float, float, float]
    pixel: tuple[float, float] | None
    visibility: Literal[0, 1, 2]


@dataclass(frozen=True, slots=True)
class InstanceLabel:
    """The annotations of one visible instance in one frame.

    Attributes:
        instance: Identity, pose and size in the world.
        box: Tight box of the visible pixels.
        amodal_box: Tight box of the full silhouette on the extended canvas; equals ``box``
            or surrounds it.
        pixels_visible: Visible pixels in the image.
        pixels_in_image: Pixels of the silhouette inside the image, hidden ones included.
        pixels_full: Pixels of the silhouette on the extended canvas.
        visibility: ``pixels_visible / pixels_full``, as BOP's visib_fract.
        occlusion: Share of the silhouette inside the image that something hides:
            ``1 - pixels_visible / pixels_in_image``.
        truncation: Share of the silhouette outside the image:
            ``1 - pixels_in_image / pixels_full``.
        camera_from_object: Pose of the object's reference frame in the optical frame, (4, 4).
        camera_from_box: Pose of the 3D box in the optical frame, (4, 4).
        oriented_box: Smallest rectangle around the visible pixels; ``None`` if switched off.
        occluders: What hides it inside the image, most pixels first; the pixels sum up to
            ``pixels_in_image - pixels_visible``. ``None`` if switched off.
        keypoints: Its named points; ``None`` if switched off.
        amodal_mask: Its full mask on the extended canvas; ``None`` if switched off.
    """

    instance: Instance
    box: Box2D
    amodal_box: Box2D
    pixels_visible: int
    pixels_in_image: int
    pixels_full: int
    visibility: float
    occlusion: float
    truncation: float
    camera_from_object: FloatArray
    camera_from_box: FloatArray
    oriented_box: OrientedBox | None = None
    occluders: tuple[Occluder, ...] | None = None
    keypoints: tuple[Keypoint, ...] | None = None
    amodal_mask: Silhouette | None = None


class Segment(NamedTuple):
    """One segment of a panoptic mask.

    Attributes:
        segment_id: Its value in the mask: the instance id of a thing, or
            ``STUFF_SEGMENT + class_id`` of stuff.
        class_id: Category; stuff has ids of its own, beyond those of the things.
        is_thing: Whether it is one countable object.
        pixels: Its pixels.
        box: Tight box.
    """

    segment_id: int
    class_id: int
    is_thing: bool
    pixels: int
    box: Box2D


STUFF_SEGMENT = 65536
"""Segment ids of stuff begin above every instance id."""


class Panoptic(NamedTuple):
    """Every pixel belongs to one thing or one kind of stuff.

    Attributes:
        segment_id: Shape (height, width), int32, 0 where nothing is (void).
        segments: By ascending segment id.
    """

    segment_id: IdImage
    segments: tuple[Segment, ...]


class FlowState(IntEnum):
    """What becomes of the surface point of a pixel at the other instant."""

    INVALID = 0
    """The pixel shows nothing, or the point is not in front of the camera then."""
    VISIBLE = 1
    """The camera sees it then."""
    OCCLUDED = 2
    """It is in the image then, but something hides it."""
    OUTSIDE = 3
    """It is in front of the camera then, but outside the image."""


class Flow(NamedTuple):
    """Where the surface point of each pixel goes.

    Attributes:
        flow_px: (du, dv) to the point's pixel at the other instant, shape (height, width, 2),
            float32; 0 where the state is ``INVALID``. Right for hidden points, too.
        state: ``FlowState`` of each pixel, shape (height, width), uint8.
        scene_flow_m: The point's position in the optical frame of the other instant minus
            that in the optical frame of this one, shape (height, width, 3), float32, metres; 0
            where the pixel shows nothing. ``None`` if switched off.
    """

    flow_px: NDArray[np.float32]
    state: NDArray[np.uint8]
    scene_flow_m: NDArray[np.float32] | None = None


class DenseLabels(NamedTuple):
    """Annotations of every pixel; ``None`` where switched off or not to be had.

    Attributes:
        depth_m: Clean planar depth, shape (height, width), float32, metres, 0 nothing.
        distance_m: Length of the ray to the surface, shape (height, width), float32, metres, 0
            nothing.
        normals: Unit surface normal towards the camera's side, optical frame, shape (height,
            width, 3), float32; 0 where nothing is.
        points_m: Surface points in the optical frame, shape (height, width, 3), float32,
            metres; NaN where nothing is.
        part_id: Part of each pixel, shape (height, width), uint16, 0 none.
        parts: What the values of ``part_id`` mean: all parts of the scene by ascending id.
        panoptic: Things and stuff.
        flow_forward: To the next frame of the same camera.
        flow_backward: To the frame before.
    """

    depth_m: DepthImage | None = None
    distance_m: DepthImage | None = None
    normals: NDArray[np.float32] | None = None
    points_m: NDArray[np.float32] | None = None
    part_id: NDArray[np.uint16] | None = None
    parts: tuple[Part, ...] | None = None
    panoptic: Panoptic | None = None
    flow_forward: Flow | None = None
    flow_backward: Flow | None = None


TrackState = Literal['visible', 'occluded', 'outside']
TrackEvent = Literal['entered', 'left', 'occluded', 'revealed']


class Track(NamedTuple):
    """One instance through a sequence, at this frame; its id persists through the episode.

    Attributes:
        instance_id: Which instance.
        state: ``visible`` if it is labelled; ``occluded`` if it is not, although enough of its
            silhouette lies inside the image; else ``outside``.
        event: What changed since the frame before; ``None`` if nothing did. Before the first
            frame of a sequence everything is ``outside``.
    """

    instance_id: int
    state: TrackState
    event: TrackEvent | None


RelationKind = Literal['supported_by', 'inside', 'touching', 'held_by']


class Relation(NamedTuple):
    """What physics knows about two things; always about an object first.

    Attributes:
        subject: A labelled object.
        kind: The relation.
        target: An object, link or body of the environment. ``touching`` between two objects
            is listed once, the smaller instance id first. For ``held_by``, the link nearest
            the root that carries all the links that hold.
    """

    subject: Thing
    kind: RelationKind
    target: Thing


class LinkLabel(NamedTuple):
    """A link of the robot as a camera sees it.

    Attributes:
        name: In the robot's own model.
        camera_from_link: Pose in the optical frame, shape (4, 4).
    """

    name: str
    camera_from_link: FloatArray


class RobotLabel(NamedTuple):
    """The robot's state and its skeleton in the image.

    Attributes:
        links: Every link, parents first.
        joints: Every hinge and slide joint.
        skeleton: Joints as keypoints.
        bones: Pairs of indices into ``skeleton``: (nearer to the root, farther from it).
    """

    links: tuple[LinkLabel, ...]
    joints: tuple[JointState, ...]
    skeleton: tuple[Keypoint, ...]
    bones: tuple[tuple[int, int], ...]


class SceneLabels(NamedTuple):
    """Annotations of the instant as a whole; ``None`` where switched off or not to be had.

    Attributes:
        robot: Its links, joints and skeleton.
        contacts: Between all things, world frame.
        relations: Sorted by subject, kind, target.
        tracks: One for each instance of the scene, by ascending id.
    """

    robot: RobotLabel | None = None
    contacts: tuple[Contact, ...] | None = None
    relations: tuple[Relation, ...] | None = None
    tracks: tuple[Track, ...] | None = None


NO_DENSE = DenseLabels()
NO_SCENE = SceneLabels()


@dataclass(frozen=True, slots=True)
class Labels:
    """All annotations of one frame.

    Attributes:
        instances: Labels of the visible instances that pass the configured thresholds, by
            ascending instance id.
        instance_id: The frame's instance ids, shape (height, width), int32, 0 background.
            Instances below the thresholds stay in: masks show every pixel that is true.
        class_id: Semantic mask, shape (height, width), uint16, 0 background.
        dense: Annotations of every pixel.
        scene: Annotations of the instant.
    """

    instances: tuple[InstanceLabel, ...]
    instance_id: IdImage
    class_id: NDArray[np.uint16]
    dense: DenseLabels = NO_DENSE
    scene: SceneLabels = NO_SCENE
