"""What each stream of a camera carries: the type, the quality of service, how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from realsense2_camera_msgs.msg import Extrinsics
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, Imu, PointCloud2
from std_msgs.msg import Header, String
from vision_msgs.msg import Detection2DArray, Detection3DArray, LabelInfo
from visualization_msgs.msg import MarkerArray

from synth_ros.config.labels import LabelsConfig
from synth_ros.report.overlay import Style
from synth_ros.report.pictures.gallery import overview
from synth_ros.report.pictures.shown import from_sample
from synth_ros.ros import annotations, convert
from synth_ros.ros import convert_detections as detections
from synth_ros.ros.convert import DepthEncoding
from synth_ros.ros.convert_compressed import color_jpeg, depth_png
from synth_ros.ros.convert_detections import ClassIdFormat
from synth_ros.ros.convert_layers import layer_message, layer_type
from synth_ros.ros.convert_markers import marker_array
from synth_ros.ros.convert_points import colored_points
from synth_ros.ros.images import image_message
from synth_ros.ros.names import CameraFrames
from synth_ros.ros.streams import Device
from synth_ros.schema.layers import LAYERS
from synth_ros.schema.records import LayerName
from synth_ros.sensors.infra import Eye
from synth_ros.types import Category, Sample

Group = Literal['color', 'depth', 'infra', 'imu', 'labels', 'latched']


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How streams are published.

    Attributes:
        depth_encoding: ``16UC1`` or ``32FC1``.
        class_id_format: ``id`` or ``name``.
        labels: Which annotations there are.
        color_qos: QoS profile name of colour images and their calibration.
        depth_qos: The same for depth.
        infra_qos: The same for stereo pairs.
        imu_qos: The same for inertial measurement units.
        labels_qos: The same for masks, detections and all other annotations.
        jpeg_quality: Of compressed colour, 1..100.
        mounts_move: Whether camera mounts change between episodes; they then go to ``/tf``.
        session: Name of this run of the simulator, for the annotations.
        absent: Streams of which there is nothing to publish.
        baselines_m: Of stereo pairs, by camera; others have none.
        imus: Cameras that have an inertial measurement unit.
    """

    depth_encoding: DepthEncoding
    class_id_format: ClassIdFormat
    labels: LabelsConfig = field(default_factory=LabelsConfig)
    color_qos: str = 'DEFAULT'
    depth_qos: str = 'DEFAULT'
    infra_qos: str = 'DEFAULT'
    imu_qos: str = 'DEFAULT'
    labels_qos: str = 'DEFAULT'
    jpeg_quality: int = 95
    mounts_move: bool = False
    session: str = ''
    absent: frozenset[str] = frozenset()
    baselines_m: Mapping[str, float] = field(default_factory=dict)
    imus: frozenset[str] = frozenset()

    def devices(self, camera: str) -> frozenset[Device]:
        """What a camera has beside its colour and depth eye."""
        there: dict[Device, bool] = {
            'stereo': camera in self.baselines_m,
            'imu': camera in self.imus,
        }
        return frozenset(device for device, has in there.items() if has)


class Instant(NamedTuple):
    """What messages of one camera and instant are made of.

    Attributes:
        sample: The frame.
        run: Scenes that the simulator had opened before.
        frames: TF frames of the camera.
        categories: All classes, stuff included.
        options: How streams are published.
        dataset_stamp_ns: Stamp of the frame in the dataset that it comes from; ``None`` for a
            live one.
    """

    sample: Sample
    run: int
    frames: CameraFrames
    categories: Sequence[Category]
    options: StreamOptions
    dataset_stamp_ns: int | None = None

    @property
    def color_head(self) -> Header:
        """Stamp and frame of the colour image."""
        return convert.header(self.sample.frame.stamp_ns, self.frames.color_optical)

    @property
    def depth_head(self) -> Header:
        """Stamp and frame of the depth image."""
        return convert.header(self.sample.frame.stamp_ns, self.frames.depth_optical)

    @property
    def baseline_m(self) -> float:
        """How far the right eye of the stereo pair is from the left one."""
        return self.options.baselines_m[self.sample.key.camera]

    def infra_head(self, eye: Eye) -> Header:
        """Stamp and frame of an image of the stereo pair."""
        frame = {'infra1': self.frames.infra1_optical, 'infra2': self.frames.infra2_optical}[eye]
        return convert.header(self.sample.frame.stamp_ns, frame)


