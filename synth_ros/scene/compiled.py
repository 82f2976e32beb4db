"""A compiled scene: the MuJoCo model and the meaning of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import NotFoundError
from synth_ros.types import (
    NO_SYMMETRY,
    CameraModel,
    FloatArray,
    KeypointSpec,
    SceneGeometry,
    Symmetry,
)

BASE_JOINTS = ('base/x', 'base/y', 'base/yaw')
"""Absolute position along the world's x and y axes, metres, and heading, radians."""


class ObjectPart(NamedTuple):
    """Where one labelled object is in the model.

    Attributes:
        instance_id: Id of the instance.
        name: Unique readable name.
        class_id: Category id.
        class_name: Category name.
        model_name: ``class/variant``.
        body_id: Its body, which carries a free joint unless it hangs or is held.
        geom_ids: All visible geoms of the body and its descendants (the ones that render).
        qpos_address: First of 7 entries in qpos; -1 if it is not free.
        dof_address: First of 6 entries in qvel; -1 if it is not free.
        object_from_box: Pose of the 3D box in the body frame, (4, 4).
        size_m: Full edge lengths of the 3D box, (3,).
        keypoints: Named points in the body frame.
        symmetry: Of its shape, in the body frame.
        link: Link of the robot that holds it, whose child its body is; empty if none does.
        fingers: Joints of the robot that close on it.
        waits: Name of the event that lets it fall in; empty if it is there from the start.
    """

    instance_id: int
    name: str
    class_id: int
    class_name: str
    model_name: str
    body_id: int
    geom_ids: tuple[int, ...]
    qpos_address: int
    dof_address: int
    object_from_box: FloatArray
    size_m: FloatArray
    keypoints: tuple[KeypointSpec, ...] = ()
    symmetry: Symmetry = NO_SYMMETRY
    link: str = ''
    fingers: tuple[str, ...] = ()
    waits: str = ''

    @property
    def is_free(self) -> bool:
        """Whether it falls and can be pushed: it neither hangs nor is held."""
        return self.qpos_address >= 0

    @property
    def radius_m(self) -> float:
        """Of a ball around the body's origin that holds the 3D box."""
        return float(np.linalg.norm(np.abs(self.object_from_box[:3, 3]) + self.size_m / 2))


class ShapePart(NamedTuple):
    """A shape without physics that hangs where it is put.

    Attributes:
        name: Unique.
        role: What it is for.
        body_id: Its body.
        mocap_id: Its place among the bodies that are put where they are told.
        geom_id: Its only geom.
        radius_m: Of a ball around the body's origin that holds it.
    """

    name: str
    role: Literal['flying', 'occluder', 'background']
    body_id: int
    mocap_id: int
    geom_id: int
    radius_m: float


class CameraPart(NamedTuple):
    """A camera of the model and how it projects.

    Attributes:
        model: Intrinsics.
        camera_id: MuJoCo camera id.
        parent_link: Name of the body that carries it, as the robot's own model calls it
            (``world`` for a fixed camera).
        depth_range_m: Nearest and farthest valid depth.
    """

    model: CameraModel
    camera_id: int
    parent_link: str
    depth_range_m: tuple[float, float]


class Coupling(NamedTuple):
    """How a joint follows another one: a polynomial, as MuJoCo's joint equality has it.

    Attributes:
        leader: The joint that is followed, as the robot's own model calls it.
        leader_zero: The leader's position from which its way is measured.
        zero: The follower's position to which the polynomial is added.
        coefficients: Of powers 0 to 4 of the leader's way.
    """

    leader: str
    leader_zero: float
    zero: float
    coefficients: tuple[float, ...]

    def position(self, leader_position: float) -> float:
        """The follower's position, radians or metres."""
        way = leader_position - self.leader_zero
        return self.zero + sum(c * way**power for power, c in enumerate(self.coefficients))


class JointPart(NamedTuple):
    """A one-degree-of-freedom joint of the robot.

    Attributes:
        name: As the robot's own model calls it.
        joint_id: MuJoCo joint id.
        qpos_address: Its entry in qpos.
        dof_address: Its entry in qvel.
        home: Configured or keyframe position, radians or metres.
        limits: (low, high), or ``None`` if unlimited.
        coupling: How it follows another joint, or ``None`` if it moves on its own.
        max_velocity: The most that the robot's file allows, rad/s or m/s; ``None`` if it says
            nothing.
        is_slide: Whether it shifts and does not turn.
    """

    name: str
    joint_id: int
    qpos_address: int
    dof_address: int
    home: float
    limits: tuple[float, float] | None
    coupling: Coupling | None = None
    max_velocity: float | None = None
    is_slide: bool = False


