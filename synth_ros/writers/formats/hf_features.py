"""Types of columns in the three ways in which Hugging Face's libraries spell them.

A table of ours has one description, made of the classes below. From it come the JSON that
``datasets`` looks for in a Parquet file's schema, the YAML of a dataset card, and the Arrow
schema. Lists are spelled ``Sequence``, the name that old and new versions of ``datasets`` know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import JsonValue

if TYPE_CHECKING:
    import pyarrow as pa

ScalarName = Literal['int64', 'float32', 'float64', 'bool', 'string']


class Scalar(NamedTuple):
    """One number or text.

    Attributes:
        dtype: Its type.
    """

    dtype: ScalarName


class ClassName(NamedTuple):
    """An index into names, stored as int64.

    Attributes:
        names: What the indices mean.
    """

    names: tuple[str, ...]


class Picture(NamedTuple):
    """An image file: its bytes and its name."""


class ListOf(NamedTuple):
    """Several values of one type.

    Attributes:
        item: Their type.
        length: How many; -1 for any number.
    """

    item: Feature
    length: int = -1


class Struct(NamedTuple):
    """Named values.

    Attributes:
        fields: Types by name, in order.
    """

    fields: Mapping[str, Feature]


Feature = Scalar | ClassName | Picture | ListOf | Struct
Features = Mapping[str, Feature]
"""Types of the columns of a table by name, in order."""


def as_json(feature: Feature) -> JsonValue:
    """As ``datasets`` writes a type into the metadata of an Arrow schema."""
    match feature:
        case Scalar(dtype):
            return {'dtype': dtype, '_type': 'Value'}
        case ClassName(names):
            return {'names': list(names), '_type': 'ClassLabel'}
        case Picture():
            return {'_type': 'Image'}
        case ListOf(item, length):
            sized: dict[str, JsonValue] = {} if length < 0 else {'length': length}
            return {'feature': as_json(item), '_type': 'Sequence'} | sized
        case Struct(fields):
            return {name: as_json(field) for name, field in fields.items()}


def as_yaml(features: Features) -> list[JsonValue]:
    """As a dataset card lists types under ``dataset_info: features``; the order of keys counts."""
    return [{'name': name, **_yaml(feature)} for name, feature in features.items()]


def _yaml(feature: Feature) -> dict[str, JsonValue]:
    match feature:
        case Scalar(dtype):
            return {'dtype': dtype}
        case ClassName(names):
            return {'dtype': {'class_label': {'names': {str(k): n for k, n in enumerate(names)}}}}
        case Picture():
            return {'dtype': 'image'}
        case ListOf(item, length):
            inner = _yaml(item)
            # Plain types stand in a list without their key.
            whole: dict[str, JsonValue] = {'sequence': inner.get('dtype', inner)}
            return whole if length < 0 else whole | {'length': length}
        case Struct(fields):
            return {'struct': as_yaml(fields)}


def as_arrow(feature: Feature) -> pa.DataType:
    """How a value is stored; lists of a fixed length as such."""
    import pyarrow as pa

    match feature:
        case Scalar(dtype):
            return pa.type_for_alias(dtype)
        case ClassName():
            return pa.int64()
        case Picture():
            return pa.struct({'bytes': pa.binary(), 'path': pa.string()})
        case ListOf(item, length):
            return pa.list_(as_arrow(item), length)
        case Struct(fields):
            return pa.struct({name: as_arrow(field) for name, field in fields.items()})
