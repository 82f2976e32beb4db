"""YAML text as nodes with places, and everything that is wrong with it as YAML."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from synth_ros.config.base import KeyPath
from synth_ros.config.nodes import (
    Entry,
    Extent,
    ListNode,
    MappingNode,
    Node,
    Place,
    ScalarNode,
)
from synth_ros.config.problems import Problem
from synth_ros.config.scalars import read_plain
from synth_ros.config.syntax import Event, YamlSyntaxError, events

_MAX_DEPTH = 32
_MAX_SIZE = 100_000
_MERGE = '<<'
_ONE = Extent(size=1, depth=1)
_NO_KEY = '?'  # the text of a key that is a list or a mapping


@dataclass(frozen=True, slots=True)
class Document:
    """What a YAML text holds.

    Attributes:
        root: Its mapping; None if it is not valid YAML, empty, or something else.
        problems: What is wrong with it as YAML.
        flawed: Paths of values that are not what their writer meant; whatever else is wrong
            with them may follow from that.
    """

    root: MappingNode | None
    problems: tuple[Problem, ...]
    flawed: tuple[KeyPath, ...] = ()


def read_yaml(text: str) -> Document:
    """Compose a YAML text.

    Aliases and merge keys are written out. Tags, repeated keys, keys that are not text, more
    than one document, and bottomless structures are problems.

    Args:
        text: The text; its lines may end in any of the three ways.

    Returns:
        The document. It has a root or a problem, or both.
    """
    return _Composer(text.replace('\r\n', '\n').replace('\r', '\n')).document()


class _StopError(Exception):
    """A problem after which nothing can be read."""


class _Composer:
    def __init__(self, text: str) -> None:
        self._line_starts = [0, *(match.end() for match in re.finditer('\n', text))]
        self._events = events(text)
        self._anchors: dict[str, Node | None] = {}  # None while its node is being read
        self._problems: list[Problem] = []
        self._flawed: list[KeyPath] = []

    def document(self) -> Document:
        try:
            root = self._root()
        except _StopError:
            return Document(None, tuple(self._problems))
        except YamlSyntaxError as error:
            place = self._place(error.at)
            message = f'not valid YAML at column {place.column}: {error.message}'
            return Document(None, (*self._problems, Problem(place, (), message)))
        if isinstance(root, MappingNode):
            return Document(root, tuple(self._problems), tuple(self._flawed))
        return Document(None, (*self._problems, _not_a_mapping(root)))

    def _root(self) -> Node | None:
        if next(self._events, None) is None:
            return None
        root = self._node(next(self._events), ())
        next(self._events)  # the end of the document
        more = next(self._events, None)
        if more is not None:
            message = 'a second document starts here: a file holds one config; remove the "---"'
            self._report(more, (), message)
        return root

    def _place(self, index: int) -> Place:
        line = bisect.bisect_right(self._line_starts, index)
        return Place(line, index - self._line_starts[line - 1] + 1)

    def _report(self, event: Event, path: KeyPath, message: str) -> None:
        self._problems.append(Problem(self._place(event.at), path, message))

    def _stop(self, event: Event, path: KeyPath, message: str) -> _StopError:
        self._report(event, path, message)
        return _StopError()

    def _node(self, event: Event, path: KeyPath) -> Node:
        self._check_extent(event, path, _ONE)
        if event.kind == 'alias':
            return self._alias(event, path)
        if event.anchor:
            self._anchors[event.anchor] = None
        if event.kind == 'scalar':
            node: Node = self._scalar(event, path)
        elif event.kind == 'list':
            node = self._list(event, path)
        else:
            node = self._mapping(event, path)
        if event.anchor:
            self._anchors[event.anchor] = node
        if event.tag:
            self._report(event, path, _tag_message(event.tag))
            self._flawed.append(path)
        return node

    def _alias(self, event: Event, path: KeyPath) -> Node:
        name = event.text
        if name not in self._anchors:
            known = ', '.join(f'&{anchor}' for anchor in self._anchors) or 'none'
            message = f'*{name} has no &{name} above it; anchors above it: {known}'
            raise self._stop(event, path, message)
        node = self._anchors[name]
        if node is None:
            raise self._stop(event, path, f'*{name} would contain itself')
        self._check_extent(event, path, node.extent)
        return node

    def _scalar(self, event: Event, path: KeyPath) -> ScalarNode:
        place, text = self._place(event.at), event.text
        if any('\ud800' <= letter <= '\udfff' for letter in text):
            message = 'an escape in this text is half of a character (a lone surrogate)'
            raise self._stop(event, path, message)
        if event.quoted:
            return ScalarNode(place, text, text, quoted=True)
        value, odd = read_plain(text)
        return ScalarNode(place, value, text, odd=odd)

    def _list(self, event: Event, path: KeyPath) -> ListNode:
        items: list[Node] = []
        extent = _ONE
        while (inner := next(self._events)).kind != 'end':
            items.append(self._node(inner, (*path, len(items))))
            extent = self._grown(inner, path, (extent, items[-1].extent))
        return ListNode(self._place(event.at), tuple(items), extent)

    def _mapping(self, event: Event, path: KeyPath) -> MappingNode:
        entries: dict[str, Entry] = {}
        merged: list[MappingNode] = []
        extent = _ONE
        while (inner := next(self._events)).kind != 'end':
            place = self._place(inner.at)
            key = self._key(inner, path)
            below = (*path, key.text)
            node = self._node(next(self._events), below)
            extent = self._grown(inner, path, (extent, node.extent))
            if key.text == _MERGE and not key.quoted:
                merged += self._merged(place, below, node)
            elif key.text in entries:
                message = f'this key is also on line {entries[key.text].place.line}; keep one'
                self._problems.append(Problem(place, below, message))
            elif isinstance(key.value, str) and not key.odd:
                entries[key.text] = Entry(place, node)
            else:
                self._problems.append(Problem(place, below, _key_message(key)))
        for other in merged:
            extent = self._grown(event, path, (extent, other.extent))
            entries = {**other.entries, **entries}
        return MappingNode(self._place(event.at), entries, extent)

    def _key(self, event: Event, path: KeyPath) -> ScalarNode:
        """A key; one that cannot be a key has no text as its value."""
        before = len(self._flawed)
        node = self._node(event, path)
        del self._flawed[before:]  # a tag on a key says nothing about the mapping
        if isinstance(node, ScalarNode):
            return node
        return ScalarNode(node.place, None, _NO_KEY)

    def _merged(self, place: Place, path: KeyPath, node: Node) -> Iterator[MappingNode]:
        for part in node.items if isinstance(node, ListNode) else (node,):
            if isinstance(part, MappingNode):
                yield part
            else:
                message = 'only mappings can be merged: write *NAME of an anchored mapping'
                self._problems.append(Problem(place, path, message))
                self._flawed.append(path[:-1])

    def _grown(self, event: Event, path: KeyPath, parts: tuple[Extent, Extent]) -> Extent:
        """The extent of a node with another one below it."""
        whole, below = parts
        extent = Extent(whole.size + below.size, max(whole.depth, 1 + below.depth))
        self._check_extent(event, path, extent)
        return extent

    def _check_extent(self, event: Event, path: KeyPath, extent: Extent) -> None:
        if len(path) + extent.depth > _MAX_DEPTH:
            raise self._stop(event, path[:4], f'nested more than {_MAX_DEPTH} levels deep')
        if extent.size > _MAX_SIZE:
            message = f'more than {_MAX_SIZE} values with all aliases written out'
            raise self._stop(event, path, message)


def _key_message(key: ScalarNode) -> str:
    if key.text == _NO_KEY:
        return 'a list or a mapping cannot be a key: keys are text'
    if not key.text:
        return 'a key is missing before the ":"'
    if key.odd:
        return f"the key {key.text} {key.odd.reason}: write '{key.text}' in quotes"
    kinds = {bool: 'a truth value', type(None): 'nothing'}
    kind = kinds.get(type(key.value), 'a number')
    return f"the key {key.text} is {kind}, and keys are text: write '{key.text}' in quotes"


def _tag_message(tag: str) -> str:
    shown = tag.replace('tag:yaml.org,2002:', '!!')
    return f'the tag {shown} is not allowed: a config is plain data; remove the tag'


def _not_a_mapping(root: Node | None) -> Problem:
    if root is None or (isinstance(root, ScalarNode) and root.value is None):
        message = 'the file holds no settings; "cameras" and "objects" are required'
        return Problem(Place(1, 1), (), message)
    what = 'a list' if isinstance(root, ListNode) else 'a single value'
    message = f'expects a mapping with keys such as "cameras:", got {what}'
    return Problem(root.place, (), message)
