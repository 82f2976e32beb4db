"""The parts of a YAML file with their places: what the composer makes and the checks read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from synth_ros.config.base import KeyPath
from synth_ros.config.scalars import Odd, Scalar

Plain = Scalar | list['Plain'] | dict[str, 'Plain']
"""The same data without places, as JSON has it."""


class Extent(NamedTuple):
    """How much a node holds, with aliases written out.

    Attributes:
        size: Number of nodes, itself included.
        depth: Number of levels, its own included.
    """

    size: int
    depth: int


class Place(NamedTuple):
    """A character of the file.

    Attributes:
        line: Line, from 1.
        column: Character in the line, from 1.
    """

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value.

    Attributes:
        place: Where it starts.
        value: What it says.
        text: As it is written, without quotes.
        quoted: Whether it stands in quotes or is a block of text.
        odd: Why it is not taken as it stands.
    """

    place: Place
    value: Scalar
    text: str
    quoted: bool = False
    odd: Odd | None = None

    @property
    def extent(self) -> Extent:
        """A single node."""
        return Extent(size=1, depth=1)


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list.

    Attributes:
        place: Where it starts.
        items: Its entries.
        extent: How much it holds.
    """

    place: Place
    items: tuple[Node, ...]
    extent: Extent


class Entry(NamedTuple):
    """A key of a mapping and its value.

    Attributes:
        place: Where the key starts.
        node: The value.
    """

    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping.

    Attributes:
        place: Where it starts.
        entries: Its keys, in file order.
        extent: How much it holds.
    """

    place: Place
    entries: dict[str, Entry]
    extent: Extent


Node = ScalarNode | ListNode | MappingNode


def plain(node: Node) -> Plain:
    """The data of a node without its places."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


class Found(NamedTuple):
    """Where a key path leads.

    Attributes:
        node: The node at its end, or the last one on the way that exists.
        place: The place to report: a scalar's own, or the key of a list or mapping.
        complete: Whether the whole path exists.
    """

    node: Node
    place: Place
    complete: bool


def find(root: Node, path: KeyPath) -> Found:
    """Follow a key path as far as it exists."""
    node, place = root, root.place
    for step in path:
        if isinstance(node, MappingNode) and isinstance(step, str) and step in node.entries:
            place, node = node.entries[step]
        elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
        else:
            return Found(node, place, complete=False)
    if isinstance(node, ScalarNode):
        place = node.place
    return Found(node, place, complete=True)


def scalars(node: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, ScalarNode]]:
    """Yield all scalars below a node with their paths, in file order."""
    if isinstance(node, ScalarNode):
        yield path, node
    elif isinstance(node, ListNode):
        for i, item in enumerate(node.items):
            yield from scalars(item, (*path, i))
    else:
        for key, entry in node.entries.items():
            yield from scalars(entry.node, (*path, key))
