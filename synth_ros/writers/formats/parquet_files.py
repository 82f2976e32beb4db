"""Parquet files with the types that Hugging Face's libraries look for. Needs pyarrow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from synth_ros.writers.formats.hf_features import Features, as_arrow, as_json

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, object]
"""A cell for each column; pyarrow checks it against the column's type."""

MIB = 1024 * 1024


def picture_cell(content: bytes, file_name: str) -> Row:
    """An image as a cell: its bytes inside the table, and a name that tells its kind."""
    return {'bytes': content, 'path': file_name}


def hf_schema(features: Features) -> pa.Schema:
    """The Arrow schema of a table, with its types as ``datasets`` reads them."""
    import pyarrow as pa

    types = {name: as_json(feature) for name, feature in features.items()}
    text = json.dumps({'info': {'features': types}})
    return pa.schema(
        {name: as_arrow(feature) for name, feature in features.items()},
        metadata={b'huggingface': text.encode()},
    )


class ParquetFile:
    """One file on its way; a context manager.

    Pages are compressed by Snappy, as ``datasets`` and LeRobot do. Bytes depend on the rows and
    the version of pyarrow alone.

    Args:
        path: Where it lies; must not exist.
        schema: Of the table.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self._schema = schema
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open('xb')
        # Images never repeat; a dictionary of them would be made and thrown away.
        self._writer = pq.ParquetWriter(
            self._file, schema, compression='snappy', use_dictionary=False
        )

    def write(self, rows: Sequence[Row]) -> None:
        """Some rows as one row group, which readers load at once."""
        import pyarrow as pa

        self._writer.write_table(
            pa.Table.from_pylist(rows, schema=self._schema), row_group_size=len(rows)
        )

    @property
    def size(self) -> int:
        """Bytes so far, the footer left out."""
        return self._file.tell()

    def close(self) -> None:
        """End the file; again does nothing."""
        self._writer.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
