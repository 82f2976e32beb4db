"""What the simulation knows of one instant: every surface, part, link and contact.

The scene's geometry does not change within an episode; the state does. Together they say where
every point of every drawn surface is, so that normals, flow, keypoints and relations are
arithmetic on plain data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types.arrays import FloatArray, check_array

ThingKind = Literal['object', 'robot', 'environment']
ShapeKind = Literal[
    'plane', 'sphere', 'capsule', 'ellipsoid', 'cylinder', 'box', 'mesh', 'soft', 'other'
]

NO_MESH = -1
NO_THING = -1


class Thing(NamedTuple):
    """Something that surfaces belong to, and that can touch, hide or hold something else.

    Attributes:
        kind: A labelled object, a link of the robot, or a body of the environment.
        name: Instance name, link name in the robot's own model, or body name in the
            environment's own model (``world`` for what belongs to no body).
        instance_id: Of an object; 0 for the rest.
    """

    kind: ThingKind
    name: str
    instance_id: int = 0


class Part(NamedTuple):
    """A named part, the same in every scene of a config.

    Attributes:
        part_id: 1 or more.
        owner: Category name, or ``robot``.
        name: Link name of the robot, or the part's name in the object's model.
    """

    part_id: int
    owner: str
    name: str


class Surface(NamedTuple):
    """One surface of the model; its place in ``SceneGeometry.surfaces`` is its id.

    Geoms come first, under their geom ids, then what bends: flexes, skins and tendons.

    Attributes:
        shape: Kind of shape. ``mesh`` for height fields too; ``soft`` for what bends, see
            ``SceneState.soft``; ``other`` is never drawn by us.
        size_m: MuJoCo's size numbers: sphere (radius, ., .), capsule and cylinder (radius,
            half length, .), ellipsoid and box half extents, plane half extents (0 infinite).
        mesh: Index into ``SceneGeometry.meshes``, ``NO_MESH`` for other shapes.
        thing: Index into ``SceneGeometry.things``.
        part_id: Its part, 0 if it has none.
        stuff_id: Class id of the stuff it is in panoptic masks, 0 for objects and the rest.
        drawn: Whether renderers draw it: in a visible group and not wholly transparent.
    """

    shape: ShapeKind
    size_m: tuple[float, float, float]
    mesh: int
    thing: int
    part_id: int
    stuff_id: int
    drawn: bool


class TriangleMesh(NamedTuple):
    """Triangles in the frame of their geom.

    Attributes:
        vertices_m: Shape (n, 3), float64.
        faces: Vertex indices, shape (f, 3), int32, counter-clockwise from outside.
    """

    vertices_m: FloatArray
    faces: NDArray[np.int32]


class Tubes(NamedTuple):
    """Capsules end to end, world frame, each about the z axis of its own frame.

    Attributes:
        rotation: World from capsule, shape (k, 3, 3), float64.
        center_m: Shape (k, 3), float64.
        radius_m: Shape (k,), float64.
        half_m: Half the length between the centres of the ends, shape (k,), float64.
    """

    rotation: FloatArray
    center_m: FloatArray
    radius_m: FloatArray
    half_m: FloatArray


class SoftShape(NamedTuple):
    """What a soft surface is at one instant: a mesh or tubes, or neither where it is not drawn.

    Attributes:
        mesh: Triangles, world frame.
        tubes: Of a cable or a tendon.
    """

    mesh: TriangleMesh | None
    tubes: Tubes | None


class Link(NamedTuple):
    """One link of the robot.

    Attributes:
        name: In the robot's own model.
        parent: Index of its parent in ``SceneGeometry.links``, -1 for the root.
    """

    name: str
    parent: int


class SkeletonPoint(NamedTuple):
    """A joint of the robot as a keypoint.

    Attributes:
        name: Joint name in the robot's own model.
        link: Index of the link that it moves, in ``SceneGeometry.links``.
        parent: Index of the skeleton point next nearer to the root, -1 for none; the line
            between them is a bone.
    """

    name: str
    link: int
    parent: int


@dataclass(frozen=True, slots=True)
class SceneGeometry:
    """What a scene consists of; constant through an episode.

    Attributes:
        things: Objects by ascending instance id, then links in order, then the environment.
        surfaces: By id: geoms, then soft ones.
        meshes: That surfaces point to.
        parts: By ascending part id.
        links: Of the robot, parents first.
        skeleton: Joints of the robot, parents first.
    """

    things: tuple[Thing, ...]
    surfaces: tuple[Surface, ...]
    meshes: tuple[TriangleMesh, ...]
    parts: tuple[Part, ...] = ()
    links: tuple[Link, ...] = ()
    skeleton: tuple[SkeletonPoint, ...] = ()


class LinkPose(NamedTuple):
    """Where one body of the robot is.

    Attributes:
        name: Name in the robot's own model.
        world_from_link: Shape (4, 4).
    """

    name: str
    world_from_link: FloatArray


class JointState(NamedTuple):
    """One joint of the robot at one instant.

    Attributes:
        name: Name in the robot's own model.
        position: Radians or metres.
        velocity: Radians or metres per second.
    """

    name: str
    position: float
    velocity: float


class Contact(NamedTuple):
    """Two things that touch in one point.

    Attributes:
        first: One of them; objects by ascending instance id come first, then links.
        second: The other.
        position_m: Between the surfaces, world frame, shape (3,).
        normal: From first to second, world frame, unit length, shape (3,).
        distance_m: Between the surfaces; negative where they overlap.
        force_n: Normal force, newtons, 0 or more.
    """

    first: Thing
    second: Thing
    position_m: tuple[float, float, float]
    normal: tuple[float, float, float]
    distance_m: float
    force_n: float


@dataclass(frozen=True, slots=True)
class SceneState:
    """Where everything is at one instant.

    Attributes:
        geometry: What there is.
        world_from_geom: Pose of each surface, shape (surfaces, 4, 4), float64; the identity for
            soft ones.
        links: Poses of the robot's links, in the geometry's order.
        joints: All hinge and slide joints of the robot.
        skeleton_world_m: Skeleton points, world frame, shape (k, 3), float64.
        contacts: All contacts between two different things, force or not.
        soft: What the soft surfaces are, the last ones of ``geometry.surfaces``.
        absent: Ids of surfaces that are taken out of the scene at this instant; their poses mean
            nothing.
    """

    geometry: SceneGeometry
    world_from_geom: FloatArray
    links: tuple[LinkPose, ...]
    joints: tuple[JointState, ...]
    skeleton_world_m: FloatArray
    contacts: tuple[Contact, ...]
    soft: tuple[SoftShape, ...] = ()
    absent: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Check shapes and dtypes and make every array read-only."""
        surfaces, points = len(self.geometry.surfaces), len(self.geometry.skeleton)
        check_array(
            'world_from_geom', self.world_from_geom, shape=(surfaces, 4, 4), dtype=np.float64
        )
        check_array('skeleton_world_m', self.skeleton_world_m, shape=(points, 3), dtype=np.float64)

    def soft_shape(self, surface: int) -> SoftShape | None:
        """What a soft surface is now; ``None`` for a geom, which is rigid.

        Args:
            surface: Its id.
        """
        number = surface - (len(self.geometry.surfaces) - len(self.soft))
        return self.soft[number] if number >= 0 else None
