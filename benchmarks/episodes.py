"""Whole episodes as ``generate`` makes them, stored or not: what does storing them cost?

Scenes are drawn, built, settled, rendered and labelled by the code of ``generate`` in either case.
Where nothing is stored, a frame ends as soon as its labels are made.
"""

from __future__ import annotations

import itertools
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
from synth_ros.writers.coco import CocoWriter


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
        config: What is made, where ``written``, in which files.
        written: Whether it is stored; each turn makes a dataset of its own.
        processes: How many such processes share the machine.
    """

    def __init__(self, config: Path, *, written: bool, processes: int = 1) -> None:
        self._loaded = load_config(config)
        self._builder = SceneBuilder(self._loaded)
        self._request = GenerateRequest(config, out='')
        self._stage = open_stage(self._loaded, self._builder, seed=self._loaded.config.seed)
        self._written = written
        self._processes = processes
        # On the disk of the scenes, which need not be that of temporary files.
        self._root = tempfile.TemporaryDirectory(dir=config.parent)
        self._numbers = itertools.count()
        self.device = self._stage.renderer.device

    def make(self, frames: int) -> None:
        """Make as many whole episodes as hold so many frames, and wait until all are stored."""
        plan = make_plan(self._request, self._loaded)
        episodes = max(1, frames // plan.frames_per_episode)
        if not self._written:
            self._produce(Nowhere(), episodes)
            return
        info = dataset_info(
            self._loaded,
            self._builder,
            seed=plan.seed,
            renderer=self._stage.renderer.name,
        )
        out = Path(self._root.name) / str(next(self._numbers))
        with CocoWriter(out, info, dataset_options(plan, self._loaded)) as writer:
            self._produce(writer.episodes, episodes)

    def _produce(self, writer: object, episodes: int) -> None:
        plan = make_plan(self._request, self._loaded)
        produce(
            self._stage,
            writer,
            plan=plan,
            take=from_list(range(episodes)),
            report=_nothing,
            processes=self._processes,
        )


def _nothing(progress: Progress) -> None:
    """Nobody is told."""
