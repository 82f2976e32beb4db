"""One running scene: owns the MuJoCo state and tells where everything is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto

import mujoco
import numpy as np

from synth_ros.config.robot import RobotConfig
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.placement.room import Pose
from synth_ros.randomize.scene import SampledCamera, SampledObject, SampledValue
from synth_ros.scene.apply import SceneValues
from synth_ros.scene.compiled import CameraPart, CompiledScene, ObjectPart, ShapePart
from synth_ros.scene.soft import SoftSource, has_soft
from synth_ros.scene.surfaces import world_from_geom
from synth_ros.sim import readings
from synth_ros.sim.contacts import contacts
from synth_ros.sim.eyes import changed_lens, changed_mount
from synth_ros.sim.grip import close_fingers
from synth_ros.sim.kinematic import kinematic_model
from synth_ros.sim.places import PARKED, LoosePose, Place, body_pose
from synth_ros.sim.probe import CameraProbe
from synth_ros.sim.robot import Path, Posture, RobotState
from synth_ros.sim.robot_postures import RobotPostures
from synth_ros.sim.surface_speed import SurfaceSpeeds
from synth_ros.types import (
    CameraModel,
    FloatArray,
    Instance,
    JointState,
    LinkPose,
    SceneState,
)


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
        surface_speeds: Of belts and of a robot that drives.
        grip: How the fingers are closed on what the robot holds, in every posture.
        postures: The configured posture, and those that are drawn or told.
    """

    def __init__(self, scene: CompiledScene, robot: RobotConfig) -> None:
        self.scene = scene
        self.model = kinematic_model(scene)
        self._data = mujoco.MjData(self.model)
        self.surface_speeds = SurfaceSpeeds(self.model, scene.robot)
        self._due = _Due.NOTHING
        # Where the solver starts from in the next step, whoever looked at the state meanwhile.
        self._warmstart = np.zeros(self.model.nv)
        self._robot_state = RobotState(self.model, scene.robot)
        self._present = tuple(part for part in scene.objects if not part.waits)
        self.grip = close_fingers(self.model, scene)
        self._values = SceneValues(scene, self.model)
        self._soft = SoftSource(self.model) if has_soft(self.model) else None
        self._cameras: dict[str, SampledCamera] = {}
        self._probe: CameraProbe | None = None
        self.postures = RobotPostures(scene.robot, robot, closed=self.grip.positions)
        self.set_posture(self.postures.home)

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

    def apply(self, values: Sequence[SampledValue]) -> bool:
        """Give the scene what was drawn for named targets, in place of what it was given before.

        Args:
            values: Those of the episode, then those of the view.

        Returns:
            Whether looks of ``scene.model`` changed, so that who has loaded it must refresh.
        """
        written = self._values.apply(values)
        if written.anything:
            self._due = _Due.ALL
        return written.looks

    def set_posture(self, posture: Posture, *, velocity: FloatArray | None = None) -> None:
        """Pose the robot; objects stay where they are.

        Args:
            posture: Where to.
            velocity: Joint velocities of the robot's degrees of freedom, zero by default.
        """
        self._robot_state.put(self._data, posture, velocity)
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

    def follow(
        self,
        path: Path,
        steps: int,
        *,
        first: int = 0,
        each: Callable[[int], None] | None = None,
    ) -> None:
        """Advance the simulation while the robot goes along a path.

        The result does not depend on where a way is cut into several calls, nor on who looked at
        the state between them.

        Args:
            path: Where the robot is at each time step.
            steps: How many time steps to take.
            first: Where on the path the robot is now, in time steps.
            each: Called after each step with its number on the path; may ``glimpse``.
        """
        model, data, robot = self.model, self._data, self._robot_state
        before = path(first)
        velocity: FloatArray | None = None
        data.qacc_warmstart[:] = self._warmstart
        for step in range(first + 1, first + steps + 1):
            posture = path(step)
            velocity = robot.velocity(before, posture)
            robot.lead(data, posture, velocity)
            self.surface_speeds.set_base(data, *robot.base_velocity(before, posture))
            self.surface_speeds.step()
            mujoco.mj_step(model, data)
            before = posture
            if each is not None:
                robot.lead(data, posture, velocity)
                each(step)
        self._warmstart[:] = data.qacc_warmstart
        if velocity is not None:
            robot.lead(data, before, velocity)
        self._due = _Due.ALL

    def glimpse(self, cameras: Sequence[CameraPart]) -> list[FloatArray]:
        """Poses of optical frames where mounts have them, (4, 4), between two time steps.

        Nothing of the state is touched, not even what follows from it.
        """
        if self._probe is None:
            self._probe = CameraProbe(self.model)
        return self._probe.poses(self._data, [camera.camera_id for camera in cameras])

    @property
    def gravity_m_s2(self) -> FloatArray:
        """In the world, (3,)."""
        gravity: FloatArray = self.model.opt.gravity.copy()
        return gravity

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let the block try out postures and cameras; all is as before when it ends."""
        kind = mujoco.mjtState.mjSTATE_INTEGRATION.value
        kept = np.empty(mujoco.mj_stateSize(self.model, kind))
        mujoco.mj_getState(self.model, self._data, kept, kind)
        cameras = self._cameras
        try:
            yield
        finally:
            self._cameras = cameras
            mujoco.mj_setState(self.model, self._data, kept, kind)
            self._due = _Due.ALL

    @property
    def present(self) -> tuple[ObjectPart, ...]:
        """The labelled objects that are there, by ascending id: all but those still waiting."""
        return self._present

    def waiting(self, event: str) -> tuple[ObjectPart, ...]:
        """The objects that an event lets fall in and that have not fallen yet, by ascending id."""
        here = {part.instance_id for part in self._present}
        waiting = (part for part in self.scene.objects if part.waits == event)
        return tuple(part for part in waiting if part.instance_id not in here)

    def has_room(self, part: ObjectPart, pose: Pose) -> bool:
        """Whether a free object would touch nothing with its box's centre at a pose."""
        with self.aside():
            self._put(part, pose)
            mujoco.mj_fwdPosition(self.model, self._data)
            owners = self.model.geom_bodyid[self._data.contact.geom]
            mine = (owners == part.body_id).any(axis=1)
            return not (mine & (self._data.contact.dist < 0)).any()

    def let_fall(self, part: ObjectPart, pose: Pose) -> None:
        """Let an object that waits fall from now on.

        Args:
            part: The object.
            pose: Of its box's centre.
        """
        self._put(part, pose)
        self.model.body_gravcomp[part.body_id] = 0
        chosen = {one.instance_id for one in self._present} | {part.instance_id}
        self._present = tuple(one for one in self.scene.objects if one.instance_id in chosen)
        self._due = _Due.ALL

    def _put(self, part: ObjectPart, pose: Pose) -> None:
        offset = matrix_from_quat_wxyz(pose.quat_wxyz) @ part.object_from_box[:3, 3]
        at = self._data.qpos[part.qpos_address : part.qpos_address + 7]
        at[:3] = np.asarray(pose.position_m) - offset
        at[3:] = pose.quat_wxyz
        self._data.qvel[part.dof_address : part.dof_address + 6] = 0

    def push(self, part: ObjectPart, force_n: FloatArray) -> None:
        """Add to the force that acts at an object's centre of mass from now on.

        Args:
            part: The object.
            force_n: In the world frame, (3,).
        """
        acts = self._data.xfrc_applied[part.body_id, :3]
        acts += force_n
        # What was added and taken away again must not leave a rounding error behind.
        acts[np.abs(acts) < 1e-12 * np.abs(force_n)] = 0.0
        self._due = _Due.ALL

    def set_objects(self, qpos: FloatArray) -> None:
        """Put all objects and distractors at rest at given poses.

        Args:
            qpos: Full qpos of the model; only the entries of what is free are used.
        """
        for part in self.scene.free_bodies:
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

    def put_shape(self, shape: ShapePart, place: Place | None) -> None:
        """Put a shape without physics somewhere, or out of the way.

        Args:
            shape: One of ``scene.shapes``.
            place: Where to; ``None`` to park it.
        """
        position, quat = place if place is not None else PARKED
        self._data.mocap_pos[shape.mocap_id] = position
        self._data.mocap_quat[shape.mocap_id] = quat
        self._due = _Due.ALL

    def shape_places(self) -> list[tuple[ShapePart, Place]]:
        """Where the shapes without physics are now, those that are parked included."""
        return readings.shape_places(self._data, self.scene.shapes)

    def unlabelled(self) -> tuple[LoosePose, ...]:
        """Where all is that can move and is never labelled; what is parked is left out."""
        return readings.unlabelled(self.data, self.scene)

    def is_used(self, shape: ShapePart) -> bool:
        """Whether a shape is in the scene, not parked."""
        return readings.is_used(self._data, shape)

    def instances(self) -> tuple[Instance, ...]:
        """All labelled objects that are there at this instant, by ascending id."""
        return readings.instances(self.placed, self._present)

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
        mounted = readings.world_from_mount(self.placed, camera)
        return changed_mount(mounted, self._cameras.get(camera.model.name))

    def world_from_body(self, body: int) -> FloatArray:
        """Pose of a body of the model, shape (4, 4)."""
        return readings.world_from_body(self.placed, body)

    def links(self) -> tuple[LinkPose, ...]:
        """Poses of all robot bodies, parents first."""
        return readings.links(self.placed, self.scene.robot)

    def joints(self) -> tuple[JointState, ...]:
        """State of all hinge and slide joints of the robot."""
        return readings.joints(self.data, self.scene.robot)

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
            absent=readings.absent(self._data, self.scene, self._present),
        )
