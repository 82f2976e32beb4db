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
from synth_ros.pipeline.demand import FramePart
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
from synth_ros.sensors.infra import EYES, Eye
from synth_ros.types import ByteImage, Category, DepthImage, Sample, Seen

Group = Literal['color', 'depth', 'infra', 'imu', 'labels', 'latched']
_Image = Literal['color', 'depth']


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
        snapshots: Whether all of each frame is made, published or not, as a snapshot has it.
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
    snapshots: bool = False

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
        seen: What the camera gave.
        run: Scenes that the simulator had opened before.
        frames: TF frames of the camera.
        categories: All classes, stuff included.
        options: How streams are published.
        dataset_stamp_ns: Stamp of the frame in the dataset that it comes from; ``None`` for a
            live one.
    """

    seen: Seen
    run: int
    frames: CameraFrames
    categories: Sequence[Category]
    options: StreamOptions
    dataset_stamp_ns: int | None = None

    @property
    def sample(self) -> Sample:
        """The frame with its labels, for messages that need them."""
        assert isinstance(self.seen, Sample), f'{self.seen.key} was not labelled'
        return self.seen

    @property
    def rgb(self) -> ByteImage:
        """The colour image, for messages that need it."""
        assert self.seen.rgb is not None, f'colour of {self.seen.key} was not made'
        return self.seen.rgb

    @property
    def depth_m(self) -> DepthImage:
        """The depth, for messages that need it."""
        assert self.seen.depth_m is not None, f'depth of {self.seen.key} was not made'
        return self.seen.depth_m

    @property
    def color_head(self) -> Header:
        """Stamp and frame of the colour image."""
        return convert.header(self.seen.frame.stamp_ns, self.frames.color_optical)

    @property
    def depth_head(self) -> Header:
        """Stamp and frame of the depth image."""
        return convert.header(self.seen.frame.stamp_ns, self.frames.depth_optical)

    @property
    def baseline_m(self) -> float:
        """How far the right eye of the stereo pair is from the left one."""
        return self.options.baselines_m[self.seen.key.camera]

    def infra_head(self, eye: Eye) -> Header:
        """Stamp and frame of an image of the stereo pair."""
        frame = {'infra1': self.frames.infra1_optical, 'infra2': self.frames.infra2_optical}[eye]
        return convert.header(self.seen.frame.stamp_ns, frame)


class Kind(NamedTuple):
    """How one stream is published.

    Attributes:
        type: Message class.
        group: Which quality of service it has.
        make: The message of an instant, or its bytes; ``None`` for what is said once for all, and
            for samples that are of no instant.
        needs: Parts of the frame that it is made of; of a calibration, the image that it belongs
            to.
        aside: Takes long: made on a thread of its own.
    """

    type: type
    group: Group
    make: Callable[[Instant], object] | None
    needs: frozenset[FramePart] = frozenset()
    aside: bool = False


def things(categories: Sequence[Category]) -> list[Category]:
    """The classes of objects, without stuff."""
    return [category for category in categories if category.is_thing]


def _color(now: Instant) -> object:
    return image_message(now.rgb, 'rgb8', now.color_head)


def _color_info(now: Instant) -> object:
    return convert.camera_info(now.seen.frame.camera, now.color_head)


def _color_compressed(now: Instant) -> object:
    return color_jpeg(now.rgb, now.color_head, quality=now.options.jpeg_quality)


def _depth(now: Instant) -> object:
    return convert.depth_image(now.depth_m, now.options.depth_encoding, now.depth_head)


def _depth_info(now: Instant) -> object:
    return convert.camera_info(now.seen.frame.camera, now.depth_head)


def _depth_compressed(now: Instant) -> object:
    return depth_png(now.depth_m, now.options.depth_encoding, now.depth_head)


def _aligned_depth(now: Instant) -> object:
    # Colour and depth share one eye, so aligning changes the frame's name alone.
    return convert.depth_image(now.depth_m, now.options.depth_encoding, now.color_head)


def _aligned_depth_compressed(now: Instant) -> object:
    return depth_png(now.depth_m, now.options.depth_encoding, now.color_head)


def _color_points(now: Instant) -> object:
    return colored_points(now.seen, now.color_head)


def _infra(eye: Eye) -> Callable[[Instant], object]:
    def make(now: Instant) -> object:
        image = now.seen.infra1 if eye == 'infra1' else now.seen.infra2
        assert image is not None, f'{eye} of {now.seen.key} was not made'
        return image_message(image, 'mono8', now.infra_head(eye))

    return make


def _infra_info(eye: Eye) -> Callable[[Instant], object]:
    def make(now: Instant) -> object:
        baseline_m = now.baseline_m if eye == 'infra2' else 0.0
        camera = now.seen.frame.camera
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


def _compressed(group: _Image, make: Callable[[Instant], object]) -> Kind:
    return Kind(CompressedImage, group, make, frozenset([group]), aside=True)


def _of(part: FramePart, kind: type, make: Callable[[Instant], object]) -> Kind:
    """A stream that is made of one part of a frame."""
    group: Group = 'infra' if part in EYES else part
    return Kind(kind, group, make, frozenset([part]))


def _once(kind: type) -> Kind:
    """A stream that is said once for all."""
    return Kind(kind, 'latched', None)


def _layer(name: LayerName) -> Kind:
    def make(now: Instant) -> object:
        return layer_message(name, now.sample, now.color_head)

    return _of('labels', layer_type(name), make)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        'color_info': _of('color', CameraInfo, _color_info),
        'depth_info': _of('depth', CameraInfo, _depth_info),
        'color': _of('color', Image, _color),
        'depth': _of('depth', Image, _depth),
        'color_compressed': _compressed('color', _color_compressed),
        'depth_compressed': _compressed('depth', _depth_compressed),
        'aligned_depth': _of('depth', Image, _aligned_depth),
        'aligned_depth_info': _of('depth', CameraInfo, _color_info),
        'aligned_depth_compressed': _compressed('depth', _aligned_depth_compressed),
        'color_points': Kind(PointCloud2, 'depth', _color_points, frozenset(['color', 'depth'])),
        'depth_to_color': _once(Extrinsics),
        'infra1': _of('infra1', Image, _infra('infra1')),
        'infra1_info': _of('infra1', CameraInfo, _infra_info('infra1')),
        'infra2': _of('infra2', Image, _infra('infra2')),
        'infra2_info': _of('infra2', CameraInfo, _infra_info('infra2')),
        'depth_to_infra1': _once(Extrinsics),
        'depth_to_infra2': _once(Extrinsics),
        'imu': Kind(Imu, 'imu', None),
        'accel': Kind(Imu, 'imu', None),
        'gyro': Kind(Imu, 'imu', None),
        'depth_to_accel': _once(Extrinsics),
        'depth_to_gyro': _once(Extrinsics),
        'instance': _of('labels', Image, _instance),
        'semantic': _of('labels', Image, _semantic),
        'label_info': _once(LabelInfo),
        'detections_2d': _of('labels', Detection2DArray, _detections_2d),
        'detections_2d_oriented': _of('labels', Detection2DArray, _detections_2d_oriented),
        'detections_3d': _of('labels', Detection3DArray, _detections_3d),
        'keypoints': _of('labels', Detection2DArray, _keypoints),
        'annotations': _of('labels', String, _annotations),
        'panoptic_info': _once(LabelInfo),
        **{name: _layer(name) for name in LAYERS},
        'markers': _of('labels', MarkerArray, _markers),
        'image_annotated': _of('labels', Image, _image_annotated),
    }
)
"""By name as in ``CameraTopics``, in the order in which an instant goes out."""


def has_own_stamps(stream: str) -> bool:
    """Whether the messages of a stream lie between instants, not in them."""
    return KINDS[stream].group == 'imu'


def is_latched(stream: str) -> bool:
    """Whether a stream is kept for those who subscribe later, and belongs to no instant."""
    return KINDS[stream].group == 'latched'
