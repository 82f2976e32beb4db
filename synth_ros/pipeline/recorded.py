"""A recording as writers want it: what it is, and its samples, episode by episode."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from synth_ros import __version__
from synth_ros.config.output import DatasetConfig
from synth_ros.readers.recording import FrameId, Recording
from synth_ros.readers.samples import sample_of
from synth_ros.types import Sample
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.splits import Splits


def info_of(recording: Recording, splits: Splits | None = None) -> DatasetInfo:
    """What a dataset made from a recording says of itself.

    Args:
        recording: A dataset or a bag.
        splits: Deals its episodes.
    """
    origin, limits = recording.origin, recording.thresholds
    return DatasetInfo(
        categories=recording.categories,
        config_hash=recording.config_hash,
        seed=recording.seed,
        version=origin.version or __version__,
        renderer=origin.renderer or recording.renderer,
        description=origin.description,
        annotations=origin.annotations,
        min_pixels=1 if limits is None else limits.min_pixels,
        min_visibility=0.0 if limits is None else limits.min_visibility,
        cameras=origin.cameras,
        splits=splits,
        meshes=recording.shared.meshes,
    )


def options_of(recording: Recording, wanted: DatasetConfig) -> DatasetConfig:
    """Options for a dataset made from a recording: what it does not have is not written.

    Args:
        recording: A dataset or a bag.
        wanted: What is asked for.
    """
    origin, stored = recording.origin, recording.origin.stored
    per_camera: dict[tuple[int, str], int] = {}
    for key in recording.frames:
        place = (key.run, key.camera)
        per_camera[place] = per_camera.get(place, 0) + 1
    return wanted.model_copy(
        update={
            'episodes': len({key.run for key in recording.frames}),
            # A camera with a rate of its own takes more or fewer than the episode is long.
            'views_per_episode': stored.views_per_episode or max(per_camera.values(), default=1),
            'motion': stored.motion,
            'depth': wanted.depth and origin.depth,
            'masks': wanted.masks,
        }
    )


def episodes_of(recording: Recording) -> Iterator[tuple[int, tuple[FrameId, ...]]]:
    """Number of each scene of a recording, and its frames, in order."""
    for run, keys in groupby(recording.frames, key=lambda key: key.run):
        yield run, tuple(keys)


def read_sample(recording: Recording, key: FrameId) -> Sample:
    """One frame as a sample.

    Raises:
        UsageError: Something of it is missing or damaged.
    """
    return sample_of(recording.read(key))
