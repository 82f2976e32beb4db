"""Containers of others. Each class says what it needs; what is not installed is left out."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple

from stores import Aside, Files, Growing, Store, files_of

from synth_ros.writers.draft import EncodedFrame
from synth_ros.writers.flush import flush_files
from synth_ros.writers.folder import sync_folder

EXTRA = 'extra'
# An address range, no memory: LMDB maps its whole file.
_MAP_BYTES = 1 << 36


class Missing(NamedTuple):
    """A container that cannot be measured here.

    Attributes:
        name: Which.
        library: What it needs.
    """

    name: str
    library: str


def others() -> tuple[list[Store], list[Missing]]:
    """All containers of others, and those whose library is not installed."""
    known = {'pyarrow': Parquet, 'h5py': Hdf5, 'zarr': Zarr, 'mcap': Mcap, 'lmdb': Lmdb}
    found, missing = [], []
    for library, make in known.items():
        if importlib.util.find_spec(library):
            found.append(make())
        else:
            missing.append(Missing(make.name, library))
    return found, missing


def _episodes(folder: Path, ending: str) -> list[Path]:
    return sorted(folder.glob(f'*.{ending}')) or sorted(folder.glob(f'*.{ending}.partial'))


class Parquet:
    """One file an episode; a row group for each frame, so that one can be read alone."""

    name: ClassVar[str] = 'Parquet, one an episode'

    def begin(self, folder: Path, episode: int) -> Growing:
        return _GrowingParquet(folder / f'{episode:06d}.parquet')

    def names(self, folder: Path) -> list[str]:
        import pyarrow.parquet as pq

        found = []
        for path in _episodes(folder, 'parquet'):
            with pq.ParquetFile(path) as file:
                found += file.read(columns=['stem']).column('stem').to_pylist()
        return found

    def read(self, folder: Path, stem: str) -> Files:
        import pyarrow.parquet as pq

        with pq.ParquetFile(folder / f'{stem[:6]}.parquet') as file:
            stems = file.read(columns=['stem']).column('stem').to_pylist()
            return _row(file.read_row_group(stems.index(stem)))

    def stream(self, folder: Path) -> Iterator[Files]:
        import pyarrow.parquet as pq

        for path in _episodes(folder, 'parquet'):
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    yield _row(file.read_row_group(group))


def _row(table: object) -> Files:
    row = table.to_pylist()[0]
    return {kind: data for kind, data in row.items() if kind not in {'stem', EXTRA}}


class _GrowingParquet:
    def __init__(self, path: Path) -> None:
        self._aside = Aside(path)
        self._writer = None

    def add(self, frame: EncodedFrame) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        files = files_of(frame)
        if self._writer is None:
            fields = [(kind, pa.binary()) for kind in files]
            self._schema = pa.schema([('stem', pa.string()), *fields])
            self._writer = pq.ParquetWriter(
                self._aside.partial,
                self._schema,
                compression='none',
                use_dictionary=False,
                write_statistics=['stem'],
            )
        row = {'stem': frame.key.stem, **files}
        self._writer.write_table(pa.Table.from_pylist([row], schema=self._schema))

    def end(self, extra: bytes) -> None:
        self._writer.add_key_value_metadata({EXTRA: extra.decode('utf-8')})
        self._writer.close()
        self._aside.publish()


class Hdf5:
    """One file an episode, a group for each frame, an array of bytes for each content."""

    name: ClassVar[str] = 'HDF5, one an episode'

    def begin(self, folder: Path, episode: int) -> Growing:
        return _GrowingHdf5(folder / f'{episode:06d}.h5')

    def names(self, folder: Path) -> list[str]:
        import h5py

        found = []
        for path in _episodes(folder, 'h5'):
            with h5py.File(path) as file:
                found += [name for name in file if name != EXTRA]
        return found

    def read(self, folder: Path, stem: str) -> Files:
        import h5py

        with h5py.File(folder / f'{stem[:6]}.h5') as file:
            return {kind: data[()].tobytes() for kind, data in file[stem].items()}

    def stream(self, folder: Path) -> Iterator[Files]:
        import h5py

        for path in _episodes(folder, 'h5'):
            with h5py.File(path) as file:
                for name in file:
                    if name != EXTRA:
                        yield {kind: data[()].tobytes() for kind, data in file[name].items()}


class _GrowingHdf5:
    def __init__(self, path: Path) -> None:
        import h5py

        self._aside = Aside(path)
        self._file = h5py.File(self._aside.partial, 'w', libver='latest')

    def add(self, frame: EncodedFrame) -> None:
        import numpy as np

        group = self._file.create_group(frame.key.stem)
        for kind, data in files_of(frame).items():
            group.create_dataset(kind, data=np.frombuffer(data, np.uint8))

    def end(self, extra: bytes) -> None:
        import numpy as np

        self._file.create_dataset(EXTRA, data=np.frombuffer(extra, np.uint8))
        self._file.close()
        self._aside.publish()


class Zarr:
    """Zarr 3 in a folder: a group an episode and frame, an array of bytes for each content."""

    name: ClassVar[str] = 'Zarr 3, folder'

    def begin(self, folder: Path, episode: int) -> Growing:
        return _GrowingZarr(folder / f'{episode:06d}.zarr')

    def names(self, folder: Path) -> list[str]:
        import zarr

        return [
            name
            for path in _episodes(folder, 'zarr')
            for name in sorted(zarr.open_group(path, mode='r').group_keys())
        ]

    def read(self, folder: Path, stem: str) -> Files:
        import zarr

        return _arrays(zarr.open_group(folder / f'{stem[:6]}.zarr' / stem, mode='r'))

    def stream(self, folder: Path) -> Iterator[Files]:
        import zarr

        for path in _episodes(folder, 'zarr'):
            root = zarr.open_group(path, mode='r')
            for name in sorted(root.group_keys()):
                yield _arrays(root[name])


def _arrays(group: Mapping[str, object]) -> Files:
    return {kind: array[:].tobytes() for kind, array in group.arrays()}


class _GrowingZarr:
    def __init__(self, path: Path) -> None:
        import zarr

        self._path = path
        self._partial = path.with_name(f'{path.name}.partial')
        self._root = zarr.create_group(self._partial)

    def add(self, frame: EncodedFrame) -> None:
        group = self._root.create_group(frame.key.stem)
        for kind, data in files_of(frame).items():
            self._put(group, kind, data)

    def end(self, extra: bytes) -> None:
        self._put(self._root, EXTRA, extra)
        flush_files(self._partial, [p for p in self._partial.rglob('*') if p.is_file()])
        self._partial.rename(self._path)
        sync_folder(self._path.parent)

    @staticmethod
    def _put(group: object, name: str, data: bytes) -> None:
        import numpy as np

        pixels = np.frombuffer(data, np.uint8)
        # What is compressed already is stored as it is, as in all other containers.
        group.create_array(name, data=pixels, chunks=pixels.shape, compressors=None)


class Mcap:
    """One file an episode, a channel for each content, a message a frame; chunks of a megabyte."""

    name: ClassVar[str] = 'MCAP, one an episode'

    def begin(self, folder: Path, episode: int) -> Growing:
        return _GrowingMcap(folder / f'{episode:06d}.mcap')

    def names(self, folder: Path) -> list[str]:
        from mcap.reader import make_reader

        found = []
        for path in _episodes(folder, 'mcap'):
            with path.open('rb') as file:
                channels = ['stem']
                found += [m.data.decode() for _, _, m in make_reader(file).iter_messages(channels)]
        return found

    def read(self, folder: Path, stem: str) -> Files:
        from mcap.reader import make_reader

        with (folder / f'{stem[:6]}.mcap').open('rb') as file:
            reader = make_reader(file)
            names = [m.data.decode() for _, _, m in reader.iter_messages(['stem'])]
            at = names.index(stem)
            found = reader.iter_messages(start_time=at, end_time=at + 1)
            return {c.topic: m.data for _, c, m in found if c.topic != 'stem'}

    def stream(self, folder: Path) -> Iterator[Files]:
        from mcap.exceptions import EndOfFile
        from mcap.reader import NonSeekingReader

        for path in _episodes(folder, 'mcap'):
            frame: dict[str, bytes] = {}
            with path.open('rb') as file:
                messages = NonSeekingReader(file).iter_messages(log_time_order=False)
                try:
                    for _, channel, message in messages:
                        if channel.topic == 'stem' and frame:
                            yield frame
                            frame = {}
                        if channel.topic != 'stem':
                            frame[channel.topic] = message.data
                except EndOfFile:
                    continue
                if frame:
                    yield frame


class _GrowingMcap:
    def __init__(self, path: Path) -> None:
        from mcap.writer import CompressionType, Writer

        self._aside = Aside(path)
        self._file = self._aside.partial.open('wb')
        self._writer = Writer(self._file, compression=CompressionType.NONE)
        self._writer.start()
        self._channels: dict[str, int] = {}
        self._frames = 0

    def add(self, frame: EncodedFrame) -> None:
        for kind, data in {'stem': frame.key.stem.encode(), **files_of(frame)}.items():
            if kind not in self._channels:
                self._channels[kind] = self._writer.register_channel(kind, '', 0)
            self._writer.add_message(self._channels[kind], self._frames, data, self._frames)
        self._frames += 1

    def end(self, extra: bytes) -> None:
        self._writer.add_attachment(0, 0, EXTRA, 'application/json', extra)
        self._writer.finish()
        self._file.close()
        self._aside.publish()


class Lmdb:
    """One database for all episodes, a transaction for each; a key for each content."""

    name: ClassVar[str] = 'LMDB, one for all'

    def begin(self, folder: Path, episode: int) -> Growing:
        return _GrowingLmdb(folder / 'lmdb', episode)

    def names(self, folder: Path) -> list[str]:
        with _lmdb(folder / 'lmdb') as base, base.begin() as transaction:
            keys = transaction.cursor().iternext(values=False)
            names = {bytes(key).partition(b'.')[0].decode() for key in keys}
        return sorted(name for name in names if not name.endswith(EXTRA))

    def read(self, folder: Path, stem: str) -> Files:
        with _lmdb(folder / 'lmdb') as base, base.begin() as transaction:
            cursor = transaction.cursor()
            cursor.set_range(f'{stem}.'.encode())
            found = {}
            for key, data in cursor:
                name, _, kind = key.decode().partition('.')
                if name != stem:
                    break
                found[kind] = data
            return found

    def stream(self, folder: Path) -> Iterator[Files]:
        with _lmdb(folder / 'lmdb') as base, base.begin() as transaction:
            stem, found = '', {}
            for key, data in transaction.cursor():
                name, _, kind = key.decode().partition('.')
                if found and name != stem:
                    yield found
                    found = {}
                stem = name
                if not name.endswith(EXTRA):
                    found[kind] = data
            if found:
                yield found


def _lmdb(path: Path, *, write: bool = False) -> object:
    import lmdb

    return lmdb.open(os.fspath(path), map_size=_MAP_BYTES, readonly=not write, readahead=False)


class _GrowingLmdb:
    def __init__(self, path: Path, episode: int) -> None:
        self._base = _lmdb(path, write=True)
        self._episode = episode
        self._transaction = self._base.begin(write=True)

    def add(self, frame: EncodedFrame) -> None:
        for kind, data in files_of(frame).items():
            self._transaction.put(f'{frame.key.stem}.{kind}'.encode(), data)

    def end(self, extra: bytes) -> None:
        self._transaction.put(f'{self._episode:06d}_{EXTRA}.json'.encode(), extra)
        self._transaction.commit()  # flushed, unless told otherwise
        self._base.close()
