"""One LeRobot v3 dataset on its way: rows, episodes, statistics and what describes them.

Names, types and paths follow ``LeRobotDataset`` v3.0 (``lerobot`` 0.4 and later), which reads
``meta/info.json`` first and finds everything from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from pydantic import JsonValue

from synth_ros.types import FloatArray
from synth_ros.writers.formats.hf_features import Feature, Features, ListOf, Picture, Scalar
from synth_ros.writers.formats.lerobot_episode import Episode, Layout
from synth_ros.writers.formats.lerobot_stats import QUANTILES, Shades, Spread, Summary
from synth_ros.writers.formats.parquet_files import (
    MIB,
    ParquetFile,
    Row,
    hf_schema,
    picture_cell,
)

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 'v3.0'
FILES_OF_CHUNK = 1000
FILE_MB = 100
VIDEO_MB = 200
PATTERN = 'chunk-{chunk_index:03d}/file-{file_index:03d}.parquet'
DATA = f'data/{PATTERN}'
EPISODES = f'meta/episodes/{PATTERN}'

_EPISODES_OF_GROUP = 100
_INT, _FLOAT = Scalar('int64'), Scalar('float32')
# What LeRobot adds to every dataset.
_NUMBERS: Mapping[str, Scalar] = {
    'timestamp': _FLOAT,
    'frame_index': _INT,
    'episode_index': _INT,
    'index': _INT,
    'task_index': _INT,
}


class Table:
    """Writes a dataset episode by episode; a context manager.

    Args:
        root: Its folder.
        layout: Joints and cameras.
        rate: Rows a second.
        task: What the robot does, in words.
    """

    def __init__(self, root: Path, layout: Layout, *, rate: float, task: str) -> None:
        self._root = root
        self._layout = layout
        self._rate = rate
        self._task = task
        self._data = _Rolling(root, DATA, schema=hf_schema(_row_features(layout)))
        self._meta = _Rolling(root, EPISODES, schema=hf_schema(_episode_features(layout)))
        self._waiting: list[Row] = []
        self._shades: dict[str, Shades] = {}
        self._episodes = 0
        self._frames = 0

    def add(self, episode: Episode) -> None:
        """The next episode."""
        count = len(episode.steps)
        vectors = self._vectors(episode)
        rows = [
            {
                **{name: _cell(values[k]) for name, values in vectors.items()},
                **{
                    f'observation.images.{name}': picture_cell(shot.content, shot.file_name)
                    for name, shot in step.shots.items()
                },
            }
            for k, step in enumerate(episode.steps)
        ]
        size = sum(len(shot.content) for step in episode.steps for shot in step.shots.values())
        chunk, file = self._data.write(rows, expected=size)
        summary = self._summary(episode, vectors)
        for name, one in summary.items():
            if isinstance(one, Shades):
                known = self._shades.get(name)
                self._shades[name] = one if known is None else known.joined(one)
        self._waiting.append(
            {
                'episode_index': self._episodes,
                'tasks': [self._task],
                'length': count,
                'data/chunk_index': chunk,
                'data/file_index': file,
                'dataset_from_index': self._frames,
                'dataset_to_index': self._frames + count,
                'source_episode': episode.number,
                **_flat(summary),
            }
        )
        self._episodes += 1
        self._frames += count
        if len(self._waiting) >= _EPISODES_OF_GROUP:
            self._write_episodes()

    def finish(self, split: str) -> None:
        """Write what describes the dataset.

        Args:
            split: What the dataset is of the whole.
        """
        self._write_episodes()
        self.close()
        info = {
            'codebase_version': VERSION,
            'robot_type': None,
            'total_episodes': self._episodes,
            'total_frames': self._frames,
            'total_tasks': 1,
            'chunks_size': FILES_OF_CHUNK,
            'data_files_size_in_mb': FILE_MB,
            'video_files_size_in_mb': VIDEO_MB,
            'fps': self._rate,
            'splits': {split: f'0:{self._episodes}'},
            'data_path': DATA,
            'video_path': None,
            'features': _described(self._layout),
        }
        meta = self._root / 'meta'
        (meta / 'info.json').write_text(_dump(info), encoding='utf-8')
        stats = {name: self._of_all(name).stats() for name in _row_features(self._layout)}
        (meta / 'stats.json').write_text(_dump(stats), encoding='utf-8')
        _write_tasks(meta / 'tasks.parquet', self._task)

    def close(self) -> None:
        """Close open files; again does nothing."""
        self._data.close()
        self._meta.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _vectors(self, episode: Episode) -> dict[str, FloatArray]:
        """Numbers of all rows by feature, shape (rows, k)."""
        count = len(episode.steps)
        number = np.arange(count)
        position = np.array([[j.position for j in step.joints] for step in episode.steps])
        velocity = np.array([[j.velocity for j in step.joints] for step in episode.steps])
        columns = {
            'observation.state': position,
            'observation.velocity': velocity,
            'action': position[np.minimum(number + 1, count - 1)],
            'next.done': number == count - 1,
            'stamp_ns': np.array([step.stamp_ns for step in episode.steps]),
            'timestamp': number / self._rate,
            'frame_index': number,
            'episode_index': np.full(count, self._episodes),
            'index': self._frames + number,
            'task_index': np.zeros(count, np.int64),
        }
        return {name: np.reshape(values, (count, -1)) for name, values in columns.items()}

    def _summary(self, episode: Episode, vectors: Mapping[str, FloatArray]) -> dict[str, Summary]:
        result: dict[str, Summary] = {
            name: Spread.of(values.astype(np.float64)) for name, values in vectors.items()
        }
        for camera in self._layout.cameras:
            shades = [step.shots[camera].shades for step in episode.steps]
            total = Shades(len(shades), np.sum([shade.counts for shade in shades], axis=0))
            result[f'observation.images.{camera}'] = total
        return result

    def _of_all(self, name: str) -> Summary:
        """How the values of a feature are spread over all episodes, from what is stored.

        Exact quantiles need all values at once; they are read back, one feature at a time: 4 MB
        for a million rows of one joint.
        """
        if name in self._shades:
            return self._shades[name]
        return Spread.of(_read_column(self._data.paths, name))

    def _write_episodes(self) -> None:
        if not self._waiting:
            return
        chunk, file = self._meta.next_place(0)
        place = {'meta/episodes/chunk_index': chunk, 'meta/episodes/file_index': file}
        self._meta.write([{**row, **place} for row in self._waiting], expected=0)
        self._waiting = []


class _Rolling:
    """Parquet files one after the other, none much larger than the limit.

    Args:
        root: Of the dataset.
        pattern: Their path inside it.
        schema: Of their table.

    Attributes:
        paths: Of all files so far.
    """

    def __init__(self, root: Path, pattern: str, *, schema: pa.Schema) -> None:
        self._root = root
        self._pattern = pattern
        self._schema = schema
        self._file: ParquetFile | None = None
        self._number = -1
        self.paths: list[Path] = []

    def next_place(self, expected: int) -> tuple[int, int]:
        """Chunk and file that the next rows will lie in, which is opened.

        Args:
            expected: About how many bytes they take.
        """
        if self._file is None or self._file.size + expected > FILE_MB * MIB:
            self.close()
            self._number += 1
            chunk, file = divmod(self._number, FILES_OF_CHUNK)
            path = self._root / self._pattern.format(chunk_index=chunk, file_index=file)
            self._file = ParquetFile(path, self._schema)
            self.paths.append(path)
        return divmod(self._number, FILES_OF_CHUNK)

    def write(self, rows: Sequence[Row], *, expected: int) -> tuple[int, int]:
        """Rows as one row group; tells chunk and file."""
        place = self.next_place(expected)
        assert self._file is not None
        self._file.write(rows)
        return place

    def close(self) -> None:
        """End the file that is open."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _read_column(paths: Sequence[Path], name: str) -> FloatArray:
    """Numbers of a feature in closed files, shape (rows, k)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = []
    for path in paths:
        column = pq.read_table(path, columns=[name])[name].combine_chunks()
        values = column.values if pa.types.is_fixed_size_list(column.type) else column
        numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
        parts.append(numbers.reshape(len(column), -1))
    return np.concatenate(parts)


def _vector(length: int) -> Feature:
    """LeRobot stores a vector of one number as the number."""
    return _FLOAT if length == 1 else ListOf(_FLOAT, length)


def _row_features(layout: Layout) -> Features:
    joints = _vector(len(layout.joints))
    return {
        'observation.state': joints,
        'observation.velocity': joints,
        'action': joints,
        **{f'observation.images.{camera}': Picture() for camera in layout.cameras},
        'next.done': Scalar('bool'),
        'stamp_ns': _INT,
        **_NUMBERS,
    }


def _described(layout: Layout) -> dict[str, JsonValue]:
    """Features as ``info.json`` has them."""
    names: list[JsonValue] = list(layout.joints)
    result: dict[str, JsonValue] = {}
    for name, feature in _row_features(layout).items():
        camera = name.removeprefix('observation.images.')
        if isinstance(feature, Picture):
            height, width = layout.cameras[camera]
            axes: list[JsonValue] = ['height', 'width', 'channels']
            result[name] = {'dtype': 'image', 'shape': [height, width, 3], 'names': axes}
        elif name in {'observation.state', 'observation.velocity', 'action'}:
            result[name] = {'dtype': 'float32', 'shape': [len(names)], 'names': names}
        else:
            assert isinstance(feature, Scalar)
            result[name] = {'dtype': feature.dtype, 'shape': [1], 'names': None}
    return result


def _episode_features(layout: Layout) -> Features:
    result: dict[str, Feature] = {
        'episode_index': _INT,
        'tasks': ListOf(Scalar('string')),
        'length': _INT,
        'data/chunk_index': _INT,
        'data/file_index': _INT,
        'dataset_from_index': _INT,
        'dataset_to_index': _INT,
        'source_episode': _INT,
    }
    for name, feature in _row_features(layout).items():
        number: Feature = Scalar('float64')
        if isinstance(feature, Picture):
            number = ListOf(ListOf(number))
        for statistic in ('min', 'max', 'mean', 'std', *QUANTILES):
            result[f'stats/{name}/{statistic}'] = ListOf(number)
        result[f'stats/{name}/count'] = ListOf(_INT)
    return result | {'meta/episodes/chunk_index': _INT, 'meta/episodes/file_index': _INT}


def _flat(summary: Mapping[str, Summary]) -> Row:
    return {
        f'stats/{name}/{statistic}': value
        for name, one in summary.items()
        for statistic, value in one.stats().items()
    }


def _cell(values: FloatArray) -> object:
    """A row of a feature; one number is stored as the number."""
    return values[0].item() if len(values) == 1 else values.tolist()


def _write_tasks(path: Path, task: str) -> None:
    """The table of tasks: pandas must find the text as the index of its rows."""
    import pyarrow as pa

    described: dict[str, JsonValue] = {
        'index_columns': ['task'],
        'column_indexes': [],
        'columns': [
            _pandas_column('task_index', 'int64', 'int64'),
            _pandas_column('task', 'unicode', 'object'),
        ],
        'pandas_version': '2.0.0',
    }
    schema = pa.schema(
        {'task_index': pa.int64(), 'task': pa.string()},
        metadata={b'pandas': json.dumps(described).encode()},
    )
    with ParquetFile(path, schema) as file:
        file.write([{'task_index': 0, 'task': task}])


def _pandas_column(name: str, kind: str, dtype: str) -> JsonValue:
    return {
        'name': name,
        'field_name': name,
        'pandas_type': kind,
        'numpy_type': dtype,
        'metadata': None,
    }


def _dump(value: object) -> str:
    """JSON as LeRobot writes it."""
    return json.dumps(value, indent=4, ensure_ascii=False, allow_nan=False) + '\n'
