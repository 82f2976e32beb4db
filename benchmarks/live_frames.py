"""Frames of a live simulation, recorded to a bag in the same process or not (needs ROS 2).

Both ways draw ahead and label on a second thread as ``synth-ros record`` does, physics and new
scenes included; where nothing is stored, a frame ends as soon as its labels are made.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth_ros.config.load import load_config
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import dataset_info
from synth_ros.pipeline.live import LiveFrame, LiveSession
from synth_ros.render.auto import choose_backend, renderer_for
from synth_ros.ros.live_bag import LiveBag, Source, Storing
from synth_ros.ros.sim_thread import SimThread
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CompiledScene


class LiveFrames:
    """A session that runs from turn to turn.

    Args:
        config: What is simulated.
        recorded: Whether a bag is written, with zstd.
    """

    def __init__(self, config: Path, *, recorded: bool) -> None:
        self._loaded = load_config(config)
        self._builder = SceneBuilder(self._loaded)
        self._choice = choose_backend(self._loaded.config.render)
        self._wanted = threading.Semaphore(0)
        self._made = threading.Semaphore(0)
        self._bag: LiveBag | None = None
        self.device = ''
        if recorded:
            info = dataset_info(
                self._loaded,
                self._builder,
                seed=self._loaded.config.seed,
                renderer=self._choice.backend,
            )
            # On the disk of the scenes, which need not be that of temporary files.
            self._root = tempfile.TemporaryDirectory(dir=config.parent)
            bag = Path(self._root.name) / 'bag'
            source = Source(self._loaded, self._builder, info)
            self._bag = LiveBag(source, bag, called=bag, session='bench', storing=Storing())
        # Between turns it waits with a frame or two drawn ahead, as many at the end of a turn as
        # at its start.
        self._thread = SimThread(self._open, self._take, stop=threading.Event())
        self._thread.daemon = True
        self._thread.start()
        self._thread.opened.wait()

    def make(self, frames: int) -> None:
        """Make this many instants.

        Raises:
            BaseException: What ended the simulation.
        """
        for _ in range(frames):
            self._wanted.release()
        for _ in range(frames):
            while not self._made.acquire(timeout=0.2):
                if self._thread.error is not None:
                    raise self._thread.error

    @contextmanager
    def _open(self) -> Iterator[LiveSession]:
        camera = self._loaded.config.cameras[0]
        size = (camera.width, camera.height)
        renderer = renderer_for(self._choice, self._loaded.config.render, max_size=size)
        self.device = renderer.device
        try:
            yield LiveSession(Stage(self._loaded, self._builder, renderer=renderer))
        finally:
            renderer.close()

    def _take(self, frame: LiveFrame, scene: CompiledScene) -> None:
        self._wanted.acquire()
        if self._bag is not None:
            self._bag.publish(frame, scene)
        self._made.release()
