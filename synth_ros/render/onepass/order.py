"""In which order the visible surfaces of a picture are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.render.onepass.poses import Seen
from synth_ros.render.onepass.surfaces import Group, GroupKey


class Part(NamedTuple):
    """Surfaces of one group that are drawn with one call.

    Attributes:
        key: The group's.
        slots: In the order in which they are drawn.
        first: Place of the first one among the draw commands.
    """

    key: GroupKey
    slots: NDArray[np.int64]
    first: int


class DrawingOrder(NamedTuple):
    """All visible surfaces.

    Attributes:
        solid: Goes into the surface layer, which is lit afterwards.
        apart: Is lit as it is drawn, after all that is solid; see-through surfaces come last,
            far ones first, whatever groups they are of.
    """

    solid: list[Part]
    apart: list[Part]

    @property
    def slots(self) -> NDArray[np.int64]:
        """All slots, in order."""
        parts = [part.slots for part in (*self.solid, *self.apart)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def drawing_order(
    groups: Sequence[Group],
    seen: Seen,
    *,
    radius_m: NDArray[np.float64],
    visible: NDArray[np.bool_],
) -> DrawingOrder:
    """Order the visible members of each group.

    Small things first, and near ones among those of a size: they stand on and before the large
    ones, which then are dropped early where they are hidden. See-through things are sorted by the
    depths of their centres, those of one depth by their number.

    Args:
        groups: All groups.
        seen: In the camera's frame.
        radius_m: Of balls about the surfaces, (n,).
        visible: Which are drawn, (n,).
    """
    depth = seen.center_m[:, 2]
    found: list[tuple[tuple[bool, float, float], GroupKey, NDArray[np.int64]]] = []
    clear: list[tuple[float, int, GroupKey]] = []
    for key, slots in groups:
        shown = slots[visible[slots]]
        if key.see_through:
            clear += [(-float(depth[slot]), slot, key) for slot in shown.tolist()]
        elif shown.size:
            size = np.round(np.log2(np.maximum(radius_m[shown], 1e-9)))
            order = np.lexsort((depth[shown], size))
            rank = (key.apart, float(size.max()), float(depth[shown].min()))
            found.append((rank, key, shown[order]))
    found.sort(key=lambda part: part[0])
    runs = [(key, slots.tolist()) for _, key, slots in found]
    for _, slot, key in sorted(clear, key=lambda item: item[:2]):
        if runs and runs[-1][0] is key:
            runs[-1][1].append(slot)
        else:
            runs.append((key, [slot]))
    out, first = DrawingOrder([], []), 0
    for key, members in runs:
        part = Part(key, np.array(members, np.int64), first)
        (out.apart if key.apart else out.solid).append(part)
        first += len(members)
    return out
