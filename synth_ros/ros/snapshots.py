"""Stores single frames of a running simulation in a dataset."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.pipeline.live import LiveFrame
from synth_ros.types import Sample, SampleKey
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco import CocoWriter


class Snapshots:
    """A dataset to which snapshots are added, each as an episode of its own.

    The folder is held only while one is written, and complete after each.

    Args:
        folder: The dataset; made by the first snapshot.
        info: What the dataset is; asked for with the first snapshot.
        options: How its files are stored.
    """

    def __init__(
        self, folder: str, *, info: Callable[[], DatasetInfo], options: DatasetConfig
    ) -> None:
        self._folder = folder
        self._make_info = info
        self._info: DatasetInfo | None = None
        self._options = options

    def add(self, frame: LiveFrame | None) -> str:
        """Store all cameras of an instant.

        Args:
            frame: The last one that was published.

        Returns:
            What was done, as a sentence.

        Raises:
            UsageError: There is no folder, no frame, or the frame is of another seed.
            OutputError: It could not be stored; the dataset is as it was before.
        """
        if not self._folder:
            raise UsageError(
                'Parameter snapshot_dataset is empty: start the node with the folder of a dataset.'
            )
        if frame is None:
            raise UsageError('No frame was published yet.')
        info = self._info = self._info or self._make_info()
        seed = json.loads(frame.samples[0].provenance_json)['seed']
        if seed != info.seed:
            raise UsageError(
                f'The frame is of seed {seed}, and the dataset is of seed {info.seed}: '
                'it would not tell how the frame is made.'
            )
        with CocoWriter(Path(self._folder), info, self._options, resume=True) as writer:
            number = max(writer.whole_episodes(), default=-1) + 1
            writer.write_episode(number, [_renamed(sample, number) for sample in frame.samples])
        cameras = ', '.join(sample.key.camera for sample in frame.samples)
        return (
            f'Frame at {frame.stamp_ns * 1e-9:.3f} s (cameras: {cameras}) is episode {number} of '
            f'{self._folder}.'
        )


def _renamed(sample: Sample, episode: int) -> Sample:
    return replace(sample, key=SampleKey(episode, sample.key.view, sample.key.camera))
