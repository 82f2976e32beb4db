"""The report: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from synth_ros.errors import OutputError, UsageError
from synth_ros.readers.bag import BagSummary, read_bag_summary
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.coco_entries import ImageEntry
from synth_ros.readers.profile import read_profile
from synth_ros.report.coverage import coverage
from synth_ros.report.overlay import Style, tiles
from synth_ros.report.palette import hex_colour
from synth_ros.report.picture import from_dataset
from synth_ros.report.pictures.gallery import gallery
from synth_ros.report.pictures.shown import from_dataset as from_stored
from synth_ros.report.pictures.shown import read_class_names
from synth_ros.report.stats import DatasetStats, dataset_stats
from synth_ros.schema.profile import TITLES, WAITED_FOR, Profile
from synth_ros.types import ByteImage

# Tiles are shown at about half this size, and whole when clicked.
_STYLE = Style(640, letters=19, shares=False)
_JPEG_QUALITY = 85
# Frames shown with all their annotations.
_ANNOTATED = 2


class ShownTile(NamedTuple):
    """A picture inside the HTML file."""

    caption: str
    data_uri: str


class ShownFrame(NamedTuple):
    """A row of pictures."""

    title: str
    tiles: tuple[ShownTile, ...]


class Span(NamedTuple):
    """The time of a step of the run that made the dataset, or of a wait."""

    title: str
    calls: int
    seconds: float
    median_s: float
    wait: bool


def write_report(
    dataset: Path, *, bag: Path | None = None, out: Path | None = None, frames: int = 8
) -> Path:
    """Describe a dataset, and the bag recorded with it, in one HTML file.

    The same dataset gives the same file, byte for byte; the profile of its last measured run
    (``generate --profile``) is shown if there is one.

    Args:
        dataset: Folder of a finished dataset.
        bag: Folder of a rosbag2 recording.
        out: The file to write; ``report.html`` beside the dataset by default.
        frames: How many frames are shown, spread evenly over the dataset.

    Returns:
        The file that was written.

    Raises:
        UsageError: The dataset or bag cannot be read, or files of the dataset are missing.
        OutputError: The report cannot be written.
    """
    found = CocoDataset(dataset)
    missing = found.missing_files()
    if missing:
        raise UsageError(
            f'{found.root} lacks {len(missing)} files that its index names, such as '
            f'{missing[0]}. Make them again with synth-ros generate ... --resume.'
        )
    summary = read_bag_summary(bag) if bag else None
    profile = read_profile(dataset)
    text = render(found, dataset_stats(found), bag=summary, frames=frames, profile=profile)
    target = out or dataset.resolve().parent / 'report.html'
    try:
        target.write_text(text, encoding='utf-8')
    except OSError as error:
        raise OutputError(f'Cannot write {target}: {error.strerror}.') from error
    return target


def render(
    dataset: CocoDataset,
    stats: DatasetStats,
    *,
    bag: BagSummary | None,
    frames: int,
    profile: Profile | None = None,
) -> str:
    """The report's HTML text."""
    environment = Environment(
        loader=PackageLoader('synth_ros.report'),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters['colour'] = hex_colour
    environment.filters['thousands'] = lambda number: f'{number:,}'
    environment.filters['bytes'] = human_bytes
    return environment.get_template('report.html').render(
        dataset=dataset,
        stats=stats,
        bag=bag,
        profile=profile,
        spans=_spans(profile) if profile else (),
        coverage=coverage(dataset),
        frames=[_show(dataset, image) for image in spread(dataset.images, frames)],
        annotated=_annotated(dataset),
        size_bytes=_size(dataset),
    )


def _spans(profile: Profile) -> tuple[Span, ...]:
    """The steps of a run, then what drawing waited for."""
    steps = (Span(TITLES[step], *spent, wait=False) for step, spent in profile.steps.items())
    waits = (
        Span(f'wait: {WAITED_FOR[wait]}', *spent, wait=True)
        for wait, spent in profile.waits.items()
    )
    return (*steps, *waits)


def spread(images: Sequence[ImageEntry], count: int) -> list[ImageEntry]:
    """Some images, evenly from the first to the last."""
    if len(images) <= count:
        return list(images)
    places = np.linspace(0, len(images) - 1, count).round().astype(int)
    return [images[int(place)] for place in places]


def human_bytes(size: int) -> str:
    """A size with three digits: ``1.54 GB``."""
    value = float(size)
    for unit in ('B', 'kB', 'MB', 'GB'):
        if value < 1000:
            return f'{value:.3g} {unit}'
        value /= 1000
    return f'{value:.3g} TB'


def _show(dataset: CocoDataset, image: ImageEntry) -> ShownFrame:
    row = tiles(from_dataset(dataset, image), _STYLE)
    return ShownFrame(image.stem, tuple(ShownTile(t.caption, _data_uri(t.rgb)) for t in row))


def _annotated(dataset: CocoDataset) -> list[ShownFrame]:
    """Some frames, each with a tile for each annotation."""
    names = read_class_names(dataset)
    shown = []
    for image in spread(dataset.images, _ANNOTATED):
        row = gallery(from_stored(dataset, image, names=names), _STYLE)
        shown.append(
            ShownFrame(image.stem, tuple(ShownTile(t.caption, _data_uri(t.rgb)) for t in row))
        )
    return shown


def _data_uri(rgb: ByteImage) -> str:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    done, data = cv2.imencode('.jpg', bgr, quality)
    assert done, 'OpenCV refused an 8-bit image'
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode("ascii")}'


def _size(dataset: CocoDataset) -> int:
    """Bytes of all files of a dataset."""
    return sum(path.stat().st_size for path in dataset.root.rglob('*') if path.is_file())
