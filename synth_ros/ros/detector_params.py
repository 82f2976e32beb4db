"""Parameters of the detector node."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node

from synth_ros.errors import UsageError
from synth_ros.geometry.fitting import FITS, Fit
from synth_ros.perceive.detector import DetectorOptions
from synth_ros.perceive.kinds import KINDS, Kind
from synth_ros.perceive.model import PROVIDERS, Provider, RunOptions
from synth_ros.perceive.preprocess import SCALINGS, Scaling
from synth_ros.perceive.types import Thresholds
from synth_ros.ros.convert_detections import ClassIdFormat
from synth_ros.ros.params import Declare
from synth_ros.ros.qos import PROFILE_NAMES

Coordinates = Literal['image', 'network']
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class DetectorParams:
    """Parameters of the detector node that are read once.

    Attributes:
        model: Path of the ONNX file.
        labels: File with the names of classes; empty for those in the model.
        options: How the detector is used.
        coordinates: Whether boxes are in pixels of the image or of the network's input.
        class_id_format: ``id`` or ``name``.
        every_nth: Of so many images one is looked at.
        image_qos: QoS profile of the subscription.
        detections_qos: QoS profile of the detections.
    """

    model: Path
    labels: Path | None
    options: DetectorOptions
    coordinates: Coordinates
    class_id_format: ClassIdFormat
    every_nth: int
    image_qos: str
    detections_qos: str


class LiveDeclare(Declare):
    """Declares parameters that may change while the node runs, with ranges for sliders."""

    def live_number(
        self, name: str, default: float, *, bounds: tuple[float, float], description: str
    ) -> float:
        """A number within bounds."""
        limits = FloatingPointRange(from_value=bounds[0], to_value=bounds[1], step=0.0)
        descriptor = ParameterDescriptor(description=description, floating_point_range=[limits])
        return cast('float', self._declare(name, default, descriptor))

    def live_whole(
        self, name: str, default: int, *, bounds: tuple[int, int], description: str
    ) -> int:
        """A whole number within bounds."""
        limits = IntegerRange(from_value=bounds[0], to_value=bounds[1], step=1)
        descriptor = ParameterDescriptor(description=description, integer_range=[limits])
        return cast('int', self._declare(name, default, descriptor))


def declare_thresholds(node: Node) -> Thresholds:
    """Declare the parameters that may change while the node runs.

    Raises:
        UsageError: If one is of the wrong type or out of range.
    """
    declare = LiveDeclare(node)
    usual = Thresholds()
    return Thresholds(
        score=declare.live_number(
            'score_threshold',
            usual.score,
            bounds=(0.0, 1.0),
            description='Lowest score of a detection',
        ),
        iou=declare.live_number(
            'iou_threshold',
            usual.iou,
            bounds=(0.0, 1.0),
            description='Overlap above which the worse of two boxes of a class is dropped; for '
            'models that do not choose themselves',
        ),
        most=declare.live_whole(
            'max_detections',
            usual.most,
            bounds=(1, _MOST),
            description='Detections of an image at most, the best first',
        ),
    )


def read_thresholds(node: Node) -> Thresholds:
    """The thresholds as they are now."""
    return Thresholds(
        score=float(node.get_parameter('score_threshold').value),
        iou=float(node.get_parameter('iou_threshold').value),
        most=int(node.get_parameter('max_detections').value),
    )


def declare_detector_params(node: Node) -> DetectorParams:
    """Declare and read the parameters that are read once.

    Raises:
        UsageError: If one is missing, of the wrong type, or out of range.
        NotFoundError: If one is not among the allowed words.
    """
    declare = Declare(node)
    model = declare.text('model', '', description='Path of the detector (ONNX)')
    labels = declare.text(
        'labels',
        '',
        description='File with the names of classes, one a line, class 0 first; empty: those in '
        'the model',
    )
    params = DetectorParams(
        model=Path(model),
        labels=Path(labels) if labels else None,
        options=_declare_options(declare),
        coordinates=cast(
            'Coordinates',
            declare.choice(
                'coordinates',
                'image',
                allowed=('image', 'network'),
                description="Boxes in pixels of the image, or of the network's input as Isaac ROS",
            ),
        ),
        class_id_format=cast(
            'ClassIdFormat',
            declare.choice(
                'class_id_format',
                'id',
                allowed=('id', 'name'),
                description='What class_id of a detection holds',
            ),
        ),
        every_nth=declare.whole(
            'every_nth', 1, low=1, description='Of so many images the first is looked at'
        ),
        image_qos=_qos(declare, 'image', 'subscription to the images'),
        detections_qos=_qos(declare, 'detections', 'detections'),
    )
    if not model:
        raise UsageError(
            'Parameter model is empty. Give the path of a detector: '
            'ros2 run synth_ros detector_node --ros-args -p model:=/path/to/model.onnx'
        )
    return params


def _qos(declare: Declare, name: str, what: str) -> str:
    return declare.choice(
        f'{name}_qos',
        'DEFAULT',
        allowed=PROFILE_NAMES,
        description=f'QoS profile of the {what}',
    )


def _declare_options(declare: Declare) -> DetectorOptions:
    kind = declare.choice(
        'kind',
        '',
        allowed=tuple(KINDS),
        description='What the model is; empty: told by its inputs and outputs',
    )
    fit = declare.choice(
        'fit',
        '',
        allowed=FITS,
        description="How images are brought to the network's size; empty: as its kind is trained",
    )
    scaling = declare.choice(
        'scaling', 'unit', allowed=SCALINGS, description='Bytes as 0 to 1, by ImageNet, or as is'
    )
    return DetectorOptions(
        kind=cast('Kind | None', kind or None),
        fit=cast('Fit | None', fit or None),
        scaling=cast('Scaling', scaling),
        run=_declare_run(declare),
    )


def _declare_run(declare: Declare) -> RunOptions:
    provider = declare.choice(
        'provider',
        'auto',
        allowed=PROVIDERS,
        description='What runs the model; auto: TensorRT, CUDA or CPU, the first that is there',
    )
    width, height = (
        declare.whole(
            f'network_{name}',
            0,
            low=0,
            description=f"{name.capitalize()} of the network's input, pixels; 0: the model's",
        )
        for name in ('width', 'height')
    )
    return RunOptions(
        provider=cast('Provider', provider),
        size=(width, height),
        fp16=declare.flag(
            'fp16', default=False, description='TensorRT may compute in half precision'
        ),
        engine_cache=declare.text(
            'engine_cache', '', description='Folder where TensorRT keeps its engines; empty: none'
        ),
        threads=declare.whole('threads', 0, low=0, description='Threads on the CPU; 0: all cores'),
    )
