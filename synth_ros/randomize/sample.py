"""Draws a whole episode: a pure function of (config, inventory, seed, episode, attempt)."""

from __future__ import annotations

import colorsys
from typing import NamedTuple

import numpy as np

from synth_ros.config.objects import ObjectsConfig
from synth_ros.config.root import Config
from synth_ros.randomize.draws import count, log_uniform, uniform
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
    picks = _pick_objects(config, inventory, rng=streams.generator('objects'))
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
        lamps=draw_lamps(lights, inventory.surface.center_m, rng=streams.generator('lamps')),
        ambient=uniform(streams.generator('ambient'), lights.ambient),
        materials=_draw_materials(config, inventory, streams=streams),
        camera_offsets=_draw_camera_offsets(config, inventory, streams=streams),
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
    if ranges.per == 'view':
        return ()
    offsets = []
    for name in inventory.cameras:
        position, rotation = draw_mount_error(ranges, streams.generator(f'camera/{name}'))
        offsets.append(CameraOffset(camera=name, position_m=position, rotation_rad=rotation))
    return tuple(offsets)
