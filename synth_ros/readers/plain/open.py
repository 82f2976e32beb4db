"""Opens any annotated dataset."""

from __future__ import annotations

from pathlib import Path

from synth_ros.readers.plain.ours import OurPlain
from synth_ros.readers.plain.types import PlainDataset


def open_plain(path: Path) -> PlainDataset:
    """A dataset as annotated images, whatever made it.

    Args:
        path: Its folder.

    Raises:
        UsageError: Nothing that can be read is there.
    """
    return OurPlain(path)
