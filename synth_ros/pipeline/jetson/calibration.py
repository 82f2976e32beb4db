"""The calibration images of a bundle: which, where pixels come from, and how they are stored.

Nothing is augmented: an image is what the sensor of the simulated camera gave, noise and exposure
included, because that is what the network will get. With the config at hand, images without any
sensor effect can be rendered again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import cv2
import numpy as np

from synth_ros.errors import UsageError
from synth_ros.geometry.fitting import place
from synth_ros.pipeline.jetson.coverage import Traits, choose, covered, traits_of
from synth_ros.readers.recording import FrameId, Recording
from synth_ros.types import ByteImage
from synth_ros.writers import codecs

Fit = Literal['none', 'letterbox', 'stretch']
"""How images are brought to the size of the network: not at all, whole with grey around, or all
over."""
PADDING = 114
"""Grey around a letterboxed image, as Ultralytics pads."""

Pixels = Callable[[FrameId], ByteImage]
"""Gives the pixels of a frame."""


class NetworkInput(NamedTuple):
    """Size of the images that a network takes, pixels."""

    width: int
    height: int


class Chosen(NamedTuple):
    """Which frames were chosen.

    Attributes:
        frames: The most telling first.
        traits: Of all frames that there were to choose from.
        share: Of those traits that the chosen frames have.
    """

    frames: tuple[FrameId, ...]
    traits: int
    share: float


def choose_frames(
    recording: Recording,
    frames: Sequence[FrameId],
    *,
    count: int,
    progress: Callable[[int, int], None],
) -> Chosen:
    """Frames that stand for all.

    Args:
        recording: Has them.
        frames: To choose from.
        count: How many at most.
        progress: Called with (frames looked at, all).

    Raises:
        UsageError: A frame is damaged.
    """
    traits: list[Traits] = []
    for number, key in enumerate(frames, 1):
        traits.append(traits_of(recording.record(key), read_pixels(recording, key)))
        progress(number, len(frames))
    picked = choose(traits, count)
    return Chosen(
        tuple(frames[index] for index in picked),
        len(frozenset().union(*traits)),
        covered(traits, picked),
    )


def write_images(
    out: Path,
    chosen: Chosen,
    *,
    pixels: Callable[[FrameId], bytes],
) -> None:
    """Write the images, their list, and what they cover.

    Args:
        out: Folder of the calibration set.
        chosen: Which frames.
        pixels: Gives the PNG file of a frame.
    """
    (out / 'images').mkdir(parents=True)
    names = [f'images/{key.stem}.png' for key in chosen.frames]
    for key, name in zip(chosen.frames, names, strict=True):
        (out / name).write_bytes(pixels(key))
    (out / 'images.txt').write_text(''.join(f'{name}\n' for name in names), encoding='utf-8')
    coverage = {
        'images': len(names),
        'traits': chosen.traits,
        'covered': round(chosen.share, 4),
        'order': 'the most telling first: the first n are the best n',
    }
    (out / 'coverage.json').write_text(json.dumps(coverage, indent=2) + '\n', encoding='utf-8')


def png_of(rgb: ByteImage, *, size: NetworkInput, fit: Fit) -> bytes:
    """An image as a PNG file, brought to a size.

    Args:
        rgb: Shape (height, width, 3), uint8.
        size: That the network takes.
        fit: How.
    """
    return codecs.encode_png(
        rgb if fit == 'none' else fitted(rgb, size, letterbox=fit != 'stretch')
    )


def fitted(rgb: ByteImage, size: NetworkInput, *, letterbox: bool) -> ByteImage:
    """An image of another size.

    Args:
        rgb: Shape (height, width, 3), uint8.
        size: What comes out.
        letterbox: Whether it stays whole in its proportions, grey around it.
    """
    height, width = rgb.shape[:2]
    where = place(
        (width, height), (size.width, size.height), 'letterbox' if letterbox else 'stretch'
    )
    inner = NetworkInput(*where.resized)
    # Areas are averaged when an image shrinks; between pixels it is interpolated.
    shrinks = inner.width < width or inner.height < height
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(rgb, inner, interpolation=method), np.uint8)
    canvas = np.full((size.height, size.width, 3), PADDING, np.uint8)
    x, y = where.pad
    canvas[y : y + inner.height, x : x + inner.width] = resized
    return canvas


def read_pixels(recording: Recording, key: FrameId) -> ByteImage:
    """Colour of a frame as it was recorded.

    Raises:
        UsageError: It is missing or damaged.
    """
    stored = recording.rgb_file(key)
    if stored is None:
        return recording.read(key).rgb
    bgr = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise UsageError(f'The image of {key.stem} in {recording.path} is damaged.')
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


@contextmanager
def clean_pixels(recording: Recording, config: Path) -> Iterator[Pixels]:
    """Frames rendered again, without what the sensor did to them.

    Args:
        recording: Made with the config.
        config: File of the config.

    Raises:
        UsageError: The config is another one, or a frame cannot be rendered again.
    """
    # Imported here: only those who ask for it need a renderer.
    from synth_ros.config.load import load_config
    from synth_ros.pipeline.generate import open_stage
    from synth_ros.pipeline.replay import Player, read_provenance
    from synth_ros.scene.build import SceneBuilder

    loaded = load_config(config)
    if recording.config_hash != loaded.config_hash:
        raise UsageError(
            f'{recording.path} was made with another config than {config}: its hash is '
            f'{recording.config_hash or "not known"}, that of the file {loaded.config_hash}. Give '
            'the file as it was then, or leave out --config: images are taken as they are.'
        )
    stage = open_stage(loaded, SceneBuilder(loaded), seed=recording.seed)
    with closing(stage.renderer):
        player = Player(stage)

        def pixels(key: FrameId) -> ByteImage:
            made = read_provenance(recording.read(key))
            sample = player.play(key, made, camera=key.camera)
            if sample is None:
                raise UsageError(
                    f'Frame {key.stem} cannot be rendered again with {config}. Leave out '
                    '--config: the images of the dataset are taken as they are.'
                )
            return sample.frame.rgb

        yield pixels
