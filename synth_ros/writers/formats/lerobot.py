"""LeRobot v3: episodes of a robot in motion, for training policies.

Each split is a dataset of its own in ``<split>/``, as LeRobot's own tool splits them, because its
reader knows no splits beyond ranges of episodes:

* ``data/chunk-000/file-000.parquet``: a row for each instant, a row group for each episode, files
  of about 100 MB. Images are stored as they are (``dtype: image``) rather than as video: that is
  lossless, and needs no encoder whose bytes differ from machine to machine.
* ``meta/info.json``, ``meta/stats.json``, ``meta/tasks.parquet``,
  ``meta/episodes/chunk-000/file-000.parquet``: features, statistics, tasks, episodes.

``observation.state`` are the positions of the robot's joints (radians or metres),
``observation.velocity`` their velocities, ``action`` the positions at the next row: where the
robot goes. The last row of an episode repeats its own. ``timestamp`` is the number of the row over
``fps``, as LeRobot demands; ``stamp_ns`` is the exact time. ``lerobot_episode`` says which
instants are rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from synth_ros.errors import UsageError
from synth_ros.types import Sample
from synth_ros.writers.formats.base import FormatSetup, LossTally
from synth_ros.writers.formats.lerobot_episode import (
    Episode,
    Layout,
    check_rate,
    episodes,
    frame_rate,
    layout_of,
)
from synth_ros.writers.formats.lerobot_table import Table


@dataclass(frozen=True, slots=True)
class LeRobotFormat:
    """Writes a LeRobot dataset for each split.

    Attributes:
        setup: What the dataset is, its splits, how colour is stored.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['lerobot']:
        """Of the format and of its folder."""
        return 'lerobot'

    def pack(self, samples: Iterable[Sample], out: Path, losses: LossTally) -> None:
        """Write all splits.

        Raises:
            UsageError: The dataset has no robot state or no motion, its cameras have no regular
                common instants, or episodes differ in joints or cameras.
        """
        tables: dict[str, Table] = {}
        first: Episode | None = None
        layout, rate = Layout((), {}), 0.0
        with ExitStack() as stack:
            for episode in episodes(samples, self.setup, losses):
                if first is None:
                    first, layout, rate = episode, layout_of(episode), frame_rate(episode)
                _check_layout(episode, layout, first=first.number)
                check_rate(episode, rate)
                split = self.setup.splits.of(episode.number)
                if split not in tables:
                    table = Table(out / split, layout, rate=rate, task=self.setup.info.description)
                    tables[split] = stack.enter_context(table)
                tables[split].add(episode)
            for split, table in tables.items():
                table.finish(split)
                _write_card(out / split / 'README.md', self.setup, split=split)


def _check_layout(episode: Episode, wanted: Layout, *, first: int) -> None:
    """See to it that all steps of an episode have the same joints and cameras as all others."""
    for step in episode.steps:
        joints = tuple(joint.name for joint in step.joints)
        cameras = {name: shot.size for name, shot in step.shots.items()}
        if (joints, cameras) != (wanted.joints, wanted.cameras):
            raise UsageError(
                f'Episode {episode.number} has the joints {", ".join(joints) or "(none)"} and the '
                f'cameras {_shown(cameras)}, but episode {first} has {", ".join(wanted.joints)} '
                f'and {_shown(wanted.cameras)}. A LeRobot dataset has one robot and one set of '
                'cameras: convert scenarios with different ones apart.'
            )


def _shown(cameras: Mapping[str, tuple[int, int]]) -> str:
    return ', '.join(f'{name} ({width}x{height})' for name, (height, width) in cameras.items())


def _write_card(path: Path, setup: FormatSetup, *, split: str) -> None:
    """A page for people; the front matter lets the Hub show the tables."""
    info = setup.info
    path.write_text(
        '---\ntask_categories:\n- robotics\ntags:\n- LeRobot\n- synth_ros\nconfigs:\n'
        '- config_name: default\n  data_files: data/*/*.parquet\n---\n\n'
        f'# {info.description}: {split}\n\n'
        f'Made by synth_ros {info.version} with the seed {info.seed} and the config '
        f'`{info.config_hash}`, rendered by `{info.renderer}`. `observation.state` and '
        '`observation.velocity` are positions and velocities of the joints (radians or metres, '
        'and per second), `action` the positions at the next row.\n',
        encoding='utf-8',
    )
