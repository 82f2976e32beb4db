"""What of drawn postures and viewpoints only the loaded robot can refute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synth_ros.config.base import Fault, KeyPath
from synth_ros.config.patterns import matching, unmatched
from synth_ros.config.root import Config
from synth_ros.config.viewpoint import ViewpointConfig
from synth_ros.errors import NotFoundError
from synth_ros.scene.cameras import WORLD, PlannedCamera
from synth_ros.scene.robot import LoadedRobot

_PLACED = ('distance_m', 'elevation_deg', 'azimuth_deg')


def joint_faults(config: Config, robot: LoadedRobot) -> Iterator[Fault]:
    """Yield faults of ``joints_within_limits``: patterns that mean no joint, slides without end.

    Args:
        config: The config.
        robot: The loaded robot.
    """
    patterns = config.randomization.robot.joints_within_limits
    base: KeyPath = ('randomization', 'robot', 'joints_within_limits')
    yield from _unknown_joints(base, patterns, robot)
    for place, pattern in enumerate(patterns):
        for name in matching((pattern,), _scalar(robot)):
            joint = robot.joints[name]
            if joint.limits is None and joint.is_slide and joint.coupling is None:
                message = (
                    f'joint {name!r} slides without limits, so there is no range to draw from; '
                    'give one in randomization.robot.joints'
                )
                yield Fault((*base, place), message)


def viewpoint_faults(
    config: Config, robot: LoadedRobot, cameras: Sequence[PlannedCamera]
) -> Iterator[Fault]:
    """Yield faults of viewpoints that do not suit their camera.

    Args:
        config: The config.
        robot: The loaded robot.
        cameras: Those cameras that could be loaded.
    """
    links = {camera.config.name: camera.parent_link for camera in cameras}
    for number, entry in enumerate(config.randomization.viewpoints):
        base: KeyPath = ('randomization', 'viewpoints', number)
        link = links.get(entry.camera)
        if link is None:
            continue
        yield from _unknown_joints((*base, 'joints'), entry.joints, robot)
        if link == WORLD:
            yield from _placed_faults(base, entry)
        elif not entry.joints and not entry.base and not _moves(robot, link):
            message = (
                f'no joint moves link {link!r} of camera "{entry.camera}": name joints, set '
                '"base: true", or mount the camera on world'
            )
            yield Fault((*base, 'camera'), message)


def _placed_faults(base: KeyPath, entry: ViewpointConfig) -> Iterator[Fault]:
    camera = f'camera "{entry.camera}" is fixed to the world and put in its place'
    for key in _PLACED:
        if getattr(entry, key) is None:
            yield Fault((*base, key), f'{camera}, for which it needs {", ".join(_PLACED)}')
    if entry.joints:
        yield Fault((*base, 'joints'), f'{camera}; no joint moves it')
    if entry.base:
        yield Fault((*base, 'base'), f'{camera}; the base does not carry it')


def _unknown_joints(base: KeyPath, patterns: Sequence[str], robot: LoadedRobot) -> Iterator[Fault]:
    names = _scalar(robot)
    for place, pattern in unmatched(patterns, names):
        error = NotFoundError('joint', pattern, available=names, where=f'robot {robot.path}')
        yield Fault((*base, place), str(error))


def _scalar(robot: LoadedRobot) -> list[str]:
    return [name for name, joint in robot.joints.items() if joint.is_scalar]


def _moves(robot: LoadedRobot, link: str) -> bool:
    """Whether a joint with one degree of freedom lies between the root and a link."""
    model = robot.model
    body = int(model.body(link).id)
    while body > 0:
        first, count = int(model.body_jntadr[body]), int(model.body_jntnum[body])
        if any(robot.joints[model.joint(j).name].is_scalar for j in range(first, first + count)):
            return True
        body = int(model.body_parentid[body])
    return False
