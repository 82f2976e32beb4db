"""Where the time of a run went: what ``generate --profile`` leaves and ``report`` shows.

The file lies beside the data and is no part of it: two runs that make the same bytes take
different times. Nothing checks it, and a dataset is whole without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

PROFILE = 'profile.json'
_FORMAT = 'synth_ros profile 1'

Step = Literal[
    'start',
    'build',
    'settle',
    'load',
    'posture',
    'submit',
    'pictures',
    'label',
    'sense',
    'encode',
    'write',
    'commit',
]
"""What takes time, in the order of a frame's path; ``docs/pipeline.md`` tells what each is."""

Wait = Literal['scene', 'finish', 'task']
"""What drawing may wait for: the next scene, room for another frame, an episode to make."""

STEPS: tuple[Step, ...] = get_args(Step)
WAITS: tuple[Wait, ...] = get_args(Wait)


class Spent(NamedTuple):
    """The time of one step, or of waiting for one thing, summed over all processes.

    Attributes:
        calls: How often.
        seconds: Wall time.
        median_s: Of one call; within 5 %.
    """

    calls: int
    seconds: float
    median_s: float


class Profile(NamedTuple):
    """Where the time of a run went.

    Attributes:
        wall_s: From the first episode's start to the last one's commit.
        workers: Processes.
        frames: Made in this run, all cameras.
        steps: Time of each step; steps of one process overlap.
        waits: What the drawing threads waited for.
    """

    wall_s: float
    workers: int
    frames: int
    steps: Mapping[Step, Spent]
    waits: Mapping[Wait, Spent]

    @property
    def drawing_s(self) -> float:
        """Time in which the drawing threads worked."""
        return sum(self.steps[name].seconds for name in _DRAWING if name in self.steps)

    def share(self, step: Step) -> float:
        """Part of all work that a step took, 0 to 1."""
        total = sum(spent.seconds for spent in self.steps.values())
        return self.steps[step].seconds / total if total else 0.0

    def per_frame_s(self, step: Step) -> float:
        """Time of a step for each frame made."""
        return self.steps[step].seconds / self.frames if self.frames else 0.0

    def waited(self, wait: Wait) -> float:
        """Part of the drawing threads' time that went into a wait, 0 to 1."""
        total = self.drawing_s + sum(spent.seconds for spent in self.waits.values())
        return self.waits[wait].seconds / total if total else 0.0

    @property
    def bottleneck(self) -> str:
        """What held the run up, and what would help: one sentence or two."""
        wait = max(self.waits, key=self.waited, default=None)
        if wait is not None and self.waited(wait) >= _MUCH:
            return f'Drawing waited {100 * self.waited(wait):.0f} % of its time {_WAITED[wait]}'
        slowest = max(
            (step for step in _DRAWING if step in self.steps),
            key=lambda step: self.steps[step].seconds,
            default=None,
        )
        if slowest is None:
            return 'Nothing was drawn.'
        return (
            f'Drawing held the run up, most of it in: {TITLES[slowest]}. The rest went on beside '
            'it. A cheaper picture (render.*), fewer objects or more --workers help.'
        )


# Waiting for less than this share of the time is not what holds a run up.
_MUCH = 0.2
_DRAWING: tuple[Step, ...] = ('load', 'posture', 'submit', 'pictures')

TITLES: Mapping[Step, str] = {
    'start': 'assets and renderer',
    'build': 'drawing, building scenes',
    'settle': 'settling',
    'load': 'loading into renderer',
    'posture': 'postures, motion',
    'submit': 'submitting, drawing',
    'pictures': 'awaiting pictures',
    'label': 'labels',
    'sense': 'sensor effects',
    'encode': 'encoding',
    'write': 'writing',
    'commit': 'committing',
}
"""Each step in words."""

_WAITED: Mapping[Wait, str] = {
    'scene': (
        'for the next scene: building and settling held the run up. More views per episode '
        '(--views) spread that cost; more --workers prepare more scenes at once.'
    ),
    'finish': (
        'for room to put frames: labels, sensor effects, encoding and writing held the run up. '
        'Fewer annotations (labels.*), a faster disk or more --workers help.'
    ),
    'task': 'for an episode to make: there were more workers than work.',
}

WAITED_FOR: Mapping[Wait, str] = {
    'scene': 'the next scene',
    'finish': 'room to put frames',
    'task': 'an episode to make',
}
"""What each wait is for, in words."""


def to_json(profile: Profile) -> str:
    """The profile as the text of its file."""
    record = {
        'format': _FORMAT,
        **profile._asdict(),
        'steps': {name: spent._asdict() for name, spent in profile.steps.items()},
        'waits': {name: spent._asdict() for name, spent in profile.waits.items()},
    }
    return f'{json.dumps(record, indent=1)}\n'


def from_json(text: str) -> Profile:
    """The profile of a file's text.

    Raises:
        ValueError: It is not one of ours.
    """
    record = json.loads(text)
    if not isinstance(record, dict) or record.get('format') != _FORMAT:
        raise ValueError(f'not a {_FORMAT}')
    try:
        return Profile(
            wall_s=float(record['wall_s']),
            workers=int(record['workers']),
            frames=int(record['frames']),
            steps={n: Spent(**record['steps'][n]) for n in STEPS if n in record['steps']},
            waits={n: Spent(**record['waits'][n]) for n in WAITS if n in record['waits']},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f'not a {_FORMAT}: {error!r}') from error
