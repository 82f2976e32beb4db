"""WebDataset: samples in tar files."""

from __future__ import annotations

import io
import re
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.readers.layouts.folders import IMAGE_SUFFIXES, files_below, split_of
from synth_ros.readers.layouts.json_items import JsonDamageError, read_json
from synth_ros.schema.records import FORMAT
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.images import Seen, check_image_bytes
from synth_ros.validate.inspection import Inspection
from synth_ros.validate.webdataset_index import check_index

RULES = (
    Rule(
        'tar.damaged',
        'error',
        'a tar file can be read to its end mark',
        'Copy or make the shard again: it was cut short or changed.',
    ),
    Rule(
        'wds.member',
        'error',
        'members are plain files with a key before the first dot of their name, inside the shard',
        'Name members KEY.EXTENSION; no absolute paths, no links.',
    ),
    Rule(
        'wds.adjacent',
        'error',
        'the files of a sample lie side by side',
        'Write one sample after the other: readers cut samples where the key changes.',
    ),
    Rule(
        'wds.twice',
        'error',
        'a key is in one shard alone, and has each extension once',
        'Give each sample a key of its own.',
    ),
    Rule(
        'wds.no-image',
        'warning',
        'every sample has an image',
        'Add the image, or leave the sample out.',
    ),
    Rule(
        'wds.extensions',
        'warning',
        'all samples of a shard have the same extensions',
        'Write the missing file, or an empty one that your loader knows.',
    ),
    Rule(
        'wds.numbers',
        'error',
        'shards are numbered from 0 without a gap',
        'Bring the missing shard back: loaders expand {000000..000009}.',
    ),
    Rule(
        'wds.empty',
        'error',
        'a shard holds samples',
        'Remove the shard and number the others again.',
    ),
    Rule(
        'wds.index',
        'error',
        'index.json of a dataset of ours names shards that exist, with their size, checksum and '
        'number of samples',
        'Copy the shards again, or convert the dataset again.',
    ),
    Rule(
        'wds.class',
        'error',
        '.cls members are a whole number from 0',
        'Write the number as text.',
    ),
    Rule(
        'wds.mask',
        'error',
        'masks and depth of a sample have the size of its image',
        'Write them from the same frame.',
    ),
)
_MOST_BYTES = 1 << 30
"""Members beyond this are not read."""
_NUMBERED = re.compile(r'^(.*?)(\d+)\.tar$')
_BLOCK = 512


class _Member(NamedTuple):
    """A file of a sample.

    Attributes:
        key: What all files of the sample share.
        extension: After the first dot, lower case.
        data: Its bytes; ``None`` if they are not wanted.
    """

    key: str
    extension: str
    data: bytes | None


class _Looked(NamedTuple):
    """What is known of a sample.

    Attributes:
        key: What its files share.
        seen: Its first image.
        classes: Of its objects, where they are told.
    """

    key: str
    seen: Seen | None
    classes: tuple[str, ...]


def check(run: Inspection) -> None:
    """Check all shards."""
    shards = list(files_below(run.root, '.tar'))
    _numbers(run, shards)
    known: set[int] = set()
    samples = {}
    for shard in shards:
        run.counts.other['shards'] += 1
        samples[shard] = _Shard(run, shard, known=known).check()
    check_index(run, samples)


def _numbers(run: Inspection, shards: list[Path]) -> None:
    """Gaps in the numbers of shards."""
    series: dict[str, list[int]] = {}
    for shard in shards:
        match = _NUMBERED.match(run.name(shard))
        if match and len(match[2]) < 10:
            series.setdefault(match[1], []).append(int(match[2]))
    for name, numbers in series.items():
        missing = sorted(set(range(max(numbers) + 1)) - set(numbers)) if max(numbers) < 1e6 else []
        if missing:
            words = ', '.join(map(str, missing[:5]))
            run.add('wds.numbers', f'{name}*.tar', f'missing: {words}')


