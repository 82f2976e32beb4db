"""Named parts: links of the robot, and parts of objects where their models name them.

Part ids are the same in every scene of a config: the robot's links first, parents before
children, then for each class in config order the part names of all its variants.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from synth_ros.scene.catalog import LoadedClass
from synth_ros.scene.solid import Solid
from synth_ros.types import Part

ROBOT_OWNER = 'robot'


class PartNames:
    """All parts of a config.

    Attributes:
        parts: By ascending part id, from 1.

    Args:
        links: The robot's links, parents first.
        classes: The object classes in config order.
    """

    def __init__(self, links: Sequence[str], classes: Sequence[LoadedClass]) -> None:
        owned = [_Owned(ROBOT_OWNER, '', name) for name in links]
        for loaded in classes:
            names = (name for variant in loaded.variants for name in part_names(variant.solid))
            owned += [_Owned('object', loaded.name, name) for name in dict.fromkeys(names)]
        self._ids = {key: number for number, key in enumerate(owned, start=1)}
        self.parts = tuple(
            Part(number, key.class_name or ROBOT_OWNER, key.name)
            for key, number in self._ids.items()
        )

    def of_link(self, name: str) -> int:
        """Part id of a link."""
        return self._ids[_Owned(ROBOT_OWNER, '', name)]

    def of_object(self, class_name: str, part: str) -> int:
        """Part id of a part of an object; 0 if it has no name."""
        return self._ids[_Owned('object', class_name, part)] if part else 0


def part_names(solid: Solid) -> tuple[str, ...]:
    """Names of the parts of a solid that are drawn, each once, in the order of its geoms."""
    names = (geom.part for geom in solid.geoms if geom.visible and geom.part)
    return tuple(dict.fromkeys(names))


class _Owned(NamedTuple):
    """A part's key; a class may be called ``robot``, too."""

    kind: str
    class_name: str
    name: str
