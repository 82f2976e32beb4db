"""What to write instead of a wrong value."""

from __future__ import annotations

import re

from synth_ros.config.nodes import ListNode, MappingNode, Node, ScalarNode
from synth_ros.config.problems import nearest
from synth_ros.config.scalars import Odd, read_plain
from synth_ros.config.shape import (
    Choice,
    Drawn,
    Key,
    Kind,
    Listing,
    Number,
    Record,
    Row,
    Table,
    Truth,
    Words,
)
from synth_ros.config.words import cut

_NAME = re.compile(r'[a-z][a-z0-9_]{0,63}')
_TRUTHS = {
    **dict.fromkeys(('0', 'n', 'no', 'off', 'false'), 'false'),
    **dict.fromkeys(('1', 'y', 'yes', 'on', 'true'), 'true'),
}


def hint(kind: Kind, node: Node) -> str:
    """Advice on a value that is not of its kind.

    Args:
        kind: What is expected.
        node: What was given.

    Returns:
        What to write, as an imperative, or an empty string where there is nothing to guess.
    """
    if isinstance(node, ScalarNode):
        return '' if node.value is None else _scalar_hint(kind, node)
    advice = ''
    match kind, node:
        case Listing(), MappingNode():
            advice = 'start each entry with "- "'
        case Record(keys=(Key(name=name, kind=Listing(), required=True), *_)), ListNode():
            advice = f'write {{{name}: [...]}} with this list'
        case ((Record() | Table()), ListNode()):
            advice = 'write its keys without "- "'
        case Drawn(), ListNode():
            advice = _drawn_list_hint(kind, node)
        case ((Number() | Words() | Choice() | Truth()), ListNode(items=(ScalarNode() as only,))):
            advice = f'write {cut(only.text)} without brackets'
    return advice


def _scalar_hint(kind: Kind, node: ScalarNode) -> str:
    advice = ''
    match kind:
        case Number():
            advice = _number_hint(kind, node)
        case Drawn(number=number):
            advice = _number_hint(number, node)
        case Truth() if node.text.lower() in _TRUTHS:
            truth = _TRUTHS[node.text.lower()]
            advice = 'remove the quotes' if node.text == truth else f'write {truth}'
        case Words():
            advice = _text_hint(kind, node)
        case Choice(options=options):
            advice = _choice_hint(options, node)
        case Row(format='low-high') if isinstance(node.value, int | float):
            advice = f'write [{node.text}, {node.text}] for a fixed value'
        case Listing(item=Words()) if isinstance(node.value, str):
            advice = f'write [{cut(node.text)}]'
    return advice


def _drawn_list_hint(kind: Drawn, node: ListNode) -> str:
    texts = [cut(item.text) for item in node.items if isinstance(item, ScalarNode)]
    values = [item.value for item in node.items if isinstance(item, ScalarNode)]
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) != len(node.items) or not numbers:
        return ''
    if len(numbers) == 1:
        return f'write {texts[0]} without brackets'
    if len(numbers) > 2:
        return f'write {{choice: {{values: [{", ".join(texts)}]}}}} to draw one of these'
    if kind.number.whole and not all(float(number).is_integer() for number in numbers):
        return ''
    return f'write [{texts[1]}, {texts[0]}]' if numbers[0] > numbers[1] else ''


def _number_hint(kind: Number, node: ScalarNode) -> str:
    if node.odd:
        return _odd_number_hint(kind, node.odd)
    value = node.value
    if isinstance(value, float) and kind.whole and value.is_integer() and abs(value) < 1e15:
        return f'write {int(value)}'
    if node.quoted and isinstance(read_plain(node.text).value, int | float):
        return 'remove the quotes'
    if re.fullmatch(r'[-+]?[0-9]+,[0-9]+', node.text):
        return f'write {node.text.replace(",", ".")}'
    return ''


def _odd_number_hint(kind: Number, odd: Odd) -> str:
    if odd.kind != 'number' or not odd.instead:
        return ''
    whole = kind.whole and float(odd.instead).is_integer()
    return f'write {int(float(odd.instead)) if whole else odd.instead}'


def _text_hint(kind: Words, node: ScalarNode) -> str:
    if not node.quoted and (node.odd or not isinstance(node.value, str)):
        fits = kind.format != 'name' or _NAME.fullmatch(node.text)
        return f"write '{node.text}' in quotes" if fits else ''
    if kind.format == 'name':
        name = re.sub(r'[^a-z0-9]+', '_', node.text.lower()).strip('_')[:64]
        return f'write {name}' if _NAME.fullmatch(name) else ''
    return ''


def _choice_hint(options: tuple[str | int, ...], node: ScalarNode) -> str:
    texts = tuple(str(option) for option in options)
    if node.text in texts and node.quoted:
        return 'remove the quotes'
    if isinstance(node.value, float) and node.value.is_integer() and int(node.value) in options:
        return f'write {int(node.value)}'
    if not isinstance(node.value, str):
        return ''
    near = nearest(node.text, [option for option in options if isinstance(option, str)])
    return f'did you mean {near}?' if near else ''
