"""The tables of rules in docs/validate.md."""

from __future__ import annotations

from collections.abc import Iterable

from synth_ros.validate.base import Rule
from synth_ros.validate.common import COMMON
from synth_ros.validate.registry import FORMATS

BEGIN = '<!-- rules: written by tools/validate_rules.py -->'
END = '<!-- end of rules -->'


def rules_markdown() -> str:
    """All rules by format, as Markdown between the marks of the page."""
    parts = [BEGIN, '### All formats', *_table(COMMON)]
    for kind, format_ in FORMATS.items():
        parts += [f'### {format_.title} (`{kind}`)', *_table(format_.rules)]
    return '\n'.join([*parts, END])


def with_rules(page: str) -> str:
    """A page with the tables between its marks written again.

    Raises:
        ValueError: The page has no marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f'the page has no lines {BEGIN!r} and {END!r}')
    return f'{before}{rules_markdown()}{after}'


def _table(rules: Iterable[Rule]) -> list[str]:
    lines = ['', '| Rule | | What must hold | To mend |', '|---|---|---|---|']
    for rule in rules:
        demands = _cell(_sentence(rule.demands))
        mend = _cell(rule.mend)
        lines.append(f'| `{rule.id}` | {rule.severity} | {demands}. | {mend} |')
    return [*lines, '']


def _sentence(text: str) -> str:
    """A clause with a capital, unless it begins with the name of a file or key."""
    first = text.split(maxsplit=1)[0].rstrip(',')
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text


def _cell(text: str) -> str:
    """Text that Markdown shows as it is."""
    for letter in '*<>_|[]{}':
        text = text.replace(letter, f'\\{letter}')
    return text
