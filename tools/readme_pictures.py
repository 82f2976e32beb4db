"""Remake the pictures of the README; tools.renderer_pictures makes those of docs/rendering.md.

MUJOCO_GL=egl python -m tools.readme_pictures
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from synth_ros.config.load import LoadedConfig, load_config, load_config_text
from synth_ros.config.shipped import builtin_config
from synth_ros.pipeline.generate import open_stage
from synth_ros.report.contact_sheet import write_contact_sheet
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import ByteImage, Sample

IMAGES = Path(__file__).resolve().parent.parent / 'docs' / 'images'
SEED = 8
MONTAGE = (
    ('boxes_3d', 'panoptic', 'parts', 'keypoints'),
    ('normals', 'points', 'robot', 'relations'),
)
"""Pictures of docs/images/labels, which tools.label_pictures makes, in rows."""

ROOM = """
cameras:
  - name: room
    mount: {link: world, position_m: [-1.6, -1.9, 2.2], look_at_m: [0.7, 0.0, 0.7]}
    intrinsics: {fovy_deg: 50}
    width: 1400
    height: 620
objects: {count: [12, 12], classes: [{name: mug}, {name: bowl}, {name: can}, {name: bottle}]}
"""


def samples(loaded: LoadedConfig, episodes: int) -> list[Sample]:
    """The first view of some episodes, all cameras."""
    render = loaded.config.render.model_copy(
        update={'backend': 'classic', 'samples': 8, 'shadow_size': 4096, 'soft_shadows': True}
    )
    config = loaded.config.model_copy(update={'render': render})
    loaded = LoadedConfig(config, loaded.path, loaded.base_dir, loaded.root)
    stage = open_stage(loaded, SceneBuilder(loaded), seed=SEED)
    with closing(stage.renderer):
        return [sample for n in range(episodes) for sample in stage.open(n).samples(0)]


def save(name: str, rgb: ByteImage, *, width: int) -> None:
    """Write a JPEG of a given width."""
    height = round(rgb.shape[0] * width / rgb.shape[1])
    small = cv2.resize(rgb[..., ::-1], (width, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(IMAGES / name), small, [cv2.IMWRITE_JPEG_QUALITY, 84])


def montage() -> ByteImage:
    """The pictures of some annotations side by side, with a gap between them."""
    rows = []
    for names in MONTAGE:
        pictures = [cv2.imread(str(IMAGES / 'labels' / f'{name}.png')) for name in names]
        rows.append(np.hstack([cv2.copyMakeBorder(p, *(0, 8, 0, 8), 0) for p in pictures]))
    rgb: ByteImage = np.vstack(rows)[:-8, :-8, ::-1]
    return rgb


def main() -> None:
    """Make all pictures."""
    save('annotations.jpg', montage(), width=1600)
    tabletop = load_config(builtin_config('tabletop'))
    sheet = IMAGES / 'preview.png'
    classic = samples(tabletop, 2)
    write_contact_sheet(classic, sheet)
    save('preview.jpg', cv2.imread(str(sheet))[..., ::-1], width=1500)
    sheet.unlink()
    save('room.jpg', samples(load_config_text(ROOM), 1)[0].rgb, width=1400)


if __name__ == '__main__':
    main()
