"""Opens a dataset for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth_ros.readers.plain.open import open_plain
from synth_ros.readers.plain.ours import OurPlain
from synth_ros.readers.plain.types import PlainDataset


@contextmanager
def opened(path: Path) -> Iterator[PlainDataset]:
    """A dataset whose files are closed at the end.

    Args:
        path: Its folder.

    Raises:
        UsageError: Nothing that can be read is there.
    """
    dataset = open_plain(path)
    try:
        yield dataset
    finally:
        if isinstance(dataset, OurPlain):
            dataset.close()
