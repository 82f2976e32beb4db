"""Remake the contact sheets of docs/scenarios.md: frames of each ready-made scenario.

MUJOCO_GL=egl python -m tools.scenario_pictures [NAME ...]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import cv2

from synth_ros.config.load import load_config
from synth_ros.config.shipped import builtin_config
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import episode_samples, open_stage
from synth_ros.pipeline.instant import Course
from synth_ros.report.contact_sheet import draw_tiles
from synth_ros.report.overlay import Tile
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import Sample

IMAGES = Path(__file__).resolve().parent.parent / 'docs' / 'images'
TILES, COLUMNS, WIDTH = 12, 4, 360
# Frames of a sequence between two tiles.
STRIDE = 9
NAMES = (
    'tabletop_picking',
    'bin_picking',
    'shelf',
    'floor_robot',
    'conveyor',
    'humanoid_room',
    'pose_curriculum',
)


def frames(stage: Stage) -> Iterator[Sample]:
    """Frames that show how scenes differ: of two views of each, or of a sequence in strides."""
    dataset = stage.config.output.dataset
    course = Course(dataset.motion, dataset.views_per_episode)
    for number in range(TILES):
        episode = stage.open(number)
        if course.motion == 'sequence':
            for sample in episode_samples(stage, episode, course):
                if sample.key.view % STRIDE == 0:
                    yield sample
        else:
            for view in range(2):
                yield from episode.samples(view)


def sheet(name: str) -> None:
    """Draw the sheet of one scenario."""
    loaded = load_config(builtin_config(name))
    stage = open_stage(loaded, SceneBuilder(loaded), seed=loaded.config.seed)
    tiles = []
    with closing(stage.renderer):
        for sample in islice(frames(stage), TILES):
            height = round(sample.rgb.shape[0] * WIDTH / sample.rgb.shape[1])
            small = cv2.resize(sample.rgb, (WIDTH, height), interpolation=cv2.INTER_AREA)
            key = sample.key
            tiles.append(Tile(f'scene {key.episode}, frame {key.view}, {key.camera}', small))
    drawn = draw_tiles([('', tiles)], columns=COLUMNS)
    path = IMAGES / f'scenario_{name}.jpg'
    cv2.imwrite(str(path), drawn[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(path)


def main() -> None:
    """Draw the sheets that are asked for, all by default."""
    for name in sys.argv[1:] or NAMES:
        sheet(name)


if __name__ == '__main__':
    main()
