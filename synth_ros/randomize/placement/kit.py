"""What the ways to place an object share."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.config.distributions import Distribution
from synth_ros.config.placement import Placement
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.draws import uniform_quat_wxyz, yaw_quat_wxyz
from synth_ros.randomize.inventory import PlaceInfo
from synth_ros.randomize.placement.room import Item, Room
from synth_ros.randomize.rotations import draw_quat_wxyz
from synth_ros.types import FloatArray


class Kit(NamedTuple):
    """All that placing one object takes.

    Attributes:
        item: The object.
        place: Where it is to go.
        placement: Defaults of all places.
        room: What is taken.
        draws: Of this object in this drawing of the scene.
        shared: Of this place in this drawing of the scene.
    """

    item: Item
    place: PlaceInfo
    placement: Placement
    room: Room
    draws: Draws
    shared: Draws

    @property
    def gap_m(self) -> float:
        """Free space to keep at the start, beside what all keep."""
        return self.place.config.spacing_m or 0.0

    def drop_m(self, default: Distribution | None = None) -> float:
        """Draw the height from which the object falls.

        Args:
            default: Where the place has none; that of all places by default.
        """
        height = self.place.config.drop_height_m or default or self.placement.drop_height_m
        return self.draws.number(height, 'drop_height_m')

    def rotation(self, attempt: int = 0) -> FloatArray:
        """Draw how the object is turned: world from object, wxyz.

        Args:
            attempt: Drawings before this one.
        """
        draws = self.draws.below(f'rotation/{attempt}/')
        if self.place.config.rotation is not None and not self.item.upright:
            return np.array(draw_quat_wxyz(self.place.config.rotation, 'given', draws=draws))
        given = self.place.config.upright_probability
        probability = self.placement.upright_probability if given is None else given
        # Each draw has a stream of its own, so all may be drawn or not.
        if self.item.upright or draws.generator('upright').random() < probability:
            return yaw_quat_wxyz(math.pi * (2 * draws.generator('yaw').random() - 1))
        return uniform_quat_wxyz(draws.generator('free'))

    def shares(self, name: str, count: int) -> FloatArray:
        """Pairs of numbers from 0 to 1, shape (count, 2).

        Args:
            name: What they are for.
            count: How many.
        """
        return np.asarray(self.draws.generator(name).random((count, 2)))
