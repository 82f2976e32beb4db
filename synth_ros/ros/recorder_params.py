"""Parameters of the recorder node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from rclpy.node import Node

from synth_ros.errors import UsageError
from synth_ros.ros.params import Declare

Compression = Literal['none', 'zstd']


@dataclass(frozen=True, slots=True)
class RecorderParams:
    """Parameters of the recorder node.

    Attributes:
        config: Path of the config that the simulation runs.
        bag: Folder of the bag; empty for none.
        dataset: Folder of the dataset; empty for none.
        compression: Of the bag.
        stop_with_publishers: End once every publisher that was heard has gone.
    """

    config: str
    bag: str
    dataset: str
    compression: Compression
    stop_with_publishers: bool


def declare_recorder_params(node: Node) -> RecorderParams:
    """Declare and read the recorder node's parameters.

    Raises:
        UsageError: If one is missing, of the wrong type, or contradicts another.
    """
    declare = Declare(node)
    params = RecorderParams(
        config=declare.text('config', '', 'Path of the config that the simulation runs'),
        bag=declare.text('bag', '', 'Folder of the bag; empty for none'),
        dataset=declare.text('dataset', '', 'Folder of the dataset; empty for none'),
        compression=cast(
            'Compression',
            declare.choice('compression', ('none', 'zstd'), 'Of the bag; zstd') or 'zstd',
        ),
        stop_with_publishers=declare.flag(
            'stop_with_publishers', False, 'End once every publisher that was heard has gone'
        ),
    )
    if not params.config:
        raise UsageError(
            'Parameter config is empty. Give the config file that the simulation runs: '
            'ros2 run synth_ros recorder_node --ros-args -p config:=/path/to/config.yaml '
            '-p bag:=/path/to/bag'
        )
    if not params.bag and not params.dataset:
        raise UsageError('Nothing to record to. Give parameter bag, dataset, or both.')
    return params
