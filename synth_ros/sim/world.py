"""One running scene: owns the MuJoCo state and tells where everything is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.robot import RobotConfig
from synth_ros.geometry.transforms import (
    GL_FROM_OPTICAL,
    make_transform,
    matrix_from_quat_wxyz,
)
from synth_ros.randomize.scene import SampledCamera, SampledObject, SampledView
from synth_ros.scene.compiled import CameraPart, CompiledScene, ObjectPart
from synth_ros.scene.coupling import follow
from synth_ros.scene.soft import SoftSource, has_soft
from synth_ros.scene.surfaces import world_from_geom
from synth_ros.sim.contacts import contacts
from synth_ros.sim.eyes import changed_lens, changed_mount
from synth_ros.sim.grip import close_fingers
from synth_ros.sim.kinematic import kinematic_model
from synth_ros.types import (
    CameraModel,
    FloatArray,
    Instance,
    JointState,
    LinkPose,
    SceneState,
)


class Posture(NamedTuple):
    """Where the robot stands and how it is posed.

    Attributes:
        x_m: Root position in the world.
        y_m: Root position in the world.
        z_m: Root position in the world.
        yaw_rad: Root heading.
        qpos: The robot's entries of qpos, in the order of ``RobotPart.qpos_addresses``.
    """

    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    qpos: FloatArray


class _Due(Enum):
    """What is to be worked out before someone looks at the state."""

    NOTHING = auto()
    FORCES = auto()
    ALL = auto()


# Up to which stage MuJoCo has everything.
_STAGE = {
    _Due.FORCES: mujoco.mjtStage.mjSTAGE_POS,
    _Due.ALL: mujoco.mjtStage.mjSTAGE_NONE,
}


class World:
    """A compiled scene in motion.

    Attributes:
        scene: What is simulated.
        model: The simulated model: the scene's, with a kinematic robot.
        grip: How the fingers are closed on what the robot holds, in every posture.
    """

    def __init__(self, scene: CompiledScene, robot: RobotConfig) -> None:
        self.scene = scene
        self.model = kinematic_model(scene)
        self._data = mujoco.MjData(self.model)
        self._due = _Due.NOTHING
        self._robot = robot
        self.grip = close_fingers(self.model, scene)
        self._soft = SoftSource(self.model) if has_soft(self.model) else None
        self._cameras: dict[str, SampledCamera] = {}
        self._home = self.posture(None)
        self.set_posture(self._home)

    @property
    def data(self) -> mujoco.MjData:
        """The state; kinematics, contacts and forces are current.

        They are worked out when someone looks, not after each of several changes.
        """
        if self._due is not _Due.NOTHING:
            # The solver starts from nothing, not from what came before: contact forces are then
            # a function of the state alone, to the last bit.
            self._data.qacc_warmstart[:] = 0
            done = _STAGE[self._due]
            self._due = _Due.NOTHING
            mujoco.mj_forwardSkip(self.model, self._data, done, 0)
        return self._data

    @property
    def home(self) -> Posture:
        """The configured posture, without any randomization."""
        return self._home

    @property
    def time_s(self) -> float:
        """Simulated time since the scene was made."""
        return float(self._data.time)

    @property
    def stamp_ns(self) -> int:
        """Simulated time in nanoseconds, the stamp of a frame rendered now."""
        return round(self.time_s * 1e9)

    def set_time(self, time_s: float) -> None:
        """Set the clock, which stamps the next frame; nothing moves."""
        self._data.time = time_s

    def posture(self, view: SampledView | None) -> Posture:
        """The posture that a drawn view asks for; joints that follow others follow them.

        Args:
            view: The draw, or ``None`` for the configured posture.
        """
        part = self.scene.robot
        qpos = part.home_qpos.copy()
        x, y, z = self._robot.position_m
        yaw = math.radians(self._robot.yaw_deg)
        if view is None and not self.grip.positions:
            return Posture(x, y, z, yaw, qpos)
        index = {int(address): k for k, address in enumerate(part.qpos_addresses)}
        positions = {j.name: float(qpos[index[j.qpos_address]]) for j in part.joints}
        couplings = {j.name: j.coupling for j in part.joints if j.coupling is not None}
        given = {**(view.joints if view is not None else {}), **self.grip.positions}
        drawn = follow({**positions, **given}, couplings, fixed=set(given))
        for joint in part.joints:
            qpos[index[joint.qpos_address]] = drawn[joint.name]
        if view is None:
            return Posture(x, y, z, yaw, qpos)
        return Posture(x + view.x_m, y + view.y_m, z, yaw + view.yaw_rad, qpos)

    def set_posture(self, posture: Posture, *, velocity: FloatArray | None = None) -> None:
        """Pose the robot; objects stay where they are.

        Args:
            posture: Where to.
            velocity: Joint velocities of the robot's degrees of freedom, zero by default.
        """
        self._write_posture(posture, velocity)
        self._due = _Due.ALL

    @property
    def placed(self) -> mujoco.MjData:
        """The state, for who asks for poses and contacts only: forces may not be current."""
        if self._due is _Due.ALL:
            mujoco.mj_fwdPosition(self.model, self._data)
            self._due = _Due.FORCES
        return self._data

    def collide(self, posture: Posture) -> mujoco.MjData:
        """Pose the robot, for who asks for contacts only; see ``placed``."""
        self.set_posture(posture)
        return self.placed

    def step_to(self, posture: Posture, duration_s: float) -> None:
        """Advance the simulation while the robot moves steadily to a posture.

        Args:
            posture: Where the robot is at the end.
            duration_s: Simulated time; a whole number of time steps is taken.
        """
        steps = max(1, round(duration_s / self.model.opt.timestep))
        start = self._read_posture()
        velocity = _velocity(self.model, self.scene, start=start, end=posture, time_s=duration_s)
        for k in range(1, steps + 1):
            self._write_posture(interpolate(start, posture, k / steps), velocity)
            mujoco.mj_step(self.model, self._data)
        self.set_posture(posture, velocity=velocity)

    def set_objects(self, qpos: FloatArray) -> None:
        """Put all objects at rest at given poses.

        Args:
            qpos: Full qpos of the model; only the entries of free objects are used.
        """
        for part in self.scene.free_objects:
            at = slice(part.qpos_address, part.qpos_address + 7)
            self._data.qpos[at] = qpos[at]
            self._data.qvel[part.dof_address : part.dof_address + 6] = 0
        self._due = _Due.ALL

    def hang(self, objects: Iterable[SampledObject]) -> None:
        """Put the objects that hang where they were drawn; the others are left alone.

        Args:
            objects: By ascending instance id, as in the scene.
        """
        for part, drawn in zip(self.scene.objects, objects, strict=True):
            if drawn.hangs:
                position, quat = body_pose(part, drawn)
                mocap = int(self.model.body_mocapid[part.body_id])
                self._data.mocap_pos[mocap] = position
                self._data.mocap_quat[mocap] = quat
        self._due = _Due.ALL

    def instances(self) -> tuple[Instance, ...]:
        """All labelled objects at this instant, by ascending id."""
        return tuple(
            Instance(
                instance_id=part.instance_id,
                name=part.name,
                class_id=part.class_id,
                class_name=part.class_name,
                model_name=part.model_name,
                world_from_object=self.body_pose(part.body_id),
                object_from_box=part.object_from_box,
                size_m=part.size_m,
                keypoints=part.keypoints,
                symmetry=part.symmetry,
            )
            for part in self.scene.objects
        )

    def set_cameras(self, cameras: Sequence[SampledCamera]) -> None:
        """Set what a view changes of cameras; those that are not named are as the model has them.

        Args:
            cameras: What changes.
        """
        self._cameras = {camera.camera: camera for camera in cameras}

    def camera_model(self, camera: CameraPart) -> CameraModel:
        """Intrinsics of a camera as it is now."""
        return changed_lens(camera.model, self._cameras.get(camera.model.name))

    def world_from_camera(self, camera: CameraPart) -> FloatArray:
        """Pose of a camera's optical frame as it is now, shape (4, 4)."""
        data = self.placed
        rotation = data.cam_xmat[camera.camera_id].reshape(3, 3)
        world_from_gl = make_transform(rotation, data.cam_xpos[camera.camera_id])
        return changed_mount(world_from_gl @ GL_FROM_OPTICAL, self._cameras.get(camera.model.name))

    def body_pose(self, body: int) -> FloatArray:
        """Pose of a body of the model, shape (4, 4)."""
        data = self.placed
        return make_transform(data.xmat[body].reshape(3, 3), data.xpos[body])

    def links(self) -> tuple[LinkPose, ...]:
        """Poses of all robot bodies, parents first."""
        return tuple(LinkPose(name, self.body_pose(body)) for name, body in self.scene.robot.links)

    def joints(self) -> tuple[JointState, ...]:
        """State of all hinge and slide joints of the robot."""
        return tuple(
            JointState(
                joint.name,
                float(self.data.qpos[joint.qpos_address]),
                float(self.data.qvel[joint.dof_address]),
            )
            for joint in self.scene.robot.joints
        )

    def state(self) -> SceneState:
        """Everything that labels need to know of this instant; owns all of its arrays."""
        soft = self._soft.shapes(self.data) if self._soft else ()
        links = self.links()
        for link in links:
            link.world_from_link.flags.writeable = False
        return SceneState(
            geometry=self.scene.geometry,
            world_from_geom=world_from_geom(self.data, soft=len(soft)),
            links=links,
            joints=self.joints(),
            skeleton_world_m=self.data.xanchor[self.scene.skeleton_joints],
            contacts=contacts(self.model, self.data, self.scene),
            soft=soft,
        )

    def _write_posture(self, posture: Posture, velocity: FloatArray | None) -> None:
        part = self.scene.robot
        self._data.qpos[part.qpos_addresses] = posture.qpos
        self._data.qvel[part.dof_addresses] = 0.0 if velocity is None else velocity
        if part.root_body_id >= 0:
            mocap = int(self.model.body_mocapid[part.root_body_id])
            half = posture.yaw_rad / 2
            self._data.mocap_pos[mocap] = (posture.x_m, posture.y_m, posture.z_m)
            self._data.mocap_quat[mocap] = (math.cos(half), 0.0, 0.0, math.sin(half))

    def _read_posture(self) -> Posture:
        part = self.scene.robot
        qpos = self._data.qpos[part.qpos_addresses].copy()
        if part.root_body_id < 0:
            return self._home._replace(qpos=qpos)
        mocap = int(self.model.body_mocapid[part.root_body_id])
        x, y, z = (float(v) for v in self._data.mocap_pos[mocap])
        w, _, _, s = (float(v) for v in self._data.mocap_quat[mocap])
        return Posture(x, y, z, 2 * math.atan2(s, w), qpos)


