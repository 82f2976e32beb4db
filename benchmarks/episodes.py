"""Whole episodes as ``generate`` makes them, stored or not: what does storing them cost?

Scenes are drawn, built, settled, rendered and labelled by the code of ``generate`` in either case.
Where nothing is stored, a frame ends as soon as its labels are made.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import (
    GenerateRequest,
    Progress,
    dataset_info,
    dataset_options,
    make_plan,
    open_stage,
)
from synth_ros.pipeline.overlap import from_list
from synth_ros.pipeline.produce import produce
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import Sample
from synth_ros.writers.coco import CocoWriter, EpisodeWriter


class Nowhere:
    """Stands for a writer and its drafts, and keeps nothing."""

    def encode(self, sample: Sample) -> None:
        """Keep nothing of a frame."""

    def begin(self, episode: int) -> Nowhere:  # noqa: ARG002 (all are alike)
        """Begin an episode."""
        return self

    def store(self, frame: None) -> None:
        """Keep nothing."""

    def commit(self) -> None:
        """Keep nothing."""

    def discard(self) -> None:
        """Have nothing to remove."""


class EpisodeFrames:
    """Frames of ever the same episodes, each time from their scenes on.

    Args:
        config: What is made and, where ``written``, in which files.
        written: Whether it is stored.
        processes: How many such processes share the machine.
    """

    def __init__(self, config: Path, *, written: bool, processes: int = 1) -> None:
        loaded = load_config(config)
        builder = SceneBuilder(loaded)
        self._plan = make_plan(GenerateRequest(config, out=''), loaded)
        self._stage = open_stage(loaded, builder, seed=self._plan.seed)
        self._processes = processes
        self._writer: CocoWriter | None = None
        self.device = self._stage.renderer.device
        if written:
            renderer = self._stage.renderer.name
            info = dataset_info(loaded, builder, seed=self._plan.seed, renderer=renderer)
            # On the disk of the scenes, which need not be that of temporary files.
            self._root = tempfile.TemporaryDirectory(dir=config.parent)
            out = Path(self._root.name) / 'out'
            self._writer = CocoWriter(out, info, dataset_options(self._plan, loaded))

    def make(self, frames: int) -> None:
        """Make as many whole episodes as hold so many frames; store them, compose the index."""
        numbers = range(max(1, frames // self._plan.frames_per_episode))
        if self._writer is None:
            self._produce(Nowhere(), numbers)
            return
        for number in numbers:
            # Those of the turn before: their files are replaced.
            self._writer.episodes.withdraw(number)
        self._produce(self._writer.episodes, numbers)
        self._writer.finish()

    def _produce(self, writer: EpisodeWriter | Nowhere, numbers: range) -> None:
        produce(
            self._stage,
            writer,
            plan=self._plan,
            take=from_list(numbers),
            report=_nothing,
            processes=self._processes,
        )


def _nothing(progress: Progress) -> None:
    """Nobody is told."""
