"""Finds the places for objects in an environment and on a robot."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.config.base import Fault, KeyPath
from synth_ros.config.objects import ObjectsConfig
from synth_ros.config.placement import Grasp, Place
from synth_ros.config.robot import RobotConfig
from synth_ros.errors import NotFoundError, UsageError
from synth_ros.geometry.boxes import Boxes, joined
from synth_ros.geometry.transforms import make_transform, matrix_from_rpy, transform_points
from synth_ros.randomize.inventory import ClassInfo, PlaceInfo, SurfaceInfo
from synth_ros.randomize.placement.fits import class_misfit
from synth_ros.scene.clearance import solid_boxes
from synth_ros.scene.environment import LoadedEnvironment
from synth_ros.scene.posture import scalar_joint
from synth_ros.scene.robot import LoadedRobot
from synth_ros.types import FloatArray

_LEAST_RIM_M = 0.02
_PROBE = 'synth_ros probe'
_PROBE_M = 1e-4
_FAR_M = 1.0
_SHELF_PATTERN = 'shelf_*'


class Stage(NamedTuple):
    """What places are found in.

    Attributes:
        environment: The surroundings.
        robot: The robot.
        joints: Home position of each of its joints.
        config: Where it stands.
    """

    environment: LoadedEnvironment
    robot: LoadedRobot
    joints: Mapping[str, tuple[float, ...]]
    config: RobotConfig


class FoundPlaces(NamedTuple):
    """The places of a config, or what is wrong with them.

    Attributes:
        places: In config order, those with faults left out.
        faults: Below ``objects.placement``.
    """

    places: tuple[PlaceInfo, ...]
    faults: tuple[Fault, ...]


def find_places(objects: ObjectsConfig, stage: Stage) -> FoundPlaces:
    """Look up surfaces, links and joints that the places of a config name."""
    listed = objects.placement.places is not None
    found: list[PlaceInfo] = []
    faults: list[Fault] = []
    for number, place in enumerate(objects.placement.all_places()):
        base: KeyPath = ('places', number) if listed else ()
        try:
            found.append(_found(place, stage))
        except _PlaceError as error:
            faults.append(Fault((*base, *error.key), str(error)))
        except UsageError as error:
            faults.append(Fault((*base, *_looked_up(place)), str(error)))
    return FoundPlaces(tuple(found), tuple(faults))


def size_faults(
    places: Sequence[PlaceInfo], classes: Sequence[ClassInfo], *, least_scale: float
) -> Iterator[Fault]:
    """Yield faults, below ``objects``, for classes that are too large for their places.

    Args:
        places: In config order.
        classes: In config order.
        least_scale: The smallest factor on an object's size.
    """
    for number, place in enumerate(places):
        for k, name in enumerate(place.config.classes):
            for entry in classes:
                reason = entry.name == name and class_misfit(
                    place, entry, classes, scale=least_scale
                )
                if reason:
                    key: KeyPath = ('placement', 'places', number, 'classes', k)
                    yield Fault(key, f'an object of class "{name}" can never be here: {reason}')
    for number, entry in enumerate(classes):
        open_to = [place for place in places if place.config.takes(entry.name)]
        reasons = [class_misfit(p, entry, classes, scale=least_scale) for p in open_to]
        if open_to and all(reasons) and not any(entry.name in p.config.classes for p in open_to):
            told = '; '.join(
                f'{p.config.name}: {why}' for p, why in zip(open_to, reasons, strict=True)
            )
            yield Fault(('classes', number, 'name'), f'its objects fit no place ({told})')


def robot_boxes(stage: Stage) -> Boxes:
    """Boxes around the robot at home, in the world."""
    model = stage.robot.model
    data = _at_home(model, stage.joints)
    boxes = solid_boxes(model, data)
    world_from_model = _root(stage.config) @ make_transform(
        np.eye(3), (0.0, 0.0, stage.robot.lift_m)
    )
    return Boxes(
        transform_points(world_from_model, boxes.center_m),
        boxes.half_m,
        world_from_model[:3, :3] @ boxes.rotation,
    )


def obstacles(stage: Stage) -> Boxes:
    """Boxes around everything solid: the environment, and the robot at home."""
    return joined([stage.environment.solids, robot_boxes(stage)])


def ground(config: RobotConfig) -> SurfaceInfo:
    """The ground that the robot stands on, for environments without surfaces."""
    return SurfaceInfo('ground', config.position_m, (1.0, 1.0), math.radians(config.yaw_deg))


class _PlaceError(UsageError):
    """A place cannot be what it is asked to be.

    Args:
        key: The key at fault, below the place.
        reason: Why, as a sentence.
    """

    def __init__(self, key: KeyPath, reason: str) -> None:
        self.key = key
        super().__init__(reason)


def _found(place: Place, stage: Stage) -> PlaceInfo:
    environment = stage.environment
    match place.kind:
        case 'shelf':
            boards = environment.boards(place.surface or _SHELF_PATTERN)
            return PlaceInfo(place, boards)
        case 'bin':
            surface = environment.surface(place)
            if surface.rim_m < _LEAST_RIM_M:
                key = 'region' if place.region is not None else 'surface'
                raise _PlaceError(
                    (key,),
                    f'"{surface.name}" is no bin: it has no walls on all four sides, or they are '
                    f'lower than {_LEAST_RIM_M:g} m',
                )
            return PlaceInfo(place, (surface,))
        case 'floor':
            surfaces: tuple[SurfaceInfo, ...] = ()
            if place.surface is not None or place.region is not None:
                surfaces = (environment.surface(place),)
            return PlaceInfo(place, surfaces, center_m=stage.config.position_m)
        case 'gripper':
            assert place.grasp is not None
            return PlaceInfo(place, opening_m=_opening(place.grasp, stage))
        case 'air' | 'container':
            return PlaceInfo(place)
        case 'surface' | 'pile':
            return PlaceInfo(place, (environment.surface(place),))


def _looked_up(place: Place) -> KeyPath:
    """The key that names what a place looks for."""
    return ('grasp', 'link') if place.kind == 'gripper' else ('surface',)


def _opening(grasp: Grasp, stage: Stage) -> float:
    """Free width between the open fingers at the grasp, metres; infinity if not known."""
    robot = stage.robot
    if grasp.link not in robot.links:
        raise _PlaceError(
            ('grasp', 'link'),
            str(
                NotFoundError(
                    'link', grasp.link, available=robot.links, where=f'robot {robot.path}'
                )
            ),
        )
    limits = []
    for number, name in enumerate(grasp.fingers):
        try:
            joint = scalar_joint(robot, name)
        except NotFoundError as error:
            raise _PlaceError(('grasp', 'fingers', number), str(error)) from None
        if joint.limits is None:
            raise _PlaceError(
                ('grasp', 'fingers', number), f'joint "{name}" has no limits: it cannot close'
            )
        limits.append(joint.limits)
    if not grasp.fingers:
        return math.inf
    return max(_width(grasp, stage, [pair[end] for pair in limits]) for end in (0, 1))


def _width(grasp: Grasp, stage: Stage, positions: Sequence[float]) -> float:
    """Free width between the fingers at some joint positions, as physics feels them.

    Physics takes meshes for their convex hulls, so a probe at the grasp asks for its distance.
    """
    spec = stage.robot.spec.copy()
    spec.body(grasp.link).add_geom(
        name=_PROBE, type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[_PROBE_M] * 3, pos=grasp.position_m
    )
    model = spec.compile()
    data = _at_home(model, stage.joints)
    for name, position in zip(grasp.fingers, positions, strict=True):
        data.qpos[model.joint(name).qposadr[0]] = position
    mujoco.mj_kinematics(model, data)
    probe = model.geom(_PROBE).id
    solid = (model.geom_contype != 0) | (model.geom_conaffinity != 0)
    distances = sorted(
        min(
            (
                mujoco.mj_geomDistance(model, data, probe, int(geom), _FAR_M, None) + _PROBE_M
                for geom in np.flatnonzero(
                    solid & (model.geom_bodyid == int(model.joint(name).bodyid[0]))
                )
            ),
            default=math.inf,
        )
        for name in grasp.fingers
    )
    # One finger closes on something that is not known; several meet around the probe.
    return distances[0] + distances[1] if len(distances) > 1 else math.inf


def _at_home(model: mujoco.MjModel, joints: Mapping[str, tuple[float, ...]]) -> mujoco.MjData:
    """The robot alone with its joints at some positions; kinematics are current."""
    data = mujoco.MjData(model)
    for name, position in joints.items():
        start = int(model.joint(name).qposadr[0])
        data.qpos[start : start + len(position)] = position
    mujoco.mj_kinematics(model, data)
    return data


def _root(config: RobotConfig) -> FloatArray:
    yaw = math.radians(config.yaw_deg)
    return make_transform(matrix_from_rpy((0.0, 0.0, yaw)), config.position_m)