class Kind(NamedTuple):
    """How one stream is published.

    Attributes:
        type: Message class.
        group: Which quality of service it has.
        make: The message of an instant, or its bytes; ``None`` for what is said once for all, and
            for samples that are of no instant.
        costly: Large: made only while someone subscribes, unless late subscribers get it too.
        aside: Takes long: made on a thread of its own.
    """

    type: type
    group: Group
    make: Callable[[Instant], object] | None
    costly: bool = False
    aside: bool = False


def things(categories: Sequence[Category]) -> list[Category]:
    """The classes of objects, without stuff."""
    return [category for category in categories if category.is_thing]


def _color(now: Instant) -> object:
    return image_message(now.sample.rgb, 'rgb8', now.color_head)


def _color_info(now: Instant) -> object:
    return convert.camera_info(now.sample.frame.camera, now.color_head)


def _color_compressed(now: Instant) -> object:
    return color_jpeg(now.sample.rgb, now.color_head, quality=now.options.jpeg_quality)


def _depth(now: Instant) -> object:
    return convert.depth_image(now.sample.depth_m, now.options.depth_encoding, now.depth_head)


def _depth_info(now: Instant) -> object:
    return convert.camera_info(now.sample.frame.camera, now.depth_head)


def _depth_compressed(now: Instant) -> object:
    return depth_png(now.sample.depth_m, now.options.depth_encoding, now.depth_head)


def _aligned_depth(now: Instant) -> object:
    # Colour and depth share one eye, so aligning changes the frame's name alone.
    return convert.depth_image(now.sample.depth_m, now.options.depth_encoding, now.color_head)


def _aligned_depth_compressed(now: Instant) -> object:
    return depth_png(now.sample.depth_m, now.options.depth_encoding, now.color_head)


def _color_points(now: Instant) -> object:
    return colored_points(now.sample, now.color_head)


def _infra(eye: Eye) -> Callable[[Instant], object]:
    def make(now: Instant) -> object:
        image = now.sample.infra1 if eye == 'infra1' else now.sample.infra2
        assert image is not None, f'{eye} of {now.sample.key.camera} was not made'
        return image_message(image, 'mono8', now.infra_head(eye))

    return make


def _infra_info(eye: Eye) -> Callable[[Instant], object]:
    def make(now: Instant) -> object:
        baseline_m = now.baseline_m if eye == 'infra2' else 0.0
        camera = now.sample.frame.camera
        return convert.camera_info(camera, now.infra_head(eye), baseline_m=baseline_m)

    return make


def _instance(now: Instant) -> object:
    return convert.instance_mask(now.sample.labels, now.color_head)


def _semantic(now: Instant) -> object:
    return convert.semantic_mask(now.sample.labels, things(now.categories), now.color_head)


def _detections_2d(now: Instant) -> object:
    return detections.detections_2d(
        now.sample.labels.instances,
        now.color_head,
        class_id_format=now.options.class_id_format,
    )


def _detections_2d_oriented(now: Instant) -> object:
    return detections.detections_2d_oriented(
        now.sample.labels.instances,
        now.color_head,
        class_id_format=now.options.class_id_format,
    )


def _detections_3d(now: Instant) -> object:
    return detections.detections_3d(
        now.sample.labels.instances,
        now.color_head,
        class_id_format=now.options.class_id_format,
    )


