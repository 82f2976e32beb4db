"""LeRobot v3: one frame after the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from synth_ros.validate.base import Sink
from synth_ros.validate.common import shown

_TOLERANCE_S = 1e-4
"""How far timestamps may be from frame_index / fps; LeRobot's own bound."""


class FrameCheck:
    """Follows the numbers of frames over all tables.

    Args:
        fps: Frames a second.
        tasks: Numbers of the tasks.
        sink: Where to report.
    """

    def __init__(self, *, fps: float, tasks: set[int], sink: Sink) -> None:
        self._fps = fps
        self._tasks = tasks
        self._sink = sink
        self._index = 0
        self._episode = -1
        self._frame = 0

    def frame(self, row: Mapping[str, object], *, file: str, number: int) -> None:
        """Check the numbers of a frame."""
        at = f'row {number}'
        keys = ('index', 'episode_index', 'frame_index', 'task_index')
        values = [row.get(key) for key in keys]
        whole = [value for value in values if isinstance(value, int)]
        if len(whole) != len(keys):
            pairs = ', '.join(f'{k} {shown(v)}' for k, v in zip(keys, values, strict=True))
            self._sink.add('lerobot.frame', file, pairs, at=at)
            return
        index, episode, frame, task = whole
        if index != self._index:
            self._sink.add(
                'lerobot.frame', file, f'index {index} follows {self._index - 1}', at=at
            )
        expected = self._frame if episode == self._episode else 0
        if frame != expected or episode not in {self._episode, self._episode + 1}:
            message = f'frame {frame} of episode {episode} follows {self._frame - 1} of '
            self._sink.add('lerobot.frame', file, f'{message}{self._episode}', at=at)
        if self._tasks and task not in self._tasks:
            self._sink.add('lerobot.frame', file, f'there is no task {task}', at=at)
        self._index, self._episode, self._frame = index + 1, episode, frame + 1
        time_s = row.get('timestamp')
        if not isinstance(time_s, float) or abs(time_s - frame / self._fps) > _slack(time_s):
            message = f'timestamp is {shown(time_s)}, frame {frame} is at {frame / self._fps:.6g}'
            self._sink.add('lerobot.frame', file, message, at=at)

    def values(
        self,
        row: Mapping[str, object],
        shapes: Mapping[str, Sequence[int]],
        place: tuple[str, int],
    ) -> None:
        """Check shapes and values of features."""
        for name, value in row.items():
            fault = _fault(value, shapes[name]) if name in shapes else ''
            if fault:
                self._sink.add('lerobot.value', place[0], f'{name}: {fault}', at=f'row {place[1]}')

    def finish(self, total: int, *, file: str) -> None:
        """Check that all frames came; the file states how many."""
        if self._index != total:
            message = f'it is {total}, the tables have {self._index}'
            self._sink.add('lerobot.total', file, message, at='total_frames')


def _slack(time_s: float) -> float:
    """Single precision holds seven digits."""
    return _TOLERANCE_S + abs(time_s) * 1e-6


def _fault(value: object, shape: Sequence[int]) -> str:
    if list(shape) == [1] and not isinstance(value, list):
        value = [value]
    for length in shape:
        if not isinstance(value, list) or len(value) != length:
            return f'it is {shown(value)}, its shape {list(shape)}'
        if value and isinstance(value[0], list):
            value = [item for part in value for item in part] if len(shape) == 1 else value[0]
            continue
        break
    assert isinstance(value, list)
    for item in value:
        if item is None or (isinstance(item, float) and not math.isfinite(item)):
            return 'a value is no number'
    return ''
