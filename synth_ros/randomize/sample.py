"""Draws a whole episode: a pure function of (config, inventory, seed, episode, attempt)."""

from __future__ import annotations

import colorsys
import math
from typing import NamedTuple

import numpy as np

from synth_ros.config.objects import ObjectsConfig
from synth_ros.config.root import Config
from synth_ros.randomize.draw import episode_draws
from synth_ros.randomize.draws import count, log_uniform, triple, uniform
from synth_ros.randomize.inventory import ClassInfo, Inventory, MaterialRole, VariantInfo
from synth_ros.randomize.lamps import draw_lamps
from synth_ros.randomize.placement import draw_drop_poses
from synth_ros.randomize.scene import (
    CameraOffset,
    SampledMaterial,
    SampledObject,
    SampledScene,
    SampledView,
)
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.targets import TARGET_TAG, object_item, object_name
from synth_ros.randomize.vary import BUILT, draw_values, drawn_scales, with_values


class _Pick(NamedTuple):
    """Which asset an object is and how it is changed."""

    entry: ClassInfo
    variant: VariantInfo
    scale: float
    hue_shift_deg: float
    value_scale: float
    friction_scale: float
    mass_scale: float

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags of the object."""
        return (TARGET_TAG, *self.entry.tags)


def sample_scene(
    config: Config, inventory: Inventory, *, streams: Streams, attempt: int = 0
) -> SampledScene:
    """Draw a scene.

    Another attempt of the same episode draws only new drop poses: the objects, lamps and
    looks stay, so that a scene that does not settle needs no new model.

    Args:
        config: The config.
        inventory: What there is to draw from.
        streams: The episode's random streams.
        attempt: Which drawing of the drop poses.
    """
    draws = episode_draws(config, streams)
    picks = _pick_objects(config, inventory, rng=streams.generator('objects'))
    items = tuple(
        object_item(object_name(pick.entry.name, number), pick.entry.name, pick.tags)
        for number, pick in enumerate(picks, start=1)
    )
    sizes = draw_values(config.randomization.vary, {'object': items}, draws=draws, which=BUILT)
    scales = drawn_scales(sizes, items, [pick.scale for pick in picks])
    picks = [pick._replace(scale=scale) for pick, scale in zip(picks, scales, strict=True)]
    half_sizes = [_scaled(p.variant.half_size_m, p.scale) for p in picks]
    poses = draw_drop_poses(
        half_sizes,
        inventory.surface,
        placement=config.objects.placement,
        rng=streams.generator(f'placement/{attempt}'),
    )
    objects = tuple(
        SampledObject(
            instance_id=number,
            name=object_name(pick.entry.name, number),
            class_id=pick.entry.class_id,
            class_name=pick.entry.name,
            variant=pick.variant.name,
            position_m=pose.position_m,
            quat_wxyz=pose.quat_wxyz,
            scale=pick.scale,
            hue_shift_deg=pick.hue_shift_deg,
            value_scale=pick.value_scale,
            friction_scale=pick.friction_scale,
            mass_scale=pick.mass_scale,
            tags=pick.tags,
        )
        for number, (pick, pose) in enumerate(zip(picks, poses, strict=True), start=1)
    )
    lights = config.environment.lights
    scene = SampledScene(
        episode=streams.episode,
        attempt=attempt,
        objects=objects,
        lamps=draw_lamps(lights, inventory.surface.center_m, rng=streams.generator('lamps')),
        ambient=uniform(streams.generator('ambient'), lights.ambient),
        materials=_draw_materials(config, inventory, streams=streams),
        camera_offsets=_draw_camera_offsets(config, inventory, streams=streams),
        values=sizes,
    )
    return with_values(scene, config.randomization.vary, inventory, draws=draws)


def sample_view(config: Config, *, streams: Streams, view: int, attempt: int = 0) -> SampledView:
    """Draw one posture of the robot.

    Args:
        config: The config.
        streams: The episode's random streams.
        view: Number of the view within the episode.
        attempt: Which drawing of this view, after postures that touched something.
    """
    ranges = config.randomization.robot
    root = streams.generator(f'view/{view}/root/{attempt}')
    # A stream per joint: naming one more joint in the config moves no other joint.
    joints = {
        name: uniform(streams.generator(f'view/{view}/joint/{name}/{attempt}'), bounds)
        for name, bounds in sorted(ranges.joints.items())
    }
    return SampledView(
        view=view,
        attempt=attempt,
        x_m=uniform(root, ranges.x_m),
        y_m=uniform(root, ranges.y_m),
        yaw_rad=math.radians(uniform(root, ranges.yaw_deg)),
        joints=joints,
    )


def _pick_objects(
    config: Config, inventory: Inventory, *, rng: np.random.Generator
) -> list[_Pick]:
    if not inventory.classes:
        return []
    weights = np.array([entry.weight for entry in inventory.classes])
    weights /= weights.sum()
    number = count(rng, config.objects.count)
    return [_pick_one(config, inventory, weights=weights, rng=rng) for _ in range(number)]


def _pick_one(
    config: Config,
    inventory: Inventory,
    *,
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    rng: np.random.Generator,
) -> _Pick:
    objects: ObjectsConfig = config.objects
    entry = inventory.classes[int(rng.choice(len(weights), p=weights))]
    # One draw in [0, 1) whatever the number of variants: adding one shifts nothing else.
    variant = entry.variants[int(rng.random() * len(entry.variants))]
    return _Pick(
        entry=entry,
        variant=variant,
        scale=uniform(rng, objects.scale),
        hue_shift_deg=uniform(rng, objects.hue_shift_deg),
        value_scale=uniform(rng, objects.value_scale),
        friction_scale=log_uniform(rng, config.physics.friction_scale),
        mass_scale=log_uniform(rng, config.physics.mass_scale),
    )


def _scaled(half: tuple[float, float, float], scale: float) -> tuple[float, float, float]:
    return half[0] * scale, half[1] * scale, half[2] * scale


def _draw_materials(
    config: Config, inventory: Inventory, *, streams: Streams
) -> tuple[SampledMaterial, ...]:
    if not config.environment.randomize_materials:
        return ()
    return tuple(
        _draw_material(role, rng=streams.generator(f'material/{role.role}'))
        for role in inventory.roles
    )


def _draw_material(role: MaterialRole, *, rng: np.random.Generator) -> SampledMaterial:
    variant = role.materials[int(rng.random() * len(role.materials))]
    # A gentle tint: strong ones make rooms that no camera has seen.
    rgb = colorsys.hsv_to_rgb(rng.random(), uniform(rng, (0.0, 0.22)), uniform(rng, (0.72, 1.0)))
    return SampledMaterial(role=role.role, variant=variant, rgb=rgb)


def _draw_camera_offsets(
    config: Config, inventory: Inventory, *, streams: Streams
) -> tuple[CameraOffset, ...]:
    ranges = config.randomization.cameras
    offsets = []
    for name in inventory.cameras:
        rng = streams.generator(f'camera/{name}')
        position = rng.standard_normal(3) * ranges.position_m
        rotation = rng.standard_normal(3) * math.radians(ranges.rotation_deg)
        offsets.append(
            CameraOffset(camera=name, position_m=triple(position), rotation_rad=triple(rotation))
        )
    return tuple(offsets)
