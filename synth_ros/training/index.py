"""What a dataset knows of each frame, in a form that many processes share."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pydantic import BaseModel, ConfigDict

from synth_ros.readers.coco_entries import AnnotationEntry, ImageEntry


class FrameEntry(BaseModel):
    """One frame: its image and the objects in it."""

    model_config = ConfigDict(frozen=True)

    image: ImageEntry
    annotations: tuple[AnnotationEntry, ...]


class FrameIndex:
    """All frames in one block of bytes, each parsed when it is asked for.

    Python objects are copied into a forked process one by one, as soon as their reference counts
    change, until each worker holds the whole dataset. A block of bytes stays shared, and is sent
    to a spawned process at once.

    Args:
        entries: All frames, in order.
    """

    def __init__(self, entries: Iterable[FrameEntry]) -> None:
        parts, ends, stems = [], [0], []
        for entry in entries:
            data = entry.model_dump_json().encode()
            parts.append(data)
            ends.append(ends[-1] + len(data))
            stems.append(entry.image.stem)
        self._data = b''.join(parts)
        self._ends = np.array(ends, np.int64)
        self._stems = '\n'.join(stems).encode()

    def __len__(self) -> int:
        """Frames."""
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> FrameEntry:
        """One frame.

        Raises:
            IndexError: There is none with this number.
        """
        if not 0 <= number < len(self):
            raise IndexError(f'There is no frame {number}: there are {len(self)}.')
        start, end = self._ends[number : number + 2].tolist()
        return FrameEntry.model_validate_json(self._data[start:end])

    @property
    def stems(self) -> list[str]:
        """Names of all frames, such as ``000012_003_head``, in order."""
        return self._stems.decode().split('\n') if len(self) else []
