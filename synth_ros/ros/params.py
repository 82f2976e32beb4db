"""Parameters of our nodes: described, typed and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, cast

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from synth_ros.errors import NotFoundError, UsageError, suggest
from synth_ros.ros.command_params import CommandParams, declare_commands
from synth_ros.ros.control_params import (
    LiveParams,
    LockstepParams,
    declare_live,
    declare_lockstep,
)
from synth_ros.ros.convert import DepthEncoding
from synth_ros.ros.convert_detections import ClassIdFormat
from synth_ros.ros.qos import PROFILE_NAMES

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class SimParams:
    """Parameters of the simulation node.

    Attributes:
        config: Path of the config file.
        autostart: Configure and activate at the start.
        first_episode: Episode to start with.
        frame_limit: Frames per camera after which the node ends; 0 never.
        start_paused: Wait for ``~/step`` or ``~/pause``.
        wait_for_subscribers_s: How long to hold the first frame until every stream is
            subscribed to.
        wait_for_subscribers_count: Subscribers that each stream must have by then.
        report_frames: Print a line ``frame N`` for each frame, for programs that watch.
        linger_s: How long to stay after the last frame, for late acknowledgements.
        depth_encoding: ``16UC1``, ``32FC1``, or empty for the config's.
        class_id_format: ``id``, ``name``, or empty for the config's.
        snapshot_dataset: Folder of the dataset to which ``~/snapshot`` adds; empty: none.
        color_qos: QoS profile of colour streams.
        depth_qos: QoS profile of depth streams.
        infra_qos: QoS profile of stereo pairs.
        imu_qos: QoS profile of inertial measurement units.
        labels_qos: QoS profile of label streams.
        jpeg_quality: Of compressed colour images, 1..100.
        lockstep: Whose answers frames wait for.
        commands: Whether and how the robot obeys commands.
        live: What may be changed while the node runs, as it was given at the start.
    """

    config: str
    autostart: bool
    first_episode: int
    frame_limit: int
    start_paused: bool
    wait_for_subscribers_s: float
    wait_for_subscribers_count: int
    report_frames: bool
    linger_s: float
    snapshot_dataset: str
    depth_encoding: DepthEncoding | None
    class_id_format: ClassIdFormat | None
    color_qos: str
    depth_qos: str
    infra_qos: str
    imu_qos: str
    labels_qos: str
    jpeg_quality: int
    lockstep: LockstepParams
    commands: CommandParams
    live: LiveParams


_MAX_INT64 = 2**63 - 1


class Declare:
    """Declares parameters on a node and reads them back typed.

    Args:
        node: The node.
    """

    def __init__(self, node: Node) -> None:
        self._node = node

    def text(
        self, name: str, default: str, *, description: str, allowed: str = '', live: bool = False
    ) -> str:
        """A string parameter; a live one may be changed while the node runs."""
        descriptor = ParameterDescriptor(
            description=description, additional_constraints=allowed, read_only=not live
        )
        return cast('str', self._declare(name, default, descriptor))

    def words(self, name: str, *, description: str) -> tuple[str, ...]:
        """Words between blanks or commas, by default none; a list of texts will do, too."""
        given = given_parameters(self._node)
        if name in given and given[name].type_ == Parameter.Type.STRING_ARRAY:
            given[name] = Parameter(name, value=' '.join(given[name].value))
        text = self.text(name, '', description=description)
        return tuple(text.replace(',', ' ').split())

    def flag(self, name: str, *, default: bool, description: str, live: bool = False) -> bool:
        """A boolean parameter; a live one may be changed while the node runs."""
        descriptor = ParameterDescriptor(description=description, read_only=not live)
        return cast('bool', self._declare(name, default, descriptor))

    def whole(
        self,
        name: str,
        default: int,
        *,
        low: int,
        description: str,
        high: int = _MAX_INT64,
        live: bool = False,
    ) -> int:
        """A whole number from ``low`` to ``high``; a live one may be changed at any time."""
        limits = IntegerRange(from_value=low, to_value=high, step=1)
        descriptor = ParameterDescriptor(
            description=description, integer_range=[limits], read_only=not live
        )
        return cast('int', self._declare(name, default, descriptor))

    def number(
        self,
        name: str,
        default: float,
        *,
        bounds: tuple[float, float],
        description: str,
        live: bool = False,
    ) -> float:
        """A number within bounds; a whole number will do, as ``10`` for ``10.0``.

        A live one may be changed while the node runs.
        """
        limits = FloatingPointRange(from_value=bounds[0], to_value=bounds[1], step=0.0)
        descriptor = ParameterDescriptor(
            description=description, floating_point_range=[limits], read_only=not live
        )
        return cast('float', self._declare(name, default, descriptor))

    def choice(
        self, name: str, default: str, *, allowed: tuple[str, ...], description: str
    ) -> str:
        """One of several words; empty is allowed where it is the default.

        Raises:
            NotFoundError: If it is another word.
        """
        words = f'One of: {", ".join(allowed)}' + ('' if default else ', or empty')
        value = self.text(name, default, description=description, allowed=words)
        if value not in allowed and not (value == '' and default == ''):
            raise NotFoundError('value', value, available=allowed, where=f'parameter {name}')
        return value

    def _declare(self, name: str, default: Value, descriptor: ParameterDescriptor) -> Value:
        try:
            self._take_whole_number(name, default)
            parameter = self._node.declare_parameter(name, default, descriptor)
        except InvalidParameterTypeException as error:
            wanted = _TYPE_WORDS[type(default)]
            given = given_parameters(self._node)[name].value
            raise UsageError(f'Parameter {name} must be {wanted}, got {given!r}.') from error
        except InvalidParameterValueException as error:
            given = given_parameters(self._node)[name].value
            raise UsageError(
                f'Parameter {name} is {given!r}, which is not allowed; {_range_words(descriptor)}.'
            ) from error
        return cast('Value', parameter.value)

    def _take_whole_number(self, name: str, default: Value) -> None:
        """Let ``-p real_time_factor:=1`` mean 1.0, which ROS refuses to convert."""
        given = given_parameters(self._node)
        if isinstance(default, float) and name in given and type(given[name].value) is int:
            given[name] = Parameter(name, value=float(given[name].value))


_TYPE_WORDS: dict[type, str] = {
    str: 'a text',
    bool: 'true or false',
    int: 'a whole number',
    float: 'a number',
}


def given_parameters(node: Node) -> dict[str, Parameter]:
    """Parameters given to a node from outside, declared or not; changes take effect."""
    return cast('dict[str, Parameter]', node._parameter_overrides)  # noqa: SLF001 (no other way)


def warn_of_unknown(node: Node) -> None:
    """Warn of given parameters that the node does not have: misspelt ones do nothing.

    To be called when all are declared. A warning only: a parameter file for ``/**`` may hold
    those of other nodes.
    """
    for name in given_parameters(node):
        if not node.has_parameter(name) and not name.startswith('qos_overrides.'):
            mine = sorted(node._parameters)  # noqa: SLF001 (no other way)
            node.get_logger().warning(
                f'There is no parameter {name!r}; it is ignored. {suggest(name, mine)}'
            )


def declare_sim_params(node: Node) -> SimParams:
    """Declare and read the simulation node's parameters.

    Raises:
        UsageError: If one is missing, of the wrong type, or out of range.
        NotFoundError: If one is not among the allowed words.
    """
    declare = Declare(node)
    config = declare.text('config', '', description='Path of the config file (YAML)')
    if not config:
        raise UsageError(
            'Parameter config is empty. Give the path of a config file: '
            'ros2 run synth_ros sim_node --ros-args -p config:=/path/to/config.yaml'
        )
    return SimParams(
        config=config,
        **_declare_run(declare),
        **_declare_streams(declare),
        lockstep=declare_lockstep(declare),
        commands=declare_commands(declare),
        live=declare_live(declare),
    )


class _Run(TypedDict):
    autostart: bool
    first_episode: int
    frame_limit: int
    start_paused: bool
    wait_for_subscribers_s: float
    wait_for_subscribers_count: int
    report_frames: bool
    linger_s: float
    snapshot_dataset: str


def _declare_run(declare: Declare) -> _Run:
    """The parameters that say what is simulated and for how long."""
    return {
        'autostart': declare.flag(
            'autostart',
            default=True,
            description='Configure and activate the node at the start; false: wait to be told',
        ),
        'first_episode': declare.whole(
            'first_episode', 0, low=0, description='Number of the episode (scene) to start with'
        ),
        'frame_limit': declare.whole(
            'frame_limit',
            0,
            low=0,
            description='Frames of every camera after which the node ends; 0: never',
        ),
        'start_paused': declare.flag(
            'start_paused',
            default=False,
            description='Wait for ~/step or ~/pause before the first frame',
        ),
        'wait_for_subscribers_s': declare.number(
            'wait_for_subscribers_s',
            0.0,
            bounds=(0.0, 3600.0),
            description='Hold the first frame this long until every stream has a subscriber',
        ),
        'wait_for_subscribers_count': declare.whole(
            'wait_for_subscribers_count',
            1,
            low=1,
            high=100,
            description='How many subscribers every stream must have, for wait_for_subscribers_s',
        ),
        'report_frames': declare.flag(
            'report_frames', default=False, description='Print a line "frame N" for each frame'
        ),
        'linger_s': declare.number(
            'linger_s',
            1.0,
            bounds=(0.0, 3600.0),
            description='After the last frame of frame_limit, stay this long until it has arrived',
        ),
        'snapshot_dataset': declare.text(
            'snapshot_dataset',
            '',
            description='Folder of the dataset to which ~/snapshot adds frames; empty: none',
        ),
    }


class _Streams(TypedDict):
    depth_encoding: DepthEncoding | None
    class_id_format: ClassIdFormat | None
    color_qos: str
    depth_qos: str
    infra_qos: str
    imu_qos: str
    labels_qos: str
    jpeg_quality: int


def _declare_streams(declare: Declare) -> _Streams:
    """The parameters that say how streams are published."""
    encoding = declare.choice(
        'depth_encoding',
        '',
        allowed=('16UC1', '32FC1'),
        description="Depth images in millimetres or metres; empty: the config's",
    )
    form = declare.choice(
        'class_id_format',
        '',
        allowed=('id', 'name'),
        description="What class_id of a detection holds; empty: the config's",
    )
    profiles = [
        declare.choice(
            f'{stream}_qos',
            'DEFAULT',
            allowed=PROFILE_NAMES,
            description=f'QoS profile of the {what}',
        )
        for stream, what in (
            ('color', 'colour images and their calibration'),
            ('depth', 'depth images and their calibration'),
            ('infra', 'stereo pairs and their calibration'),
            ('imu', 'inertial measurement units'),
            ('labels', 'masks, detections and annotations'),
        )
    ]
    return {
        'depth_encoding': cast('DepthEncoding | None', encoding or None),
        'class_id_format': cast('ClassIdFormat | None', form or None),
        'color_qos': profiles[0],
        'depth_qos': profiles[1],
        'infra_qos': profiles[2],
        'imu_qos': profiles[3],
        'labels_qos': profiles[4],
        'jpeg_quality': declare.whole(
            'jpeg_quality',
            95,
            low=1,
            high=100,
            description='Quality of compressed colour images, 1 to 100',
        ),
    }


def _range_words(descriptor: ParameterDescriptor) -> str:
    """The allowed range of a descriptor in words."""
    if descriptor.integer_range:
        whole = descriptor.integer_range[0]
        if whole.to_value == _MAX_INT64:
            return f'it must be at least {whole.from_value}'
        return f'it must be from {whole.from_value} to {whole.to_value}'
    limits = descriptor.floating_point_range[0]
    return f'it must be from {limits.from_value:g} to {limits.to_value:g}'
