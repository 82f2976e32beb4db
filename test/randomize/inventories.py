"""Small inventories and configs to draw from."""

import json

import yaml

from synth_ros.config.root import Config
from synth_ros.randomize.inventory import (
    ClassInfo,
    Inventory,
    MaterialRole,
    SurfaceInfo,
    VariantInfo,
)

CONFIG = """
cameras: [{name: head}, {name: wrist}]
objects:
  count: [3, 9]
  classes: [{name: mug}, {name: can, weight: 3.0}]
randomization:
  cameras: {position_m: 0.01, rotation_deg: 1.0}
  robot: {yaw_deg: [-10.0, 10.0], joints: {pan: [-0.5, 0.5], tilt: [0.1, 0.2]}}
"""


def make_config(text: str = CONFIG) -> Config:
    """A config from YAML text."""
    return Config.model_validate_json(json.dumps(yaml.safe_load(text)))


def make_inventory(half_surface_m: tuple[float, float] = (0.6, 0.4)) -> Inventory:
    """Two classes, one surface, one material role, two cameras."""
    mug = VariantInfo('blue', (0.05, 0.04, 0.05), (0.0, 0.0, 0.0))
    tall = VariantInfo('tall', (0.04, 0.04, 0.12), (0.01, 0.0, 0.02))
    can = VariantInfo('soup', (0.035, 0.035, 0.06), (0.0, 0.0, 0.0))
    return Inventory(
        classes=(
            ClassInfo(1, 'mug', 1.0, (mug, tall)),
            ClassInfo(2, 'can', 3.0, (can,)),
        ),
        surface=SurfaceInfo('table', (0.8, 0.1, 0.74), half_surface_m, 0.3),
        roles=(MaterialRole('wall', ('random_wall.brick', 'random_wall.plaster')),),
        cameras=('head', 'wrist'),
    )
