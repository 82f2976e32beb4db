"""Draws what is around a scene: sky, light from all around, a picture behind it, colours."""

from __future__ import annotations

import colorsys
import math

from synth_ros.config.root import Config
from synth_ros.config.surroundings import (
    ColorsConfig,
    GroundColor,
    HorizonColor,
    ImageLightConfig,
    SkyConfig,
    ZenithColor,
)
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import Inventory, MaterialRole
from synth_ros.randomize.scene import (
    SampledBackdrop,
    SampledImage,
    SampledImageLight,
    SampledMaterial,
    SampledSky,
    Triple,
)


def draw_sky(config: Config, inventory: Inventory, *, draws: Draws) -> SampledSky | None:
    """Draw the sky, unless it is that of the environment.

    Args:
        config: The config.
        inventory: Holds the panoramas.
        draws: Of the episode.
    """
    sky, mine = config.environment.sky, draws.below('sky/')
    if sky is None:
        return None
    if sky.folder is not None:
        return _panorama(sky.folder, sky, inventory, draws=mine)
    gradient = sky.gradient
    assert gradient is not None
    return SampledSky(
        zenith=_color(gradient.zenith, mine.below('zenith/')),
        horizon=_color(gradient.horizon, mine.below('horizon/')),
        ground=_color(gradient.ground, mine.below('ground/')),
    )


def draw_image_light(
    config: Config, inventory: Inventory, *, sky: SampledSky | None, draws: Draws
) -> SampledImageLight | None:
    """Draw where the light from everywhere comes from, unless it is the built-in room.

    Args:
        config: The config.
        inventory: Holds the panoramas.
        sky: The sky of the scene.
        draws: Of the episode.
    """
    light, balance = config.environment.image_light, config.environment.lights.white_balance
    match light.source:
        case 'room' | 'none':
            return None
        case 'white':
            return SampledImageLight(source='white')
        case 'sky':
            return SampledImageLight(source='sky', sky=sky, white_balance=balance)
        case 'folder':
            assert light.folder is not None
            own = draws.below('image_light/')
            panorama = _panorama(light.folder, light, inventory, draws=own)
            return SampledImageLight(source='folder', sky=panorama, white_balance=balance)


def draw_ambient(config: Config, *, draws: Draws) -> float:
    """Draw the strength of the light from everywhere, relative to a well-lit room."""
    light = config.environment.image_light
    if light.source == 'none':
        return 0.0
    ambient = draws.number(config.environment.lights.ambient, 'ambient')
    return ambient * draws.number(light.intensity, 'image_light/intensity')


def draw_backdrop(config: Config, inventory: Inventory, *, draws: Draws) -> SampledBackdrop | None:
    """Draw the picture behind the scene, if there is one.

    Args:
        config: The config.
        inventory: Holds the pictures and the place of the surface.
        draws: Of the episode.
    """
    backdrop, mine = config.environment.backdrop, draws.below('backdrop/')
    if backdrop.folder is None:
        return None
    x, y, _ = inventory.surface.center_m
    robot_x, robot_y, _ = config.robot.position_m
    ahead = math.atan2(y - robot_y, x - robot_x)
    if math.hypot(x - robot_x, y - robot_y) < 1e-3:
        ahead = math.radians(config.robot.yaw_deg)
    yaw = ahead + math.radians(mine.number(backdrop.azimuth_deg, 'azimuth_deg'))
    distance_m = mine.number(backdrop.distance_m, 'distance_m')
    return SampledBackdrop(
        image=_image(backdrop.folder, inventory, mine),
        foot_m=(x + distance_m * math.cos(yaw), y + distance_m * math.sin(yaw), 0.0),
        yaw_deg=math.degrees(yaw),
        height_m=mine.number(backdrop.height_m, 'height_m'),
        glow=mine.number(backdrop.glow, 'glow'),
    )


def draw_material(role: MaterialRole, colors: ColorsConfig, *, draws: Draws) -> SampledMaterial:
    """Draw the look of one role of the environment, textures apart.

    Args:
        role: The role.
        colors: Tint and change of colours.
        draws: Of this role.
    """
    variant = role.materials[int(draws.generator('variant').random() * len(role.materials))]
    rgb = colorsys.hsv_to_rgb(
        draws.number(colors.tint_hue_deg, 'tint_hue_deg') / 360 % 1,
        draws.number(colors.tint_saturation, 'tint_saturation'),
        draws.number(colors.tint_value, 'tint_value'),
    )
    return SampledMaterial(
        role=role.role,
        variant=variant,
        rgb=rgb,
        hue_shift_deg=draws.number(colors.hue_shift_deg, 'hue_shift_deg'),
        saturation_scale=draws.number(colors.saturation_scale, 'saturation_scale'),
        value_scale=draws.number(colors.value_scale, 'value_scale'),
    )


def _panorama(
    folder: str, config: SkyConfig | ImageLightConfig, inventory: Inventory, *, draws: Draws
) -> SampledSky:
    return SampledSky(
        image=_image(folder, inventory, draws), yaw_deg=draws.number(config.yaw_deg, 'yaw_deg')
    )


def _image(folder: str, inventory: Inventory, draws: Draws) -> SampledImage:
    images = next(entry.images for entry in inventory.pictures if entry.folder == folder)
    image = images[int(draws.generator('image').random() * len(images))]
    return SampledImage(file=image.file, sha256=image.sha256)


def _color(config: ZenithColor | HorizonColor | GroundColor, draws: Draws) -> Triple:
    return colorsys.hsv_to_rgb(
        draws.number(config.hue_deg, 'hue_deg') / 360 % 1,
        draws.number(config.saturation, 'saturation'),
        draws.number(config.value, 'value'),
    )