def _keypoints(now: Instant) -> object:
    return detections.keypoints(now.sample.labels, now.color_head)


def _annotations(now: Instant) -> object:
    text = annotations.to_json(
        now.sample,
        session=now.options.session,
        run=now.run,
        dataset_stamp_ns=now.dataset_stamp_ns,
    )
    return String(data=text)


def _markers(now: Instant) -> object:
    return marker_array(now.sample.labels, now.color_head)


def _image_annotated(now: Instant) -> object:
    shown = from_sample(now.sample, now.categories)
    picture = overview(shown, Style(width=now.sample.frame.camera.width))
    return image_message(picture, 'rgb8', now.color_head)


def _compressed(group: Group, make: Callable[[Instant], object]) -> Kind:
    return Kind(CompressedImage, group, make, costly=True, aside=True)


def _layer(name: LayerName) -> Kind:
    def make(now: Instant) -> object:
        return layer_message(name, now.sample, now.color_head)

    return Kind(layer_type(name), 'labels', make, costly=True)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        'color_info': Kind(CameraInfo, 'color', _color_info),
        'depth_info': Kind(CameraInfo, 'depth', _depth_info),
        'color': Kind(Image, 'color', _color),
        'depth': Kind(Image, 'depth', _depth),
        'color_compressed': _compressed('color', _color_compressed),
        'depth_compressed': _compressed('depth', _depth_compressed),
        'aligned_depth': Kind(Image, 'depth', _aligned_depth, costly=True),
        'aligned_depth_info': Kind(CameraInfo, 'depth', _color_info, costly=True),
        'aligned_depth_compressed': _compressed('depth', _aligned_depth_compressed),
        'color_points': Kind(PointCloud2, 'depth', _color_points, costly=True),
        'depth_to_color': Kind(Extrinsics, 'latched', None),
        'infra1': Kind(Image, 'infra', _infra('infra1'), costly=True),
        'infra1_info': Kind(CameraInfo, 'infra', _infra_info('infra1')),
        'infra2': Kind(Image, 'infra', _infra('infra2'), costly=True),
        'infra2_info': Kind(CameraInfo, 'infra', _infra_info('infra2')),
        'depth_to_infra1': Kind(Extrinsics, 'latched', None),
        'depth_to_infra2': Kind(Extrinsics, 'latched', None),
        'imu': Kind(Imu, 'imu', None, costly=True),
        'accel': Kind(Imu, 'imu', None, costly=True),
        'gyro': Kind(Imu, 'imu', None, costly=True),
        'depth_to_accel': Kind(Extrinsics, 'latched', None),
        'depth_to_gyro': Kind(Extrinsics, 'latched', None),
        'instance': Kind(Image, 'labels', _instance),
        'semantic': Kind(Image, 'labels', _semantic),
        'label_info': Kind(LabelInfo, 'latched', None),
        'detections_2d': Kind(Detection2DArray, 'labels', _detections_2d),
        'detections_2d_oriented': Kind(Detection2DArray, 'labels', _detections_2d_oriented),
        'detections_3d': Kind(Detection3DArray, 'labels', _detections_3d),
        'keypoints': Kind(Detection2DArray, 'labels', _keypoints),
        'annotations': Kind(String, 'labels', _annotations),
        'panoptic_info': Kind(LabelInfo, 'latched', None),
        **{name: _layer(name) for name in LAYERS},
        'markers': Kind(MarkerArray, 'labels', _markers, costly=True),
        'image_annotated': Kind(Image, 'labels', _image_annotated, costly=True),
    }
)
"""By name as in ``CameraTopics``, in the order in which an instant goes out."""


def has_own_stamps(stream: str) -> bool:
    """Whether the messages of a stream lie between instants, not in them."""
    return KINDS[stream].group == 'imu'


def is_latched(stream: str) -> bool:
    """Whether a stream is kept for those who subscribe later, and belongs to no instant."""
    return KINDS[stream].group == 'latched'
