"""The TF tree of a bag, instant by instant."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.readers import ros_values as values
from synth_ros.readers.bag_index import BagIndex
from synth_ros.types import FloatArray

WORLD = 'world'


class _Edge(NamedTuple):
    parent: str
    parent_from_child: FloatArray


class BagTree:
    """All transforms of a bag.

    Args:
        index: Of the bag.
    """

    def __init__(self, index: BagIndex) -> None:
        self._static = _read_edges(index, '/tf_static').get(None, {})
        self._moving = _read_edges(index, '/tf')

    def links(self, stamp_ns: int) -> dict[str, FloatArray]:
        """World pose of every frame that a chain of edges of an instant leads to, (4, 4)."""
        edges = {**self._static, **self._moving.get(stamp_ns, {})}
        poses = {WORLD: np.eye(4)}
        waiting = dict(edges)
        while True:
            ready = [child for child, edge in waiting.items() if edge.parent in poses]
            if not ready:
                return poses
            for child in ready:
                edge = waiting.pop(child)
                poses[child] = poses[edge.parent] @ edge.parent_from_child


def _read_edges(index: BagIndex, topic: str) -> dict[int | None, dict[str, _Edge]]:
    """Edges of the TF tree: by stamp, or all together under ``None`` for static ones."""
    edges: dict[int | None, dict[str, _Edge]] = {}
    if topic not in index.types:
        return edges
    for message in index.all(topic):
        for item in message.transforms:
            stamp = None if topic.endswith('static') else values.stamp_ns(item.header)
            edges.setdefault(stamp, {})[item.child_frame_id] = _Edge(
                item.header.frame_id, values.transform_matrix(item.transform)
            )
    return edges
