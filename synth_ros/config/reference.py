"""The JSON Schema and the reference of all keys, both made from the models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from synth_ros.config.root import Config
from synth_ros.config.shape import (
    Drawn,
    Key,
    Kind,
    Listing,
    Record,
    Table,
    config_shape,
    distribution_shape,
)
from synth_ros.config.words import describe_briefly

_DIALECT: Final = 'https://json-schema.org/draft/2020-12/schema'

_HEAD: Final = (
    '# Reference of config keys',
    '',
    'Made by `synth-ros config reference` from the models in `synth_ros/config/`; a guide is in',
    '[config.md](config.md).',
    '',
)


_DISTRIBUTION: Final = 'distribution'
"""Name of the section about what may stand wherever a number is drawn."""


def schema_json() -> str:
    """The JSON Schema of config files, as indented JSON that ends in a line feed."""
    schema = {'$schema': _DIALECT, **Config.model_json_schema()}
    return json.dumps(schema, indent=2) + '\n'


def reference_markdown() -> str:
    """All sections and keys with type, default and meaning, as Markdown tables."""
    sections = [*_section(config_shape(), ''), *_section(distribution_shape(), _DISTRIBUTION)]
    return '\n'.join([*_HEAD, *sections]).rstrip() + '\n'


def _section(record: Record, path: str) -> Iterator[str]:
    yield f'## `{path}`' if path else '## Top level'
    yield ''
    yield _flat(record.text)
    yield ''
    yield '| Key | Value | Default | Meaning |'
    yield '|---|---|---|---|'
    for key in record.keys:
        yield _row(key, path)
    yield ''
    for key in record.keys:
        below = _joined(path, key.name)
        if isinstance(key.kind, Record):
            yield from _section(key.kind, below)
        elif isinstance(key.kind, Listing) and isinstance(key.kind.item, Record):
            yield from _section(key.kind.item, f'{below}[]')
        elif isinstance(key.kind, Table) and isinstance(key.kind.value, Record):
            yield from _section(key.kind.value, f'{below}.NAME')


def _row(key: Key, path: str) -> str:
    inner, suffix = key.kind, ''
    if isinstance(inner, Listing):
        inner, suffix = inner.item, '[]'
    elif isinstance(inner, Table) and isinstance(inner.value, Record):
        inner, suffix = inner.value, '.NAME'
    value = _linked(describe_briefly(key.kind), inner)
    if isinstance(inner, Record):
        section = f'{_joined(path, key.name)}{suffix}'
        anchor = ''.join(c for c in section if c.isalnum() or c == '_')
        at_least = ', at least 1' if isinstance(key.kind, Listing) and key.kind.fewest else ''
        what = {'': 'a mapping', '[]': 'a list', '.NAME': 'a mapping from names'}[suffix]
        value = f'{what}{at_least}: see [`{section}`](#{anchor})'
    return f'| `{key.name}` | {_flat(value)} | {_default(key)} | {_flat(key.text)} |'


def _linked(value: str, kind: Kind) -> str:
    """The words of a drawn value with a link to what distributions there are."""
    if isinstance(kind, Table):
        kind = kind.value
    if not isinstance(kind, Drawn):
        return value
    return re.sub('distributions?', lambda word: f'[{word[0]}](#{_DISTRIBUTION})', value, count=1)


def _default(key: Key) -> str:
    if key.required:
        return '**required**'
    if isinstance(key.kind, Table):
        return '`{}`'
    if key.default is None:
        return 'none'
    if isinstance(key.kind, Record):
        return 'its defaults'
    return f'`{_yaml(key.default)}`'


def _yaml(value: JsonValue) -> str:
    """A default as it would be written in a config."""
    return value if isinstance(value, str) else json.dumps(value)


def _joined(path: str, name: str) -> str:
    return f'{path}.{name}' if path else name


def _flat(text: str) -> str:
    """A docstring on one line of Markdown, with its literals as code."""
    return ' '.join(text.split()).replace('``', '`').replace('|', '\\|')
