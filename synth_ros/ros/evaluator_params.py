"""Parameters of the evaluator node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, cast

from rclpy.node import Node

from synth_ros.errors import UsageError
from synth_ros.evaluate.answers import Kind
from synth_ros.evaluate.letterbox import FITS, Fit
from synth_ros.ros.declare import Choice, Flag, Number, Text, Whole, declared

_MOST = 1e9


@dataclass(frozen=True, slots=True)
class EvaluatorParams:
    """Parameters of the evaluator node: what answers and what it means, what counts, results."""

    camera: Annotated[str, Text('Camera whose images the stack sees')]
    detections_2d: Annotated[str, Text('Topic with Detection2DArray; empty: none')]
    detections_3d: Annotated[str, Text('Topic with Detection3DArray; empty: none')]
    poses: Annotated[str, Text('Topic with poses; empty: none')]
    poses_type: Annotated[
        str,
        Choice(
            'Message type of the topic with poses',
            default='PoseStamped',
            allowed=('PoseStamped', 'PoseArray'),
        ),
    ]
    mask: Annotated[str, Text('Topic with mask images; empty: none')]
    mask_kind: Annotated[
        str,
        Choice(
            'What pixels of masks are: class ids, or ids of objects of any class',
            default='semantic',
            allowed=('semantic', 'instance'),
        ),
    ]
    pose_class: Annotated[str, Text('Class of poses that name none; empty: any')]
    pose_reference: Annotated[
        str,
        Choice(
            "What a pose is of: the object's own frame, or its 3D box",
            default='object',
            allowed=('object', 'box'),
        ),
    ]
    network_width: Annotated[int, Whole('Width of the network input; 0: the image')]
    network_height: Annotated[int, Whole('Height of the network input; 0: the image')]
    letterbox: Annotated[
        Fit,
        Choice(
            'How images are put into the input: padded on both sides in whole pixels (YOLO), '
            'right and below alone (RT-DETR of Isaac ROS), or stretched',
            default='none',
            allowed=FITS,
        ),
    ]
    class_map: Annotated[
        str, Text('What the stack calls our classes: YAML or its file; empty: as we do')
    ]
    stamp_tolerance_ns: Annotated[int, Whole('How far stamps may be apart, ns')]
    timeout_s: Annotated[
        float,
        Number(
            'After which a frame without an answer is missed, seconds',
            default=5.0,
            bounds=(0.0, _MOST),
        ),
    ]
    count_missed: Annotated[bool, Flag('Missed frames count as answered with nothing')]
    min_visibility: Annotated[
        float,
        Number('Objects less visible are neither right nor wrong', default=0.0, bounds=(0.0, 1.0)),
    ]
    min_pixels: Annotated[
        int, Whole('Objects with fewer visible pixels are neither right nor wrong')
    ]
    min_score: Annotated[
        float,
        Number(
            'Score from which slices count detections; -1: that of the largest F1',
            default=-1.0,
            bounds=(-1.0, _MOST),
        ),
    ]
    models: Annotated[str, Text('Dataset or bag with meshes for pose errors; empty: 3D boxes')]
    out: Annotated[str, Text('Folder for evaluation.json and evaluation.html; empty: none')]
    window_frames: Annotated[
        int, Whole('Frames that are kept; older ones are let go', default=20000, low=1)
    ]
    publish_period_s: Annotated[
        float,
        Number(
            'Time between two messages with metrics, seconds', default=1.0, bounds=(0.05, _MOST)
        ),
    ]
    save_period_s: Annotated[
        float,
        Number(
            'Time between two savings, seconds; 0: at the end alone',
            default=30.0,
            bounds=(0.0, _MOST),
        ),
    ]
    stop_with_publishers: Annotated[
        bool, Flag('End once the ground truth has gone and all frames are judged')
    ]

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
    params = declared(node, EvaluatorParams)
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
