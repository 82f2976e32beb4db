"""Parquet tables, read in small batches; needs pyarrow, which is optional."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from synth_ros.errors import UsageError


class TableError(Exception):
    """A file is no readable Parquet table; says why, as a clause."""


class TableHead(NamedTuple):
    """What a table says of itself.

    Attributes:
        rows: Number of rows.
        columns: Type of each column, as Arrow writes it, by name.
        metadata: Text that writers added, by key.
    """

    rows: int
    columns: Mapping[str, str]
    metadata: Mapping[str, str]


def need_pyarrow(path: Path) -> ModuleType:
    """The library.

    Raises:
        UsageError: It is not installed.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        raise UsageError(
            f'{path} is a Parquet table, and reading it needs pyarrow: '
            "pip install 'synth_ros[formats]', or pip install pyarrow."
        ) from None
    return parquet  # type: ignore[no-any-return]


def read_head(path: Path) -> TableHead:
    """What a table says of itself.

    Raises:
        UsageError: pyarrow is not installed.
        TableError: It is no table.
    """
    parquet = need_pyarrow(path)
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            return TableHead(
                rows=file.metadata.num_rows,
                columns={field.name: str(field.type) for field in schema},
                metadata={
                    key.decode(errors='replace'): value.decode(errors='replace')
                    for key, value in (schema.metadata or {}).items()
                },
            )
    except Exception as error:  # noqa: BLE001 (the library raises anything on damaged bytes)
        raise TableError(_reason(error)) from None


def read_rows(
    path: Path, *, columns: list[str] | None = None, batch: int = 64
) -> Iterator[dict[str, object]]:
    """Rows in order.

    Args:
        path: The table.
        columns: Which columns; all by default.
        batch: Rows in memory at once.

    Raises:
        UsageError: pyarrow is not installed.
        TableError: It is damaged; rows before the damage have been given.
    """
    parquet = need_pyarrow(path)
    try:
        file = parquet.ParquetFile(path)
    except Exception as error:  # noqa: BLE001 (as above)
        raise TableError(_reason(error)) from None
    with file:
        batches = file.iter_batches(batch_size=batch, columns=columns)
        while True:
            try:
                rows = next(batches).to_pylist()
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 (as above)
                raise TableError(_reason(error)) from None
            yield from rows


def class_names(features: object) -> tuple[str, ...]:
    """Names of classes in the features of a Hugging Face data set, wherever they stand."""
    if isinstance(features, dict):
        names = features.get('names')
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return tuple(names)
        if isinstance(names, dict) and all(str(key).isdecimal() for key in names):
            return tuple(str(names[key]) for key in sorted(names, key=lambda key: int(str(key))))
        features = list(features.values())
    if isinstance(features, list):
        for item in features:
            if found := class_names(item):
                return found
    return ()


def table_classes(head: TableHead) -> tuple[str, ...]:
    """Names of classes that a table of a Hugging Face data set carries."""
    try:
        return class_names(json.loads(head.metadata.get('huggingface', 'null')))
    except (ValueError, RecursionError):
        return ()


def _reason(error: Exception) -> str:
    text = ' '.join(str(error).split()) or type(error).__name__
    return f'it is no readable table: {text[:200]}'
