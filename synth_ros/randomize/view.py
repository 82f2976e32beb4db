"""Draws a view: where the robot is, how it is posed, what its cameras do and look at.

A pure function of (config, inventory, objects, seed, episode, view, attempt).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from synth_ros.config.distributions import Distribution
from synth_ros.config.patterns import matching
from synth_ros.config.randomization import CameraRandomization, RobotRandomization
from synth_ros.config.root import Config
from synth_ros.config.viewpoint import ViewpointConfig
from synth_ros.randomize.draw import Draws, episode_draws
from synth_ros.randomize.draws import triple, uniform
from synth_ros.randomize.inventory import Inventory, JointInfo
from synth_ros.randomize.points import draw_point
from synth_ros.randomize.scene import (
    Pair,
    SampledCamera,
    SampledObject,
    SampledView,
    SampledViewpoint,
    Triple,
)
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.told import scripted_view

POINT = 'point'
"""Target of a viewpoint that looks at a point of the world."""


def sample_view(
    config: Config,
    inventory: Inventory,
    *,
    streams: Streams,
    view: int,
    attempt: int = 0,
    objects: Sequence[SampledObject] = (),
) -> SampledView:
    """Draw a view.

    Args:
        config: The config.
        inventory: What there is to draw from.
        streams: The episode's random streams.
        view: Number of the view within the episode.
        attempt: Which drawing of this view, after those that were refused.
        objects: The scene's objects, for cameras to look at.
    """
    random = config.randomization
    episode = episode_draws(config, streams)
    draws = episode.below(f'view/{view}/')
    cameras = draw_cameras(random.cameras, inventory, episode=episode, view=draws)
    exposure_ev = draws.number(config.environment.exposure_ev, 'exposure_ev')
    if config.script.views is not None:
        told = scripted_view(config.script.views, view=view, attempt=attempt)
        return told.model_copy(update={'cameras': cameras, 'exposure_ev': exposure_ev})
    root = draws.below('root/')
    return SampledView(
        view=view,
        attempt=attempt,
        x_m=root.number(random.robot.x_m, f'x_m/{attempt}'),
        y_m=root.number(random.robot.y_m, f'y_m/{attempt}'),
        yaw_rad=math.radians(root.number(random.robot.yaw_deg, f'yaw_deg/{attempt}')),
        joints=draw_joints(random.robot, inventory, draws=draws, attempt=attempt),
        cameras=cameras,
        exposure_ev=exposure_ev,
        viewpoints=draw_viewpoints(random.viewpoints, objects, draws=draws, attempt=attempt),
    )


def draw_joints(
    ranges: RobotRandomization, inventory: Inventory, *, draws: Draws, attempt: int
) -> dict[str, float]:
    """Joint positions of a posture: a row of the log, then ranges, which have the last word.

    Args:
        ranges: What is drawn.
        inventory: The robot's joints and their log.
        draws: Of the view.
        attempt: Which drawing of this view.

    Returns:
        By joint, radians or metres; joints that nothing names are left out.
    """
    free = [joint for joint in inventory.joints if not joint.follows]
    wanted = matching(ranges.joints_within_limits, [joint.name for joint in free])
    # A stream per joint: naming one more joint in the config moves no other joint.
    joints = {
        joint.name: uniform(draws.generator(f'joint/{joint.name}/{attempt}'), _limits(joint))
        for joint in free
        if joint.name in wanted
    }
    log = inventory.joint_log
    if log is not None:
        row = int(draws.generator(f'joint_log/{attempt}').random() * len(log.rows))
        joints |= dict(zip(log.joints, log.rows[row].tolist(), strict=True))
    return joints | {
        name: draws.number(drawn, f'joint/{name}/{attempt}')
        for name, drawn in sorted(ranges.joints.items())
    }


def _limits(joint: JointInfo) -> tuple[float, float]:
    return joint.limits or (-math.pi, math.pi)


def draw_mount_error(
    ranges: CameraRandomization, rng: np.random.Generator
) -> tuple[Triple, Triple]:
    """Error of a camera's mount: position in metres, rotation vector in radians."""
    position = rng.standard_normal(3) * ranges.position_m
    rotation = rng.standard_normal(3) * math.radians(ranges.rotation_deg)
    return triple(position), triple(rotation)


