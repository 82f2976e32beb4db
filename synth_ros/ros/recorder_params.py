"""Parameters of the recorder node."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple, cast

from rclpy.node import Node

from synth_ros.errors import UsageError
from synth_ros.ros.params import Declare
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


@dataclass(frozen=True, slots=True)
class RecorderParams:
    """Parameters of the recorder node.

    Attributes:
        config: Path of the config that the simulation runs; empty for none.
        choice: Topics to record besides those of the config; names as they were given.
        seed: Seed that the simulation runs; -1 for the config's.
        bag: Folder of the bag; empty for none.
        dataset: Folder of the dataset; empty for none.
        compression: Of the bag.
        split: When the bag goes on in a new file.
        snapshot: What is kept in memory for snapshots.
        queue_limit_mb: So much may wait to be written while instants are acknowledged, MB.
        start_recording: Record from the first message on.
        stop_with_publishers: End once every camera publisher that was seen has gone; without a
            config, every publisher.
    """

    config: str
    choice: TopicChoice
    seed: int
    bag: str
    dataset: str
    compression: Compression
    split: Split
    snapshot: SnapshotParams
    queue_limit_mb: int
    start_recording: bool
    stop_with_publishers: bool


def declare_recorder_params(node: Node) -> RecorderParams:
    """Declare and read the recorder node's parameters.

    Raises:
        UsageError: If one is missing, of the wrong type, or contradicts another.
    """
    declare = Declare(node)
    params = RecorderParams(
        config=declare.text(
            'config', '', description='Path of the config that the simulation runs; empty: none'
        ),
        choice=_declare_choice(declare),
        seed=declare.whole(
            'seed', -1, low=-1, description="Seed that the simulation runs; -1: the config's"
        ),
        bag=declare.text('bag', '', description='Folder of the bag; must not exist; empty: none'),
        dataset=declare.text(
            'dataset', '', description='Folder of the dataset; must be new; empty: none'
        ),
        compression=cast(
            'Compression',
            declare.choice(
                'compression',
                'zstd',
                allowed=('none', 'zstd'),
                description='Compression of the bag',
            ),
        ),
        split=_declare_split(declare),
        snapshot=_declare_snapshot(declare),
        queue_limit_mb=declare.whole(
            'queue_limit_mb',
            500,
            low=1,
            description='~/recorded falls silent while more megabytes wait to be written',
        ),
        start_recording=declare.flag(
            'start_recording',
            default=True,
            description='Record from the first message on; false: wait for ~/start',
        ),
        stop_with_publishers=declare.flag(
            'stop_with_publishers',
            default=False,
            description='End once every camera publisher that was seen has gone; without a '
            'config, every publisher',
        ),
    )
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


def _declare_choice(declare: Declare) -> TopicChoice:
    """Topics to record besides those of the config."""
    return TopicChoice(
        declare.words(
            'topics',
            description='Topics of any publisher to record, too: names or patterns such as '
            '/camera/*, between blanks or commas',
        ),
        declare.flag(
            'all', default=False, description='Record every topic there is, whoever publishes it'
        ),
        declare.words(
            'exclude',
            description='Names or patterns of topics that parameters topics and all leave out',
        ),
    )


def _declare_split(declare: Declare) -> Split:
    """When the bag goes on in a new file."""
    size_mb = declare.whole(
        'split_size_mb',
        0,
        low=0,
        description='The bag goes on in a new file once one has so many megabytes; 0: never',
    )
    duration_s = declare.number(
        'split_duration_s',
        0.0,
        bounds=(0.0, 1e9),
        description='The bag goes on in a new file after so many real seconds; 0: never',
    )
    return Split(size_mb * 10**6, round(duration_s * 1e9))


def _declare_snapshot(declare: Declare) -> SnapshotParams:
    """What is kept in memory for snapshots."""
    duration_s = declare.number(
        'snapshot_s',
        0.0,
        bounds=(0.0, 1e6),
        description='Keep so many real seconds in memory for ~/snapshot; 0: none',
    )
    size_mb = declare.whole(
        'snapshot_mb',
        1000,
        low=1,
        description='Keep at most so many megabytes for ~/snapshot',
    )
    bag = declare.text(
        'snapshot_bag',
        '',
        description='Where snapshots go: FOLDER_0, FOLDER_1, ...; empty: beside the bag',
    )
    return SnapshotParams(bag, round(duration_s * 1e9), size_mb * 10**6)


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
