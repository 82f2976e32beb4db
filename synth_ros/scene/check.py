"""Checks that the assets of a config exist, can be read and make a scene."""

from __future__ import annotations

from synth_ros.config.load import LoadedConfig
from synth_ros.randomize.scene import SampledLamp, SampledObject, SampledScene
from synth_ros.scene.build import SceneBuilder

_SPACING_M = 1.0


def check_scene(loaded: LoadedConfig) -> tuple[str, ...]:
    """Load all assets and compile a scene with one of each variant.

    Returns:
        What was mended, one sentence each.

    Raises:
        ConfigError: With every problem found, each with file, line and key.
    """
    builder = SceneBuilder(loaded)
    scene = builder.build(_one_of_each(builder))
    return scene.warnings


def _one_of_each(builder: SceneBuilder) -> SampledScene:
    """A scene with all variants, far apart: contacts are of no interest."""
    x, y, z = builder.inventory.surface.center_m
    labelled, others = builder.inventory.classes, builder.inventory.distractors
    objects: list[SampledObject] = []
    for entry in (*labelled, *others):
        for variant in entry.variants:
            number = len(objects) + 1
            objects.append(
                SampledObject(
                    instance_id=number if entry in labelled else 0,
                    name=f'{entry.name}_{number:02d}',
                    class_id=entry.class_id if entry in labelled else 0,
                    class_name=entry.name,
                    variant=variant.name,
                    position_m=(x, y, z + number * _SPACING_M),
                    quat_wxyz=(1.0, 0.0, 0.0, 0.0),
                    scale=1.0,
                    hue_shift_deg=0.0,
                    value_scale=1.0,
                    friction_scale=1.0,
                    mass_scale=1.0,
                )
            )
    lamp = SampledLamp(
        position_m=(x, y, z + 2.0),
        target_m=(x, y, z),
        rgb=(1.0, 1.0, 1.0),
        intensity=1.0,
        cast_shadow=True,
    )
    return SampledScene(
        episode=0,
        attempt=0,
        objects=tuple(item for item in objects if item.instance_id),
        distractors=tuple(item for item in objects if not item.instance_id),
        lamps=(lamp,),
        ambient=0.3,
        materials=(),
        camera_offsets=(),
    )
