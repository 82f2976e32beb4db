"""The dataset writer: images, masks, dense labels, records and COCO files in one place.

``docs/dataset.md`` describes every file. A single process, or one :class:`EpisodeWriter` in each
worker beside one :class:`CocoWriter` in the main process, gives the same bytes.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import InternalError, OutputError
from synth_ros.schema.convert import record_of, to_json
from synth_ros.types import Instance, Part, Sample, SampleKey
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_compose import compose
from synth_ros.writers.coco_files import (
    encode_frame,
    frame_files,
    labels_path,
    provenance_path,
)
from synth_ros.writers.coco_heads import file_record, model_records, part_records
from synth_ros.writers.coco_index import (
    begin_place,
    dump,
    episode_path,
    identity,
    is_whole,
    recover,
    whole_episodes,
)
from synth_ros.writers.coco_labels import frame_record
from synth_ros.writers.coco_records import EpisodeRecord, FrameRecord
from synth_ros.writers.folder import os_errors
from synth_ros.writers.provenance import encode_provenance
from synth_ros.writers.storage import Place, Storage, storage_at

_GO_ON = 'The episodes committed before stay valid: run the same command with --resume to go on.'


@dataclass(frozen=True, slots=True)
class EpisodeWriter:
    """Commits single episodes to a dataset that a :class:`CocoWriter` has opened.

    Plain data, cheap to send to worker processes. Workers may share one dataset. When two make
    the same episode at the same time, both write the same bytes, and no harm is done.

    Attributes:
        place: Where the dataset is.
        info: What the dataset is.
        options: Which files are written, and how.
        run: Token of the run's lock; nothing is committed once another run holds it. ``None``
            where the process that writes holds the lock itself.
    """

    place: Place
    info: DatasetInfo
    options: DatasetConfig
    run: str | None = None

    @property
    def storage(self) -> Storage:
        """Where the dataset is."""
        return storage_at(self.place)

    def is_committed(self, episode: int) -> bool:
        """Whether an episode is in the dataset, whole."""
        return is_whole(self.storage, episode)

    def withdraw(self, episode: int) -> None:
        """Remove the marker of an episode that is not whole, so that it can be made again.

        Raises:
            OutputError: It could not be removed.
        """
        with os_errors(self.storage.name, valid=_GO_ON):
            self.storage.remove(episode_path(episode))

    def check_run(self) -> None:
        """See that the run has not ended and that its place is seen from here.

        Raises:
            OutputError: Its lock is gone or another's.
        """
        storage = self.storage
        if self.run is not None and storage.holder() != self.run:
            raise OutputError(
                f'{storage.name} is not locked by this run (any more): another one took over, or '
                'this machine sees another place under that name. Nothing more is written.'
            )

    def write_episode(self, episode: int, samples: Sequence[Sample]) -> None:
        """Commit one whole episode, or nothing of it.

        Args:
            episode: Its number; must not be committed yet.
            samples: All its frames, in any order.

        Raises:
            OutputError: The disk is full, the folder is not writable, the episode exists, or a
                depth or id does not fit its file.
            InternalError: The samples do not belong together.
        """
        draft = self.begin(episode)
        try:
            for sample in samples:
                draft.add(sample)
            draft.commit()
        finally:
            draft.discard()

    def encode(self, sample: Sample) -> EncodedFrame:
        """The bytes of a frame: a pure function, for any thread.

        Raises:
            OutputError: A depth or id does not fit its file.
        """
        options, categories = self.options, self.info.categories
        largest = max((c.class_id for c in categories if c.is_thing), default=0)
        return EncodedFrame(
            key=sample.key,
            record=frame_record(
                sample,
                frame_files(sample, options),
                categories={c.class_id: c for c in categories},
            ),
            labels=to_json(record_of(sample)),
            provenance=sample.provenance_json,
            files=encode_frame(sample, options, largest_class_id=largest),
            instances=sample.frame.instances,
            parts=tuple(sample.labels.dense.parts or ()),
        )

    def begin(self, episode: int) -> EpisodeDraft:
        """Start an episode whose frames come one by one; they are stored as they come.

        Raises:
            OutputError: The episode exists.
        """
        marker, storage = episode_path(episode), self.storage
        with os_errors(storage.name, valid=_GO_ON):
            if storage.size(marker) is not None:
                raise OutputError(f'Episode {episode} is in {storage.name} already ({marker}).')
        return EpisodeDraft(self, episode, storage=storage)


class EncodedFrame(NamedTuple):
    """A frame as it will lie on the disk.

    Attributes:
        key: Names it.
        record: Its share of the index.
        labels: Its line of structured labels.
        provenance: How it was made, JSON.
        files: Bytes of its own files by path relative to the dataset.
        instances: All objects of the scene.
        parts: All parts that its part mask may name.
    """

    key: SampleKey
    record: FrameRecord
    labels: str
    provenance: str
    files: dict[str, bytes]
    instances: tuple[Instance, ...]
    parts: tuple[Part, ...]


class EpisodeDraft:
    """An episode that is being collected; nothing of it is in the dataset before ``commit``.

    Pixels are written aside at once, so that memory does not grow with the number of frames.

    Args:
        writer: Says what is written, and where.
        episode: Its number.
        storage: The writer's.
    """

    def __init__(self, writer: EpisodeWriter, episode: int, *, storage: Storage) -> None:
        self._writer = writer
        self._episode = episode
        self._where = storage.name
        # Another attempt at the episode may be under way on a machine that was given up.
        self._unit = storage.unit(f'{episode:06d}-{uuid.uuid4().hex}')
        self._lock = threading.Lock()
        self._frames: dict[SampleKey, EncodedFrame | None] = {}
        self._instances: dict[int, Instance] = {}
        self._parts: dict[int, Part] = {}

    def __len__(self) -> int:
        """Frames so far."""
        return len(self._frames)

    def add(self, sample: Sample) -> None:
        """Encode and store a frame; frames may come in any order.

        Raises:
            OutputError: A depth or id does not fit its file, or the disk is full.
            InternalError: It belongs to another episode or came before.
        """
        self._check(sample.key)
        self.store(self._writer.encode(sample))

    def store(self, frame: EncodedFrame) -> None:
        """Store an encoded frame. Several threads may do so at once, in any order.

        Raises:
            OutputError: The disk is full.
            InternalError: It belongs to another episode or came before.
        """
        key = frame.key
        with self._lock:
            self._check(key)
            self._frames[key] = None
        try:
            with os_errors(self._where, valid=_GO_ON):
                self._unit.add(frame.files)
        except BaseException:
            with self._lock:
                del self._frames[key]
            raise
        with self._lock:
            # The pixels are on the disk; what the index needs of them is kept.
            self._frames[key] = frame._replace(files={})
            self._instances |= {item.instance_id: item for item in frame.instances}
            self._parts |= {part.part_id: part for part in frame.parts}

    def _check(self, key: SampleKey) -> None:
        if key.episode != self._episode or key in self._frames:
            raise InternalError(
                f'Episode {self._episode} needs frames of its own with distinct keys, got {key}.'
            )

    def commit(self) -> None:
        """Put the whole episode into the dataset, or nothing of it.

        Raises:
            OutputError: The disk is full or the folder is not writable.
            InternalError: There is no frame, or one is still being stored.
        """
        if not self._frames or None in self._frames.values():
            raise InternalError(
                f'Episode {self._episode} needs frames of its own, all of them stored.'
            )
        episode = self._episode
        frames = {key: frame for key, frame in sorted(self._frames.items()) if frame}
        lines = ''.join(f'{frame.labels}\n' for frame in frames.values())
        shared = {
            labels_path(episode): lines.encode('utf-8'),
            provenance_path(episode): encode_provenance(
                {key: frame.provenance for key, frame in frames.items()}
            ),
        }
        with os_errors(self._where, valid=_GO_ON):
            self._unit.add(shared)
            record: EpisodeRecord = {
                'episode': episode,
                'files': [file_record(item) for item in self._unit.entries],
                'models': model_records(self._instances.values()),
                'parts': part_records(self._parts.values()),
                'frames': [frame.record for frame in frames.values()],
            }
            self._writer.check_run()
            self._unit.commit(episode_path(episode), f'{dump(record)}\n'.encode('ascii'))

    def discard(self) -> None:
        """Remove what was written aside; harmless after a commit."""
        self._unit.discard()


class CocoWriter:
    """Opens a dataset, commits episodes, and finishes the dataset.

    Args:
        place: The dataset folder, created with its parents, or the URL of another place.
        info: What the dataset is.
        options: Which files are written, and how.
        resume: Go on with a dataset of the same config, seed and version. What a stopped run
            left half done is removed.

    Attributes:
        episodes: Commits single episodes; may be sent to other processes.

    Raises:
        OutputError: The place is in use, not empty (without ``resume``), holds another
            dataset, or cannot be written.
    """

    def __init__(
        self, place: Place, info: DatasetInfo, options: DatasetConfig, *, resume: bool = False
    ) -> None:
        self.storage = storage_at(place)
        self._lock = self.storage.lock()
        self.episodes = EpisodeWriter(place, info, options, self._lock.token)
        try:
            with os_errors(self.storage.name, valid='No episode was lost.'):
                self._committed = self._open(resume=resume)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, *, resume: bool) -> frozenset[int]:
        expected = identity(self.episodes.info, self.episodes.options)
        begin_place(self.storage, expected, resume=resume)
        return frozenset(recover(self.storage))

    def committed_episodes(self) -> frozenset[int]:
        """The episodes that were whole when the folder was opened; a resumed run skips them."""
        return self._committed

    def write_episode(self, episode: int, samples: Sequence[Sample]) -> None:
        """Commit one whole episode, or nothing of it; see :class:`EpisodeWriter`."""
        self.episodes.write_episode(episode, samples)

    def whole_episodes(self) -> frozenset[int]:
        """The episodes that are whole now, whoever committed them."""
        return frozenset(whole_episodes(self.storage))

    def finish(self) -> None:
        """Compose the index from all committed episodes, those of workers included.

        May be called again after more episodes.

        Raises:
            OutputError: It could not be written, or another run took over; the episodes stay
                valid.
        """
        with os_errors(self.storage.name, valid=_GO_ON):
            self.episodes.check_run()
            compose(self.storage, self.episodes.info)

    def close(self) -> None:
        """Let go of the place without finishing the dataset; harmless when repeated."""
        try:
            self.storage.clean()
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the dataset when all went well; let go of the place in any case."""
        try:
            if error is None:
                self.finish()
        finally:
            self.close()
