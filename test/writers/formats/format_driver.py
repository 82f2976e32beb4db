"""Writes samples by a format into a folder, as an export does, without its locks and markers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from synth_ros.types import Sample
from synth_ros.writers.formats.base import (
    FormatSetup,
    FrameEntry,
    FrameFormat,
    LossTally,
    Pictures,
)


class Done:
    """What was written, for ``finish``."""

    def __init__(self, folder: Path, entries: list[FrameEntry]) -> None:
        self._folder = folder
        self._entries = entries

    def frames(self):
        return iter(self._entries)

    def read(self, path: str) -> bytes:
        return (self._folder / path).read_bytes()


def write_all(
    fmt: FrameFormat, samples: Sequence[Sample], setup: FormatSetup, folder: Path
) -> LossTally:
    """Write every frame, then the files about all of them.

    Args:
        fmt: The format.
        samples: In any order; they are written in the order of their keys.
        setup: Of the format.
        folder: Is made.
    """
    folder.mkdir(parents=True)
    tally, entries = LossTally(), []
    for sample in sorted(samples, key=lambda item: item.key):
        pictures = Pictures(
            sample,
            setup.options,
            largest_class_id=setup.largest_class_id,
            meshes=setup.info.meshes,
        )
        product = fmt.frame(sample, pictures)
        tally.add(product.losses)
        for path, content in product.files.items():
            target = folder / path
            assert not target.exists(), f'{path} is written by two frames'
            put(target, content)
        for path, content in product.shared.items():
            put(folder / path, content)
        # Records go through JSON on their way to the end.
        text = json.dumps(product.record, allow_nan=False)
        entries.append(FrameEntry(sample.key, json.loads(text)))
    out = folder.with_name(f'{folder.name}.finish')
    out.mkdir()
    fmt.finish(out, Done(folder, entries))
    for path in sorted(out.rglob('*')):
        if path.is_file():
            target = folder / path.relative_to(out)
            assert not target.exists(), f'{target} was written before'
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    return tally


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
