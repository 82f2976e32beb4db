"""Parameters of the detector node."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from rclpy.node import Node

from synth_ros.errors import UsageError
from synth_ros.geometry.fitting import FITS, Fit
from synth_ros.perceive.detector import DetectorOptions
from synth_ros.perceive.kinds import KINDS, Kind
from synth_ros.perceive.model import PROVIDERS, Provider, RunOptions
from synth_ros.perceive.preprocess import SCALINGS, Scaling
from synth_ros.perceive.types import Thresholds
from synth_ros.ros.convert_detections import ClassIdFormat
from synth_ros.ros.declare import Choice, Flag, Group, Number, Text, Whole, declared
from synth_ros.ros.qos import profile

Coordinates = Literal['image', 'network']
_MOST = 10_000


class _Options(NamedTuple):
    """How the detector is used, in parameters."""

    kind: Annotated[
        Kind | None,
        Choice(
            'What the model is; empty: told by its inputs and outputs',
            default='',
            allowed=tuple(KINDS),
        ),
    ]
    fit: Annotated[
        Fit | None,
        Choice(
            "How images are brought to the network's size; empty: as its kind is trained",
            default='',
            allowed=FITS,
        ),
    ]
    scaling: Annotated[
        Scaling,
        Choice('Bytes as 0 to 1, by ImageNet, or as is', default='unit', allowed=SCALINGS),
    ]
    provider: Annotated[
        Provider,
        Choice(
            'What runs the model; auto: TensorRT, CUDA or CPU, the first that is there',
            default='auto',
            allowed=PROVIDERS,
        ),
    ]
    network_width: Annotated[int, Whole("Width of the network's input, pixels; 0: the model's")]
    network_height: Annotated[int, Whole("Height of the network's input, pixels; 0: the model's")]
    fp16: Annotated[bool, Flag('TensorRT may compute in half precision')]
    engine_cache: Annotated[str, Text('Folder where TensorRT keeps its engines; empty: none')]
    threads: Annotated[int, Whole('Threads on the CPU; 0: all cores')]


def _declare_options(node: Node) -> DetectorOptions:
    given = declared(node, _Options)
    return DetectorOptions(
        kind=given.kind,
        fit=given.fit,
        scaling=given.scaling,
        run=RunOptions(
            provider=given.provider,
            size=(given.network_width, given.network_height),
            fp16=given.fp16,
            engine_cache=given.engine_cache,
            threads=given.threads,
        ),
    )


@dataclass(frozen=True, slots=True)
class DetectorParams:
    """Parameters of the detector node that are read once.

    Attributes:
        options: How the detector is used.
    """

    model: Annotated[str, Text('Path of the detector (ONNX)')]
    labels: Annotated[
        str,
        Text(
            'File with the names of classes, one a line, class 0 first; empty: those in the model'
        ),
    ]
    options: Annotated[DetectorOptions, Group(_declare_options)]
    coordinates: Annotated[
        Coordinates,
        Choice(
            "Boxes in pixels of the image, or of the network's input as Isaac ROS",
            default='image',
            allowed=('image', 'network'),
        ),
    ]
    class_id_format: Annotated[
        ClassIdFormat,
        Choice('What class_id of a detection holds', default='id', allowed=('id', 'name')),
    ]
    every_nth: Annotated[int, Whole('Of so many images the first is looked at', default=1, low=1)]
    image_qos: Annotated[str, profile('subscription to the images')]
    detections_qos: Annotated[str, profile('detections')]

    @property
    def model_path(self) -> Path:
        """The detector."""
        return Path(self.model)

    @property
    def labels_path(self) -> Path | None:
        """The file with the names of classes; ``None`` for those in the model."""
        return Path(self.labels) if self.labels else None


def declare_thresholds(node: Node) -> Thresholds:
    """Declare the parameters that may change while the node runs.

    Raises:
        UsageError: If one is of the wrong type or out of range.
    """
    usual = Thresholds()
    score = Number('Lowest score of a detection', usual.score, bounds=(0.0, 1.0), live=True)
    iou = Number(
        'Overlap above which the worse of two boxes of a class is dropped; for models that do '
        'not choose themselves',
        usual.iou,
        bounds=(0.0, 1.0),
        live=True,
    )
    most = Whole(
        'Detections of an image at most, the best first', usual.most, low=1, high=_MOST, live=True
    )
    return Thresholds(
        score=score.declare(node, 'score_threshold'),
        iou=iou.declare(node, 'iou_threshold'),
        most=most.declare(node, 'max_detections'),
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
    params = declared(node, DetectorParams)
    if not params.model:
        raise UsageError(
            'Parameter model is empty. Give the path of a detector: '
            'ros2 run synth_ros detector_node --ros-args -p model:=/path/to/model.onnx'
        )
    return params
