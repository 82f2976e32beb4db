"""What the values of a mask are called.

The viewer knows names of values for all times alone (it passes over those that are logged at some
time). But the ids of objects begin anew with every episode. So a name that an id did not have
before gets a value of its own.

The viewer also sizes its table of colours by the largest value of the first mask that it shows
under a set of names, in steps of 256, and is wrong with masks whose largest value needs another
size. So background is 65535 instead of 0: then all masks need the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import rerun as rr
from numpy.typing import NDArray

from synth_ros.report.palette import Rgb, colour
from synth_ros.types import STUFF_SEGMENT

BACKGROUND = 65535
"""The value of pixels that show nothing: the last one that 16 bits have."""

SPARE = 4096
"""The first value for ids that mean something else by now."""

_BACKGROUND = rr.AnnotationInfo(id=BACKGROUND, label='background', color=(0, 0, 0, 0))


class Names:
    """Values for the ids of masks, each with one name."""

    def __init__(self) -> None:
        self._values: dict[tuple[int, str], int] = {}
        self._taken: dict[int, tuple[int, str]] = {}
        self._spare = SPARE

    def __len__(self) -> int:
        """How many there are: more than before if something is new."""
        return len(self._values)

    def values_of(self, names: Mapping[int, str]) -> Mapping[int, int]:
        """The value of each id, by what it is called now."""
        return {key: self._value(key, name) for key, name in names.items()}

    def context(self) -> rr.AnnotationContext:
        """Name and colour of each value; an id has one colour, whatever it is called."""
        return rr.AnnotationContext(
            [
                _BACKGROUND,
                *(
                    rr.AnnotationInfo(id=value, label=name, color=colour_of(key))
                    for value, (key, name) in sorted(self._taken.items())
                ),
            ]
        )

    def _value(self, key: int, name: str) -> int:
        known = self._values.get((key, name))
        if known is not None:
            return known
        value = plain_value(key)
        while value in self._taken:
            value, self._spare = self._spare, self._spare + 1
        assert value < BACKGROUND, 'more names than values'
        self._values[key, name] = value
        self._taken[value] = (key, name)
        return value


def plain_value(key: int) -> int:
    """The value of an id that means one thing only: itself, and ``BACKGROUND`` for 0.

    Stuff of panoptic masks has 65535 - class id, because its segment ids are beyond 16 bits.
    """
    if key == 0:
        return BACKGROUND
    return key if key < STUFF_SEGMENT else BACKGROUND + STUFF_SEGMENT - key


def colour_of(key: int) -> Rgb:
    """The colour of an id; stuff of panoptic masks has that of its class."""
    return colour(key if key < STUFF_SEGMENT else key - STUFF_SEGMENT)


def mask_of(ids: NDArray[np.integer], values: Mapping[int, int]) -> NDArray[np.uint16]:
    """A mask with values for its ids; an id without a name has its plain value.

    Args:
        ids: Shape (height, width), 0 background.
        values: By id.
    """
    table = np.arange(int(ids.max(initial=0)) + 1)
    table[STUFF_SEGMENT:] = BACKGROUND + STUFF_SEGMENT - table[STUFF_SEGMENT:]
    table[0] = BACKGROUND
    for key, value in values.items():
        if key < len(table):
            table[key] = value
    mask: NDArray[np.uint16] = table.astype(np.uint16)[ids]
    return mask


def class_context(names: Iterable[tuple[int, str]]) -> rr.AnnotationContext:
    """Names and colours of classes by their ids, for boxes and points."""
    return rr.AnnotationContext(
        [rr.AnnotationInfo(id=k, label=name, color=colour(k)) for k, name in sorted(names)]
    )
