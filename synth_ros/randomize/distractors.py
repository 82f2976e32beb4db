"""Draws what is in the scene and never labelled.

Each thing has streams of its own, so one more flying shape moves no other, and none of this
moves an object.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from synth_ros.config.distractors import FlatShape, FlyingShapes, HangingShape
from synth_ros.config.objects import Placement
from synth_ros.config.root import Config
from synth_ros.randomize.draws import (
    count,
    log_uniform,
    quadruple,
    uniform,
    uniform_quat_wxyz,
)
from synth_ros.randomize.inventory import ClassInfo, Inventory, SurfaceInfo
from synth_ros.randomize.placement import DropPose, draw_drop_poses
from synth_ros.randomize.scene import SampledObject, SampledShape, SampledTexture, Triple
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.textures import draw_color, draw_texture
from synth_ros.types import FloatArray

# Where the first is taken by an object or a wall, a flying shape goes to the next.
_PLACES = 12
_LARGEST_SEED = 2**32
# Of objects where a scene has none, metres.
_USUAL_EXTENT_M = 0.1
_THIN_M = 0.004
_METAL_SHARE = 0.15


def draw_distractors(
    config: Config, inventory: Inventory, *, streams: Streams
) -> tuple[SampledObject, ...]:
    """Draw the clutter of a scene; where it drops from is drawn later, with the objects.

    Args:
        config: The config.
        inventory: What there is to draw from.
        streams: The episode's streams.

    Returns:
        Distractors at the origin.
    """
    ranges = config.distractors.contextual
    if not inventory.distractors:
        return ()
    number = count(streams.generator('distractors/contextual/count'), ranges.count)
    weights = np.array([entry.weight for entry in inventory.distractors])
    weights /= weights.sum()
    return tuple(
        _distractor(k, config, inventory, weights=weights, streams=streams)
        for k in range(1, number + 1)
    )


def _distractor(
    number: int,
    config: Config,
    inventory: Inventory,
    *,
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    streams: Streams,
) -> SampledObject:
    ranges, objects = config.distractors.contextual, config.objects
    rng = streams.generator(f'distractors/contextual/{number}')
    entry: ClassInfo = inventory.distractors[int(rng.choice(len(weights), p=weights))]
    variant = entry.variants[int(rng.random() * len(entry.variants))]
    return SampledObject(
        instance_id=0,
        name=f'distractor_{entry.name}_{number:02d}',
        class_id=0,
        class_name=entry.name,
        variant=variant.name,
        position_m=(0.0, 0.0, 0.0),
        quat_wxyz=(1.0, 0.0, 0.0, 0.0),
        scale=uniform(rng, ranges.scale),
        hue_shift_deg=uniform(rng, objects.hue_shift_deg),
        value_scale=uniform(rng, objects.value_scale),
        friction_scale=log_uniform(rng, config.physics.friction_scale),
        mass_scale=log_uniform(rng, config.physics.mass_scale),
        texture=draw_texture(
            ranges.texture,
            inventory.textures,
            rng=streams.generator(f'distractors/contextual/{number}/texture'),
        ),
    )


def drop_distractors(
    distractors: Sequence[SampledObject],
    inventory: Inventory,
    *,
    among: Sequence[tuple[Triple, DropPose]],
    placement: Placement,
    rng: np.random.Generator,
) -> tuple[SampledObject, ...]:
    """Let distractors fall on the objects' surface, beside the objects or on top of them.

    Args:
        distractors: What was drawn.
        inventory: Their sizes, and the surface.
        among: Half extents of each object's box and the pose that it is dropped from.
        placement: Drop heights and the share of upright ones, as for objects.
        rng: Source of randomness.
    """
    half = {
        (entry.name, variant.name): variant.half_size_m
        for entry in inventory.distractors
        for variant in entry.variants
    }
    sizes = []
    for item in distractors:
        x, y, z = half[item.class_name, item.variant]
        sizes.append((x * item.scale, y * item.scale, z * item.scale))
    poses = draw_drop_poses(sizes, inventory.surface, placement=placement, rng=rng, among=among)
    return tuple(
        item.model_copy(update={'position_m': pose.position_m, 'quat_wxyz': pose.quat_wxyz})
        for item, pose in zip(distractors, poses, strict=True)
    )


def draw_shapes(
    config: Config, inventory: Inventory, *, extents_m: Sequence[float], streams: Streams
) -> tuple[SampledShape, ...]:
    """Draw the shapes of a scene: what flies, and the pools for occluders and background.

    Args:
        config: The config.
        inventory: What there is to draw from.
        extents_m: Mean full extent of each object over its axes.
        streams: The episode's streams.
    """
    wanted = config.distractors
    flying = count(streams.generator('distractors/flying/count'), wanted.flying.count)
    mean_m = float(np.mean(extents_m)) if len(extents_m) else _USUAL_EXTENT_M
    low, high = (mean_m * factor for factor in wanted.background.size)
    pieces = wanted.occluders
    pools = (
        _Pool('flying', flying, wanted.flying.shapes, wanted.flying.size_m),
        _Pool('occluder', pieces.count, pieces.shapes, pieces.size_m),
        _Pool('background', wanted.background.count, wanted.background.shapes, (low, high)),
    )
    textures = {
        'flying': wanted.flying.texture,
        'occluder': wanted.occluders.texture,
        'background': wanted.background.texture,
    }
    out = []
    for pool in pools:
        for number in range(1, pool.number + 1):
            name = f'{pool.role}_{number:03d}'
            rng = streams.generator(f'distractors/{name}')
            texture = draw_texture(
                textures[pool.role],
                inventory.textures,
                rng=streams.generator(f'distractors/{name}/texture'),
            )
            shape = _draw_shape(pool, name, texture, rng=rng)
            if pool.role == 'flying':
                places = _places(wanted.flying, inventory.surface, rng=rng)
                quat = quadruple(uniform_quat_wxyz(rng))
                shape = shape.model_copy(update={'places_m': places, 'quat_wxyz': quat})
            out.append(shape)
    return tuple(out)


class _Pool(NamedTuple):
    """Shapes of one role.

    Attributes:
        role: What they are for.
        number: How many.
        shapes: Which, equally often.
        size_m: Range of the largest full extent.
    """

    role: Literal['flying', 'occluder', 'background']
    number: int
    shapes: tuple[HangingShape, ...] | tuple[FlatShape, ...]
    size_m: tuple[float, float]


def _draw_shape(
    pool: _Pool, name: str, texture: SampledTexture | None, *, rng: np.random.Generator
) -> SampledShape:
    shape = pool.shapes[int(rng.random() * len(pool.shapes))]
    largest_m = log_uniform(rng, pool.size_m)
    shares = 0.35 + 0.65 * rng.random(3)
    metallic = float(rng.random() < _METAL_SHARE)
    return SampledShape(
        name=name,
        role=pool.role,
        shape=shape,
        size_m=_extents(shape, largest_m, shares),
        seed=int(rng.integers(_LARGEST_SEED)),
        rgb=draw_color(rng),
        roughness=uniform(rng, (0.15, 0.95)),
        metallic=metallic,
        texture=texture,
    )


def _extents(shape: HangingShape | FlatShape, largest_m: float, shares: FloatArray) -> Triple:
    """Full extents of a shape whose largest is given.

    Args:
        shape: Which.
        largest_m: Its largest extent.
        shares: Drawn, of the largest one, (3,), each from 0.35 to 1.
    """
    x, y, z = (largest_m * float(share) for share in shares / shares.max())
    match shape:
        case 'sphere':
            return largest_m, largest_m, largest_m
        case 'cylinder':
            return x, x, max(y, z)
        case 'capsule':
            return (
                largest_m * float(0.7 * shares[0]),
                largest_m * float(0.7 * shares[0]),
                largest_m,
            )
        case 'panel' | 'disc' | 'leaf':
            return largest_m, largest_m * float(max(shares[0], 0.5)), _THIN_M
        case 'bar':
            return largest_m, largest_m * float(0.15 + 0.2 * shares[0]), _THIN_M
        case _:
            return x, y, z


def _places(
    ranges: FlyingShapes, surface: SurfaceInfo, *, rng: np.random.Generator
) -> tuple[Triple, ...]:
    """Places in the air around the middle of a surface, uniform in direction and distance."""
    x, y, z = surface.center_m
    low, high = (math.sin(math.radians(angle)) for angle in ranges.elevation_deg)
    out = []
    for _ in range(_PLACES):
        # Heights on a sphere are uniform where directions are (Archimedes).
        up = uniform(rng, (low, high))
        azimuth = uniform(rng, (-math.pi, math.pi))
        distance = uniform(rng, ranges.distance_m)
        across = distance * math.sqrt(1 - up * up)
        out.append(
            (x + across * math.cos(azimuth), y + across * math.sin(azimuth), z + distance * up)
        )
    return tuple(out)
