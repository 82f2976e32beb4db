"""What somebody or nobody asks for at the moment, so that nothing is computed in vain.

What is made of a frame is decided when it is drawn and stays with it: who asks later gets a later
frame. What is left out shifts nothing: a part that is made is the same whatever else is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from synth_ros.config.labels import Annotation
from synth_ros.sensors.infra import EYES, Eye

FramePart = Literal['color', 'depth', 'infra1', 'infra2', 'labels']
"""What can be made of a frame; labels need all of the clean frame, and colour and depth come with
them."""

Step = Literal['nothing', 'picture', 'labels']
"""How much is made of a frame. ``nothing``: it is not drawn. ``picture``: it is drawn, without
what labels are made from. ``labels``: all."""

EVERYTHING: frozenset[FramePart] = frozenset(('color', 'depth', 'labels'))
"""What a dataset has."""

Idle = Callable[[str], frozenset[Annotation]]
"""Annotations of a camera, by its name, that nobody wants of its next frame."""


Asked = Callable[[str], frozenset[FramePart]]
"""What somebody wants of the next frame of a camera, by its name."""


Feels = Callable[[str], bool]
"""Whether somebody wants what the IMU of a camera measures, by the camera's name."""


def nothing_idle(_camera: str) -> frozenset[Annotation]:
    """All annotations are wanted."""
    return frozenset()


def everything(_camera: str) -> frozenset[FramePart]:
    """All that a dataset has is wanted."""
    return EVERYTHING


def no_feeling(_camera: str) -> bool:
    """No IMU is wanted."""
    return False


class Wanted(NamedTuple):
    """What is made.

    Attributes:
        parts: Of frames; asked when one is drawn.
        feels: Samples of IMUs; asked from frame to frame.
    """

    parts: Asked = everything
    feels: Feels = no_feeling


def step_of(parts: frozenset[FramePart]) -> Step:
    """How much is made of a frame of which some parts are wanted."""
    if 'labels' in parts:
        return 'labels'
    return 'picture' if parts else 'nothing'


def eyes_of(parts: frozenset[FramePart]) -> frozenset[Eye]:
    """The eyes of a stereo pair among some parts."""
    return frozenset(eye for eye in EYES if eye in parts)


class Plan(NamedTuple):
    """What becomes of a frame that is due.

    Attributes:
        parts: What somebody wants of it.
        draws: What is drawn: as much as the parts need, or more where labels of the frame before
            look at it.
        looks_back: Whether its labels look at the frame before, which was not drawn for them.
    """

    parts: frozenset[FramePart]
    draws: Step
    looks_back: bool


class Attention:
    """Decides what is drawn of each frame of an episode that is due.

    Args:
        ahead: Whether labels look at the frame after theirs.
        back: Whether they look at the frame before.
    """

    def __init__(self, *, ahead: bool, back: bool) -> None:
        self._ahead = ahead
        self._back = back
        self._last: dict[str, Plan] = {}

    def plan(self, camera: str, parts: frozenset[FramePart]) -> Plan:
        """What becomes of the next frame of a camera; to be asked once for each, in order.

        Args:
            camera: Its name.
            parts: What somebody wants of it.
        """
        last, step = self._last.get(camera), step_of(parts)
        looked_at = self._ahead and last is not None and 'labels' in last.parts
        unseen = self._back and last is not None and last.draws != 'labels'
        plan = Plan(parts, 'labels' if looked_at else step, unseen and step == 'labels')
        self._last[camera] = plan
        return plan
