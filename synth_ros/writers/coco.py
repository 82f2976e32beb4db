"""The dataset writer: images, depth, masks and COCO annotations in one folder.

``docs/dataset.md`` describes every file. A single process, or one :class:`EpisodeWriter` in each
worker beside one :class:`CocoWriter` in the main process, gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import InternalError, OutputError
from synth_ros.types import Sample, SampleKey
from synth_ros.writers import codecs
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_index import (
    FOLDERS,
    IDENTITY,
    PROVENANCE,
    check_folder,
    compose,
    dump,
    episode_path,
    identity,
    recover,
)
from synth_ros.writers.coco_records import (
    EpisodeRecord,
    FrameRecord,
    ImageFiles,
    annotation_record,
    file_record,
    image_record,
)
from synth_ros.writers.folder import (
    FolderLock,
    clear_staging,
    commit,
    entry,
    os_errors,
    replace_file,
)
from synth_ros.writers.provenance import encode_provenance
from synth_ros.writers.rle import encode_ids

_GO_ON = 'The episodes committed before stay valid: run the same command with --resume to go on.'


@dataclass(frozen=True, slots=True)
class EpisodeWriter:
    """Commits single episodes to a dataset that a :class:`CocoWriter` has opened.

    Plain data, cheap to send to worker processes. Workers may share one dataset as long as no
    two write the same episode.

    Attributes:
        root: The dataset folder.
        info: What the dataset is.
        options: Which files are written, and how.
    """

    root: Path
    info: DatasetInfo
    options: DatasetConfig

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
        for sample in samples:
            draft.add(sample)
        draft.commit()

    def begin(self, episode: int) -> EpisodeDraft:
        """Start an episode whose frames come one by one; they are encoded as they come.

        Raises:
            OutputError: The episode exists.
        """
        marker = episode_path(episode)
        if (self.root / marker).exists():
            raise OutputError(f'Episode {episode} is in {self.root} already ({marker}).')
        return EpisodeDraft(self, episode)

    def encode(self, sample: Sample, files: dict[str, bytes]) -> FrameRecord:
        """Encode one sample into ``files``, by path, and describe it.

        Raises:
            OutputError: A depth or id does not fit its file.
        """
        options, labels = self.options, sample.labels
        stem = sample.key.stem
        ending = codecs.suffix(options.rgb_format)
        paths: ImageFiles = {
            'rgb': f'images/{stem}{ending}',
            'depth': f'depth/{stem}.png' if options.depth else None,
            'instances': f'instance_masks/{stem}.png' if options.masks else None,
            'classes': f'semantic_masks/{stem}.png' if options.masks else None,
            'provenance': _provenance_path(sample.key.episode),
        }
        files[paths['rgb']] = codecs.encode_rgb(
            sample.rgb, rgb_format=options.rgb_format, jpeg_quality=options.jpeg_quality
        )
        if paths['depth']:
            files[paths['depth']] = codecs.encode_depth(sample.depth_m)
        if paths['instances']:
            files[paths['instances']] = codecs.encode_instances(labels.instance_id)
        if paths['classes']:
            largest = max((c.class_id for c in self.info.categories), default=0)
            files[paths['classes']] = codecs.encode_classes(labels.class_id, largest)
        masks = encode_ids(labels.instance_id)
        annotations = [
            annotation_record(label, masks[label.instance.instance_id])
            for label in labels.instances
        ]
        return {'image': image_record(sample, paths), 'annotations': annotations}


class EpisodeDraft:
    """An episode that is being collected; nothing of it is in the dataset before ``commit``.

    Args:
        writer: Encodes and stores.
        episode: Its number.
    """

    def __init__(self, writer: EpisodeWriter, episode: int) -> None:
        self._writer = writer
        self._episode = episode
        self._files: dict[str, bytes] = {}
        self._frames: dict[SampleKey, FrameRecord] = {}
        self._provenance: dict[SampleKey, str] = {}

    def __len__(self) -> int:
        """Frames so far."""
        return len(self._frames)

    def add(self, sample: Sample) -> None:
        """Encode a frame; frames may come in any order.

        Raises:
            OutputError: A depth or id does not fit its file.
            InternalError: It belongs to another episode or came before.
        """
        key = sample.key
        if key.episode != self._episode or key in self._frames:
            raise InternalError(
                f'Episode {self._episode} needs frames of its own with distinct keys, got {key}.'
            )
        files: dict[str, bytes] = {}
        self._frames[key] = self._writer.encode(sample, files)
        self._files |= files
        self._provenance[key] = sample.provenance_json

    def commit(self) -> None:
        """Put the whole episode into the dataset, or nothing of it.

        Raises:
            OutputError: The disk is full or the folder is not writable.
            InternalError: There is no frame.
        """
        if not self._frames:
            raise InternalError(f'Episode {self._episode} needs frames of its own, got none.')
        keys, files, episode = sorted(self._frames), self._files, self._episode
        files[_provenance_path(episode)] = encode_provenance(
            {key: self._provenance[key] for key in keys}
        )
        record: EpisodeRecord = {
            'episode': episode,
            'files': [file_record(entry(path, files[path])) for path in sorted(files)],
            'frames': [self._frames[key] for key in keys],
        }
        marker = episode_path(episode)
        files[marker] = f'{dump(record)}\n'.encode('ascii')
        with os_errors(self._writer.root, valid=_GO_ON):
            commit(self._writer.root, f'{episode:06d}', files, marker=marker)


class CocoWriter:
    """Opens a dataset folder, commits episodes, and finishes the dataset.

    Args:
        path: The dataset folder; created with its parents.
        info: What the dataset is.
        options: Which files are written, and how.
        resume: Go on with a dataset of the same config, seed and version. What a stopped run
            left half done is removed.

    Raises:
        OutputError: The folder is in use, not empty (without ``resume``), holds another
            dataset, or cannot be written.
    """

    def __init__(
        self, path: Path, info: DatasetInfo, options: DatasetConfig, *, resume: bool = False
    ) -> None:
        self.path = Path(path)
        self.episodes = EpisodeWriter(self.path, info, options)
        self._lock = FolderLock(self.path)
        try:
            with os_errors(self.path, valid='No episode was lost.'):
                self._committed = self._open(resume=resume)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, *, resume: bool) -> frozenset[int]:
        expected = identity(self.episodes.info, self.episodes.options)
        known = check_folder(self.path, expected, resume=resume)
        committed = recover(self.path)
        if not known:
            replace_file(self.path / IDENTITY, f'{dump(expected)}\n'.encode('ascii'))
        for folder in FOLDERS:
            (self.path / folder).mkdir(exist_ok=True)
        return frozenset(committed)

    def committed_episodes(self) -> frozenset[int]:
        """The episodes that were whole when the folder was opened; a resumed run skips them."""
        return self._committed

    def write_episode(self, episode: int, samples: Sequence[Sample]) -> None:
        """Commit one whole episode, or nothing of it; see :class:`EpisodeWriter`."""
        self.episodes.write_episode(episode, samples)

    def finish(self) -> None:
        """Compose the index from all committed episodes, those of workers included.

        May be called again after more episodes.

        Raises:
            OutputError: It could not be written; the episodes stay valid.
        """
        with os_errors(self.path, valid=_GO_ON):
            compose(self.path, self.episodes.info)

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the dataset when all went well; let go of the folder in any case."""
        try:
            if error is None:
                self.finish()
        finally:
            clear_staging(self.path)
            self._lock.release()


def _provenance_path(episode: int) -> str:
    return f'{PROVENANCE}/{episode:06d}.json'
