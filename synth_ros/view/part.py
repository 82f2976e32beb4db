"""What every module of this package gives: a part of the picture that logs itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import rerun as rr

from synth_ros.geometry.transforms import quat_xyzw_from_matrix
from synth_ros.readers.recording import RecordedFrame
from synth_ros.types import FloatArray


class Part(Protocol):
    """Logs one kind of thing, instant by instant.

    The time of the log is set before. What does not change is logged once a scene.
    """

    def begin(self) -> None:
        """A new scene begins: everything of it is logged anew."""
        ...

    def show(self, frames: Sequence[RecordedFrame]) -> None:
        """Log the frames of an instant: at least one, at most one of each camera."""
        ...


def transform(parent_from_child: FloatArray) -> rr.Transform3D:
    """A pose, shape (4, 4), as the viewer takes it."""
    return rr.Transform3D(
        translation=parent_from_child[:3, 3],
        quaternion=rr.Quaternion(xyzw=quat_xyzw_from_matrix(parent_from_child[:3, :3])),
    )


def on_screen(points: float) -> float:
    """A radius in points of the screen, whatever the zoom: the viewer takes negative ones so."""
    return -points
