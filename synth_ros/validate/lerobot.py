"""LeRobot v3: episodes of robot states, actions and videos."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from synth_ros.readers.layouts.folders import is_file
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
    """Check the whole data set."""
    path = run.root / 'meta' / 'info.json'
    info = _read_info(run, path)
    if info is None:
        return
    tasks = _tasks(run, info)
    episodes = list(_episodes(run))
    _totals(run, info, episodes)
    _stats(run, info)
    _data(run, info, tasks)
    for video in _videos(run, info, episodes):
        run.progress.step()
        _video(run, info, video)
    run.counts.images = info.total_frames
    run.counts.other['episodes'] = len(episodes)


def _read_info(run: Inspection, path: Path) -> _Info | None:
    stored = run.json(path)
    if stored is None:
        return None
    try:
        info = _INFO.validate_python(stored)
    except ValidationError as error:
        for below, message in problems(error):
            run.add('lerobot.info', run.name(path), message, at=below.lstrip('.'))
        return None
    if not info.codebase_version.startswith('v3'):
        message = f'codebase_version is {info.codebase_version[:20]!r}, not v3.0'
        run.add('lerobot.info', run.name(path), message, at='codebase_version')
    for name in sorted(_NUMBERED - set(info.features)):
        run.add('lerobot.info', run.name(path), 'the feature is missing', at=f'features.{name}')
    for name, feature in info.features.items():
        if any(length < 1 for length in feature.shape):
            message = f'shape is {feature.shape}'
            run.add('lerobot.feature', run.name(path), message, at=f'features.{name}')
    return info


def _rows(run: Inspection, path: Path) -> Iterator[dict[str, object]]:
    """Rows of a table; damage is reported."""
    if not is_file(path):
        run.add('file.missing', run.name(path), 'there is no such file')
        return
    try:
        yield from read_rows(path)
    except TableError as error:
        run.add('table.damaged', run.name(path), str(error))


def _tasks(run: Inspection, info: _Info) -> set[int]:
    """Numbers of the tasks."""
    path = run.root / 'meta' / 'tasks.parquet'
    found = set()
    for number, row in enumerate(_rows(run, path)):
        index = row.get('task_index')
        if type(index) is not int or index in found:
            message = f'task_index is {shown(index)}'
            run.add('lerobot.frame', run.name(path), message, at=f'row {number}')
        else:
            found.add(index)
    if is_file(path) and len(found) != info.total_tasks:
        message = f'total_tasks is {info.total_tasks}, the table has {len(found)}'
        run.add('lerobot.total', 'meta/info.json', message, at='total_tasks')
    return found


def _episodes(run: Inspection) -> Iterator[_Episode]:
    """All episodes in order."""
    folder = run.root / 'meta' / 'episodes'
    files = sorted(folder.glob('chunk-*/file-*.parquet'))
    if not files:
        run.add('file.missing', 'meta/episodes', 'it holds no chunk-*/file-*.parquet')
    expected, next_frame = 0, 0
    for path in files:
        for number, row in enumerate(_rows(run, path)):
            keys = ('episode_index', 'dataset_from_index', 'dataset_to_index', 'length')
            values = [row.get(key) for key in keys]
            at = f'row {number}'
            if not all(type(value) is int for value in values):
                pairs = ', '.join(f'{k} {shown(v)}' for k, v in zip(keys, values, strict=True))
                run.add('lerobot.episode', run.name(path), pairs, at=at)
                continue
            index, first, end, length = (int(str(value)) for value in values)
            if index != expected or first != next_frame or end - first != length or length < 1:
                message = (
                    f'episode {index} has frames {first} to {end} and length {length}; expected '
                    f'is episode {expected} from frame {next_frame}'
                )
                run.add('lerobot.episode', run.name(path), message, at=at)
            expected, next_frame = index + 1, end
            yield _Episode(index, first, end, row)


def _totals(run: Inspection, info: _Info, episodes: list[_Episode]) -> None:
    frames = sum(episode.end - episode.first for episode in episodes)
    for key, stated, true in (
        ('total_episodes', info.total_episodes, len(episodes)),
        ('total_frames', info.total_frames, frames),
    ):
        if stated != true:
            message = f'it is {stated}, the episodes have {true}'
            run.add('lerobot.total', 'meta/info.json', message, at=key)
    taken: dict[int, str] = {}
    for split, text in info.splits.items():
        at = f'splits.{split}'
        match = re.fullmatch(r'(\d{1,9}):(\d{1,9})', text)
        if not match or not int(match[1]) <= int(match[2]) <= info.total_episodes:
            message = f'{text[:40]!r} is no FIRST:END within {info.total_episodes} episodes'
            run.add('lerobot.total', 'meta/info.json', message, at=at)
            continue
        for episode in episodes:
            if int(match[1]) <= episode.number < int(match[2]):
                other = taken.setdefault(episode.number, split)
                if other != split:
                    message = f'episode {episode.number} is in {other}, too'
                    run.add('split.group', 'meta/info.json', message, at=at)
                run.counts.splits[split] += episode.end - episode.first


def _stats(run: Inspection, info: _Info) -> None:
    path = run.root / 'meta' / 'stats.json'
    stats = run.json(path)
    if stats is None:
        return
    listed = set(stats) if isinstance(stats, dict) else set()
    for name, feature in info.features.items():
        if feature.dtype not in {'string', 'video', 'image'} and name not in listed:
            run.add('lerobot.stats', run.name(path), 'the feature is missing', at=name)


def _data(run: Inspection, info: _Info, tasks: set[int]) -> None:
    """All tables of frames."""
    files = sorted((run.root / 'data').glob('chunk-*/file-*.parquet'))
    if not files:
        run.add('file.missing', 'data', 'it holds no chunk-*/file-*.parquet')
        return
    checker = FrameCheck(fps=info.fps, tasks=tasks, sink=run)
    shapes = {
        name: feature
        for name, feature in info.features.items()
        if feature.dtype not in {'video', 'image', 'string'}
    }
    wanted = [name for name, feature in info.features.items() if feature.dtype != 'video']
    for path in files:
        file = run.name(path)
        try:
            head = read_head(path)
        except TableError as error:
            run.add('table.damaged', file, str(error))
            continue
        for name in wanted:
            if name not in head.columns:
                run.add('lerobot.feature', file, f'it has no column {name!r}')
        there = [name for name in wanted if name in head.columns and name in shapes]
        columns = [name for name in there if name in _NUMBERED] if run.fast else there
        run.progress.begin(f'frames of {file}', head.rows)
        try:
            for number, row in enumerate(read_rows(path, columns=columns, batch=512)):
                checker.frame(row, file=file, number=number)
                checker.values(row, {n: f.shape for n, f in shapes.items()}, (file, number))
                run.progress.step()
        except TableError as error:
            run.add('table.damaged', file, str(error))
    checker.finish(info.total_frames)


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


def _videos(run: Inspection, info: _Info, episodes: list[_Episode]) -> Iterator[_Video]:
    """All videos that episodes name."""
    keys = [name for name, feature in info.features.items() if feature.dtype == 'video']
    frames: dict[tuple[str, int, int], int] = {}
    for episode in episodes:
        for key in keys:
            chunk = episode.row.get(f'videos/{key}/chunk_index')
            number = episode.row.get(f'videos/{key}/file_index')
            if type(chunk) is not int or type(number) is not int:
                message = f'episode {episode.number} names no file of {key}'
                run.add('lerobot.video', 'meta/episodes', message)
                continue
            place = (key, chunk, number)
            frames[place] = frames.get(place, 0) + episode.end - episode.first
    run.progress.begin('videos', len(frames))
    pattern = info.video_path or ''
    for (key, chunk, number), count in frames.items():
        try:
            name = pattern.format(video_key=key, chunk_index=chunk, file_index=number)
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            message = f'{pattern[:60]!r} cannot be filled in: {error!r}'
            run.add('lerobot.info', 'meta/info.json', message, at='video_path')
            return
        path = run.located(run.root, name, file='meta/info.json', at='video_path')
        if path is not None:
            yield _Video(key, path, count)


def _video(run: Inspection, info: _Info, video: _Video) -> None:
    file = run.name(video.path)
    data = run.bytes(video.path)
    if data is None:
        return
    found = read_mp4(data)
    if found.fault:
        run.add('lerobot.video', file, found.fault)
        return
    if found.pictures != video.frames:
        message = f'it has {found.pictures} pictures, its episodes {video.frames} frames'
        run.add('lerobot.video', file, message)
    shape = info.features[video.key].shape
    if len(shape) == 3 and not {found.width, found.height} <= set(shape):
        message = f'it has {found.width} x {found.height} pixels, its feature {shape}'
        run.add('lerobot.video', file, message)
