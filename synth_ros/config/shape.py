"""What a config may hold, as types of our own: read off the models, used to explain them.

One description serves the messages about wrong values, the neutral values that stand in for
them, and the reference in ``docs/config.md``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from synth_ros.config.base import KeyPath
from synth_ros.config.distributions import Distribution
from synth_ros.config.root import Config

TextFormat = Literal['', 'name', 'asset']
RowFormat = Literal['', 'low-high', 'near-far', 'quaternion', 'axis', 'step']


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, whole or not, within limits.

    Attributes:
        whole: Whether it must be whole.
        low: Smallest value, or None.
        high: Largest value, or None.
        above_low: Whether ``low`` itself is excluded.
        below_high: Whether ``high`` itself is excluded.
    """

    whole: bool
    low: int | float | None
    high: int | float | None
    above_low: bool
    below_high: bool


@dataclass(frozen=True, slots=True)
class Words:
    """Text.

    Attributes:
        format: What it stands for, where that is known.
        filled: Whether it must not be empty.
    """

    format: TextFormat
    filled: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values.

    Attributes:
        options: All of them.
    """

    options: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A list of fixed length.

    Attributes:
        items: Kind of each entry.
        format: What else holds for it.
    """

    items: tuple[Kind, ...]
    format: RowFormat


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of any length.

    Attributes:
        item: Kind of every entry.
        fewest: Least number of entries.
    """

    item: Kind
    fewest: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping whose keys the user chooses.

    Attributes:
        value: Kind of every value.
    """

    value: Kind


