"""Records live simulations into bags within one process: neither nodes nor transport."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from synth_ros.config.load import LoadedConfig
from synth_ros.errors import PlacementError
from synth_ros.pipeline.demand import Wanted
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import dataset_info
from synth_ros.pipeline.live import Extent, LiveFrame, LiveSession
from synth_ros.render.auto import Choice, renderer_for
from synth_ros.ros.live_bag import LiveBag, Progress, Source, Storing
from synth_ros.ros.sim_thread import SimThread
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CompiledScene
from synth_ros.writers.bag_place import bag_place, check_free

_LOOK_S = 0.1


class Run(NamedTuple):
    """What a bag holds.

    Attributes:
        first_episode: Number of the first episode.
        frames: Instants; 0: as many as there are in the extent.
        extent: Where it ends.
    """

    first_episode: int
    frames: int = 0
    extent: Extent = Extent()


class Recorded(NamedTuple):
    """What a bag became.

    Attributes:
        progress: How far it came.
        messages: In it.
        complete: Whether it holds all that was asked for.
        error: Why not, unless it was told to stop.
        appeared: Whether it is in its place.
    """

    progress: Progress
    messages: int
    complete: bool
    error: BaseException | None
    appeared: bool


class Watch:
    """Is told how a recording goes; this one does not mind."""

    def progress(self, progress: Progress) -> None:
        """Hear how far the bag is, several times a second."""

    def note(self, sentence: str) -> None:
        """Hear what did not go as drawn; on any thread."""


class Recorder:
    """Records runs of one config, one after another; they share its assets.

    Args:
        config: Path of the config.
        seed: In place of the config's.
        seed: In use.
        storing: How bags are stored.
        choice: The renderer.

    Raises:
        AssetError: Something that the config names cannot be read.
    """

    def __init__(
        self, loaded: LoadedConfig, *, seed: int, storing: Storing, choice: Choice
    ) -> None:
        self._loaded = loaded
        self._seed = seed
        self._storing = storing
        self._choice = choice
        builder = SceneBuilder(loaded)
        info = dataset_info(loaded, builder, seed=seed, renderer=choice.backend)
        self._source = Source(loaded, builder, info)

    def record(
        self,
        bag: Path,
        run: Run,
        *,
        stop: threading.Event,
        watch: Watch,
        whole: bool = False,
    ) -> Recorded:
        """Record a run; the bag appears when it is closed.

        The same run of the same config and seed gives the same bytes. Whatever ends it early, the
        bag holds what was recorded before, and is whole as a bag.

        Args:
            bag: Its folder; must not exist.
            run: What.
            stop: Ends it early.
            watch: Is told how it goes.
            whole: The bag appears only if it is complete.

        Raises:
            OutputError: The folder exists or cannot be written; nothing appears.
            RosError: A message package is not installed.
        """
        check_free(bag)
        with bag_place(bag) as place:
            session = f'{self._loaded.config_hash[:12]}-{self._seed}-{run.first_episode}'
            made = LiveBag(
                self._source, place.path, called=bag, session=session, storing=self._storing
            )
            recorded = self._fill(made, run, stop=stop, watch=watch)
            if recorded.progress.instants and (recorded.complete or not whole):
                place.appear()
                recorded = recorded._replace(appeared=True)
        return recorded

    def _fill(self, made: LiveBag, run: Run, *, stop: threading.Event, watch: Watch) -> Recorded:
        def publish(frame: LiveFrame, scene: CompiledScene) -> None:
            for note in frame.notes:
                watch.note(note)
            made.publish(frame, scene)

        thread = SimThread(
            partial(self._session, made, run, watch),
            publish,
            stop=stop,
            frame_limit=run.frames,
        )
        thread.start()
        while not thread.finished.wait(_LOOK_S):
            watch.progress(made.progress)
        thread.join()
        error = thread.error
        try:
            made.close()
        except Exception as failed:  # noqa: BLE001 (told with what was recorded)
            # After another error it follows from that.
            error = error or failed
        watch.progress(made.progress)
        return Recorded(
            made.progress,
            made.messages,
            complete=thread.complete and error is None,
            error=error,
            appeared=False,
        )

    @contextmanager
    def _session(self, made: LiveBag, run: Run, watch: Watch) -> Iterator[LiveSession]:
        """Runs on the simulation thread, which owns the renderer as long as it lives."""
        config = self._loaded.config
        size = (max(c.width for c in config.cameras), max(c.height for c in config.cameras))
        renderer = renderer_for(self._choice, config.render, max_size=size)
        try:
            stage = Stage(self._loaded, self._source.builder, renderer=renderer, seed=self._seed)
            stage.wanted = Wanted(made.publishers.parts, made.publishers.feels)
            session = _opened(stage, run, made, watch=watch)
            for warning in session.world.scene.warnings:
                watch.note(warning)
            yield session
            for note in session.notes:
                watch.note(note)
        finally:
            made.publishers.settle()
            renderer.close()


def _opened(stage: Stage, run: Run, made: LiveBag, *, watch: Watch) -> LiveSession:
    """A session that begins with the first episode that comes to a valid rest.

    Raises:
        PlacementError: None of those that are wanted does.
    """
    last = run.extent.last_episode
    number = run.first_episode
    while True:
        try:
            return LiveSession(
                stage, first_episode=number, idle=made.publishers.idle, extent=run.extent
            )
        except PlacementError as error:
            if last is None or number >= last:
                raise
            watch.note(f'Skipped: {error}')
            number += 1