def body_pose(
    part: ObjectPart, drawn: SampledObject
) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]:
    """Body position and wxyz quaternion that put the object's box centre where it was drawn."""
    offset = matrix_from_quat_wxyz(drawn.quat_wxyz) @ part.object_from_box[:3, 3]
    x, y, z = (float(c) for c in np.asarray(drawn.position_m) - offset)
    return (x, y, z), drawn.quat_wxyz


def interpolate(start: Posture, end: Posture, share: float) -> Posture:
    """The posture a share of the way from one to another, turning the shorter way.

    Args:
        start: At share 0.
        end: At share 1.
        share: Within 0 and 1.
    """
    turn = math.remainder(end.yaw_rad - start.yaw_rad, 2 * math.pi)
    if share >= 1:
        return end
    return Posture(
        start.x_m + share * (end.x_m - start.x_m),
        start.y_m + share * (end.y_m - start.y_m),
        start.z_m + share * (end.z_m - start.z_m),
        start.yaw_rad + share * turn,
        start.qpos + share * (end.qpos - start.qpos),
    )


def _velocity(
    model: mujoco.MjModel,
    scene: CompiledScene,
    *,
    start: Posture,
    end: Posture,
    time_s: float,
) -> FloatArray:
    """Joint velocities of the robot's degrees of freedom between two postures."""
    part = scene.robot
    before = model.qpos0.copy()
    after = model.qpos0.copy()
    before[part.qpos_addresses] = start.qpos
    after[part.qpos_addresses] = end.qpos
    velocity: NDArray[np.float64] = np.zeros(model.nv)
    mujoco.mj_differentiatePos(model, velocity, time_s, before, after)
    return velocity[part.dof_addresses]