def draw_cameras(
    ranges: CameraRandomization, inventory: Inventory, *, episode: Draws, view: Draws
) -> tuple[SampledCamera, ...]:
    """What a view changes of the cameras' mounts and lenses.

    An attempt more changes nothing of it: the calibration of a camera must not depend on what
    else was refused.

    Args:
        ranges: What is drawn.
        inventory: Names of the cameras.
        episode: Draws of the episode: the same for all of its views.
        view: Draws of the view.

    Returns:
        Nothing if the cameras stay as they are built.
    """
    lens, nothing = ranges.intrinsics, (0.0, 0.0, 0.0)
    moves = ranges.per == 'view' and (ranges.position_m > 0 or ranges.rotation_deg > 0)
    if not moves and lens.fixed:
        return ()
    changes = []
    for name in inventory.cameras:
        position, rotation = (
            draw_mount_error(ranges, view.generator(f'camera/{name}'))
            if moves
            else (nothing, nothing)
        )
        source = (view if lens.per == 'view' else episode).below(f'lens/{name}/')
        focal = source.number(lens.focal_scale, 'focal')
        changes.append(
            SampledCamera(
                camera=name,
                focal_scale=(focal, focal * source.number(lens.aspect_scale, 'aspect')),
                principal_px=_pair(lens.principal_px, source, 'principal'),
                position_m=position,
                rotation_rad=rotation,
            )
        )
    return tuple(changes)


def draw_viewpoints(
    entries: Sequence[ViewpointConfig],
    objects: Sequence[SampledObject],
    *,
    draws: Draws,
    attempt: int,
) -> tuple[SampledViewpoint, ...]:
    """How cameras are to see targets in a view.

    Args:
        entries: What is drawn.
        objects: The scene's objects.
        draws: Of the view.
        attempt: Which drawing of this view.

    Returns:
        One for each entry whose target the scene has.
    """
    drawn = (
        _draw_viewpoint(
            entry, objects, draws=draws.below(f'viewpoint/{entry.camera}/'), attempt=attempt
        )
        for entry in entries
    )
    return tuple(viewpoint for viewpoint in drawn if viewpoint is not None)


def _draw_viewpoint(
    entry: ViewpointConfig, objects: Sequence[SampledObject], *, draws: Draws, attempt: int
) -> SampledViewpoint | None:
    target = _draw_target(entry, objects, draws.generator(f'target/{attempt}'))
    place = entry.targets.point_m
    if target is None:
        return None

    def angle(distribution: Distribution | None, name: str) -> float | None:
        if distribution is None:
            return None
        return math.radians(draws.number(distribution, f'{name}/{attempt}'))

    direction = draws.generator(f'aim_direction/{attempt}')
    return SampledViewpoint(
        camera=entry.camera,
        target=target,
        offset_px=_pair(entry.center_offset_px, draws, f'center_offset/{attempt}'),
        aim_error_rad=angle(entry.aim_error_deg, 'aim_error') or 0.0,
        aim_direction_rad=uniform(direction, (-math.pi, math.pi)),
        distance_m=None
        if entry.distance_m is None
        else draws.number(entry.distance_m, f'distance/{attempt}'),
        elevation_rad=angle(entry.elevation_deg, 'elevation'),
        azimuth_rad=angle(entry.azimuth_deg, 'azimuth'),
        roll_rad=angle(entry.roll_deg, 'roll'),
        target_m=None if place is None else draw_point(place, f'point/{attempt}', draws=draws),
    )


def _draw_target(
    entry: ViewpointConfig, objects: Sequence[SampledObject], rng: np.random.Generator
) -> str | None:
    """Name of the target, or ``None`` if there is none."""
    if entry.targets.point_m is not None:
        return POINT
    classes, tags = entry.targets.classes, set(entry.targets.tags)
    names = [
        item.name
        for item in objects
        if (not classes or item.class_name in classes) and (not tags or tags & set(item.tags))
    ]
    return names[int(rng.random() * len(names))] if names else None


def _pair(distribution: Distribution, draws: Draws, name: str) -> Pair:
    return draws.number(distribution, f'{name}/x'), draws.number(distribution, f'{name}/y')
