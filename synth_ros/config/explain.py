"""Turns what pydantic finds into problems in our words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic_core import ErrorDetails

from synth_ros.config.base import KeyPath
from synth_ros.config.hints import hint
from synth_ros.config.nodes import ListNode, MappingNode, Node, ScalarNode, find, scalars
from synth_ros.config.problems import Problem, nearest
from synth_ros.config.shape import Drawn, Key, Kind, Listing, Record, Row, config_shape, kind_at
from synth_ros.config.words import describe, show


@dataclass(slots=True)
class Findings:
    """Wrong values of a config.

    Attributes:
        problems: What to tell.
        wrong: Paths of values that must be replaced.
        unknown: Paths of keys that must be removed.
        meant: Paths of keys that unknown ones probably stand for.
    """

    problems: list[Problem] = field(default_factory=list)
    wrong: list[KeyPath] = field(default_factory=list)
    unknown: list[KeyPath] = field(default_factory=list)
    meant: list[KeyPath] = field(default_factory=list)


def explain(errors: Sequence[ErrorDetails], root: MappingNode) -> Findings:
    """Explain the errors of a validation.

    Args:
        errors: What pydantic found.
        root: The file's data.

    Returns:
        One problem for each wrong value.
    """
    findings = Findings()
    for error in errors:
        if error['type'] == 'extra_forbidden':
            _unknown_key(error['loc'], root, findings)
    for error in errors:
        path = written_path(error['loc'], root)
        if error['type'] == 'missing' and isinstance(path[-1], str):
            _missing_key(path, root, findings)
        elif error['type'] != 'extra_forbidden':
            _wrong_value(path, root, findings)
    return findings


def written_path(path: KeyPath, root: MappingNode) -> KeyPath:
    """A key path as the file has it.

    Models know a distribution in its long form alone; a file may say ``[1, 2]`` for
    ``{uniform: [1, 2]}``.

    Args:
        path: A path through the models.
        root: The file's data.
    """
    kind: Kind | None = config_shape()
    node: Node | None = root
    written: list[str | int] = []
    for place, step in enumerate(path):
        if _short(kind) and isinstance(node, ScalarNode | ListNode):
            # Below a short form there is at most a list of numbers.
            return (*written, *(path[place + 1 :] if isinstance(node, ListNode) else ()))
        written.append(step)
        kind = kind_at(kind, (step,)) if kind else None
        found = find(node, (step,)) if node else None
        node = found.node if found and found.complete else None
    return path


def _short(kind: Kind | None) -> bool:
    """Whether something else may stand for the mapping."""
    return isinstance(kind, Drawn) or (isinstance(kind, Record) and bool(kind.list_key))


def odd_texts(root: MappingNode) -> Iterator[Problem]:
    """Yield a problem for each value without quotes that only some YAML readers call text."""
    shape = config_shape()
    for path, node in scalars(root):
        if node.odd and kind_at(shape, path) is not None:
            yield Problem(node.place, path, _expects(path, root))


def _unknown_key(path: KeyPath, root: MappingNode, findings: Findings) -> None:
    name = str(path[-1])
    parent = find(root, path[:-1]).node
    kind = kind_at(config_shape(), path[:-1])
    record = kind.record if isinstance(kind, Drawn) else kind
    assert isinstance(parent, MappingNode)
    assert isinstance(record, Record)
    near = nearest(name, record.names)
    message = 'unknown key.'
    if near:
        message += f' Did you mean "{near}"?'
        meant = (*path[:-1], near)
        if near not in parent.entries:
            findings.meant.append(meant)
    elif homes := list(_homes(config_shape(), name)):
        message += f' It belongs in {" and ".join(homes)}.'
    message += f' Allowed here: {", ".join(record.names)}'
    findings.problems.append(Problem(parent.entries[name].place, path, message))
    findings.unknown.append(path)
    if _short(kind):  # without it, no distribution may be left
        findings.wrong.append(path[:-1])


def _homes(record: Record, name: str, where: str = '') -> Iterator[str]:
    """Yield the sections that have a key of this name."""
    for key in record.keys:
        if key.name == name:
            yield where or 'the top level'
        kind, suffix = key.kind, ''
        if isinstance(kind, Listing):
            kind, suffix = kind.item, '[]'
        if isinstance(kind, Record):
            yield from _homes(kind, name, f'{where}.{key.name}{suffix}'.lstrip('.'))


def _missing_key(path: KeyPath, root: MappingNode, findings: Findings) -> None:
    findings.wrong.append(path)
    if path in findings.meant:
        return  # the message about the unknown key names it
    key = key_at(path)
    assert key is not None
    message = f'this key is missing; it expects {describe(key.kind)}'
    findings.problems.append(Problem(find(root, path).place, path, message))


def _wrong_value(path: KeyPath, root: MappingNode, findings: Findings) -> None:
    found = find(root, path)
    kind = kind_at(config_shape(), path)
    if isinstance(kind, Listing) and isinstance(found.node, ListNode):
        if len(found.node.items) >= kind.fewest:
            return  # pydantic counts good entries only; the bad ones have errors of their own
    elif not found.complete:  # a list of fixed length that ends too early
        path = path[:-1]
    # An entry of a list of fixed length is nothing by itself: the others depend on it.
    above = kind_at(config_shape(), path[:-1])
    in_row = isinstance(above, Row) or (_short(above) and isinstance(path[-1], int))
    findings.wrong.append(path[:-1] if in_row else path)
    place = find(root, path).place
    findings.problems.append(Problem(place, path, _expects(path, root)))


def _expects(path: KeyPath, root: MappingNode) -> str:
    kind = kind_at(config_shape(), path)
    node = find(root, path).node
    assert kind is not None
    wanted = kind
    if isinstance(node, ListNode):  # who writes a list means a range, or a point
        if isinstance(kind, Drawn):
            wanted = kind.pair
        elif isinstance(kind, Record) and kind.list_key:
            wanted = kind_at(kind, (kind.list_key,)) or kind
    message = f'expects {describe(wanted)}, got {show(node)}'
    if isinstance(node, ScalarNode):
        if node.odd:
            message += f', which {node.odd.reason}'
        key = key_at(path)
        if node.value is None and key is not None and not key.required:
            return f'{message}: give a value, or remove the key for its default'
    advice = hint(wanted if isinstance(kind, Record) else kind, node)
    return f'{message}: {advice}' if advice else message


def key_at(path: KeyPath) -> Key | None:
    """The key at the end of a path, or None if it ends in a list or a table."""
    kind = kind_at(config_shape(), path[:-1]) if path else None
    record = kind.record if isinstance(kind, Drawn) else kind
    return record.key(str(path[-1])) if isinstance(record, Record) else None
