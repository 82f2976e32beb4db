"""Draws a whole episode: a pure function of (config, inventory, seed, episode, attempt)."""

from __future__ import annotations

import colorsys
from typing import NamedTuple

import numpy as np

from synth_ros.config.root import Config
from synth_ros.randomize.draw import Draws, episode_draws
from synth_ros.randomize.draws import uniform
from synth_ros.randomize.inventory import ClassInfo, Inventory, MaterialRole, VariantInfo
from synth_ros.randomize.lamps import draw_lamps
from synth_ros.randomize.placement import draw_drop_poses
from synth_ros.randomize.scene import (
    CameraOffset,
    SampledMaterial,
    SampledObject,
    SampledScene,
)
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.view import draw_mount_error
from synth_ros.types import FloatArray


class _Pick(NamedTuple):
    """Which asset an object is and how it is changed."""

    entry: ClassInfo
    variant: VariantInfo
    scale: float
    hue_shift_deg: float
    value_scale: float
    friction_scale: float
    mass_scale: float


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
    picks = _pick_objects(config, inventory, draws=draws.below('objects/'))
    half_sizes = [_scaled(p.variant.half_size_m, p.scale) for p in picks]
    poses = draw_drop_poses(
        half_sizes,
        inventory.surface,
        placement=config.objects.placement,
        draws=draws.below(f'placement/{attempt}/'),
    )
    objects = tuple(
        SampledObject(
            instance_id=number,
            name=f'{pick.entry.name}_{number:02d}',
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
        )
        for number, (pick, pose) in enumerate(zip(picks, poses, strict=True), start=1)
    )
    lights = config.environment.lights
    return SampledScene(
        episode=streams.episode,
        attempt=attempt,
        objects=objects,
        lamps=draw_lamps(lights, inventory.surface.center_m, draws=draws.below('lamps/')),
        ambient=draws.number(lights.ambient, 'ambient'),
        materials=_draw_materials(config, inventory, streams=streams),
        camera_offsets=_draw_camera_offsets(config, inventory, streams=streams),
        variables=dict(draws.variables),
    )


def _pick_objects(config: Config, inventory: Inventory, *, draws: Draws) -> list[_Pick]:
    if not inventory.classes:
        return []
    weights = np.array([entry.weight for entry in inventory.classes])
    weights /= weights.sum()
    numbers = range(1, draws.whole(config.objects.count, 'count') + 1)
    return [
        _pick_one(config, inventory, weights=weights, draws=draws.below(f'{number}/'))
        for number in numbers
    ]


def _pick_one(config: Config, inventory: Inventory, *, weights: FloatArray, draws: Draws) -> _Pick:
    objects, physics = config.objects, config.physics
    place = int(draws.generator('class').choice(len(weights), p=weights))
    entry = inventory.classes[place]
    # One draw in [0, 1) whatever the number of variants: adding one shifts nothing else.
    variant = entry.variants[int(draws.generator('variant').random() * len(entry.variants))]
    return _Pick(
        entry=entry,
        variant=variant,
        scale=draws.number(objects.scale, 'scale'),
        hue_shift_deg=draws.number(objects.hue_shift_deg, 'hue_shift_deg'),
        value_scale=draws.number(objects.value_scale, 'value_scale'),
        friction_scale=draws.number(physics.friction_scale, 'friction_scale'),
        mass_scale=draws.number(physics.mass_scale, 'mass_scale'),
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
    if ranges.per == 'view':
        return ()
    offsets = []
    for name in inventory.cameras:
        position, rotation = draw_mount_error(ranges, streams.generator(f'camera/{name}'))
        offsets.append(CameraOffset(camera=name, position_m=position, rotation_rad=rotation))
    return tuple(offsets)
