"""A file's data with a scenario's change in it; every value keeps its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from synth_ros.config.base import KeyPath
from synth_ros.config.nodes import Entry, Extent, ListNode, MappingNode, Node, find
from synth_ros.config.shape import Kind, Record, Table, config_shape, kind_at

SCENARIOS = 'scenarios'


def scenario_changes(root: MappingNode) -> Iterator[tuple[KeyPath, MappingNode]]:
    """Yield the change of each scenario of a file and the path where it stands, in file order.

    What is no mapping is left out: it is a mistake of its own. A scenario without a change yields
    an empty one.
    """
    listed = find(root, (SCENARIOS,))
    if not listed.complete or not isinstance(listed.node, ListNode):
        return
    for number, item in enumerate(listed.node.items):
        path: KeyPath = (SCENARIOS, number, 'change')
        found = find(item, ('change',))
        if not found.complete:
            yield path, MappingNode(item.place, {}, Extent(1, 1))
        elif isinstance(found.node, MappingNode):
            yield path, found.node


def changed(root: MappingNode, change: MappingNode) -> MappingNode:
    """The data with a change in it, without its scenarios.

    Args:
        root: The file's data.
        change: Sections in it are merged key by key, everything else replaces what was there:
            a distribution that is a mapping, too.
    """
    entries = {key: entry for key, entry in root.entries.items() if key != SCENARIOS}
    return _merged(MappingNode(root.place, entries, _extent(entries)), change, config_shape())


def _merged(base: MappingNode, change: MappingNode, kind: Kind) -> MappingNode:
    entries = dict(base.entries)
    for key, entry in change.entries.items():
        old, below = entries.get(key), kind_at(kind, (key,))
        node: Node = entry.node
        if (
            old is not None
            and isinstance(below, Record | Table)
            and isinstance(old.node, MappingNode)
            and isinstance(node, MappingNode)
        ):
            node = _merged(old.node, node, below)
        entries[key] = Entry(entry.place, node)
    return MappingNode(base.place, entries, _extent(entries))


def _extent(entries: dict[str, Entry]) -> Extent:
    below = [entry.node.extent for entry in entries.values()]
    return Extent(
        1 + sum(extent.size for extent in below),
        1 + max((extent.depth for extent in below), default=0),
    )
