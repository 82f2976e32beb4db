"""Writes a dataset as a bag: what the nodes would have published and recorded of its frames.

Messages are made by the publishers of the simulation node. What topics have no room for goes
beside them, so that ``synth-ros bag2dataset`` gives the dataset back.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, get_args

from synth_ros.config.labels import Annotation, LabelsConfig
from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.config.output import DatasetConfig, LiveConfig
from synth_ros.errors import UsageError
from synth_ros.pipeline.bag_note import note_of
from synth_ros.pipeline.convert import ConvertRequest, Source, sample_key
from synth_ros.pipeline.recorded import info_of, options_of
from synth_ros.pipeline.replay import read_provenance
from synth_ros.readers.open_recording import open_recording
from synth_ros.readers.recording import RecordedFrame, Recording
from synth_ros.ros import tf
from synth_ros.ros.bag_outlets import BagOutlets, view_topics
from synth_ros.ros.messages import StreamOptions
from synth_ros.ros.mounts import mounts_move
from synth_ros.ros.publishers import Moment, Rig, SimPublishers, rig_of
from synth_ros.ros.recorder_params import Compression
from synth_ros.ros.timeline import Slot, timeline
from synth_ros.scene.build import SceneBuilder
from synth_ros.schema.bag_note import DATASET
from synth_ros.types import LinkPose, Sample
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.bag_meshes import write_bag_meshes
from synth_ros.writers.bag_place import bag_place, check_free
from synth_ros.writers.base import DatasetInfo

SESSION = 'dataset'
_DEPTH = frozenset(
    {
        'depth',
        'depth_info',
        'aligned_depth',
        'aligned_depth_info',
        'color_points',
        'depth_to_color',
    }
)


@dataclass(frozen=True, slots=True)
class BagRequest:
    """What to write.

    Attributes:
        dataset: Folder of the dataset.
        bag: Folder of the bag; must not exist.
        config: The config that made the dataset; tells how links and cameras hang together.
        rate_hz: Instants a second; ``None`` keeps the stamps within each episode.
        compression: Of the bag.
        skip_damaged: Leave out frames that cannot be read, and list them.
    """

    dataset: Path
    bag: Path
    config: Path | None = None
    rate_hz: float | None = None
    compression: Compression = 'zstd'
    skip_damaged: bool = False


class Written(NamedTuple):
    """What came out.

    Attributes:
        frames: In the bag.
        messages: In the bag.
        lacks: What is not as it was in the dataset or as the nodes would have it, a sentence
            each.
        damaged: Frames that were left out, a sentence each.
    """

    frames: int
    messages: int
    lacks: tuple[str, ...]
    damaged: tuple[str, ...]


Progress = Callable[[int, int], None]


def write_dataset_bag(request: BagRequest, progress: Progress) -> Written:
    """Write the bag; it appears when it is whole.

    The same dataset gives the same bytes.

    Args:
        request: What.
        progress: Called with (frames done, frames in all).

    Raises:
        UsageError: The dataset or the config cannot be read, or they do not belong together.
        RosError: A message package is not installed.
        OutputError: The bag exists or cannot be written; then nothing of it appears.
    """
    check_free(request.bag)
    with closing(open_recording(request.dataset)) as recording:
        if recording.kind != 'dataset':
            raise UsageError(f'{request.dataset} is a bag already. Give the folder of a dataset.')
        if not recording.frames:
            raise UsageError(f'There is no frame in {request.dataset}: nothing to write.')
        loaded = _config(recording, request.config)
        with bag_place(request.bag) as place:
            written = _Conversion(recording, request, loaded).write(place.path, progress)
            place.appear()
            return written


class _Conversion:
    """One dataset on its way into a bag."""

    def __init__(
        self, recording: Recording, request: BagRequest, loaded: LoadedConfig | None
    ) -> None:
        self._recording = recording
        self._request = request
        self._info: DatasetInfo = info_of(recording)
        self._cameras = _cameras(recording, loaded)
        self._source = Source(recording, _reading(request))
        self._models: set[str] = set()
        first = self._first()
        self._options = _stream_options(recording, loaded, first=first)
        self._rig = _rig(first, loaded)
        self._lacks = _lacks(recording, first, with_config=loaded is not None)

    def write(self, aside: Path, progress: Progress) -> Written:
        """Write everything into a folder that does not exist yet."""
        slots = timeline(self._recording, self._cameras, rate_hz=self._request.rate_hz)
        note = note_of(
            self._info,
            options_of(self._recording, _kept(self._recording)),
            rgb_lossy=self._recording.origin.rgb_format == 'jpeg',
        )
        frames = 0
        custom = {DATASET: note.model_dump_json()}
        with BagWriter(aside, compression=self._request.compression, custom_data=custom) as bag:
            outlets = BagOutlets(bag, views=view_topics(self._cameras))
            outlets.now_ns = slots[0].stamp_ns
            publishers = self._publishers(outlets)
            for slot in slots:
                outlets.now_ns = slot.stamp_ns
                moment = self._moment(slot)
                if moment is not None:
                    publishers.send(moment, self._rig)
                    frames += len(moment.seen)
                progress(frames, len(self._recording.frames))
        write_bag_meshes(aside, self._info.meshes, self._models)
        return Written(frames, sum(bag.counts.values()), self._lacks, tuple(self._source.damaged))

    def _publishers(self, outlets: BagOutlets) -> SimPublishers:
        return SimPublishers(
            outlets,
            self._cameras,
            links=[node.name for node in self._rig.tree],
            categories=self._recording.categories,
            options=self._options,
        )

    def _first(self) -> RecordedFrame:
        """The first frame that can be read."""
        for key in self._recording.frames:
            try:
                return self._recording.read(key)
            except UsageError:
                if not self._request.skip_damaged:
                    raise
        raise UsageError(f'No frame of {self._request.dataset} can be read.')

    def _moment(self, slot: Slot) -> Moment | None:
        """All of an instant; ``None`` if none of its frames could be read."""
        samples = list(self._source.samples([*map(sample_key, slot.frames)]))
        if not samples:
            return None
        for sample in samples:
            self._models |= {item.model_name for item in sample.frame.instances}
        return Moment(
            stamp_ns=slot.stamp_ns,
            run=slot.run,
            seen=[_at(sample, slot.stamp_ns) for sample in samples],
            world_from_cameras={s.key.camera: s.frame.world_from_camera for s in samples},
            links=_links(samples[0]),
            joints=() if (robot := samples[0].labels.scene.robot) is None else robot.joints,
            dataset_stamp_ns=slot.dataset_stamp_ns,
        )


def _reading(request: BagRequest) -> ConvertRequest:
    return ConvertRequest(
        source=request.dataset, out=request.bag, to=None, skip_damaged=request.skip_damaged
    )


def _config(recording: Recording, path: Path | None) -> LoadedConfig | None:
    """The config that made a dataset.

    Raises:
        UsageError: Another one did.
    """
    if path is None:
        return None
    loaded = load_config(path)
    if loaded.config_hash != recording.config_hash:
        raise UsageError(
            f'{path} (hash {loaded.config_hash[:12]}) did not make {recording.path}, which says '
            f'{recording.config_hash[:12]}. Give the config that did, or none: then links and '
            'cameras hang on world.'
        )
    return loaded


def _cameras(recording: Recording, loaded: LoadedConfig | None) -> tuple[str, ...]:
    """Names of cameras in the order in which they are published: that of the config."""
    there = {key.camera for key in recording.frames}
    listed = () if loaded is None else (camera.name for camera in loaded.config.cameras)
    known = tuple(name for name in listed if name in there)
    return (*known, *sorted(there - set(known)))


def _kept(recording: Recording) -> DatasetConfig:
    """How the dataset is stored."""
    origin = recording.origin
    return DatasetConfig(
        rgb_format=origin.rgb_format,
        jpeg_quality=origin.stored.jpeg_quality,
        container=origin.stored.container,
    )


def _stream_options(
    recording: Recording, loaded: LoadedConfig | None, *, first: RecordedFrame
) -> StreamOptions:
    origin = recording.origin
    live = LiveConfig() if loaded is None else loaded.config.output.live
    names: tuple[Annotation, ...] = get_args(Annotation)
    return StreamOptions(
        depth_encoding=live.depth_encoding,
        class_id_format=live.class_id_format,
        labels=LabelsConfig.model_validate({name: name in origin.annotations for name in names}),
        # Where the carrying link is not known, a mount moves as the robot does.
        mounts_move=loaded is None or first.record.robot is None or mounts_move(loaded),
        session=SESSION,
        absent=frozenset() if origin.depth else _DEPTH,
    )


def _rig(first: RecordedFrame, loaded: LoadedConfig | None) -> Rig:
    """How links and cameras hang together: as in the scene of a frame, else all on world."""
    robot = first.record.robot
    if robot is None:
        return Rig((), {})
    if loaded is None:
        return Rig([tf.LinkNode(link.name, None) for link in robot.links], {})
    scene = read_provenance(first).scene
    return rig_of(SceneBuilder(loaded).of(scene.scenario).build(scene))


def _links(sample: Sample) -> list[LinkPose]:
    robot = sample.labels.scene.robot
    if robot is None:
        return []
    world_from_camera = sample.frame.world_from_camera
    return [LinkPose(link.name, world_from_camera @ link.camera_from_link) for link in robot.links]


def _at(sample: Sample, stamp_ns: int) -> Sample:
    return replace(sample, frame=replace(sample.frame, stamp_ns=stamp_ns))


def _lacks(recording: Recording, first: RecordedFrame, *, with_config: bool) -> tuple[str, ...]:
    """What the bag cannot hold of a dataset, or the dataset of a bag."""
    origin = recording.origin
    told = []
    if origin.rgb_format == 'jpeg':
        told.append(
            'Colour was stored as JPEG: the bag holds its pixels, not its files; bag2dataset '
            'writes them as PNG, so that nothing more is lost.'
        )
    if origin.stored.formats:
        told.append(
            f'{", ".join(origin.stored.formats)} beside the dataset, and splits.json, are not in '
            'the bag: synth-ros convert makes them of either.'
        )
    if not origin.depth:
        told.append('The dataset has no depth, so there are no depth topics.')
    if first.record.robot is None:
        told.append(
            'The dataset has no robot labels (labels.robot), so there are no joint_states, and '
            '/tf has cameras alone.'
        )
    elif not with_config:
        told.append(
            'The dataset does not say which link carries which, so all links and cameras hang on '
            'world in /tf: --config gives the robot its tree.'
        )
    return tuple(told)
