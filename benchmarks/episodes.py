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
        self._written = written
        self._turns = 0
        self.device = self._stage.renderer.device
        if written:
            renderer = self._stage.renderer.name
            self._info = dataset_info(loaded, builder, seed=self._plan.seed, renderer=renderer)
            self._options = dataset_options(self._plan, loaded)
            # On the disk of the scenes, which need not be that of temporary files.
            self._root = tempfile.TemporaryDirectory(dir=config.parent)

    def make(self, frames: int) -> None:
        """Make as many whole episodes as hold so many frames; store them, compose the index."""
        numbers = range(max(1, frames // self._plan.frames_per_episode))
        if not self._written:
            self._produce(Nowhere(), numbers)
            return
        # A place of its own, as a dataset has: a name that is taken over from another file costs
        # some file systems a flush each time.
        self._turns += 1
        out = Path(self._root.name) / f'out_{self._turns}'
        with CocoWriter(out, self._info, self._options) as writer:
            self._produce(writer.episodes, numbers)

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