@dataclass(frozen=True, slots=True)
class Change:
    """Keys of the config, with values that replace others."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a section.

    Attributes:
        name: The key.
        kind: Kind of its value.
        required: Whether it must be given.
        default: Its value where it is left out; None too if it then has none.
        text: What it means.
    """

    name: str
    kind: Kind
    required: bool
    default: JsonValue
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """A section: a mapping with given keys.

    Attributes:
        text: What it means.
        keys: Its keys, in the order of the model.
        list_key: The key that a list in place of the mapping stands for, or an empty string.
    """

    text: str
    keys: tuple[Key, ...]
    list_key: str = ''

    def key(self, name: str) -> Key | None:
        """The key of this name, or None."""
        return next((key for key in self.keys if key.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys."""
        return tuple(key.name for key in self.keys)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A distribution of numbers: a number, a [low, high] pair, or a mapping with a kind.

    Attributes:
        number: What every drawn number is like.
    """

    number: Number

    @property
    def pair(self) -> Row:
        """The pair."""
        return Row((self.number, self.number), 'low-high')

    @property
    def record(self) -> Record:
        """The mapping."""
        return distribution_shape()


Kind = Truth | Number | Words | Choice | Row | Listing | Table | Change | Record | Drawn


@functools.cache
def config_shape() -> Record:
    """The shape of a whole config."""
    schema = _Schema.model_validate(Config.model_json_schema())
    kind = _kind(schema, schema.defs)
    assert isinstance(kind, Record)
    return kind


@functools.cache
def distribution_shape() -> Record:
    """The shape of a distribution that is written as a mapping.

    It is apart because it holds itself: mixtures are made of distributions.
    """
    schema = _Schema.model_validate(Distribution.model_json_schema())
    kind = _kind(schema, schema.defs)
    assert isinstance(kind, Record)
    return kind


def kind_at(root: Kind, path: KeyPath) -> Kind | None:
    """The kind of value at a key path, or None where no value can be."""
    kind: Kind | None = root
    for step in path:
        match kind, step:
            case Record(), str():
                key = kind.key(step)
                kind = key.kind if key else None
            case Record(list_key=str() as name), int() if name:
                kind = kind_at(kind, (name, step))
            case Table(value=value), str():
                kind = value
            case Change(), str():
                key = config_shape().key(step)
                kind = key.kind if key else None
            case Listing(item=item), int():
                kind = item
            case Row(items=items), int() if step < len(items):
                kind = items[step]
            case Drawn(), str():
                key = kind.record.key(step)
                kind = key.kind if key else None
            case Drawn(number=number), int() if step < 2:
                kind = number
            case _:
                return None
    return kind


class _Schema(BaseModel):
    """The part of JSON Schema that pydantic uses for our models."""

    model_config = ConfigDict(extra='ignore')

    ref: str = Field('', alias='$ref')
    defs: dict[str, _Schema] = Field({}, alias='$defs')
    type: str = ''
    format: str = ''
    description: str = ''
    default: JsonValue = None
    enum: tuple[str | int, ...] = ()
    const: str | int | None = None
    any_of: tuple[_Schema, ...] = Field((), alias='anyOf')
    properties: dict[str, _Schema] = {}
    required: tuple[str, ...] = ()
    values: _Schema | bool | None = Field(None, alias='additionalProperties')
    items: _Schema | None = None
    row: tuple[_Schema, ...] = Field((), alias='prefixItems')
    list_key: str = Field('', alias='x-list')
    min_items: int = Field(0, alias='minItems')
    min_length: int = Field(0, alias='minLength')
    minimum: int | float | None = None
    maximum: int | float | None = None
    above: int | float | None = Field(None, alias='exclusiveMinimum')
    below: int | float | None = Field(None, alias='exclusiveMaximum')


_Defs = dict[str, _Schema]


def _kind(schema: _Schema, defs: _Defs) -> Kind:
    schema = _resolved(schema, defs)
    if schema.enum or schema.const is not None:
        return Choice(schema.enum if schema.const is None else (schema.const,))
    if schema.format == 'drawn':
        return Drawn(_number(schema.any_of[0]))
    kind: Kind
    match schema.type:
        case 'boolean':
            kind = Truth()
        case 'integer' | 'number':
            kind = _number(schema)
        case 'string':
            kind = Words(_text_format(schema.format), filled=schema.min_length > 0)
        case 'array':
            kind = _array(schema, defs)
        case 'object':
            kind = _object(schema, defs)
        case _:
            raise AssertionError(f'the models use a type that shape.py does not know: {schema!r}')
    return kind


def _resolved(schema: _Schema, defs: _Defs) -> _Schema:
    """The schema behind references and ``or nothing``."""
    while schema.ref or (schema.any_of and schema.format != 'drawn'):
        if schema.ref:
            schema = defs[schema.ref.removeprefix('#/$defs/')]
        else:
            schema = next(part for part in schema.any_of if part.type != 'null')
    return schema


def _number(schema: _Schema) -> Number:
    return Number(
        whole=schema.type == 'integer',
        low=schema.minimum if schema.above is None else schema.above,
        high=schema.maximum if schema.below is None else schema.below,
        above_low=schema.above is not None,
        below_high=schema.below is not None,
    )


def _text_format(name: str) -> TextFormat:
    match name:
        case '' | 'name' | 'asset':
            return name
    raise AssertionError(f'shape.py does not know the text format {name!r}')


def _row_format(name: str) -> RowFormat:
    match name:
        case '' | 'low-high' | 'near-far' | 'quaternion' | 'axis' | 'step':
            return name
    raise AssertionError(f'shape.py does not know the list format {name!r}')


def _array(schema: _Schema, defs: _Defs) -> Kind:
    if schema.row:
        items = tuple(_kind(item, defs) for item in schema.row)
        return Row(items, _row_format(schema.format))
    assert schema.items is not None
    return Listing(_kind(schema.items, defs), schema.min_items)


def _object(schema: _Schema, defs: _Defs) -> Kind:
    if schema.format == 'change':
        return Change()
    if isinstance(schema.values, _Schema):
        return Table(_kind(schema.values, defs))
    keys = []
    for name, part in schema.properties.items():
        text = part.description or _resolved(part, defs).description
        required = name in schema.required
        keys.append(Key(name, _kind(part, defs), required, part.default, text))
    return Record(schema.description, tuple(keys), schema.list_key)
