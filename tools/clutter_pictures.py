"""Remake docs/images/clutter.jpg: distractors, occluders and background clutter.

MUJOCO_GL=egl python -m tools.clutter_pictures
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import yaml

from synth_ros.config.load import load_config_text
from synth_ros.pipeline.generate import open_stage
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import ByteImage

IMAGE = Path(__file__).resolve().parent.parent / 'docs' / 'images' / 'clutter.jpg'
TABLE = """
seed: {seed}
cameras:
  - name: view
    mount: {{link: world, position_m: [0.05, -0.62, 1.42], look_at_m: [0.85, 0.0, 0.76]}}
    intrinsics: {{fovy_deg: 42}}
    width: 960
    height: 720
robot: {{position_m: [-0.7, 0.0, 0.0]}}
objects:
  count: 6
  classes: [{{name: mug}}, {{name: can}}, {{name: bottle}}, {{name: cereal_box}}, {{name: apple}}]
render: {{backend: onepass, samples: 8, shading: full, soft_shadows: true}}
"""
SCENES = (
    (
        4,
        """
objects: {texture: {share: 0.5}}
environment: {textures: {share: 0.35}}
distractors:
  contextual:
    count: 5
    classes: [{name: teapot}, {name: bowl}, {name: sponge}, {name: tape_roll}, {name: hammer}]
""",
    ),
    (9, 'distractors: {flying: {count: 40}}'),
    (2, 'distractors: {occluders: {count: 6, targets: 0.8}}'),
    (
        6,
        """
environment: {model: 'builtin://empty'}
curriculum: {poses: {camera: view, distances_m: [0.6, 0.8], directions: 48, rolls: 4, objects: 5}}
distractors: {background: {count: 220, fill: 0.92}}
""",
    ),
)


def picture(seed: int, changes: str) -> ByteImage:
    """The first view of a scene."""

    whole = yaml.safe_load(TABLE.format(seed=seed))
    for key, value in yaml.safe_load(changes).items():
        whole[key] = {**whole.get(key, {}), **value}
    loaded = load_config_text(yaml.safe_dump(whole))
    stage = open_stage(loaded, SceneBuilder(loaded), seed=seed)
    with closing(stage.renderer):
        return stage.open(0).samples(0)[0].rgb


def main() -> None:
    """Make the picture."""
    one, two, three, four = (picture(*scene) for scene in SCENES)
    gap = np.full((one.shape[0], 16, 3), 255, np.uint8)
    rows = [np.hstack([one, gap, two]), np.hstack([three, gap, four])]
    between = np.full((16, rows[0].shape[1], 3), 255, np.uint8)
    whole = np.vstack([rows[0], between, rows[1]])
    height = round(whole.shape[0] * 1400 / whole.shape[1])
    small = cv2.resize(whole[..., ::-1], (1400, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(IMAGE), small, [cv2.IMWRITE_JPEG_QUALITY, 84])


if __name__ == '__main__':
    main()
