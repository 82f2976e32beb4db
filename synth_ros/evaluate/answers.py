"""From a message of any kind to what is compared; shared by bags and the live node."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from synth_ros.evaluate import messages
from synth_ros.evaluate.intake import Intake
from synth_ros.evaluate.types import FoundFrame, Nonsense

Kind = Literal['boxes', 'solids', 'poses', 'semantic', 'instance']
"""``solids`` are poses of 3D detections."""


class PoseMeaning(NamedTuple):
    """What poses are of.

    Attributes:
        label: Class of poses that name none; ``None`` for any.
        of_box: Whether they are those of 3D boxes.
    """

    label: str | None = None
    of_box: bool = False


class Taker(NamedTuple):
    """Takes in messages.

    Attributes:
        intake: Knows the image and the classes.
        nonsense: Counts what cannot be used.
        meaning: What poses are of.
    """

    intake: Intake
    nonsense: Nonsense
    meaning: PoseMeaning = PoseMeaning()

    def take(self, kind: Kind, message: Any, found: FoundFrame) -> FoundFrame:  # noqa: ANN401
        """What is known of a frame, with what one more message says.

        Args:
            kind: Of the message.
            message: As ROS or a bag decodes it.
            found: What is known so far.
        """
        intake, nonsense, meaning = self
        if kind == 'boxes':
            return replace(found, boxes=messages.boxes(message, intake, nonsense))
        if kind == 'solids':
            solids = messages.solids(message, intake, nonsense, of_box=meaning.of_box)
            return replace(found, poses=solids)
        if kind == 'poses':
            poses = messages.poses(
                message, intake, nonsense, label=meaning.label, of_box=meaning.of_box
            )
            return replace(found, poses=poses)
        mask = messages.mask(message, nonsense)
        if mask is None:
            return found
        if kind == 'semantic':
            return replace(found, class_mask=intake.class_mask(mask))
        return replace(found, segments=intake.mask(mask))


def without_gaps(found: FoundFrame, kinds: Iterable[Kind]) -> FoundFrame:
    """A frame in which nothing was found where no answer came.

    Args:
        found: What was said.
        kinds: What was asked for; masks that did not come are left out all the same.
    """
    for kind in kinds:
        if kind == 'boxes' and found.boxes is None:
            found = replace(found, boxes=())
        if kind in {'solids', 'poses'} and found.poses is None:
            found = replace(found, poses=())
    return found
