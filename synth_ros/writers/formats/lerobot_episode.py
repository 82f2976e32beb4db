"""Frames of cameras become the steps of an episode: one row for each common instant.

A row of LeRobot has an image of every camera, the robot's state and the action. Cameras of one
dataset may have rates of their own, so the rows are the instants at which all of them have a
frame. They must be evenly spaced, since LeRobot computes times from the number of the row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from synth_ros.errors import UsageError
from synth_ros.types import JointState, Sample
from synth_ros.writers.formats.base import FormatSetup, LossTally, Pictures
from synth_ros.writers.formats.left_out import Content, left_out
from synth_ros.writers.formats.lerobot_stats import Shades

NANOSECONDS = 1_000_000_000
BETWEEN = 'frames fall between the instants at which all cameras have one: not stored'
"""What is lost of cameras with rates of their own."""

_HELD: frozenset[Content] = frozenset({'robot'})
# Frames fall on time steps of the simulation, up to half a step (5 ms) from where they are due.
_TOLERANCE = 0.25
_MIN_ROWS = 2
_SEQUENCE = (
    'LeRobot stores motion: generate with output.dataset.motion: sequence and at least two views '
    'an episode (output.dataset.views_per_episode).'
)


class Shot(NamedTuple):
    """What one camera saw at one instant.

    Attributes:
        content: The image file.
        file_name: Of it.
        shades: Its values.
        size: (height, width).
    """

    content: bytes
    file_name: str
    shades: Shades
    size: tuple[int, int]


class Step(NamedTuple):
    """One instant.

    Attributes:
        stamp_ns: Simulation time.
        joints: The robot's.
        shots: By camera, in the order of names.
    """

    stamp_ns: int
    joints: tuple[JointState, ...]
    shots: Mapping[str, Shot]


class Episode(NamedTuple):
    """One episode.

    Attributes:
        number: In the dataset.
        steps: By time; at least two, evenly spaced.
    """

    number: int
    steps: tuple[Step, ...]


class Layout(NamedTuple):
    """What must be the same in all episodes of a dataset.

    Attributes:
        joints: Names, in the robot's order.
        cameras: (height, width) by name.
    """

    joints: tuple[str, ...]
    cameras: Mapping[str, tuple[int, int]]


def episodes(
    samples: Iterable[Sample], setup: FormatSetup, losses: LossTally
) -> Iterator[Episode]:
    """Whole episodes, one in memory at a time, as encoded images.

    Args:
        samples: Frames in key order.
        setup: How colour is stored.
        losses: Takes what is not stored.

    Raises:
        UsageError: They have no robot state, no motion, or no common instants.
    """
    for number, frames in groupby(samples, key=lambda sample: sample.key.episode):
        yield _episode(number, frames, setup=setup, losses=losses)


def layout_of(episode: Episode) -> Layout:
    """Joints and cameras of an episode, by its first step.

    Raises:
        UsageError: The robot has no joints.
    """
    first = episode.steps[0]
    if not first.joints:
        raise UsageError(
            f'The robot of episode {episode.number} has no joints, so there is no state to store '
            'for the format lerobot.'
        )
    return Layout(
        tuple(joint.name for joint in first.joints),
        {camera: shot.size for camera, shot in first.shots.items()},
    )


def frame_rate(episode: Episode) -> int | float:
    """Rows a second, a whole number if that agrees with all stamps.

    Raises:
        UsageError: The rows are not evenly spaced.
    """
    stamps = [step.stamp_ns for step in episode.steps]
    mean = (len(stamps) - 1) * NANOSECONDS / (stamps[-1] - stamps[0])
    for rate in (round(mean), round(mean, 3)):
        if rate > 0 and _is_even(stamps, rate):
            return rate
    raise UsageError(_uneven(episode, f'about {mean:g}'))


def check_rate(episode: Episode, rate: float) -> None:
    """See to it that the rows of an episode are as far apart as those of the others.

    Raises:
        UsageError: They are not.
    """
    if not _is_even([step.stamp_ns for step in episode.steps], rate):
        raise UsageError(_uneven(episode, f'{rate:g}'))


def _episode(
    number: int, frames: Iterable[Sample], *, setup: FormatSetup, losses: LossTally
) -> Episode:
    shots: dict[int, dict[str, Shot]] = {}
    joints: dict[int, tuple[JointState, ...]] = {}
    cameras: set[str] = set()
    for sample in frames:
        _check_sample(sample)
        losses.add(left_out(sample, _HELD, depth=setup.options.depth) | _objects(sample))
        stamp, camera = int(sample.frame.stamp_ns), sample.key.camera
        cameras.add(camera)
        shots.setdefault(stamp, {})[camera] = _shot(sample, setup)
        robot = sample.labels.scene.robot
        assert robot is not None
        joints[stamp] = robot.joints
    common = [stamp for stamp in sorted(shots) if shots[stamp].keys() == cameras]
    if len(common) < _MIN_ROWS:
        raise UsageError(
            f'Episode {number} has {len(common)} instants at which all of its cameras '
            f'({", ".join(sorted(cameras))}) have a frame, but the format lerobot needs at least '
            f'{_MIN_ROWS}. Give the cameras the same rate_hz, or rates of which one divides the '
            f'others. {_SEQUENCE}'
        )
    losses.add({BETWEEN: sum(map(len, shots.values())) - len(common) * len(cameras)})
    return Episode(
        number,
        tuple(
            Step(stamp, joints[stamp], {name: shots[stamp][name] for name in sorted(cameras)})
            for stamp in common
        ),
    )


def _check_sample(sample: Sample) -> None:
    stem = sample.key.stem
    if sample.labels.scene.robot is None:
        raise UsageError(
            f'Frame {stem} has no state of the robot, which the format lerobot stores. Generate '
            'with labels.robot: true and output.dataset.motion: sequence.'
        )
    made = json.loads(sample.provenance_json) if sample.provenance_json else {}
    if isinstance(made, dict) and made.get('motion') == 'views':
        raise UsageError(
            f'Frame {stem} is of a scene at rest (output.dataset.motion: views). {_SEQUENCE}'
        )


def _shot(sample: Sample, setup: FormatSetup) -> Shot:
    pictures = Pictures(sample, setup.options, largest_class_id=setup.largest_class_id)
    height, width = sample.rgb.shape[:2]
    return Shot(
        pictures.rgb,
        f'{sample.key.stem}{setup.rgb_suffix}',
        Shades.of(sample.rgb),
        (height, width),
    )


def _objects(sample: Sample) -> dict[str, int]:
    found = len(sample.labels.instances)
    return {'objects have a class, a box and a mask: not stored': found} if found else {}


def _is_even(stamps: Sequence[int], rate: float) -> bool:
    """Whether each stamp lies within a quarter of a row where its number says."""
    return all(
        abs((stamp - stamps[0]) * rate / NANOSECONDS - number) <= _TOLERANCE
        for number, stamp in enumerate(stamps)
    )


def _uneven(episode: Episode, rate: str) -> str:
    stamps = [step.stamp_ns / NANOSECONDS for step in episode.steps]
    shown = ', '.join(f'{stamp:g}' for stamp in stamps[:6])
    more = ' ...' if len(stamps) > 6 else ''
    return (
        f'The instants of episode {episode.number} at which all cameras have a frame '
        f'({shown}{more} s) are not the regular {rate} a second that the format lerobot needs for '
        'a whole dataset. Give all cameras, and all scenarios, the same rate_hz.'
    )
