"""Parameters of the recorder node."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from rclpy.node import Node

from synth_ros.errors import UsageError
from synth_ros.ros.declare import Choice, Flag, Group, Number, Text, Whole, Words, declared
from synth_ros.ros.topic_choice import TopicChoice
from synth_ros.writers.bag import Split

Compression = Literal['none', 'zstd']


class SnapshotParams(NamedTuple):
    """What is kept in memory for ``~/snapshot``.

    Attributes:
        bag: Folder of the bags, but for the number at the end of its name.
        duration_ns: How long a message is kept, nanoseconds; 0: nothing is kept.
        max_bytes: How much is kept at most.
    """

    bag: str
    duration_ns: int
    max_bytes: int


def _declare_choice(node: Node) -> TopicChoice:
    """Topics to record besides those of the config."""
    topics = Words(
        'Topics of any publisher to record, too: names or patterns such as /camera/*, between '
        'blanks or commas'
    )
    everything = Flag('Record every topic there is, whoever publishes it')
    exclude = Words('Names or patterns of topics that parameters topics and all leave out')
    return TopicChoice(
        topics.declare(node, 'topics'),
        everything.declare(node, 'all'),
        exclude.declare(node, 'exclude'),
    )


def _declare_split(node: Node) -> Split:
    """When the bag goes on in a new file."""
    size_mb = Whole(
        'The bag goes on in a new file once one has so many megabytes; 0: never'
    ).declare(node, 'split_size_mb')
    duration_s = Number(
        'The bag goes on in a new file after so many real seconds; 0: never',
        default=0.0,
        bounds=(0.0, 1e9),
    ).declare(node, 'split_duration_s')
    return Split(size_mb * 10**6, round(duration_s * 1e9))


def _declare_snapshot(node: Node) -> SnapshotParams:
    """What is kept in memory for snapshots."""
    duration_s = Number(
        'Keep so many real seconds in memory for ~/snapshot; 0: none',
        default=0.0,
        bounds=(0.0, 1e6),
    ).declare(node, 'snapshot_s')
    size_mb = Whole('Keep at most so many megabytes for ~/snapshot', default=1000, low=1).declare(
        node, 'snapshot_mb'
    )
    bag = Text('Where snapshots go: FOLDER_0, FOLDER_1, ...; empty: beside the bag').declare(
        node, 'snapshot_bag'
    )
    return SnapshotParams(bag, round(duration_s * 1e9), size_mb * 10**6)


@dataclass(frozen=True, slots=True)
class RecorderParams:
    """Parameters of the recorder node.

    Attributes:
        choice: Topics to record besides those of the config; names as they were given.
        split: When the bag goes on in a new file.
        snapshot: What is kept in memory for snapshots.
    """

    config: Annotated[str, Text('Path of the config that the simulation runs; empty: none')]
    choice: Annotated[TopicChoice, Group(_declare_choice)]
    seed: Annotated[
        int,
        Whole("Seed that the simulation runs; -1: the config's", default=-1, low=-1),
    ]
    bag: Annotated[str, Text('Folder of the bag; must not exist; empty: none')]
    dataset: Annotated[str, Text('Folder of the dataset; must be new; empty: none')]
    compression: Annotated[
        Compression,
        Choice('Compression of the bag', default='zstd', allowed=('none', 'zstd')),
    ]
    split: Annotated[Split, Group(_declare_split)]
    snapshot: Annotated[SnapshotParams, Group(_declare_snapshot)]
    queue_limit_mb: Annotated[
        int,
        Whole(
            '~/recorded falls silent while more megabytes wait to be written',
            default=500,
            low=1,
        ),
    ]
    start_recording: Annotated[
        bool,
        Flag('Record from the first message on; false: wait for ~/start', default=True),
    ]
    stop_with_publishers: Annotated[
        bool,
        Flag(
            'End once every camera publisher that was seen has gone; without a config, every '
            'publisher'
        ),
    ]


def declare_recorder_params(node: Node) -> RecorderParams:
    """Declare and read the recorder node's parameters.

    Raises:
        UsageError: If one is missing, of the wrong type, or contradicts another.
    """
    params = declared(node, RecorderParams)
    _check_config(params)
    if params.snapshot.duration_ns and not params.snapshot.bag:
        params = replace(params, snapshot=_beside(params))
    if not params.bag and not params.dataset and not params.snapshot.duration_ns:
        raise UsageError('Nothing to record to. Give parameter bag, dataset, or both.')
    folders = [Path(folder).resolve() for folder in (params.bag, params.dataset) if folder]
    if len(set(folders)) < len(folders):
        raise UsageError(f'Parameters bag and dataset name the same folder: {params.bag}.')
    return params


def _check_config(params: RecorderParams) -> None:
    """See that something is to be recorded, and that what needs a config has one.

    Raises:
        UsageError: It is not so.
    """
    if params.config:
        return
    if not params.choice.any:
        raise UsageError(
            'Parameter config is empty. Give the config file that the simulation runs: '
            'ros2 run synth_ros recorder_node --ros-args -p config:=/path/to/config.yaml '
            '-p bag:=/path/to/bag. To record a camera of others, give parameter topics instead, '
            "such as -p topics:='/camera/* /tf_static', or all:=true."
        )
    if params.dataset:
        raise UsageError(
            'Parameter dataset needs parameter config: a dataset is made of the labels that a '
            'simulation publishes. Record a bag, and see what it can become: synth-ros '
            'bag2dataset BAG OUT.'
        )


def _beside(params: RecorderParams) -> SnapshotParams:
    """Snapshots beside the bag.

    Raises:
        UsageError: There is no bag.
    """
    if not params.bag:
        raise UsageError(
            'Parameter snapshot_s is given, but snapshots have no place: give parameter '
            'snapshot_bag, or bag.'
        )
    bag = Path(params.bag)
    return params.snapshot._replace(bag=str(bag.with_name(f'{bag.name}_snapshot')))
