"""What Ray carries to a node: functions that find synth_ros there, and say so if they do not.

They are sent as code, not by name, so that a node without synth_ros can say that it lacks it; and
values are pickled apart, so that the environment is right before anything imports MuJoCo. Ray
sends functions as code when they are made inside others, as here; they import all they need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class RemoteWorker(Protocol):
    """An actor's methods: pickled arguments in, a pickled result or ``Failure`` out."""

    def start(self, payload: bytes, shipped: bytes | None) -> bytes:
        """Get ready to make episodes."""
        ...

    def make(self, payload: bytes) -> bytes:
        """Make an episode."""
        ...


def node_function() -> Callable[[str, bytes, bytes | None], bytes]:
    """A function that calls one of ``synth_ros.pipeline.cluster.node``."""

    def synth_ros_node(name: str, payload: bytes, shipped: bytes | None) -> bytes:
        import pickle

        try:
            from synth_ros.render.gl import prepare_gl_environment

            prepare_gl_environment()
            from synth_ros.pipeline.cluster.node import call
        except ImportError as error:
            return pickle.dumps(('missing', str(error)))
        return call(name, payload, shipped)

    return synth_ros_node


def worker_class() -> Callable[[int], RemoteWorker]:
    """A class whose instances make episodes; each in a process of its own."""

    class SynthRosWorker:
        """Makes episodes; see ``node.EpisodeMaker``."""

        def __init__(self, threads: int) -> None:
            import os

            # One worker for each processor: their software rasterisers must not fight.
            os.environ.setdefault('LP_NUM_THREADS', str(threads))
            self._maker: list[object] = []

        def start(self, payload: bytes, shipped: bytes | None) -> bytes:
            import pickle

            try:
                from synth_ros.render.gl import prepare_gl_environment

                prepare_gl_environment()
                from synth_ros.pipeline.cluster.node import start_maker
            except ImportError as error:
                return pickle.dumps(('missing', str(error)))
            return start_maker(self._maker, payload, shipped)

        def make(self, payload: bytes) -> bytes:
            from synth_ros.pipeline.cluster.node import make_episode

            return make_episode(self._maker, payload)

    return SynthRosWorker
