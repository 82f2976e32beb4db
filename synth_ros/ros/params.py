"""Parameters of our nodes: described, typed and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node

from synth_ros.config.output import LiveConfig
from synth_ros.errors import NotFoundError, UsageError
from synth_ros.ros.convert import ClassIdFormat, DepthEncoding

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class SimParams:
    """Parameters of the simulation node.

    Attributes:
        config: Path of the config file.
        seed: Seed; -1 takes the config's.
        first_episode: Episode to start with.
        frame_limit: Frames per camera after which the node ends; 0 never.
        real_time_factor_override: Simulated seconds per real second; -1 takes the config's.
        start_paused: Wait for ``~/step`` or ``~/pause``.
        wait_for_subscribers_s: How long to hold the first frame until every stream is
            subscribed to.
        report_frames: Print a line ``frame N`` for each frame, for programs that watch.
        linger_s: How long to stay after the last frame, for late acknowledgements.
        depth_encoding: ``16UC1``, ``32FC1``, or empty for the config's.
        class_id_format: ``id``, ``name``, or empty for the config's.
        color_qos: QoS profile of colour streams.
        depth_qos: QoS profile of depth streams.
        labels_qos: QoS profile of label streams.
    """

    config: str
    seed: int
    first_episode: int
    frame_limit: int
    real_time_factor_override: float
    start_paused: bool
    wait_for_subscribers_s: float
    report_frames: bool
    linger_s: float
    depth_encoding: DepthEncoding | None
    class_id_format: ClassIdFormat | None
    color_qos: str
    depth_qos: str
    labels_qos: str

    def real_time_factor(self, live: LiveConfig) -> float:
        """The factor in use."""
        given = self.real_time_factor_override
        return live.real_time_factor if given < 0 else given


class Declare:
    """Declares parameters on a node and reads them back typed.

    Args:
        node: The node.
    """

    def __init__(self, node: Node) -> None:
        self._node = node

    def text(self, name: str, default: str, description: str) -> str:
        """A string parameter."""
        return cast('str', self._declare(name, default, ParameterDescriptor(), description))

    def flag(self, name: str, default: bool, description: str) -> bool:  # noqa: FBT001
        """A boolean parameter."""
        return cast('bool', self._declare(name, default, ParameterDescriptor(), description))

    def whole(self, name: str, default: int, description: str, *, low: int) -> int:
        """A whole number of at least ``low``."""
        limits = IntegerRange(from_value=low, to_value=2**63 - 1, step=1)
        descriptor = ParameterDescriptor(integer_range=[limits])
        return cast('int', self._declare(name, default, descriptor, description))

    def number(
        self, name: str, default: float, description: str, *, bounds: tuple[float, float]
    ) -> float:
        """A number within bounds."""
        limits = FloatingPointRange(from_value=bounds[0], to_value=bounds[1], step=0.0)
        descriptor = ParameterDescriptor(floating_point_range=[limits])
        return cast('float', self._declare(name, default, descriptor, description))

    def choice(self, name: str, allowed: tuple[str, ...], description: str) -> str:
        """One of several words, or empty for the default.

        Raises:
            NotFoundError: If it is another word.
        """
        value = self.text(name, '', description)
        if value and value not in allowed:
            raise NotFoundError('value', value, available=allowed, where=f'parameter {name}')
        return value

    def _declare(
        self, name: str, default: Value, descriptor: ParameterDescriptor, description: str
    ) -> Value:
        descriptor.description = description
        descriptor.read_only = True
        try:
            parameter = self._node.declare_parameter(name, default, descriptor)
        except (InvalidParameterTypeException, InvalidParameterValueException) as error:
            raise UsageError(f'Parameter {name}: {error}') from error
        return cast('Value', parameter.value)


def declare_sim_params(node: Node) -> SimParams:
    """Declare and read the simulation node's parameters.

    Raises:
        UsageError: If one is missing, of the wrong type, or out of range.
        NotFoundError: If one is not among the allowed words.
    """
    declare = Declare(node)
    config = declare.text('config', '', 'Path of the config file (YAML)')
    if not config:
        raise UsageError(
            'Parameter config is empty. Give the path of a config file: '
            'ros2 run synth_ros sim_node --ros-args -p config:=/path/to/config.yaml'
        )
    encodings, formats = ('16UC1', '32FC1'), ('id', 'name')
    return SimParams(
        config=config,
        seed=declare.whole('seed', -1, "Seed; -1 takes the config's", low=-1),
        first_episode=declare.whole('first_episode', 0, 'Episode to start with', low=0),
        frame_limit=declare.whole('frame_limit', 0, 'End after this many; 0 never', low=0),
        real_time_factor_override=declare.number(
            'real_time_factor',
            -1.0,
            "Simulated seconds per real second; 0 as fast as possible, -1 takes the config's",
            bounds=(-1.0, 1000.0),
        ),
        start_paused=declare.flag('start_paused', False, 'Wait for ~/step or ~/pause'),
        wait_for_subscribers_s=declare.number(
            'wait_for_subscribers_s',
            0.0,
            'Hold the first frame this long until every stream has a subscriber',
            bounds=(0.0, 3600.0),
        ),
        report_frames=declare.flag('report_frames', False, 'Print a line for each frame'),
        linger_s=declare.number(
            'linger_s', 1.0, 'Stay this long after the last frame', bounds=(0.0, 3600.0)
        ),
        depth_encoding=cast(
            'Literal["16UC1", "32FC1"] | None',
            declare.choice('depth_encoding', encodings, 'Depth images: 16UC1 or 32FC1') or None,
        ),
        class_id_format=cast(
            'Literal["id", "name"] | None',
            declare.choice('class_id_format', formats, 'class_id holds id or name') or None,
        ),
        color_qos=declare.text('color_qos', 'DEFAULT', 'QoS profile of colour streams'),
        depth_qos=declare.text('depth_qos', 'DEFAULT', 'QoS profile of depth streams'),
        labels_qos=declare.text('labels_qos', 'DEFAULT', 'QoS profile of label streams'),
    )
