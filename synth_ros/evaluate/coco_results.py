"""Detections in a COCO results file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.evaluate.intake import Said
from synth_ros.evaluate.types import Box, Nonsense
from synth_ros.readers.dataset_index import INDEX, read_index
from synth_ros.readers.recording import FrameId, Recording
from synth_ros.schema.rle import Rle, decode_mask

Entry = Mapping[str, object]


class CocoResults:
    """A list of ``{image_id, category_id, bbox, score, segmentation}``.

    ``image_id`` is the id of ``annotations.json``, or the name of the image's file with or without
    its ending, as Ultralytics writes it.

    Args:
        path: The file.
        recording: Ground truth.
        nonsense: Counts entries that cannot be used.

    Raises:
        UsageError: It cannot be read, or is no such list.

    Attributes:
        masked: Whether some have masks.
        entries: How many there are.
    """

    def __init__(self, path: Path, recording: Recording, nonsense: Nonsense) -> None:
        listed = _read(path)
        names = _names(recording)
        self._said: dict[FrameId, list[Said]] = {}
        self.masked = False
        self.entries = len(listed)
        for entry in listed:
            item = entry if isinstance(entry, dict) else {}
            image = item.get('image_id')
            key = names.get(image) if isinstance(image, int | str) else None
            if key is None:
                nonsense.add('unknown_image', repr(image))
                continue
            said = _said(item, nonsense)
            if said is not None:
                self.masked |= said.mask is not None
                self._said.setdefault(key, []).append(said)

    def of(self, key: FrameId) -> list[Said]:
        """Detections of a frame."""
        return self._said.get(key, [])


def _read(path: Path) -> list[object]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f'{path} is no JSON ({error}). Give a COCO results file.') from None
    if isinstance(found, dict) and isinstance(found.get('annotations'), list):
        found = found['annotations']
    if not isinstance(found, list):
        raise UsageError(
            f'{path} is no list of detections. A COCO results file is a list of '
            '{"image_id": 1, "category_id": 1, "bbox": [x, y, width, height], "score": 0.9}.'
        )
    return cast('list[object]', found)


def _names(recording: Recording) -> dict[int | str, FrameId]:
    """Everything that an image may be called by."""
    names: dict[int | str, FrameId] = {}
    for key in recording.frames:
        names[key.stem] = key
        file = recording.file_of(key)
        if file:
            names |= {file: key, Path(file).name: key, Path(file).stem: key}
    if recording.kind == 'dataset':
        names |= {image.id: image.key for image in read_index(recording.path / INDEX).images}
    return names


def _said(entry: Entry, nonsense: Nonsense) -> Said | None:
    """What an entry says; numbers of the wrong kind are not finite ones."""
    score, label = entry.get('score'), entry.get('category_id')
    mask = _mask(entry.get('segmentation'), nonsense)
    box = entry.get('bbox')
    if isinstance(box, list) and len(box) == 4:
        edges = Box(*(_number(value) for value in box))
    elif mask is not None:
        edges = _around(mask)
    else:
        nonsense.add('box_not_finite', repr(box))
        return None
    return Said('' if label is None else str(label), _number(score), edges, mask)


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return float('inf')
    return float('nan')


def _mask(value: object, nonsense: Nonsense) -> Rle | None:
    if value is None or value == []:
        return None
    if isinstance(value, dict):
        size, counts = value.get('size'), value.get('counts')
        if (
            isinstance(counts, str)
            and isinstance(size, list)
            and len(size) == 2
            and all(isinstance(edge, int) for edge in size)
        ):
            return Rle((size[0], size[1]), counts)
    nonsense.add('damaged_mask', 'only compressed run lengths are read')
    return None


def _around(mask: Rle) -> Box:
    """The box of a mask, read with care: it comes from outside."""
    try:
        inside = decode_mask(mask)
    except UsageError:
        # The mask is refused where it is compared; any box will do until then.
        return Box(0.0, 0.0, 1.0, 1.0)
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return Box(0.0, 0.0, 0.0, 0.0)
    x, y = float(columns[0]), float(rows[0])
    return Box(x, y, float(columns[-1]) + 1 - x, float(rows[-1]) + 1 - y)
