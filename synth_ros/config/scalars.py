"""Reads plain YAML scalars, and refuses those that YAML readers disagree about.

YAML 1.1 (which ROS and PyYAML follow) and YAML 1.2 read ``no``, ``012``, ``1e3`` and a good many
more differently. A text is taken as a number, a truth value or nothing only where both agree.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

Scalar = bool | int | float | str | None

# Beyond these, Python refuses to convert or a double is infinite; no setting comes near.
_MAX_DIGITS = 300
_MAX_PLAIN_EXPONENT = 9


class Odd(NamedTuple):
    """A plain scalar that is not taken as it stands.

    Attributes:
        kind: What its writer may have meant beside text.
        reason: Why it is not taken, to follow the text and ``', which '``.
        instead: How to write that other meaning, or an empty string.
    """

    kind: Literal['truth', 'number', 'date']
    reason: str
    instead: str


class Reading(NamedTuple):
    """What a plain scalar says.

    Attributes:
        value: Its value; the text itself where ``odd`` is set.
        odd: Set where readers disagree about it.
    """

    value: Scalar
    odd: Odd | None = None


_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(('true', 'True', 'TRUE'), True),
    **dict.fromkeys(('false', 'False', 'FALSE'), False),
    **dict.fromkeys(('', '~', 'null', 'Null', 'NULL')),
}
_TRUTHS = {'yes': 'true', 'on': 'true', 'no': 'false', 'off': 'false'}

_WHOLE = re.compile(r'[-+]?(0|[1-9][0-9]*)')
_FLOAT = re.compile(r'([-+]?[0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?')

_DATE = re.compile(
    r'[0-9]{4}-[0-9]{2}-[0-9]{2}'
    r'|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?'
    r'([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?'
)
_INFINITE = re.compile(r'[-+]?\.(inf|Inf|INF)')
_NOT_NUMBERS = ('.nan', '.NaN', '.NAN')
_BASE_60 = re.compile(r'[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?')
_LOOSE_NUMBER = re.compile(r'[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?')
_BASES = (
    (re.compile(r'[-+]?0x[0-9a-fA-F_]+'), 16, 'is hexadecimal'),
    (re.compile(r'[-+]?0o[0-7]+'), 8, 'is octal to some YAML readers and text to others'),
    (re.compile(r'[-+]?0b[01_]+'), 2, 'is binary to some YAML readers and text to others'),
)


def read_plain(text: str) -> Reading:
    """Read a scalar that stands without quotes.

    Args:
        text: The scalar as it is written.

    Returns:
        Its value, and what is odd about it.
    """
    if text in _WORDS:
        return Reading(_WORDS[text])
    if _WHOLE.fullmatch(text):
        return _too_large(text) if len(text) > _MAX_DIGITS else Reading(int(text))
    if _FLOAT.fullmatch(text):
        number = float(text)
        return Reading(number) if math.isfinite(number) else _too_large(text)
    odd = _odd_word(text) or _odd_number(text)
    return Reading(text, odd)


def _too_large(text: str) -> Reading:
    return Reading(text, Odd('number', 'is too large', ''))


def _odd_word(text: str) -> Odd | None:
    truth = _TRUTHS.get(text.lower())
    if truth and text in {text.lower(), text.upper(), text.capitalize()}:
        return Odd('truth', f'means {truth} to some YAML readers and is text to others', truth)
    if _INFINITE.fullmatch(text):
        return Odd('number', 'means infinity', '')
    if text in _NOT_NUMBERS:
        return Odd('number', 'means "not a number"', '')
    if _DATE.fullmatch(text):
        return Odd('date', 'is a date to some YAML readers and text to others', '')
    return None


def _odd_number(text: str) -> Odd | None:
    if _BASE_60.fullmatch(text):
        reason = 'is a number to base 60 to some YAML readers and text to others'
        return Odd('number', reason, '')
    for pattern, base, reason in _BASES:
        if pattern.fullmatch(text) and len(text) < _MAX_DIGITS:
            digits = text.replace('_', '')
            return Odd('number', reason, '' if digits[-1] in 'xob' else str(int(digits, base)))
    if not _LOOSE_NUMBER.fullmatch(text) or len(text) > _MAX_DIGITS:
        return None
    decimal = _decimal(text.replace('_', ''))
    if '_' in text:
        return Odd('number', 'has an underscore, which only some YAML readers skip', decimal)
    if re.fullmatch(r'[-+]?0[0-9]+', text):
        reason = 'starts with 0, as octal numbers do'
        return Odd('number', reason, decimal)
    return Odd('number', 'is a number to some YAML readers and text to others', decimal)


def _decimal(text: str) -> str:
    """The same number in the way that all YAML readers share, or an empty string."""
    try:
        number = Decimal(text)
        if not math.isfinite(float(number)):
            return ''
    except (InvalidOperation, OverflowError):
        return ''
    if re.fullmatch(r'[-+]?[0-9]+', text):
        return str(int(text))
    if number == 0:
        return '0.0'
    exponent = number.adjusted()
    if abs(exponent) <= _MAX_PLAIN_EXPONENT:
        plain = f'{number:f}'
        return plain if '.' in plain else f'{plain}.0'
    mantissa = f'{number.scaleb(-exponent).normalize():f}'
    return f'{mantissa if "." in mantissa else f"{mantissa}.0"}e{exponent:+d}'
