"""Draws a whole episode: a pure function of (config, inventory, seed, episode, attempt)."""

from __future__ import annotations

import math

from synth_ros.config.root import Config
from synth_ros.randomize.distractors import (
    distractor_items,
    draw_distractors,
    draw_shapes,
    placed_distractors,
)
from synth_ros.randomize.draw import Draws, episode_draws
from synth_ros.randomize.draws import triple
from synth_ros.randomize.inventory import Inventory
from synth_ros.randomize.lamps import draw_lamps
from synth_ros.randomize.picks import Pick, pick_objects, places_of
from synth_ros.randomize.placement.choose import Refusals
from synth_ros.randomize.placement.poses import Layout, Placed
from synth_ros.randomize.placement.room import Item, Room
from synth_ros.randomize.scene import (
    CameraOffset,
    SampledMaterial,
    SampledObject,
    SampledRefusal,
    SampledScene,
    SampledView,
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
        _object(number, pick, placed).model_copy(
            update={
                'texture': draw_texture(
                    config.objects.texture,
                    inventory.textures,
                    draws=draws.below(f'texture/object/{pick.key}/'),
                )
            }
        )
        for number, (pick, placed) in enumerate(
            zip(picked.picks, drawing.placed, strict=True), start=1
        )
    )
    distractors = draw_distractors(config, inventory, draws=draws)
    # After the objects, which stand where they would stand without.
    clutter = layout.place(
        distractor_items(
            distractors,
            inventory,
            places=places_of(config, inventory),
            after=len(objects),
            draws=draws,
        )
    )
    lights = config.environment.lights
    sky = draw_sky(config, inventory, draws=draws)
    return SampledScene(
        episode=streams.episode,
        attempt=attempt,
        objects=objects,
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
        refusals=_refusals(picked.refusals + clutter.refusals),
        distractors=placed_distractors(distractors, clutter.placed),
        shapes=draw_shapes(
            config,
            inventory,
            extents_m=[2 * sum(pick.half_m) / 3 for pick in picked.picks],
            draws=draws,
        ),
    )


def sample_view(config: Config, *, streams: Streams, view: int, attempt: int = 0) -> SampledView:
    """Draw one posture of the robot.

    Args:
        config: The config.
        streams: The episode's random streams.
        view: Number of the view within the episode.
        attempt: Which drawing of this view, after postures that touched something.
    """
    ranges = config.randomization.robot
    draws = episode_draws(config, streams).below(f'view/{view}/')
    # A stream per joint: naming one more joint in the config moves no other joint.
    joints = {
        name: draws.number(position, f'joint/{name}/{attempt}')
        for name, position in sorted(ranges.joints.items())
    }
    return SampledView(
        view=view,
        attempt=attempt,
        x_m=draws.number(ranges.x_m, f'root/x_m/{attempt}'),
        y_m=draws.number(ranges.y_m, f'root/y_m/{attempt}'),
        yaw_rad=math.radians(draws.number(ranges.yaw_deg, f'root/yaw_deg/{attempt}')),
        joints=joints,
        exposure_ev=draws.number(config.environment.exposure_ev, 'exposure_ev'),
    )


def _object(number: int, pick: Pick, placed: Placed) -> SampledObject:
    return SampledObject(
        instance_id=number,
        name=f'{pick.entry.name}_{number:02d}',
        class_id=pick.entry.class_id,
        class_name=pick.entry.name,
        variant=pick.variant.name,
        position_m=placed.pose.position_m,
        quat_wxyz=placed.pose.quat_wxyz,
        scale=pick.scale,
        hue_shift_deg=pick.hue_shift_deg,
        value_scale=pick.value_scale,
        friction_scale=pick.friction_scale,
        mass_scale=pick.mass_scale,
        place=placed.place,
        hangs=placed.hangs,
        link=placed.link,
        unplaced=placed.unplaced,
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
    offsets = []
    for name in inventory.cameras:
        rng = streams.generator(f'camera/{name}')
        position = rng.standard_normal(3) * ranges.position_m
        rotation = rng.standard_normal(3) * math.radians(ranges.rotation_deg)
        offsets.append(
            CameraOffset(camera=name, position_m=triple(position), rotation_rad=triple(rotation))
        )
    return tuple(offsets)
