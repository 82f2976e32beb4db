"""What scenes of a config are drawn from."""

from __future__ import annotations

from synth_ros.config.root import Config
from synth_ros.randomize.inventory import Inventory
from synth_ros.scene.assets import SceneAssets


def make_inventory(config: Config, assets: SceneAssets) -> Inventory:
    """Summarise loaded assets as plain data."""
    return Inventory(
        classes=tuple(entry.info for entry in assets.catalog.classes),
        surface=assets.surface,
        roles=assets.environment.roles,
        cameras=tuple(camera.name for camera in config.cameras),
        places=assets.places,
        obstacles=assets.obstacles,
        lamps_m=assets.environment.lamps_m,
        distractors=tuple(entry.info for entry in assets.distractors.classes),
        textures=assets.images.folders,
        pictures=assets.pictures.folders,
    )
