"""Stores what formats make: beside the frames of a dataset, or alone in a folder.

Each format has a folder of its own. What it makes of a frame is committed with the frame's
episode; what speaks for all frames is composed at the end, with ``conversion.json``, which says
what was converted and what the format could not hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict, cast

from synth_ros.config.output import DatasetConfig, FormatName
from synth_ros.errors import InternalError, OutputError
from synth_ros.types import Sample, SampleKey
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_records import ExportFrameRecord
from synth_ros.writers.formats.base import (
    FormatSetup,
    FrameEntry,
    FrameFormat,
    LossTally,
    PackedFormat,
    Pictures,
)
from synth_ros.writers.formats.registry import is_packed, make_format
from synth_ros.writers.splits import OneSplit
from synth_ros.writers.storage import Storage

CONVERSION = 'conversion.json'
_FORMAT = 'synth_ros conversion 1'


class ExportedFrame(NamedTuple):
    """What all formats made of a frame.

    Attributes:
        files: By path relative to the dataset.
        shared: Files that other frames may hold, too.
        records: By format.
    """

    files: Mapping[str, bytes]
    shared: Mapping[str, bytes]
    records: Mapping[FormatName, ExportFrameRecord]


class Conversion(TypedDict):
    """``conversion.json``: what a format's folder was made from, and what it lacks."""

    format: str
    to: FormatName
    generator: str
    version: str
    config_hash: str
    seed: int
    renderer: str
    splits: dict[str, int]
    frames: int
    lost: dict[str, int]


def setup_of(info: DatasetInfo, options: DatasetConfig) -> FormatSetup:
    """What formats must know of a dataset; all episodes are ``train`` where nothing deals them."""
    return FormatSetup(info, options, info.splits or OneSplit())


def frame_formats(names: Iterable[FormatName], setup: FormatSetup) -> tuple[FrameFormat, ...]:
    """Those of some formats that write files for each frame.

    Raises:
        UsageError: One needs a library that is not installed.
    """
    made = (make_format(name, setup) for name in names if not is_packed(name))
    return tuple(cast('FrameFormat', item) for item in made)


def packed_formats(names: Iterable[FormatName], setup: FormatSetup) -> tuple[PackedFormat, ...]:
    """Those of some formats that are made from a finished dataset.

    Raises:
        UsageError: One needs a library that is not installed.
    """
    made = (make_format(name, setup) for name in names if is_packed(name))
    return tuple(cast('PackedFormat', item) for item in made)


def export_frame(
    sample: Sample,
    pictures: Pictures,
    formats: Iterable[FrameFormat],
    *,
    folder: Callable[[FormatName], str] = '{}/'.format,
) -> ExportedFrame:
    """What some formats make of a frame: a pure function, for any thread.

    Args:
        sample: The frame.
        pictures: Its encoded images.
        formats: Which.
        folder: Beginning of the paths of a format.

    Raises:
        OutputError: A value does not fit a format.
    """
    files: dict[str, bytes] = {}
    shared: dict[str, bytes] = {}
    records: dict[FormatName, ExportFrameRecord] = {}
    for item in formats:
        product, prefix = item.frame(sample, pictures), folder(item.name)
        files |= {prefix + path: data for path, data in product.files.items()}
        shared |= {prefix + path: data for path, data in product.shared.items()}
        records[item.name] = {
            'view': sample.key.view,
            'camera': sample.key.camera,
            'record': product.record,
            'losses': {key: count for key, count in product.losses.items() if count},
        }
    return ExportedFrame(files, shared, records)


class StoredFrames:
    """Implements ``formats.base.Committed`` for the episodes of a place.

    Args:
        storage: Where the files are.
        prefix: Beginning of the format's paths there.
        episodes: Gives every episode's number and frames, ascending, anew at each call.
    """

    def __init__(
        self,
        storage: Storage,
        prefix: str,
        episodes: Callable[[], Iterator[tuple[int, Sequence[ExportFrameRecord]]]],
    ) -> None:
        self._storage = storage
        self._prefix = prefix
        self._episodes = episodes

    def frames(self) -> Iterator[FrameEntry]:
        """Every frame in key order."""
        for episode, records in self._episodes():
            for item in records:
                yield FrameEntry(SampleKey(episode, item['view'], item['camera']), item['record'])

    def losses(self) -> LossTally:
        """What the format could not hold of all frames."""
        tally = LossTally()
        for _, records in self._episodes():
            for item in records:
                tally.add(item['losses'])
        return tally

    def read(self, path: str) -> bytes:
        """A file of the format."""
        try:
            return self._storage.read(self._prefix + path)
        except OSError as error:
            raise OutputError(
                f'Cannot read {self._storage.name}/{self._prefix}{path}: {error.strerror}. Run '
                'the same command with --resume: what is missing will be made again.'
            ) from error


def compose_export(
    wanted: FrameFormat, stored: StoredFrames, *, setup: FormatSetup, out: Path
) -> Conversion:
    """Write the files of a format that speak for all frames, ``conversion.json`` among them.

    Args:
        wanted: The format.
        stored: Its committed frames.
        setup: What it was made with.
        out: An empty folder.

    Raises:
        OSError: Something could not be written.
        InternalError: The format wrote a file of that name itself.
    """
    wanted.finish(out, stored)
    episodes: set[int] = set()
    frames = 0
    for entry in stored.frames():
        frames += 1
        episodes.add(entry.key.episode)
    return write_conversion(
        wanted.name, setup, episodes=episodes, frames=frames, losses=stored.losses(), out=out
    )


def write_conversion(
    name: FormatName,
    setup: FormatSetup,
    *,
    episodes: Iterable[int],
    frames: int,
    losses: LossTally,
    out: Path,
) -> Conversion:
    """Write ``conversion.json`` beside what is in a folder.

    Raises:
        InternalError: There is a file of that name.
    """
    target = out / CONVERSION
    if target.exists():
        raise InternalError(f'The format {name} wrote a {CONVERSION} of its own.')
    counts = dict.fromkeys(setup.splits.names, 0)
    for episode in episodes:
        counts[setup.splits.of(episode)] += 1
    info = setup.info
    conversion: Conversion = {
        'format': _FORMAT,
        'to': name,
        'generator': 'synth_ros',
        'version': info.version,
        'config_hash': info.config_hash,
        'seed': info.seed,
        'renderer': info.renderer,
        'splits': counts,
        'frames': frames,
        'lost': dict(sorted(losses.counts.items())),
    }
    text = json.dumps(conversion, allow_nan=False, indent=1, ensure_ascii=True)
    target.write_text(f'{text}\n', encoding='ascii')
    return conversion


def read_conversion(folder: Path) -> Conversion:
    """What ``conversion.json`` says; we wrote it whole, so its structure is trusted.

    Raises:
        OutputError: It is missing or damaged.
    """
    path = folder / CONVERSION
    try:
        return cast('Conversion', json.loads(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise OutputError(f'Cannot read {path}: {error}. Convert again.') from error


def files_below(folder: Path) -> list[Path]:
    """All files in a folder and its subfolders, sorted."""
    return sorted(path for path in folder.rglob('*') if path.is_file())
