"""Parameters of the evaluator node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict, cast

from rclpy.node import Node

from synth_ros.errors import UsageError
from synth_ros.evaluate.answers import Kind
from synth_ros.evaluate.letterbox import FITS, Fit
from synth_ros.ros.params import Declare

_MOST = 1e9


@dataclass(frozen=True, slots=True)
class EvaluatorParams:
    """Parameters of the evaluator node; their descriptions are in ``docs/topics.md``."""

    camera: str
    detections_2d: str
    detections_3d: str
    poses: str
    poses_type: str
    mask: str
    mask_kind: str
    pose_class: str
    pose_reference: str
    network_width: int
    network_height: int
    letterbox: Fit
    class_map: str
    stamp_tolerance_ns: int
    timeout_s: float
    count_missed: bool
    min_visibility: float
    min_pixels: int
    min_score: float
    models: str
    out: str
    window_frames: int
    publish_period_s: float
    save_period_s: float
    stop_with_publishers: bool

    @property
    def streams(self) -> Mapping[str, tuple[str, Kind, str]]:
        """Topic, kind and message type of everything that answers, by parameter."""
        listed: dict[str, tuple[str, Kind, str]] = {
            'detections_2d': (self.detections_2d, 'boxes', 'vision_msgs/msg/Detection2DArray'),
            'detections_3d': (self.detections_3d, 'solids', 'vision_msgs/msg/Detection3DArray'),
            'poses': (self.poses, 'poses', f'geometry_msgs/msg/{self.poses_type}'),
            'mask': (self.mask, cast('Kind', self.mask_kind), 'sensor_msgs/msg/Image'),
        }
        return {name: entry for name, entry in listed.items() if entry[0]}


def declare_evaluator_params(node: Node) -> EvaluatorParams:
    """Declare and read the evaluator node's parameters.

    Raises:
        UsageError: If one is missing, of the wrong type, out of range, or contradicts another.
        NotFoundError: If one is not among the allowed words.
    """
    declare = Declare(node)
    params = EvaluatorParams(
        **_declare_inputs(declare), **_declare_rules(declare), **_declare_outputs(declare)
    )
    if not params.camera:
        raise UsageError(
            'Parameter camera is empty. Give the camera whose images the stack sees: '
            'ros2 run synth_ros evaluator_node --ros-args -p camera:=head '
            '-p detections_2d:=/detections'
        )
    if not params.streams:
        raise UsageError(
            'Nothing to evaluate. Give parameter detections_2d, detections_3d, poses or mask.'
        )
    if params.detections_3d and params.poses:
        raise UsageError('Give parameter detections_3d or poses, not both.')
    if params.letterbox != 'none' and not (params.network_width and params.network_height):
        raise UsageError(
            f'Parameter letterbox is {params.letterbox}, which needs network_width and '
            'network_height.'
        )
    return params


class _Inputs(TypedDict):
    camera: str
    detections_2d: str
    detections_3d: str
    poses: str
    poses_type: str
    mask: str
    mask_kind: str
    pose_class: str
    pose_reference: str
    network_width: int
    network_height: int
    letterbox: Fit
    class_map: str


def _declare_inputs(declare: Declare) -> _Inputs:
    """What answers, and how it means what it says."""
    text, choice = declare.text, declare.choice
    return {
        'camera': text('camera', '', description='Camera whose images the stack sees'),
        'detections_2d': text(
            'detections_2d', '', description='Topic with Detection2DArray; empty: none'
        ),
        'detections_3d': text(
            'detections_3d', '', description='Topic with Detection3DArray; empty: none'
        ),
        'poses': text('poses', '', description='Topic with poses; empty: none'),
        'poses_type': choice(
            'poses_type',
            'PoseStamped',
            allowed=('PoseStamped', 'PoseArray'),
            description='Message type of the topic with poses',
        ),
        'mask': text('mask', '', description='Topic with mask images; empty: none'),
        'mask_kind': choice(
            'mask_kind',
            'semantic',
            allowed=('semantic', 'instance'),
            description='What pixels of masks are: class ids, or ids of objects of any class',
        ),
        'pose_class': text(
            'pose_class', '', description='Class of poses that name none; empty: any'
        ),
        'pose_reference': choice(
            'pose_reference',
            'object',
            allowed=('object', 'box'),
            description="What a pose is of: the object's own frame, or its 3D box",
        ),
        'network_width': declare.whole(
            'network_width', 0, low=0, description='Width of the network input; 0: the image'
        ),
        'network_height': declare.whole(
            'network_height', 0, low=0, description='Height of the network input; 0: the image'
        ),
        'letterbox': cast(
            'Fit',
            choice(
                'letterbox',
                'none',
                allowed=FITS,
                description='How images are put into the input: padded on both sides in whole '
                'pixels (YOLO), right and below alone (RT-DETR of Isaac ROS), or stretched',
            ),
        ),
        'class_map': text(
            'class_map',
            '',
            description='What the stack calls our classes: YAML or its file; empty: as we do',
        ),
    }


class _Rules(TypedDict):
    stamp_tolerance_ns: int
    timeout_s: float
    count_missed: bool
    min_visibility: float
    min_pixels: int
    min_score: float


def _declare_rules(declare: Declare) -> _Rules:
    """What counts."""
    return {
        'stamp_tolerance_ns': declare.whole(
            'stamp_tolerance_ns', 0, low=0, description='How far stamps may be apart, ns'
        ),
        'timeout_s': declare.number(
            'timeout_s',
            5.0,
            bounds=(0.0, _MOST),
            description='After which a frame without an answer is missed, seconds',
        ),
        'count_missed': declare.flag(
            'count_missed',
            default=False,
            description='Missed frames count as answered with nothing',
        ),
        'min_visibility': declare.number(
            'min_visibility',
            0.0,
            bounds=(0.0, 1.0),
            description='Objects less visible are neither right nor wrong',
        ),
        'min_pixels': declare.whole(
            'min_pixels',
            0,
            low=0,
            description='Objects with fewer visible pixels are neither right nor wrong',
        ),
        'min_score': declare.number(
            'min_score',
            -1.0,
            bounds=(-1.0, _MOST),
            description='Score from which slices count detections; -1: that of the largest F1',
        ),
    }


class _Outputs(TypedDict):
    models: str
    out: str
    window_frames: int
    publish_period_s: float
    save_period_s: float
    stop_with_publishers: bool


def _declare_outputs(declare: Declare) -> _Outputs:
    """Where results go."""
    return {
        'models': declare.text(
            'models', '', description='Dataset or bag with meshes for pose errors; empty: 3D boxes'
        ),
        'out': declare.text(
            'out', '', description='Folder for evaluation.json and evaluation.html; empty: none'
        ),
        'window_frames': declare.whole(
            'window_frames',
            20000,
            low=1,
            description='Frames that are kept; older ones are let go',
        ),
        'publish_period_s': declare.number(
            'publish_period_s',
            1.0,
            bounds=(0.05, _MOST),
            description='Time between two messages with metrics, seconds',
        ),
        'save_period_s': declare.number(
            'save_period_s',
            30.0,
            bounds=(0.0, _MOST),
            description='Time between two savings, seconds; 0: at the end alone',
        ),
        'stop_with_publishers': declare.flag(
            'stop_with_publishers',
            default=False,
            description='End once the ground truth has gone and all frames are judged',
        ),
    }
