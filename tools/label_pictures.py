"""Remake the picture of each annotation in docs/images/labels.

MUJOCO_GL=egl python -m tools.label_pictures
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import yaml
from PIL import Image

from synth_ros.config.load import LoadedConfig, load_config_text
from synth_ros.config.shipped import builtin_config
from synth_ros.pipeline.generate import episode_samples, open_stage
from synth_ros.pipeline.instant import Course
from synth_ros.report.overlay import Style
from synth_ros.report.pictures.gallery import PICTURES, overview
from synth_ros.report.pictures.shown import Shown, from_sample
from synth_ros.report.pictures.tracks import strip
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import ByteImage

FOLDER = Path(__file__).resolve().parent.parent / 'docs' / 'images' / 'labels'
SEED = 8
STYLE = Style(600, letters=13)
LARGEST = 120_000
WIDE = Style(1000, letters=13)

# From behind the robot's shoulder, so that its arms are in the image.
ROOM = """
name: room
mount: {link: world, position_m: [1.5, 1.3, 1.7], look_at_m: [0.25, 0.0, 0.85]}
intrinsics: {fovy_deg: 50}
width: 640
height: 480
"""


class Place(NamedTuple):
    """Where a picture is taken.

    Attributes:
        episode: Scene.
        camera: Which camera.
        frame: Of the sequence.
    """

    episode: int
    camera: str
    frame: int


# A tidy table, and one where things lie on each other.
TIDY, PILE = 2, 13
USUAL = Place(TIDY, 'head', 5)
SHOWN = {
    'robot': Place(TIDY, 'room', 5),
    'scene_flow': Place(TIDY, 'room', 5),
    'occluders': Place(PILE, 'head', 0),
    'amodal_masks': Place(PILE, 'head', 0),
    'contacts': Place(PILE, 'head', 0),
    'relations': Place(PILE, 'head', 0),
}
FRAMES = {TIDY: 12, PILE: 2}


def picture_config() -> LoadedConfig:
    """The demo with everything on, a camera beside the robot, and an undisturbed sensor."""
    record = yaml.safe_load(builtin_config('tabletop').read_text(encoding='utf-8'))
    record['cameras'].append(yaml.safe_load(ROOM))
    record['labels'] = {'everything': True, 'min_pixels': 64, 'min_visibility': 0.1}
    record['objects']['count'] = [14, 14]
    record['randomization'].pop('sensor')
    record['render'] = {'backend': 'classic', 'samples': 8, 'shadow_size': 4096}
    return load_config_text(yaml.safe_dump(record))


def sequence(loaded: LoadedConfig, episode: int) -> dict[str, list[Shown]]:
    """A sequence of the running simulation, by camera."""
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=SEED)
    frames: dict[str, list[Shown]] = {}
    with closing(stage.renderer):
        course = Course('sequence', FRAMES[episode])
        for sample in episode_samples(stage, stage.open(episode), course):
            shown = from_sample(sample, builder.categories)
            frames.setdefault(sample.key.camera, []).append(shown)
    return frames


def eventful(frames: list[Shown]) -> Shown:
    """The frame with the most events of tracks, the first left out."""
    return max(
        frames[1:],
        key=lambda shown: sum(t.event is not None for t in shown.labels.scene.tracks or ()),
    )


def save(path: Path, rgb: ByteImage) -> None:
    """Write a PNG; of 256 colours if it would be large, which makes a third of it."""
    image = Image.fromarray(rgb)
    image.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        # The octree keeps the wheel of flow, though small; median cut is better for photographs.
        flow = path.stem.startswith('flow')
        method = Image.Quantize.FASTOCTREE if flow else Image.Quantize.MEDIANCUT
        image.quantize(256, method, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f'{path.stat().st_size / 1000:5.0f} kB  {path.name}')


def main() -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=FOLDER)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    loaded = picture_config()
    frames = {episode: sequence(loaded, episode) for episode in FRAMES}
    for name, draw in PICTURES.items():
        place = SHOWN.get(name, USUAL)
        shown = frames[place.episode][place.camera][place.frame]
        tile = draw(eventful(frames[TIDY]['wrist']) if name == 'tracks' else shown, STYLE)
        if tile is None:
            raise SystemExit(f'The demo has no {name}.')
        print(tile.caption)
        save(options.out / f'{name}.png', tile.rgb)
    usual = frames[USUAL.episode][USUAL.camera][USUAL.frame]
    save(options.out / 'overview.png', overview(usual, STYLE))
    save(options.out / 'track_strip.png', strip(frames[TIDY]['wrist'], WIDE))


if __name__ == '__main__':
    main()
