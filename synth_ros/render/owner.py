"""How renderers live: on the thread that made them, and closed when their block ends."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

import mujoco

from synth_ros.errors import InternalError
from synth_ros.render.base import Layers, Picture, Shot, Viewpoint
from synth_ros.types import Silhouette

SceneT = TypeVar('SceneT')


class ThreadOwner:
    """Remembers the creating thread and refuses the others."""

    def __init__(self) -> None:
        self._ident = threading.get_ident()

    def check(self) -> None:
        """Raise unless this is the creating thread.

        Raises:
            InternalError: On another thread.
        """
        if threading.get_ident() != self._ident:
            raise InternalError(
                f'A renderer was used from thread {threading.current_thread().name!r}, which '
                'did not create it. Create, use and close each renderer on one thread.'
            )


class ClosedAtExit(ABC):
    """A renderer as a context manager."""

    @abstractmethod
    def close(self) -> None:
        """Free everything; closing twice is fine."""

    def __enter__(self) -> Self:
        """Return the renderer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


class HoldsScene(ClosedAtExit, Generic[SceneT]):
    """A renderer that holds the scene of one model at a time, on the thread that made it."""

    def __init__(self) -> None:
        self._owner = ThreadOwner()
        self._scene: SceneT | None = None
        self._closed = False

    def close(self) -> None:
        """Free everything; closing twice is fine."""
        if self._closed:
            return
        self._enter()
        self._unload()
        self._free()
        self._closed = True

    def _enter(self) -> None:
        """Begin something that draws or loads.

        Raises:
            InternalError: The renderer is closed, or another thread's.
        """
        self._owner.check()
        if self._closed:
            raise InternalError('A renderer was used after it was closed.')
        self._make_current()

    def _loaded(self) -> SceneT:
        """Begin something that needs a scene.

        Raises:
            InternalError: There is none; or as ``_enter``.
        """
        self._enter()
        if self._scene is None:
            raise InternalError('A renderer was asked for images before load(model).')
        return self._scene

    @abstractmethod
    def _make_current(self) -> None:
        """Draw from now on; another renderer of the thread may have drawn meanwhile."""

    @abstractmethod
    def _unload(self) -> None:
        """Free the scene if there is one."""

    @abstractmethod
    def _free(self) -> None:
        """Free everything else."""


class Finished:
    """Pictures that were drawn at once; implements ``render.base.Pending``.

    Args:
        pictures: In the order of the shots.
    """

    def __init__(self, pictures: list[Picture]) -> None:
        self._pictures = pictures

    def collect(self) -> list[Picture]:
        """The pictures."""
        return self._pictures


class DrawsAtOnce(ABC):
    """A renderer that cannot draw in the background: ``submit`` waits for the pictures."""

    @abstractmethod
    def render(self, data: mujoco.MjData, viewpoint: Viewpoint) -> Layers:
        """Render the state as it is."""

    @abstractmethod
    def silhouettes(
        self, data: mujoco.MjData, viewpoint: Viewpoint, geom_groups: Sequence[Sequence[int]]
    ) -> list[Silhouette | None]:
        """What each group of geoms alone would cover."""

    def submit(self, data: mujoco.MjData, shots: Sequence[Shot]) -> Finished:
        """Draw shots of one state now."""
        return Finished(
            [
                Picture(
                    self.render(data, shot.viewpoint),
                    self.silhouettes(data, shot.viewpoint, shot.geom_groups),
                )
                for shot in shots
            ]
        )
