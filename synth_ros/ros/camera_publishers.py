"""The publishers of one camera: those of the streams that the config switches on.

A stream rests while nobody subscribes to it, and what no stream needs is not made: ``parts`` says
what is. A stream that late subscribers get the last message of never rests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from rclpy.qos import DurabilityPolicy, QoSProfile

from synth_ros.config.labels import Annotation
from synth_ros.pipeline.demand import EVERYTHING, FramePart, eyes_of, step_of
from synth_ros.ros import convert, qos, streams
from synth_ros.ros.aside import Asides
from synth_ros.ros.convert_imu import FELT
from synth_ros.ros.extrinsics import extrinsics_from_depth, extrinsics_message
from synth_ros.ros.messages import KINDS, Group, Instant, StreamOptions, things
from synth_ros.ros.names import CameraFrames, camera_topics
from synth_ros.ros.outlets import Outlet, Outlets
from synth_ros.types import Category, ImuSample, Sample, Seen

# Streams that are named where many may be awake.
_TOLD = 4


class CameraPublishers:
    """The topics of one camera.

    Args:
        node: The node that publishes, or a bag.
        camera: Camera name.
        frames: Its TF frames.
        categories: All classes, for ``label_info``.
        options: How streams are published.

    Attributes:
        off: Names of streams that are not published for now; may be replaced at any time.
    """

    def __init__(
        self,
        node: Outlets,
        camera: str,
        *,
        frames: CameraFrames,
        categories: Sequence[Category],
        options: StreamOptions,
    ) -> None:
        self._camera, self._frames, self._options = camera, frames, options
        self._categories = tuple(categories)
        devices = options.devices(camera)
        self._recorded = streams.recorded(options.labels, devices)
        topics = camera_topics(camera)._asdict()
        profiles = _profiles(options)
        wanted = streams.published(options.labels, devices) - options.absent
        self._publishers: dict[str, Outlet] = {
            name: node.create_publisher(kind.type, topics[name], profiles[kind.group])
            for name, kind in KINDS.items()
            if name in wanted
        }
        self._rests_when_alone = frozenset(
            name
            for name in self._publishers
            if profiles[KINDS[name].group].durability != DurabilityPolicy.TRANSIENT_LOCAL
        )
        self._layers = streams.layer_streams(options.labels)
        self._resting: frozenset[str] = frozenset()
        self._asides = Asides()
        self._samples = 0
        self.off: frozenset[str] = frozenset()
        self._publish_once()

    def _publish_once(self) -> None:
        """The latched streams, which do not change."""
        baseline_m = self._options.baselines_m.get(self._camera)
        imu = self._camera in self._options.imus
        for name, to_from_depth in extrinsics_from_depth(baseline_m, imu=imu).items():
            if name in self._publishers:
                self._publishers[name].publish(extrinsics_message(to_from_depth))
        head = convert.header(0, self._frames.color_optical)
        objects = things(self._categories)
        self._publishers['label_info'].publish(convert.label_info(objects, head))
        if 'panoptic_info' in self._publishers:
            info = convert.label_info(self._categories, head)
            self._publishers['panoptic_info'].publish(info)

    @property
    def streams(self) -> tuple[Outlet, ...]:
        """The publishers a recorder must be connected to before the first frame."""
        return tuple(
            publisher
            for name, publisher in self._publishers.items()
            if name in self._recorded and name not in self.off and KINDS[name].group != 'latched'
        )

    def idle(self) -> frozenset[Annotation]:
        """Dense annotations that nobody subscribes to; the next frame goes without them."""
        idle = {
            annotation
            for annotation, names in self._layers.items()
            if not self._options.snapshots and all(self._rests(name) for name in names)
        }
        # Who subscribes from here on gets the frame after: this one will not have them.
        self._resting = frozenset().union(*(self._layers[annotation] for annotation in idle))
        return frozenset(idle)

    def parts(self) -> frozenset[FramePart]:
        """What somebody wants of the next frame; any thread may ask."""
        wanted: set[FramePart] = {*EVERYTHING} if self._options.snapshots else set()
        for name in self._publishers:
            # Asking the middleware takes longer than knowing that it changes nothing.
            if not KINDS[name].needs <= wanted and not self._rests(name):
                wanted |= KINDS[name].needs
        return frozenset(wanted)

    def feels(self) -> bool:
        """Whether somebody wants what the IMU measures."""
        return any(name in self._publishers and not self._rests(name) for name in FELT)

    def publish_felt(self, felt: Sequence[ImuSample]) -> None:
        """Publish what the IMU measured since the instant before."""
        self._samples += len(felt)
        for name, (make, frame) in FELT.items():
            if name in self._publishers and not self._rests(name):
                for sample in felt:
                    message = make(sample, getattr(self._frames, frame))
                    self._publishers[name].publish(message)

    def made(self) -> dict[str, object]:
        """What is made of frames now and for whom, and how stereo pair and IMU do, if any."""
        parts = self.parts()
        told: dict[str, object] = {'made now': step_of(parts), 'made for': self._made_for()}
        if 'infra1' in self._publishers:
            told['stereo images that are made'] = ', '.join(sorted(eyes_of(parts))) or '-'
        if 'imu' in self._publishers:
            told['imu samples'] = self._samples
        return told

    def _made_for(self) -> str:
        """The streams that somebody subscribes to, or what else frames are made for."""
        awake = [name for name in self.switchable if KINDS[name].make and not self._rests(name)]
        some = ', '.join(awake[:_TOLD])
        if len(awake) > _TOLD:
            some += f' and {len(awake) - _TOLD} more'
        if self._options.snapshots:
            return f'snapshots; {some}' if some else 'snapshots'
        return some or 'nobody subscribes'

    def _rests(self, name: str) -> bool:
        """Whether a stream is switched off, or waits for somebody to subscribe."""
        if name in self.off:
            return True
        alone = name in self._rests_when_alone
        return alone and not self._publishers[name].get_subscription_count()

    @property
    def switchable(self) -> tuple[str, ...]:
        """Names of the streams that flow."""
        return tuple(name for name in self._publishers if KINDS[name].group != 'latched')

    @property
    def subscriptions(self) -> int:
        """Subscriptions to all streams that flow."""
        return sum(self._publishers[name].get_subscription_count() for name in self.switchable)

    def publish(self, seen: Seen, *, run: int, dataset_stamp_ns: int | None = None) -> None:
        """Publish what one camera has for one instant, to who subscribes.

        Args:
            seen: The frame; what was not made of it is not published.
            run: Scenes that were opened before.
            dataset_stamp_ns: Stamp of the frame in the dataset that it comes from; ``None`` for
                a live one.
        """
        now = Instant(seen, run, self._frames, self._categories, self._options, dataset_stamp_ns)
        # Who subscribed since the frame was drawn gets the frame after.
        made = _parts_of(seen)
        for name, publisher in self._publishers.items():
            kind = KINDS[name]
            if kind.make is None or not kind.needs <= made or name in self._resting:
                continue
            if self._rests(name):
                continue
            if kind.aside:
                self._asides.do(name, partial(_make_and_publish, kind.make, now, publisher))
            else:
                publisher.publish(kind.make(now))

    def settle(self) -> None:
        """Wait until everything is out, and end the threads; the last call.

        Raises:
            OutputError: Something could not be encoded.
        """
        self._asides.close()


def _make_and_publish(make: Callable[[Instant], object], now: Instant, publisher: Outlet) -> None:
    publisher.publish(make(now))


def _profiles(options: StreamOptions) -> dict[Group, QoSProfile]:
    return {
        'color': qos.qos_profile(options.color_qos, parameter='color_qos'),
        'depth': qos.qos_profile(options.depth_qos, parameter='depth_qos'),
        'infra': qos.qos_profile(options.infra_qos, parameter='infra_qos'),
        'imu': qos.deep(qos.qos_profile(options.imu_qos, parameter='imu_qos')),
        'labels': qos.qos_profile(options.labels_qos, parameter='labels_qos'),
        'latched': qos.latched(),
    }


def _parts_of(seen: Seen) -> frozenset[FramePart]:
    """What was made of a frame."""
    there: dict[FramePart, bool] = {
        'color': seen.rgb is not None,
        'depth': seen.depth_m is not None,
        'infra1': seen.infra1 is not None,
        'infra2': seen.infra2 is not None,
        'labels': isinstance(seen, Sample),
    }
    return frozenset(part for part, made in there.items() if made)
