"""Parameters of the simulation node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from rclpy.node import Node

from synth_ros.errors import UsageError
from synth_ros.ros.command_params import CommandParams
from synth_ros.ros.control_params import LiveParams, LockstepParams, declare_lockstep
from synth_ros.ros.convert import DepthEncoding
from synth_ros.ros.convert_detections import ClassIdFormat
from synth_ros.ros.declare import Choice, Flag, Group, Number, Text, Whole, declared
from synth_ros.ros.qos import profile


@dataclass(frozen=True, slots=True)
class SimParams:
    """Parameters of the simulation node; ``live`` are those that it was started with."""

    config: Annotated[str, Text('Path of the config file (YAML)')]
    autostart: Annotated[
        bool,
        Flag('Configure and activate the node at the start; false: wait to be told', default=True),
    ]
    first_episode: Annotated[int, Whole('Number of the episode (scene) to start with')]
    frame_limit: Annotated[
        int, Whole('Frames of every camera after which the node ends; 0: never')
    ]
    start_paused: Annotated[bool, Flag('Wait for ~/step or ~/pause before the first frame')]
    wait_for_subscribers_s: Annotated[
        float,
        Number(
            'Hold the first frame this long until every stream has a subscriber',
            default=0.0,
            bounds=(0.0, 3600.0),
        ),
    ]
    wait_for_subscribers_count: Annotated[
        int,
        Whole(
            'How many subscribers every stream must have, for wait_for_subscribers_s',
            default=1,
            low=1,
            high=100,
        ),
    ]
    report_frames: Annotated[bool, Flag('Print a line "frame N" for each frame')]
    linger_s: Annotated[
        float,
        Number(
            'After the last frame of frame_limit, stay this long until it has arrived',
            default=1.0,
            bounds=(0.0, 3600.0),
        ),
    ]
    snapshot_dataset: Annotated[
        str, Text('Folder of the dataset to which ~/snapshot adds frames; empty: none')
    ]
    depth_encoding: Annotated[
        DepthEncoding | None,
        Choice(
            "Depth images in millimetres or metres; empty: the config's",
            default='',
            allowed=('16UC1', '32FC1'),
        ),
    ]
    class_id_format: Annotated[
        ClassIdFormat | None,
        Choice(
            "What class_id of a detection holds; empty: the config's",
            default='',
            allowed=('id', 'name'),
        ),
    ]
    color_qos: Annotated[str, profile('colour images and their calibration')]
    depth_qos: Annotated[str, profile('depth images and their calibration')]
    infra_qos: Annotated[str, profile('stereo pairs and their calibration')]
    imu_qos: Annotated[str, profile('inertial measurement units')]
    labels_qos: Annotated[str, profile('masks, detections and annotations')]
    jpeg_quality: Annotated[
        int, Whole('Quality of compressed colour images, 1 to 100', default=95, low=1, high=100)
    ]
    lockstep: Annotated[LockstepParams, Group(declare_lockstep)]
    commands: CommandParams
    live: LiveParams


def declare_sim_params(node: Node) -> SimParams:
    """Declare and read the simulation node's parameters.

    Raises:
        UsageError: If one is missing, of the wrong type, or out of range.
        NotFoundError: If one is not among the allowed words.
    """
    params = declared(node, SimParams)
    if not params.config:
        raise UsageError(
            'Parameter config is empty. Give the path of a config file: '
            'ros2 run synth_ros sim_node --ros-args -p config:=/path/to/config.yaml'
        )
    return params
