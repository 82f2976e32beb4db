"""Remake the picture of each annotation in docs/images/labels.

MUJOCO_GL=egl python -m tools.label_pictures
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

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
SEED, EPISODE, FRAMES = 8, 2, 12
STYLE = Style(600, letters=13)
WIDE = Style(1000, letters=13)

# From behind the robot's shoulder, so that its arms are in the image.
ROOM = """
name: room
mount: {link: world, position_m: [-0.35, 1.15, 1.75], look_at_m: [0.45, 0.0, 0.85]}
intrinsics: {fovy_deg: 50}
width: 640
height: 480
"""
# Which camera shows an annotation best, and in which frame.
SHOWN = {'robot': 'room', 'contacts': 'room'}
FRAME = 5


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
        course = Course('sequence', FRAMES)
        for sample in episode_samples(stage, stage.open(episode), course):
            shown = from_sample(sample, builder.categories)
            frames.setdefault(sample.key.camera, []).append(shown)
    return frames


def save(path: Path, rgb: ByteImage) -> None:
    """Write a PNG of 256 colours: a third of the size, and hardly a difference to see."""
    image = Image.fromarray(rgb).quantize(256, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
    print(f'{path.stat().st_size / 1000:5.0f} kB  {path.name}')


def main() -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=FOLDER)
    parser.add_argument('--episode', type=int, default=EPISODE)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    frames = sequence(picture_config(), options.episode)
    for name, draw in PICTURES.items():
        tile = draw(frames[SHOWN.get(name, 'head')][FRAME], STYLE)
        if tile is None:
            print(name, 'missing')
            continue
        print(tile.caption)
        save(options.out / f'{name}.png', tile.rgb)
    save(options.out / 'overview.png', overview(frames['head'][FRAME], STYLE))
    save(options.out / 'track_strip.png', strip(frames['wrist'], WIDE))


if __name__ == '__main__':
    main()
