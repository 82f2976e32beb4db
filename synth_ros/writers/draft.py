"""An episode on its way into a dataset."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from typing import NamedTuple

from synth_ros.errors import InternalError
from synth_ros.schema.shards import LABELS_SUFFIX, member_name, shard_path
from synth_ros.types import Instance, Part, Sample, SampleKey
from synth_ros.writers.coco_files import labels_path, provenance_path
from synth_ros.writers.coco_heads import file_record, model_records, part_records
from synth_ros.writers.coco_index import dump, episode_path
from synth_ros.writers.coco_records import EpisodeRecord, ExportFrameRecord, FrameRecord
from synth_ros.writers.exports import ExportedFrame
from synth_ros.writers.folder import os_errors, write_file
from synth_ros.writers.meshes import MeshBook, MeshFile
from synth_ros.writers.provenance import encode_provenance
from synth_ros.writers.shards import join_tar, tar_members
from synth_ros.writers.storage import FileEntry, Storage, entry

GO_ON = 'The episodes committed before stay valid: run the same command with --resume to go on.'


class EncodedFrame(NamedTuple):
    """A frame as it will lie on the disk.

    Attributes:
        key: Names it.
        record: Its share of the index.
        labels: Its line of structured labels.
        provenance: How it was made, JSON.
        files: Bytes of its own files by path relative to the dataset.
        exported: What further formats made of it.
        instances: All objects of the scene.
        parts: All parts that its part mask may name.
    """

    key: SampleKey
    record: FrameRecord
    labels: str
    provenance: str
    files: dict[str, bytes]
    exported: ExportedFrame
    instances: tuple[Instance, ...]
    parts: tuple[Part, ...]


class EpisodeDraft:
    """An episode that is being collected; nothing of it is in the dataset before ``commit``.

    Pixels are written aside at once, so that memory does not grow with the number of frames.

    Args:
        episode: Its number.
        storage: Of the dataset.
        encode: Makes the files of a sample.
        check_run: Raises ``OutputError`` once another run holds the dataset.
        book: Has the meshes of models.
        sharded: Whether the frames go into one tar.
    """

    def __init__(
        self,
        episode: int,
        storage: Storage,
        *,
        encode: Callable[[Sample], EncodedFrame],
        check_run: Callable[[], None],
        book: MeshBook,
        sharded: bool,
    ) -> None:
        self._book = book
        self._episode = episode
        self._storage = storage
        self._encode = encode
        self._check_run = check_run
        self._sharded = sharded
        # Another attempt at the episode may be under way on a machine that was given up.
        self._unit = storage.unit(f'{episode:06d}-{uuid.uuid4().hex}')
        self._lock = threading.Lock()
        self._frames: dict[SampleKey, EncodedFrame | None] = {}
        self._shared: dict[str, FileEntry] = {}
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
        self.store(self._encode(sample))

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
            with os_errors(self._storage.name, valid=GO_ON):
                self._put_aside(frame)
        except BaseException:
            with self._lock:
                del self._frames[key]
            raise
        with self._lock:
            # The pixels are on the disk; what the index needs of them is kept.
            self._frames[key] = frame._replace(
                files={}, exported=frame.exported._replace(files={}, shared={})
            )
            self._parts |= {part.part_id: part for part in frame.parts}

    def _put_aside(self, frame: EncodedFrame) -> None:
        files = dict(frame.exported.files)
        if self._sharded:
            members = {member_name(path): data for path, data in frame.files.items()}
            members[f'{frame.key.stem}{LABELS_SUFFIX}'] = f'{frame.labels}\n'.encode()
            write_file(self._unit.spool() / frame.key.stem, *tar_members(members))
        else:
            files |= frame.files
        self._unit.add(files)
        for path, data in frame.exported.shared.items():
            self._put_shared(path, data)

    def _put_shared(self, path: str, data: bytes) -> None:
        """Store a file whose name says what is in it, unless it is there."""
        with self._lock:
            if path in self._shared:
                return
            self._shared[path] = entry(path, data)
        if self._storage.size(path) != len(data):
            self._storage.replace(path, data)

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
        instances = {
            item.instance_id: item for frame in frames.values() for item in frame.instances
        }
        meshes = self._meshes_of(instances.values())
        with os_errors(self._storage.name, valid=GO_ON):
            for mesh in meshes.values():
                self._put_shared(mesh.path, mesh.data)
            self._add_shared_by_frames(frames)
            record = self._record(frames, instances.values(), meshes=meshes)
            self._check_run()
            self._unit.commit(episode_path(episode), f'{dump(record)}\n'.encode('ascii'))

    def _add_shared_by_frames(self, frames: dict[SampleKey, EncodedFrame]) -> None:
        """Put aside what the frames of the episode have in common."""
        provenance = {key: frame.provenance for key, frame in frames.items()}
        shared = {provenance_path(self._episode): encode_provenance(provenance)}
        if self._sharded:
            spool = self._unit.spool()
            parts = [spool / key.stem for key in frames]
            self._unit.pack(shard_path(self._episode), lambda out: join_tar(out, parts))
        else:
            lines = ''.join(f'{frame.labels}\n' for frame in frames.values())
            shared[labels_path(self._episode)] = lines.encode('utf-8')
        self._unit.add(shared)

    def _meshes_of(self, instances: Iterable[Instance]) -> dict[str, MeshFile]:
        """Files of the models that are in the scene, by model name."""
        names = sorted({item.model_name for item in instances})
        found = {name: self._book.file(name) for name in names}
        return {name: mesh for name, mesh in found.items() if mesh is not None}

    def _record(
        self,
        frames: dict[SampleKey, EncodedFrame],
        instances: Iterable[Instance],
        *,
        meshes: dict[str, MeshFile],
    ) -> EpisodeRecord:
        record: EpisodeRecord = {
            'episode': self._episode,
            'files': [
                file_record(item) for item in sorted([*self._unit.entries, *self._shared.values()])
            ],
            'models': model_records(instances, meshes),
            'parts': part_records(self._parts.values()),
            'frames': [frame.record for frame in frames.values()],
        }
        if self._shared:
            record['shared'] = sorted(self._shared)
        exports: dict[str, list[ExportFrameRecord]] = {}
        for frame in frames.values():
            for name, product in frame.exported.records.items():
                exports.setdefault(name, []).append(product)
        if exports:
            record['exports'] = exports
        return record

    def discard(self) -> None:
        """Remove what was written aside; harmless after a commit."""
        self._unit.discard()
