"""WebDataset: tar files that training reads from start to end, also over a network.

``<split>-000000.tar``, ``<split>-000001.tar`` ... hold whole samples, in the order of episode,
view and camera, about 256 MiB each. The files of a sample follow each other and share the name
before the first dot, which is the frame's: ``000012_003_head.rgb.png`` (or ``.rgb.jpg``),
``.depth.png`` (16 bits, millimetres, 0 invalid), ``.instance.png`` (16 bits), ``.semantic.png``
(class ids), ``.part.png``, ``.panoptic.png`` and ``.layers.npz`` where the dataset has them, and
``.json``: every structured label, the record that the dataset's own ``labels/`` holds. All of them
are what the dataset itself stores, so no pixel convention changes.

``index.json`` lists the shards of each split with samples, size and SHA-256, and the classes.
There are no dates and no owners in the tar files: the same frames give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from synth_ros.schema.convert import record_of, to_json
from synth_ros.types import Sample
from synth_ros.writers.coco_files import encode_frame
from synth_ros.writers.formats.base import FormatSetup, LossTally, Pictures

SHARD_BYTES = 256 * 1024 * 1024
"""A shard ends before it grows beyond this; a larger sample has a shard of its own."""
INDEX = 'index.json'
FORMAT = 'synth_ros webdataset 1'

_MEMBERS: Mapping[str, str] = {
    'images': 'rgb',
    'depth': 'depth',
    'instance_masks': 'instance',
    'semantic_masks': 'semantic',
    'part_masks': 'part',
    'panoptic': 'panoptic',
    'layers': 'layers',
}
"""What the files of each folder of a dataset are called in a shard."""


class Shard(NamedTuple):
    """A finished tar file.

    Attributes:
        file: Its name.
        samples: How many it holds.
        size: Bytes.
        sha256: Of them.
    """

    file: str
    samples: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WebDatasetFormat:
    """Writes tar shards of each split and their index.

    Attributes:
        setup: Classes, splits, which images are stored.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['webdataset']:
        """Of the format and of its folder."""
        return 'webdataset'

    def pack(self, samples: Iterable[Sample], out: Path, losses: LossTally) -> None:  # noqa: ARG002 - everything fits
        """Write all shards, then the index."""
        names = self.setup.splits.names
        with ExitStack() as stack:
            pens = {name: _Pen(out, name) for name in names}
            for pen in pens.values():
                stack.callback(pen.close)
            for sample in samples:
                pen = pens[self.setup.splits.of(sample.key.episode)]
                pen.add(self._members(sample))
        self._write_index(out / INDEX, pens)

    def _members(self, sample: Sample) -> dict[str, bytes]:
        """Contents by name, in the order in which they are stored."""
        options = self.setup.options
        pictures = Pictures(sample, options, largest_class_id=self.setup.largest_class_id)
        files = encode_frame(sample, options, pictures)
        stem = sample.key.stem
        members = {}
        for path, content in files.items():
            folder, _, name = path.partition('/')
            members[f'{stem}.{_MEMBERS[folder]}{name.removeprefix(stem)}'] = content
        members[f'{stem}.json'] = to_json(record_of(sample)).encode()
        return members

    def _write_index(self, path: Path, pens: Mapping[str, _Pen]) -> None:
        info = self.setup.info
        index = {
            'format': FORMAT,
            'description': info.description,
            'version': info.version,
            'config_hash': info.config_hash,
            'seed': info.seed,
            'classes': [
                {'class_id': item.class_id, 'name': item.name, 'is_thing': item.is_thing}
                for item in info.categories
            ],
            'splits': {
                name: {
                    'samples': sum(shard.samples for shard in pen.done),
                    'shards': [shard._asdict() for shard in pen.done],
                }
                for name, pen in pens.items()
            },
        }
        text = json.dumps(index, indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(text + '\n', encoding='utf-8')


class _Pen:
    """Writes the shards of one split.

    Args:
        folder: Where they lie.
        split: Their name.
    """

    def __init__(self, folder: Path, split: str) -> None:
        self._folder = folder
        self._split = split
        self._tar: tarfile.TarFile | None = None
        self._samples = 0
        self.done: list[Shard] = []

    def add(self, members: Mapping[str, bytes]) -> None:
        """The next sample, whole in one shard."""
        size = sum(_padded(len(content)) for content in members.values())
        if self._tar is not None and self._tar.offset + size > SHARD_BYTES:
            self.close()
        if self._tar is None:
            # USTAR is what every reader knows; its limits on names and sizes are far away.
            self._tar = tarfile.open(self._path, 'x', format=tarfile.USTAR_FORMAT)  # noqa: SIM115
        for name, content in members.items():
            # Owner 0 and date 0 are the defaults.
            member = tarfile.TarInfo(name)
            member.size = len(content)
            self._tar.addfile(member, io.BytesIO(content))
        self._samples += 1

    def close(self) -> None:
        """End the shard that is open; without one nothing happens."""
        if self._tar is None:
            return
        self._tar.close()
        with self._path.open('rb') as file:
            digest = hashlib.file_digest(file, 'sha256').hexdigest()
        path = self._path
        self.done.append(Shard(path.name, self._samples, path.stat().st_size, digest))
        self._tar, self._samples = None, 0

    @property
    def _path(self) -> Path:
        """Of the shard that is open or comes next."""
        return self._folder / f'{self._split}-{len(self.done):06d}.tar'


def _padded(size: int) -> int:
    """What a member takes: a header and whole blocks."""
    block = tarfile.BLOCKSIZE
    return block + -(-size // block) * block