class _Shard:
    """One tar file.

    Args:
        run: Where to report.
        path: The file.
        known: Digests of all keys so far.
    """

    def __init__(self, run: Inspection, path: Path, *, known: set[int]) -> None:
        self._run = run
        self._path = path
        self._file = run.name(path)
        self._known = known
        self._kinds: Counter[str] = Counter()
        self._split = split_of(re.sub(r'[-_]?\d+$', '', path.stem)) or split_of(path.parent.name)

    def check(self) -> int:
        """Read it from beginning to end; how many samples it has."""
        run = self._run
        run.progress.begin(f'samples of {self._file}', None)
        samples = 0
        for looked in run.work(self._tasks()):
            samples += 1
            run.counts.image(self._split)
            for name in looked.classes:
                run.counts.object(name)
            digest = looked.seen.digest if looked.seen else b''
            run.splits.see(f'{self._file}:{looked.key}.x', split=self._split, digest=digest)
            run.progress.step()
        if not samples:
            run.add('wds.empty', self._file, 'it holds no sample')
        if len(self._kinds) > 1:
            usual, _ = self._kinds.most_common(1)[0]
            for kinds, count in self._kinds.items():
                if kinds != usual:
                    message = f'{count} samples have {kinds}, the others {usual}'
                    run.add('wds.extensions', self._file, message)
        return samples

    def _tasks(self) -> Iterator[Callable[[Sink], _Looked]]:
        for key, members in self._samples():
            self._kinds[', '.join(sorted(member.extension for member in members))] += 1
            yield partial(self._sample, key, members)

    def _samples(self) -> Iterator[tuple[str, list[_Member]]]:
        """Key and files of each sample."""
        members: list[_Member] = []
        here: set[str] = set()
        for member in self._members():
            if members and member.key != members[0].key:
                yield members[0].key, members
                members = []
            if not members:
                self._new_key(member.key, here)
            elif any(member.extension == other.extension for other in members):
                self._run.add('wds.twice', self._file, f'{member.key}.{member.extension} again')
                continue
            members.append(member)
        if members:
            yield members[0].key, members

    def _new_key(self, key: str, here: set[str]) -> None:
        if key in here:
            message = f'files of {key} come again after those of another sample'
            self._run.add('wds.adjacent', self._file, message)
        here.add(key)
        digest = int.from_bytes(blake2b(key.encode(errors='replace'), digest_size=8).digest())
        if digest in self._known and key not in here - {key}:
            self._run.add('wds.twice', self._file, f'{key} is in another shard, too')
        self._known.add(digest)

    def _members(self) -> Iterator[_Member]:
        """All files, each once; what cannot be read is reported."""
        try:
            size = self._path.stat().st_size
            with tarfile.open(self._path, 'r:') as tar:
                for info in tar:
                    # Otherwise the library remembers all members.
                    tar.members = []  # type: ignore[attr-defined] # typeshed lacks it
                    member = self._member(tar, info, size=size)
                    if member is not None:
                        yield member
            self._end()
        except (tarfile.TarError, EOFError, ValueError, OSError, IndexError) as error:
            self._run.add('tar.damaged', self._file, f'{str(error) or type(error).__name__}')

    def _member(self, tar: tarfile.TarFile, info: tarfile.TarInfo, *, size: int) -> _Member | None:
        folder, _, name = info.name.rpartition('/')
        key, dot, extension = name.partition('.')
        if info.isdir():
            return None
        if not info.isfile() or not key or not dot or info.name.startswith('/') or '..' in folder:
            self._run.add('wds.member', self._file, f'{info.name[:80]!r} is no file of a sample')
            return None
        if info.offset_data + info.size > size:
            raise tarfile.ReadError(f'{info.name[:80]!r} ends behind the end of the file')
        data = None
        if info.size <= _MOST_BYTES:
            stream = tar.extractfile(info)
            data = stream.read() if stream else None
        return _Member(f'{folder}/{key}' if folder else key, extension.lower(), data)

    def _end(self) -> None:
        """The two empty blocks at the end."""
        with self._path.open('rb') as stream:
            stream.seek(max(self._path.stat().st_size - 2 * _BLOCK, 0))
            tail = stream.read()
        if len(tail) < 2 * _BLOCK or tail.strip(b'\0'):
            self._run.add('tar.damaged', self._file, 'its end mark is missing: it was cut')

    def _sample(self, key: str, members: list[_Member], sink: Sink) -> _Looked:
        """Look at the files of a sample."""
        seen: Seen | None = None
        sizes: dict[str, tuple[int, int]] = {}
        pictures = 0
        classes: list[str] = []
        for member in members:
            file, data = f'{self._file}:{member.key}.{member.extension}', member.data
            ending = f'.{member.extension.rpartition(".")[2]}'
            if data is None:
                continue
            if ending in IMAGE_SUFFIXES:
                found = check_image_bytes(data, file, sink, size=None, decode=not self._run.fast)
                pictures += 1
                if found:
                    sizes[member.extension] = (found.width, found.height)
                    seen = seen or found
            else:
                classes += _other(ending, data, file, sink=sink)
        if not pictures:
            sink.add('wds.no-image', f'{self._file}:{key}', 'it has no image')
        if len(set(sizes.values())) > 1:
            words = ', '.join(f'{name} {w} x {h}' for name, (w, h) in sorted(sizes.items()))
            sink.add('wds.mask', f'{self._file}:{key}', f'its sizes differ: {words}')
        return _Looked(key, seen, tuple(classes))


def _other(ending: str, data: bytes, file: str, *, sink: Sink) -> list[str]:
    """Look at a file that is no image; classes of the objects that it tells of."""
    if ending == '.json':
        try:
            return _classes(read_json(data))
        except JsonDamageError as error:
            sink.add('json.damaged', file, error.reason, at=f'line {error.line}')
    elif ending == '.cls':
        if not data.strip().isdigit():
            sink.add('wds.class', file, f'it is {data[:20]!r}')
    elif ending in {'.npy', '.npz'}:
        try:
            loaded = np.load(io.BytesIO(data), allow_pickle=False)
            for name in loaded.files if ending == '.npz' else ():
                loaded[name]
        except Exception as error:  # noqa: BLE001 (zip and array heads fail in many ways)
            sink.add('image.damaged', file, f'its arrays cannot be read: {error}')
    return []


def _classes(value: object) -> list[str]:
    """Classes of the labelled objects in a frame of ours; none in what others write."""
    if not isinstance(value, dict) or value.get('format') != FORMAT:
        return []
    try:
        names = {item['instance_id']: str(item['class_name']) for item in value['instances']}
        return [names[label['instance_id']] for label in value['labels'] or ()]
    except (KeyError, TypeError):
        return []
