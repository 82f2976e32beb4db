"""Draws a whole episode: a pure function of (config, inventory, seed, episode, attempt)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from synth_ros.config.root import Config
from synth_ros.randomize.distractors import (
    distractor_items,
    draw_distractors,
    draw_shapes,
    placed_distractors,
)
from synth_ros.randomize.draw import Draws, episode_draws
from synth_ros.randomize.falling import waiting_pose
from synth_ros.randomize.inventory import Inventory
from synth_ros.randomize.lamps import draw_lamps
from synth_ros.randomize.picks import (
    MadeObjects,
    Pick,
    pick_objects,
    pick_waiting,
    places_of,
    sampled_object,
)
from synth_ros.randomize.placement.choose import Refusals
from synth_ros.randomize.placement.poses import Drawing, Layout, Placed
from synth_ros.randomize.placement.room import Item, Room
from synth_ros.randomize.scene import (
    CameraOffset,
    SampledMaterial,
    SampledObject,
    SampledRefusal,
    SampledScene,
)
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.surroundings import (
    draw_ambient,
    draw_backdrop,
    draw_image_light,
    draw_material,
    draw_sky,
)
from synth_ros.randomize.textures import draw_texture
from synth_ros.randomize.told import told_objects
from synth_ros.randomize.vary import with_values
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
    here = _draw_objects(config, inventory, draws=draws, attempt=attempt)
    clutter = MadeObjects((), ())
    dropped = Drawing((), Refusals())
    if config.curriculum.poses is None:
        clutter = draw_distractors(config, inventory, draws=draws)
        # After the objects, which stand where they would stand without.
        dropped = here.layout.place(
            distractor_items(
                clutter.objects,
                inventory,
                places=places_of(config, inventory),
                after=len(here.made.objects),
                draws=draws,
            )
        )
    lights = config.environment.lights
    sky = draw_sky(config, inventory, draws=draws)
    scene = SampledScene(
        episode=streams.episode,
        attempt=attempt,
        objects=here.made.objects,
        lamps=draw_lamps(
            lights, inventory.lamps_m or inventory.surface.center_m, draws=draws.below('lamps/')
        ),
        ambient=draw_ambient(config, draws=draws),
        materials=_draw_materials(config, inventory, draws=draws),
        camera_offsets=_draw_camera_offsets(config, inventory, streams=streams),
        sky=sky,
        image_light=draw_image_light(config, inventory, sky=sky, draws=draws),
        backdrop=draw_backdrop(config, inventory, draws=draws),
        variables=dict(draws.variables),
        refusals=_refusals(here.refusals + dropped.refusals),
        distractors=placed_distractors(clutter.objects, dropped.placed),
        shapes=draw_shapes(
            config,
            inventory,
            extents_m=_extents_m(here.made.objects, inventory),
            draws=draws,
        ),
        values=here.made.values + clutter.values,
    )
    return with_values(scene, config.randomization.vary, inventory, draws=draws)


class _Objects(NamedTuple):
    """The objects of a scene.

    Attributes:
        made: The objects by ascending instance id, and what their sizes rest on.
        refusals: Objects that places refused before they were laid out.
        layout: Where others may go.
    """

    made: MadeObjects
    refusals: Refusals
    layout: Layout


def _draw_objects(config: Config, inventory: Inventory, *, draws: Draws, attempt: int) -> _Objects:
    """The objects of a scene: planned, told or drawn."""
    layout = Layout(
        config.objects.placement,
        places_of(config, inventory),
        room=Room(inventory.obstacles),
        draws=draws.below(f'placement/{attempt}/'),
        held=draws.below('placement/held/'),
    )

    def textured(item: SampledObject, key: str) -> SampledObject:
        own = draws.below(f'texture/object/{key}/')
        texture = draw_texture(config.objects.texture, inventory.textures, draws=own)
        return item.model_copy(update={'texture': texture})

    if config.curriculum.poses is not None or config.script.objects is not None:
        told = told_objects(config, inventory, draws=draws)
        objects = tuple(textured(item, str(item.instance_id)) for item in told.objects)
        return _Objects(MadeObjects(objects, told.values), Refusals(), layout)
    picked = pick_objects(config, inventory, draws=draws.below('objects/'))
    drawing = layout.place(
        [
            Item(number, pick.key, pick.entry.name, pick.half_m, pick.place)
            for number, pick in enumerate(picked.picks, start=1)
        ]
    )
    objects = tuple(
        textured(_object(number, pick, placed), pick.key)
        for number, (pick, placed) in enumerate(
            zip(picked.picks, drawing.placed, strict=True), start=1
        )
    )
    later = pick_waiting(config, inventory, draws=draws.below('objects/'), after=len(objects))
    objects += tuple(
        textured(_object(len(objects) + 1 + k, pick, Placed(waiting_pose(k), '')), pick.key)
        for k, pick in enumerate(later)
    )
    values = tuple(value for pick in (*picked.picks, *later) for value in pick.values)
    return _Objects(MadeObjects(objects, values), picked.refusals, layout)


def _extents_m(objects: Sequence[SampledObject], inventory: Inventory) -> list[float]:
    """Mean extent of each object, metres."""
    sizes = {
        (entry.name, variant.name): 2 * sum(variant.half_size_m) / 3
        for entry in inventory.classes
        for variant in entry.variants
    }
    return [sizes[item.class_name, item.variant] * item.scale for item in objects]


def _object(number: int, pick: Pick, placed: Placed) -> SampledObject:
    return sampled_object(number, pick, placed.pose).model_copy(
        update={
            'place': placed.place,
            'hangs': placed.hangs,
            'link': placed.link,
            'unplaced': placed.unplaced,
            'waits': pick.waits,
        }
    )


def _refusals(refusals: Refusals) -> tuple[SampledRefusal, ...]:
    return tuple(
        SampledRefusal(place=place, reason=reason, count=count)
        for (place, reason), count in sorted(refusals.items())
    )


def _draw_materials(
    config: Config, inventory: Inventory, *, draws: Draws
) -> tuple[SampledMaterial, ...]:
    if not config.environment.randomize_materials:
        return ()
    return tuple(
        draw_material(
            role, config.environment.colors, draws=draws.below(f'material/{role.role}/')
        ).model_copy(
            update={
                'texture': draw_texture(
                    config.environment.textures,
                    inventory.textures,
                    draws=draws.below(f'texture/role/{role.role}/'),
                )
            }
        )
        for role in inventory.roles
    )


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
