"""Draws a whole episode: a pure function of (config, inventory, seed, episode, attempt)."""

from __future__ import annotations

import colorsys

import numpy as np

from synth_ros.config.root import Config
from synth_ros.randomize.draw import Draws, episode_draws
from synth_ros.randomize.draws import uniform
from synth_ros.randomize.inventory import Inventory, MaterialRole
from synth_ros.randomize.lamps import draw_lamps
from synth_ros.randomize.picks import Pick, pick_objects, places_of, sampled_object
from synth_ros.randomize.placement.choose import Refusals
from synth_ros.randomize.placement.poses import Layout, Placed
from synth_ros.randomize.placement.room import Item, Room
from synth_ros.randomize.scene import (
    CameraOffset,
    SampledMaterial,
    SampledObject,
    SampledRefusal,
    SampledScene,
)
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.told import planned_objects, scripted_objects
from synth_ros.randomize.view import draw_mount_error


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
    objects, refusals = _draw_objects(config, inventory, draws=draws, attempt=attempt)
    lights = config.environment.lights
    return SampledScene(
        episode=streams.episode,
        attempt=attempt,
        objects=objects,
        lamps=draw_lamps(
            lights, inventory.lamps_m or inventory.surface.center_m, draws=draws.below('lamps/')
        ),
        ambient=draws.number(lights.ambient, 'ambient'),
        materials=_draw_materials(config, inventory, streams=streams),
        camera_offsets=_draw_camera_offsets(config, inventory, streams=streams),
        variables=dict(draws.variables),
        refusals=refusals,
    )


def _draw_objects(
    config: Config, inventory: Inventory, *, draws: Draws, attempt: int
) -> tuple[tuple[SampledObject, ...], tuple[SampledRefusal, ...]]:
    """The objects of a scene: planned, told or drawn."""
    if config.curriculum.poses is not None:
        return planned_objects(config, config.curriculum.poses, inventory, draws=draws), ()
    if config.script.objects is not None:
        return scripted_objects(config, config.script.objects, inventory, draws=draws), ()
    picked = pick_objects(config, inventory, draws=draws.below('objects/'))
    layout = Layout(
        config.objects.placement,
        places_of(config, inventory),
        room=Room(inventory.obstacles),
        draws=draws.below(f'placement/{attempt}/'),
        held=draws.below('placement/held/'),
    )
    drawing = layout.place(
        [
            Item(number, pick.key, pick.entry.name, pick.half_m, pick.place)
            for number, pick in enumerate(picked.picks, start=1)
        ]
    )
    objects = tuple(
        _object(number, pick, placed)
        for number, (pick, placed) in enumerate(
            zip(picked.picks, drawing.placed, strict=True), start=1
        )
    )
    return objects, _refusals(picked.refusals + drawing.refusals)


def _object(number: int, pick: Pick, placed: Placed) -> SampledObject:
    return sampled_object(number, pick, placed.pose).model_copy(
        update={
            'place': placed.place,
            'hangs': placed.hangs,
            'link': placed.link,
            'unplaced': placed.unplaced,
        }
    )


def _refusals(refusals: Refusals) -> tuple[SampledRefusal, ...]:
    return tuple(
        SampledRefusal(place=place, reason=reason, count=count)
        for (place, reason), count in sorted(refusals.items())
    )


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
