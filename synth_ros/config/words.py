"""Kinds of values and values themselves in plain words."""

from __future__ import annotations

from synth_ros.config.distributions import KINDS
from synth_ros.config.nodes import ListNode, MappingNode, Node, ScalarNode
from synth_ros.config.problems import printable
from synth_ros.config.shape import (
    Change,
    Choice,
    Drawn,
    Kind,
    Listing,
    Number,
    Record,
    Row,
    Table,
    Truth,
    Words,
)

_WIDEST = 60

_TEXTS = {
    '': 'text',
    'name': (
        'a name of a to z, 0 to 9 and "_" that starts with a letter and has at most 64 characters'
    ),
    'asset': 'builtin://NAME, package://PACKAGE/path, or the path of a file',
}
_ROWS = {
    'low-high': ('[low, high]: ', ', low not above high'),
    'near-far': ('[near, far]: ', ', near below far'),
    'quaternion': ('[w, x, y, z]: ', ', not all of them 0'),
    'axis': ('[x, y, z]: ', ', not all of them 0'),
    '': ('a list of ', ''),
}
_COUNTED = {2: 'two', 3: 'three', 4: 'four'}


def describe(kind: Kind) -> str:
    """What a value of a kind looks like, to follow ``'expects '``."""
    match kind:
        case Truth():
            words = 'true or false'
        case Number():
            words = f'a {_number(kind, plural=False)}'
        case Words(format=form, filled=filled):
            words = _TEXTS[form] + (' that is not empty' if filled and not form else '')
        case Choice(options=options):
            words = ('one of ' if len(options) > 1 else '') + ', '.join(map(str, options))
        case Row():
            words = _row(kind)
        case Listing(item=item, fewest=fewest):
            words = f'a list of {_plural(item)}{f", at least {fewest}" if fewest else ""}'
        case Table() | Change() | Record():
            words = _mapping(kind)
        case Drawn(number=number):
            words = (
                f'a {_number(number, plural=False)}, [low, high] to draw evenly between, or a '
                f'mapping with one of {", ".join(KINDS)}'
            )
    return words


def _mapping(kind: Table | Change | Record) -> str:
    match kind:
        case Table(value=value):
            return f'a mapping from names to {_plural(value)}'
        case Change():
            return 'a mapping with keys of the config'
        case Record(names=names):
            return f'a mapping with keys of {", ".join(names)}'


def _row(kind: Row) -> str:
    if kind.format == 'step':
        return f'[progress, distribution]: {describe(kind.items[0])} and what is drawn there'
    before, after = _ROWS[kind.format]
    return f'{before}{_COUNTED[len(kind.items)]} {_plural(kind.items[0])}{after}'


def describe_briefly(kind: Kind) -> str:
    """The same where what a distribution is need not be said again."""
    if isinstance(kind, Drawn):
        return f'a distribution of {_number(kind.number, plural=True)}'
    return describe(kind)


def _number(kind: Number, *, plural: bool) -> str:
    noun = ('whole number' if kind.whole else 'number') + ('s' if plural else '')
    low, high = kind.low, kind.high
    if low is not None and high is not None and not kind.above_low and not kind.below_high:
        return f'{noun} from {low} to {high}'
    limits = []
    if low is not None:
        limits.append(f'{"above" if kind.above_low else "of at least"} {low}')
    if high is not None:
        limits.append(f'{"below" if kind.below_high else "up to"} {high}')
    return ' '.join([noun, ' and '.join(limits)]).strip()


def _plural(kind: Kind) -> str:
    match kind:
        case Number():
            words = _number(kind, plural=True)
        case Words(format='asset'):
            words = 'files (builtin://NAME, package://PACKAGE/path, or a path)'
        case Words():
            words = 'texts'
        case Record():
            words = 'mappings'
        case Drawn(number=number):
            words = f'distributions of {_number(number, plural=True)}'
        case Row(format='step'):
            words = '[progress, distribution] pairs'
        case Row(format='low-high'):
            words = f'[low, high] pairs of {_plural(kind.items[0])}'
        case _:
            words = f'entries, each {describe(kind)}'
    return words


def show(node: Node) -> str:
    """A value as its writer wrote it, to follow ``'got '``."""
    match node:
        case ScalarNode(odd=odd, text=text) if odd:
            words = cut(text)
        case ScalarNode(value=None):
            words = 'nothing'
        case ScalarNode(value=str() as value):
            words = f'the text "{cut(value)}"' if value else 'an empty text'
        case ScalarNode(value=bool() as value):
            words = 'true' if value else 'false'
        case ScalarNode(text=text):
            words = f'the number {cut(text)}'
        case ListNode(items=items):
            words = f'the list {cut(_flow(node))}' if items else 'an empty list'
        case MappingNode(entries=entries):
            words = f'a mapping with {cut(", ".join(entries))}' if entries else 'an empty mapping'
    return words


def cut(text: str) -> str:
    """A text of the user's on one line, shortened."""
    return printable(text if len(text) <= _WIDEST else f'{text[: _WIDEST - 3]}...')


def _flow(node: Node) -> str:
    """A node in flow style; what would be cut off anyway is left out."""
    if isinstance(node, ListNode):
        return f'[{", ".join(_flow(item) for item in node.items[:_WIDEST])}]'
    if isinstance(node, MappingNode):
        return '{...}'
    return node.text[:_WIDEST]
