"""Draws what is in the scene and never labelled.

Each thing has streams of its own, so one more flying shape moves no other, and none of this
moves an object.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from synth_ros.config.distractors import (
    BackgroundClutter,
    FlatShape,
    FlyingShapes,
    HangingShape,
    Occluders,
)
from synth_ros.config.distributions import Distribution
from synth_ros.config.root import Config
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import quadruple, triple, uniform, uniform_quat_wxyz
from synth_ros.randomize.inventory import (
    ClassInfo,
    Inventory,
    PlaceInfo,
    SurfaceInfo,
)
from synth_ros.randomize.picks import MadeObjects
from synth_ros.randomize.placement.choose import by_weight
from synth_ros.randomize.placement.fits import misfit, scaled
from synth_ros.randomize.placement.poses import Placed
from synth_ros.randomize.placement.room import Item
from synth_ros.randomize.scene import SampledObject, SampledShape, Triple
from synth_ros.randomize.targets import distractor_name, object_item
from synth_ros.randomize.textures import draw_color, draw_texture
from synth_ros.randomize.vary import Sized, drawn_size
from synth_ros.types import FloatArray

# Where the first is taken by an object or a wall, a flying shape goes to the next.
_PLACES = 12
_LARGEST_SEED = 2**32
# Of objects where a scene has none, metres.
_USUAL_EXTENT_M = 0.1
_THIN_M = 0.004
_METAL_SHARE = 0.15


def draw_distractors(config: Config, inventory: Inventory, *, draws: Draws) -> MadeObjects:
    """Draw the clutter of a scene; where it drops from is drawn later, with the objects.

    Args:
        config: The config.
        inventory: What there is to draw from.
        draws: The episode's draws.

    Returns:
        Distractors at the origin.
    """
    ranges = config.distractors.contextual
    if not inventory.distractors:
        return MadeObjects((), ())
    number = draws.whole(ranges.count, 'distractors/contextual/count')
    weights = np.array([entry.weight for entry in inventory.distractors])
    weights /= weights.sum()
    made = [
        _distractor(k, config, inventory, weights=weights, draws=draws)
        for k in range(1, number + 1)
    ]
    values = tuple(value for _, size in made for value in size.values)
    return MadeObjects(tuple(item for item, _ in made), values)


def _distractor(
    number: int,
    config: Config,
    inventory: Inventory,
    *,
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    draws: Draws,
) -> tuple[SampledObject, Sized]:
    ranges = config.distractors.contextual
    own = draws.below(f'distractors/contextual/{number}/')
    rng = own.generator('choice')
    entry: ClassInfo = inventory.distractors[int(rng.choice(len(weights), p=weights))]
    variant = entry.variants[int(rng.random() * len(entry.variants))]
    name = distractor_name(entry.name, number)
    size = drawn_size(
        config.randomization.vary,
        object_item(name, entry.name, entry.distractor_tags),
        own.number(ranges.scale, 'scale'),
        draws=own,
    )
    drawn = SampledObject(
        instance_id=0,
        name=name,
        class_id=0,
        class_name=entry.name,
        variant=variant.name,
        position_m=(0.0, 0.0, 0.0),
        quat_wxyz=(1.0, 0.0, 0.0, 0.0),
        scale=size.scale,
        hue_shift_deg=own.number(ranges.hue_shift_deg, 'hue_shift_deg'),
        value_scale=own.number(ranges.value_scale, 'value_scale'),
        friction_scale=own.number(ranges.friction_scale, 'friction_scale'),
        mass_scale=own.number(ranges.mass_scale, 'mass_scale'),
        tags=entry.distractor_tags,
        texture=draw_texture(ranges.texture, inventory.textures, draws=own.below('texture/')),
    )
    return drawn, size


def distractor_items(
    distractors: Sequence[SampledObject],
    inventory: Inventory,
    *,
    places: Sequence[PlaceInfo],
    after: int,
    draws: Draws,
) -> list[Item]:
    """What is to be placed after the objects, at places from which things fall freely.

    Args:
        distractors: What was drawn.
        inventory: Their sizes.
        places: Where objects go.
        after: The last number of an object.
        draws: Of the episode.
    """
    half = {
        (entry.name, variant.name): variant.half_size_m
        for entry in inventory.distractors
        for variant in entry.variants
    }
    among = [place for place in places if place.config.is_free and place.config.count is None]
    among = [place for place in among if place.config.kind != 'container'] or list(places)
    items = []
    for number, item in enumerate(distractors, start=1):
        key = f'distractor/{number}'
        order = by_weight(among, draws.generator(f'distractors/contextual/{number}/place'))
        half_m = scaled(half[item.class_name, item.variant], item.scale)
        fitting = [place for place in order if not misfit(place, half_m, containers_m=())]
        place = (fitting or order)[0].config.name
        items.append(Item(after + number, key, item.class_name, half_m, place))
    return items


def placed_distractors(
    distractors: Sequence[SampledObject], placed: Sequence[Placed]
) -> tuple[SampledObject, ...]:
    """The distractors with the poses from which they fall."""
    return tuple(
        item.model_copy(
            update={
                'position_m': at.pose.position_m,
                'quat_wxyz': at.pose.quat_wxyz,
                'place': at.place,
                'unplaced': at.unplaced,
            }
        )
        for item, at in zip(distractors, placed, strict=True)
    )


def draw_shapes(
    config: Config, inventory: Inventory, *, extents_m: Sequence[float], draws: Draws
) -> tuple[SampledShape, ...]:
    """Draw the shapes of a scene: what flies, and the pools for occluders and background.

    Args:
        config: The config.
        inventory: What there is to draw from.
        extents_m: Mean full extent of each object over its axes.
        draws: The episode's draws.
    """
    wanted = config.distractors
    flying = draws.whole(wanted.flying.count, 'distractors/flying/count')
    mean_m = float(np.mean(extents_m)) if len(extents_m) else _USUAL_EXTENT_M
    pools = (
        _Pool('flying', flying, wanted.flying, wanted.flying.size_m, 1.0),
        _Pool('occluder', wanted.occluders.count, wanted.occluders, wanted.occluders.size_m, 1.0),
        _Pool(
            'background',
            wanted.background.count,
            wanted.background,
            wanted.background.size,
            mean_m,
        ),
    )
    return tuple(
        _draw_shape(pool, number, inventory, draws=draws)
        for pool in pools
        for number in range(1, pool.number + 1)
    )


class _Pool(NamedTuple):
    """Shapes of one role.

    Attributes:
        role: What they are for.
        number: How many.
        config: Their shapes and textures, and where they fly.
        size: Largest full extent, in units.
        unit_m: Of the size.
    """

    role: Literal['flying', 'occluder', 'background']
    number: int
    config: FlyingShapes | Occluders | BackgroundClutter
    size: Distribution
    unit_m: float


def _draw_shape(pool: _Pool, number: int, inventory: Inventory, *, draws: Draws) -> SampledShape:
    name = f'{pool.role}_{number:03d}'
    own = draws.below(f'distractors/{name}/')
    rng, shapes = own.generator('choice'), pool.config.shapes
    shape = shapes[int(rng.random() * len(shapes))]
    drawn = SampledShape(
        name=name,
        role=pool.role,
        shape=shape,
        size_m=_extents(
            shape, pool.unit_m * own.number(pool.size, 'size'), 0.35 + 0.65 * rng.random(3)
        ),
        seed=int(rng.integers(_LARGEST_SEED)),
        rgb=draw_color(rng),
        roughness=uniform(rng, (0.15, 0.95)),
        metallic=float(rng.random() < _METAL_SHARE),
        texture=draw_texture(pool.config.texture, inventory.textures, draws=own.below('texture/')),
        quat_wxyz=quadruple(uniform_quat_wxyz(rng)),
    )
    if not isinstance(pool.config, FlyingShapes):
        return drawn
    places = _places(pool.config, inventory.surface, draws=own)
    return drawn.model_copy(update={'places_m': places})


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


def _places(ranges: FlyingShapes, surface: SurfaceInfo, *, draws: Draws) -> tuple[Triple, ...]:
    """Places in the air around the middle of a surface."""
    x, y, z = surface.center_m
    elevations = np.radians(draws.numbers(ranges.elevation_deg, 'elevation_deg', _PLACES))
    azimuths = np.radians(draws.numbers(ranges.azimuth_deg, 'azimuth_deg', _PLACES))
    distances = draws.numbers(ranges.distance_m, 'distance_m', _PLACES)
    across = distances * np.cos(elevations)
    points = np.stack(
        [
            x + across * np.cos(azimuths),
            y + across * np.sin(azimuths),
            z + distances * np.sin(elevations),
        ],
        axis=1,
    )
    return tuple(triple(point) for point in points)
