"""How well objects are seen, from how far and from where."""

from __future__ import annotations

from typing import Self

import numpy as np

from synth_ros.readers.plain.types import PlainObject
from synth_ros.report.sphere import BANDS, SECTORS, cell
from synth_ros.report.statistics.facts import Seen
from synth_ros.report.statistics.tally import Axis, MapAxis, MapTally, NumberTally, Side

_AXES = (
    Axis('visibility', 'Visibility', '%', 0, 100, 100),
    Axis('truncation', 'Truncation', '%', 0, 100, 100),
    Axis('distance', 'Distance to the object', 'm', 0.02, 200, 160, log=True),
    Axis('object_size', 'Longest edge of the 3D box', 'm', 0.005, 20, 144, log=True),
    Axis('elevation', 'Elevation of the camera above the object', 'deg', -90, 90, 90),
)
_VIEWS = MapAxis(
    'views',
    'Directions from the object to the camera',
    'azimuth',
    'above to below',
    BANDS,
    SECTORS,
)
_NEAR_M = 1e-6


class Space:
    """Visibility, distance and viewing direction, as far as the dataset knows them.

    Attributes:
        numbers: By name of the axis.
        views: Directions from which objects are seen, first band from above.
        of_class: The same by class.
    """

    def __init__(self) -> None:
        self.numbers = {axis.name: NumberTally(axis) for axis in _AXES}
        self.views = MapTally(_VIEWS)
        self.of_class: dict[str, MapTally] = {}

    def add(self, seen: Seen) -> None:
        """Count the objects of an image."""
        side, found = seen.side, seen.objects
        for name in ('visibility', 'truncation'):
            shares = [getattr(k, name) for k in found]
            self.numbers[name].add([100 * s for s in shares if s is not None], side)
        sizes = [max(k.size_m) for k in found if k.size_m is not None]
        self.numbers['object_size'].add(sizes, side)
        for item in found:
            self._add_pose(item, side)

    def merge(self, other: Self) -> None:
        """Count what another one has counted."""
        for name, tally in self.numbers.items():
            tally.merge(other.numbers[name])
        self.views.merge(other.views)
        for name, views in other.of_class.items():
            self.of_class.setdefault(name, MapTally(_VIEWS)).merge(views)

    def _add_pose(self, item: PlainObject, side: Side) -> None:
        pose = item.camera_from_object
        if pose is None or not np.isfinite(pose).all():
            return
        away = float(np.linalg.norm(pose[:3, 3]))
        if away < _NEAR_M:
            return
        self.numbers['distance'].add(away, side)
        up = -float(pose[:3, 2] @ pose[:3, 3]) / away
        self.numbers['elevation'].add(np.degrees(np.arcsin(np.clip(up, -1, 1))), side)
        band, sector = cell(pose)
        row = BANDS - 1 - band
        self.views.add(row, sector, side)
        self.of_class.setdefault(item.class_name, MapTally(_VIEWS)).add(row, sector, side)