class DrivenJoint(NamedTuple):
    """A joint of the robot that physics moves.

    Attributes:
        joint_id: MuJoCo joint id.
        qpos_address: Its entry in qpos.
        dof_address: Its entry in qvel.
        actuator_id: Position servo that pulls it; -1 if it follows another joint instead.
        gear: Control of the servo for each radian or metre of the joint.
        equality_id: Constraint by which it follows; -1 if a servo pulls it.
    """

    joint_id: int
    qpos_address: int
    dof_address: int
    actuator_id: int = -1
    gear: float = 1.0
    equality_id: int = -1


class RobotPart(NamedTuple):
    """Where the robot is in the model.

    Attributes:
        root_body_id: The mocap or fixed body that carries the whole robot; moving it moves
            the robot. ``-1`` when the scene has no robot.
        links: (name in the robot's own model, body id) of every body, parents first.
        joints: All hinge and slide joints, in model order.
        dof_addresses: All degrees of freedom of the robot.
        qpos_addresses: All entries of qpos of the robot.
        home_qpos: Home values of those entries, same length.
        geom_ids: All geoms of the robot.
        driven: Joints that physics moves; the others go where they are told.
    """

    root_body_id: int
    links: tuple[tuple[str, int], ...]
    joints: tuple[JointPart, ...]
    dof_addresses: NDArray[np.int32]
    qpos_addresses: NDArray[np.int32]
    home_qpos: FloatArray
    geom_ids: frozenset[int]
    driven: tuple[DrivenJoint, ...] = ()


class Reach(NamedTuple):
    """The robot as a bare chain of joints, and in front of it three that move its base.

    Its qpos is [x, y, yaw], then the robot's own in the order of ``RobotPart.qpos_addresses``.

    Attributes:
        model: The compiled chain; not to be changed.
        bodies: Body id of each link, by the name in the robot's own model.
        joints: Joint id of each joint of the robot, likewise.
    """

    model: mujoco.MjModel
    bodies: dict[str, int]
    joints: dict[str, int]

    def chain(self, link: str) -> tuple[str, ...]:
        """The joints between the root and a link, the root's side first."""
        names = {joint: name for name, joint in self.joints.items()}
        found: list[str] = []
        body = self.bodies[link]
        while body > 0:
            first = int(self.model.body_jntadr[body])
            mine = range(first, first + int(self.model.body_jntnum[body]))
            found[:0] = [names[joint] for joint in mine if joint in names]
            body = int(self.model.body_parentid[body])
        return tuple(found)

    def qpos(self, base: tuple[float, float, float], robot_qpos: FloatArray) -> FloatArray:
        """The chain's qpos from x, y (metres), yaw (radians) and the robot's own qpos."""
        out: FloatArray = np.concatenate([np.array(base), robot_qpos])
        return out


@dataclass(frozen=True)
class CompiledScene:
    """A model ready to simulate and render.

    Attributes:
        model: The compiled model. Owned by the scene; renderers must not edit it.
        objects: Labelled objects by ascending instance id.
        cameras: Cameras in config order.
        robot: The robot's parts.
        geom_instance_id: Instance of each geom, shape (ngeom,), int32, 0 for the rest; what
            bends is never an instance.
        geometry: The scene as plain data: surfaces, things, parts, links, skeleton.
        geom_thing: Thing of each geom as index into ``geometry.things``, shape (ngeom,), int32.
        skeleton_joints: MuJoCo joint id of each point of ``geometry.skeleton``, int32.
        warnings: What was mended on the way, one sentence each (unphysical inertia, ...).
        distractors: What falls and settles like an object and is never labelled; instance and
            class are 0.
        shapes: What hangs in the air and is never labelled.
        reach: The robot as a bare chain; ``None`` if no viewpoint needs it.
    """

    model: mujoco.MjModel
    objects: tuple[ObjectPart, ...]
    cameras: tuple[CameraPart, ...]
    robot: RobotPart
    geom_instance_id: NDArray[np.int32]
    geometry: SceneGeometry
    geom_thing: NDArray[np.int32]
    skeleton_joints: NDArray[np.int32]
    warnings: tuple[str, ...] = ()
    distractors: tuple[ObjectPart, ...] = ()
    shapes: tuple[ShapePart, ...] = ()
    reach: Reach | None = None

    def camera(self, name: str) -> CameraPart:
        """The camera of this name.

        Raises:
            NotFoundError: There is none.
        """
        for part in self.cameras:
            if part.model.name == name:
                return part
        raise NotFoundError('camera', name, available=[c.model.name for c in self.cameras])

    @property
    def dropped(self) -> tuple[ObjectPart, ...]:
        """The objects, then the distractors."""
        return self.objects + self.distractors

    @property
    def free_bodies(self) -> tuple[ObjectPart, ...]:
        """The objects and distractors that fall and can be pushed."""
        return tuple(part for part in self.dropped if part.is_free)

    @property
    def held_objects(self) -> tuple[ObjectPart, ...]:
        """The objects that the robot carries along."""
        return tuple(part for part in self.objects if part.link)
