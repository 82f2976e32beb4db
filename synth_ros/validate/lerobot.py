"""LeRobot v3: episodes of robot states, actions and videos."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from synth_ros.readers.layouts.folders import is_file
from synth_ros.readers.layouts.lerobot import find_roots
from synth_ros.readers.layouts.mp4 import read_mp4
from synth_ros.readers.layouts.tables import TableError, read_head, read_rows
from synth_ros.validate.base import Rule
from synth_ros.validate.common import problems, shown
from synth_ros.validate.inspection import Inspection
from synth_ros.validate.lerobot_frames import FrameCheck

RULES = (
    Rule(
        'lerobot.info',
        'error',
        'meta/info.json has version, fps, totals, paths and features of LeRobot v3',
        'Write the keys as LeRobot v3.0 does; convert older data sets with its own script.',
    ),
    Rule(
        'lerobot.feature',
        'error',
        'a feature has a dtype and a shape; tables have its column',
        'List what the tables have, and nothing else.',
    ),
    Rule(
        'lerobot.total',
        'error',
        'total_episodes, total_frames, total_tasks and the splits are those of the tables',
        'Count again.',
    ),
    Rule(
        'lerobot.episode',
        'error',
        'episodes are numbered from 0 and cover the frames one after the other',
        'Write dataset_from_index, dataset_to_index and length from the frames.',
    ),
    Rule(
        'lerobot.frame',
        'error',
        'index, frame_index and timestamp of frames go on without a gap; task_index is a task',
        'Number frames from 0 in each episode; timestamp is frame_index / fps.',
    ),
    Rule(
        'lerobot.value',
        'error',
        'values have the shape of their feature and are finite',
        'Correct the shape, or write numbers.',
    ),
    Rule(
        'lerobot.video',
        'error',
        'every video exists, is whole, and has a picture for each frame, of the stated size',
        'Encode the video again.',
    ),
    Rule(
        'lerobot.stats',
        'warning',
        'meta/stats.json has every feature that is a number',
        'Calculate the statistics again: policies normalise by them.',
    ),
)


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra='ignore')


class Feature(_Record):
    """A feature of ``info.json``."""

    dtype: str
    shape: list[int]


class _Info(_Record):
    codebase_version: str
    fps: Annotated[float, Field(gt=0)]
    total_episodes: Annotated[int, Field(ge=0)]
    total_frames: Annotated[int, Field(ge=0)]
    total_tasks: Annotated[int, Field(ge=0)]
    data_path: str
    video_path: str | None = None
    splits: dict[str, str] = Field(default_factory=dict)
    features: dict[str, Feature]


class _Episode(NamedTuple):
    """A row of the table of episodes.

    Attributes:
        number: Its number.
        first: Its first frame.
        end: The frame after its last.
        row: The whole row.
    """

    number: int
    first: int
    end: int
    row: Mapping[str, object]


_INFO = TypeAdapter(_Info)
_NUMBERED = {'timestamp', 'frame_index', 'episode_index', 'index', 'task_index'}


def check(run: Inspection) -> None:
    """Check all data sets: the folder itself, or one for each split in it."""
    for root in find_roots(run.root):
        split = '' if root == run.root else root.name
        info = _read_info(run, root / 'meta' / 'info.json')
        if info is not None:
            _Set(run, root, info=info, split=split).check()


def _read_info(run: Inspection, path: Path) -> _Info | None:
    stored = run.json(path)
    if stored is None:
        return None
    file = run.name(path)
    try:
        info = _INFO.validate_python(stored)
    except ValidationError as error:
        for below, message in problems(error):
            run.add('lerobot.info', file, message, at=below.lstrip('.'))
        return None
    if not info.codebase_version.startswith('v3'):
        message = f'it is {info.codebase_version[:20]!r}, not v3.0'
        run.add('lerobot.info', file, message, at='codebase_version')
    for name in sorted(_NUMBERED - set(info.features)):
        run.add('lerobot.info', file, 'the feature is missing', at=f'features.{name}')
    for name, feature in info.features.items():
        if any(length < 1 for length in feature.shape):
            message = f'shape is {feature.shape}'
            run.add('lerobot.feature', file, message, at=f'features.{name}')
    return info


class _Set:
    """One data set."""

    def __init__(self, run: Inspection, root: Path, *, info: _Info, split: str) -> None:
        self._run = run
        self._root = root
        self._info = info
        self._split = split
        self._info_file = run.name(root / 'meta' / 'info.json')

    def check(self) -> None:
        """Check all of it."""
        run, info = self._run, self._info
        tasks = self._tasks()
        episodes = list(self._episodes())
        self._totals(episodes)
        self._stats()
        self._data(tasks)
        for video in self._videos(episodes):
            run.progress.step()
            self._video(video)
        run.counts.images += info.total_frames
        run.counts.other['episodes'] += len(episodes)
        if self._split:
            run.counts.splits[self._split] += info.total_frames

    def _rows(self, path: Path) -> Iterator[dict[str, object]]:
        """Rows of a table; damage is reported."""
        file = self._run.name(path)
        if not is_file(path):
            self._run.add('file.missing', file, 'there is no such file')
            return
        try:
            yield from read_rows(path)
        except TableError as error:
            self._run.add('table.damaged', file, str(error))

    def _tasks(self) -> set[int]:
        """Numbers of the tasks."""
        path = self._root / 'meta' / 'tasks.parquet'
        found = set()
        for number, row in enumerate(self._rows(path)):
            index = row.get('task_index')
            if type(index) is not int or index in found:
                message = f'task_index is {shown(index)}'
                self._run.add('lerobot.frame', self._run.name(path), message, at=f'row {number}')
            else:
                found.add(index)
        if is_file(path) and len(found) != self._info.total_tasks:
            message = f'it is {self._info.total_tasks}, the table has {len(found)}'
            self._run.add('lerobot.total', self._info_file, message, at='total_tasks')
        return found

    def _episodes(self) -> Iterator[_Episode]:
        """All episodes in order."""
        folder = self._root / 'meta' / 'episodes'
        files = sorted(folder.glob('chunk-*/file-*.parquet'))
        if not files:
            message = 'it holds no chunk-*/file-*.parquet'
            self._run.add('file.missing', self._run.name(folder), message)
        expected, next_frame = 0, 0
        for path in files:
            for number, row in enumerate(self._rows(path)):
                place = (self._run.name(path), f'row {number}')
                episode = _episode(row)
                if isinstance(episode, str):
                    self._run.add('lerobot.episode', place[0], episode, at=place[1])
                    continue
                if (episode.number, episode.first) != (expected, next_frame):
                    message = (
                        f'episode {episode.number} begins at frame {episode.first}; expected is '
                        f'episode {expected} at frame {next_frame}'
                    )
                    self._run.add('lerobot.episode', place[0], message, at=place[1])
                expected, next_frame = episode.number + 1, episode.end
                yield episode

    def _totals(self, episodes: list[_Episode]) -> None:
        run, info = self._run, self._info
        frames = sum(episode.end - episode.first for episode in episodes)
        for key, stated, true in (
            ('total_episodes', info.total_episodes, len(episodes)),
            ('total_frames', info.total_frames, frames),
        ):
            if stated != true:
                message = f'it is {stated}, the episodes have {true}'
                run.add('lerobot.total', self._info_file, message, at=key)
        taken: dict[int, str] = {}
        for split, text in info.splits.items():
            at = f'splits.{split}'
            match = re.fullmatch(r'(\d{1,9}):(\d{1,9})', text)
            if not match or not int(match[1]) <= int(match[2]) <= info.total_episodes:
                message = f'{text[:40]!r} is no FIRST:END within {info.total_episodes} episodes'
                run.add('lerobot.total', self._info_file, message, at=at)
                continue
            for episode in episodes[int(match[1]) : int(match[2])]:
                other = taken.setdefault(episode.number, split)
                if other != split:
                    message = f'episode {episode.number} is in {other}, too'
                    run.add('split.group', self._info_file, message, at=at)
                if not self._split:
                    run.counts.splits[split] += episode.end - episode.first

    def _stats(self) -> None:
        path = self._root / 'meta' / 'stats.json'
        stats = self._run.json(path)
        if stats is None:
            return
        listed = set(stats) if isinstance(stats, dict) else set()
        for name, feature in self._info.features.items():
            if feature.dtype not in {'string', 'video', 'image'} and name not in listed:
                file = self._run.name(path)
                self._run.add('lerobot.stats', file, 'the feature is missing', at=name)

    def _data(self, tasks: set[int]) -> None:
        """All tables of frames."""
        folder = self._root / 'data'
        files = sorted(folder.glob('chunk-*/file-*.parquet'))
        if not files:
            message = 'it holds no chunk-*/file-*.parquet'
            self._run.add('file.missing', self._run.name(folder), message)
            return
        checker = FrameCheck(fps=self._info.fps, tasks=tasks, sink=self._run)
        for path in files:
            try:
                self._table(path, checker)
            except TableError as error:
                self._run.add('table.damaged', self._run.name(path), str(error))
        checker.finish(self._info.total_frames, file=self._info_file)

    def _table(self, path: Path, checker: FrameCheck) -> None:
        run, features = self._run, self._info.features
        file, head = run.name(path), read_head(path)
        columns, shapes = [], {}
        for name, feature in features.items():
            if feature.dtype == 'video':
                continue
            if name not in head.columns:
                run.add('lerobot.feature', file, f'it has no column {name!r}')
            elif feature.dtype not in {'image', 'string'}:
                shapes[name] = feature.shape
                if name in _NUMBERED or not run.fast:
                    columns.append(name)
        run.progress.begin(f'frames of {file}', head.rows)
        for number, row in enumerate(read_rows(path, columns=columns, batch=512)):
            checker.frame(row, file=file, number=number)
            checker.values(row, shapes, (file, number))
            run.progress.step()

    def _videos(self, episodes: list[_Episode]) -> Iterator[_Video]:
        """All videos that episodes name."""
        run, info = self._run, self._info
        keys = [name for name, feature in info.features.items() if feature.dtype == 'video']
        frames: Counter[tuple[str, int, int]] = Counter()
        for episode in episodes:
            for key in keys:
                chunk = episode.row.get(f'videos/{key}/chunk_index')
                number = episode.row.get(f'videos/{key}/file_index')
                if type(chunk) is not int or type(number) is not int:
                    message = f'episode {episode.number} names no file of {key}'
                    run.add('lerobot.video', self._info_file, message)
                    continue
                frames[key, chunk, number] += episode.end - episode.first
        run.progress.begin('videos', len(frames))
        pattern = info.video_path or ''
        for (key, chunk, number), count in frames.items():
            try:
                name = pattern.format(video_key=key, chunk_index=chunk, file_index=number)
            except (KeyError, IndexError, ValueError, AttributeError) as error:
                message = f'{pattern[:60]!r} cannot be filled in: {error!r}'
                run.add('lerobot.info', self._info_file, message, at='video_path')
                return
            path = run.located(self._root, name, file=self._info_file, at='video_path')
            if path is not None:
                yield _Video(key, path, count)

    def _video(self, video: _Video) -> None:
        file = self._run.name(video.path)
        data = self._run.bytes(video.path)
        if data is None:
            return
        found = read_mp4(data)
        if found.fault:
            self._run.add('lerobot.video', file, found.fault)
            return
        if found.pictures != video.frames:
            message = f'it has {found.pictures} pictures, its episodes {video.frames} frames'
            self._run.add('lerobot.video', file, message)
        shape = self._info.features[video.key].shape
        if len(shape) == 3 and not {found.width, found.height} <= set(shape):
            message = f'it has {found.width} x {found.height} pixels, its feature {shape}'
            self._run.add('lerobot.video', file, message)


class _Video(NamedTuple):
    """A video file.

    Attributes:
        key: Its feature.
        path: Where it is.
        frames: How many frames its episodes have.
    """

    key: str
    path: Path
    frames: int


def _episode(row: Mapping[str, object]) -> _Episode | str:
    """A row of the table of episodes, or what is wrong with it."""
    keys = ('episode_index', 'dataset_from_index', 'dataset_to_index', 'length')
    values = [row.get(key) for key in keys]
    whole = [value for value in values if isinstance(value, int)]
    if len(whole) != len(keys):
        return ', '.join(f'{k} is {shown(v)}' for k, v in zip(keys, values, strict=True))
    number, first, end, length = whole
    if end - first != length or length < 1:
        return f'episode {number} has frames {first} to {end} and the length {length}'
    return _Episode(number, first, end, row)
