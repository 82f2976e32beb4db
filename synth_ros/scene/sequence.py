"""What the phases of a sequence are made of: trajectories, surfaces and conveyor belts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

import mujoco

from synth_ros.config.base import Fault, KeyPath
from synth_ros.config.load import LoadedConfig
from synth_ros.config.sequence import Drop, Event, Phase
from synth_ros.errors import NotFoundError, UsageError
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.randomize.phases import JointTrajectory, SequenceStock
from synth_ros.scene.environment import LoadedEnvironment
from synth_ros.scene.posture import position_fault, scalar_joint
from synth_ros.scene.robot import LoadedRobot, home_qpos
from synth_ros.scene.trajectory import load_trajectory

BELT_PREFIX = 'conveyor_'
_LEAST_RADIUS_M = 0.005


class SequenceLoader:
    """Loads what the phases of a config name.

    Attributes:
        faults: What is wrong with them, after ``load``.

    Args:
        loaded: The config.
        robot: The robot.
        environment: The environment.
    """

    def __init__(
        self, loaded: LoadedConfig, robot: LoadedRobot, environment: LoadedEnvironment
    ) -> None:
        self.faults: list[Fault] = []
        self._loaded = loaded
        self._robot = robot
        self._environment = environment
        self._trajectories: dict[str, JointTrajectory] = {}
        self._belts = dict(_belts(environment))

    def load(self, *, surface: SurfaceInfo) -> SequenceStock:
        """Everything that was found; what was not is a fault.

        Args:
            surface: Where objects fall by default.
        """
        drops = {
            name: self._drop_surface(drop) or surface
            for name, drop in self._loaded.config.sequence.drops()
        }
        for number, phase in enumerate(self._loaded.config.sequence.phases):
            base: KeyPath = ('sequence', 'phases', number)
            self._load_motion(base, phase)
            for place, event in enumerate(phase.events):
                self._check_event((*base, 'events', place), event)
        for number, name in enumerate(self._loaded.config.robot.wheels):
            self._check_wheel(('robot', 'wheels', number), name)
        return SequenceStock(
            MappingProxyType(self._trajectories),
            MappingProxyType(drops),
            MappingProxyType(self._belts),
        )

    def _check_wheel(self, key: KeyPath, name: str) -> None:
        try:
            scalar_joint(self._robot, name)
        except UsageError as error:
            self._note(key, error)
            return
        model = self._robot.model
        data = mujoco.MjData(model)
        data.qpos[:] = home_qpos(model, self._robot.joints)
        mujoco.mj_kinematics(model, data)
        joint = model.joint(name).id
        hinge = int(model.jnt_type[joint]) == mujoco.mjtJoint.mjJNT_HINGE.value
        if not hinge or data.xanchor[joint][2] + self._robot.lift_m < _LEAST_RADIUS_M:
            message = f'{name} is no wheel: a hinge whose axis is above the ground of the root'
            self.faults.append(Fault(key, message))

    def _load_motion(self, base: KeyPath, phase: Phase) -> None:
        motion = phase.robot
        if motion.trajectory is not None:
            name = motion.trajectory.file
            path = self._loaded.base_dir / Path(name).expanduser()
            try:
                self._trajectories[name] = load_trajectory(path, self._robot)
            except UsageError as error:
                self._note((*base, 'robot', 'trajectory', 'file'), error)
        variables = self._loaded.config.randomization.variables
        for k, waypoint in enumerate(motion.waypoints or ()):
            for name, at in waypoint.items():
                key: KeyPath = (*base, 'robot', 'waypoints', k, name)
                try:
                    joint = scalar_joint(self._robot, name)
                except UsageError as error:
                    self._note(key, error)
                    continue
                bounds = at.support(variables)
                fault = next(filter(None, map(partial(position_fault, joint), bounds)), None)
                if fault is not None:
                    self.faults.append(Fault(key, fault))

    def _check_event(self, base: KeyPath, event: Event) -> None:
        if event.drop is not None and event.drop.surface is not None:
            key = (*base, 'drop', 'surface')
            names = [surface.name for surface in self._environment.surfaces]
            self._find('surface', event.drop.surface, known=names, key=key)
        if event.conveyor is not None:
            key = (*base, 'conveyor', 'surface')
            self._find('conveyor belt', event.conveyor.surface, known=list(self._belts), key=key)

    def _drop_surface(self, drop: Drop) -> SurfaceInfo | None:
        if drop.region is not None:
            return self._environment.rectangle(drop.region)
        named = (s for s in self._environment.surfaces if s.name == drop.surface)
        return next(named, None)

    def _find(self, kind: str, name: str, *, known: Sequence[str], key: KeyPath) -> None:
        if name not in known:
            where = f'environment {self._environment.path}'
            if kind == 'conveyor belt':
                where += f' (box geoms named {BELT_PREFIX}NAME)'
            self._note(key, NotFoundError(kind, name, available=known, where=where))

    def _note(self, key: KeyPath, error: UsageError) -> None:
        self.faults.append(Fault(key, str(error)))


def _belts(environment: LoadedEnvironment) -> Iterator[tuple[str, str]]:
    """Names of the belts of an environment, and of their geoms."""
    for geom in environment.spec.geoms:
        if geom.name.startswith(BELT_PREFIX) and geom.type == mujoco.mjtGeom.mjGEOM_BOX:
            yield geom.name.removeprefix(BELT_PREFIX), geom.name
