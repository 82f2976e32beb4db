"""The dataset writer: images, masks, dense labels, records and COCO files in one place.

``docs/dataset.md`` describes every file. A single process, or one :class:`EpisodeWriter` in each
worker beside one :class:`CocoWriter` in the main process, gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError
from synth_ros.schema.convert import record_of, to_json
from synth_ros.types import Sample
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco_compose import compose
from synth_ros.writers.coco_files import (
    encode_frame,
    frame_files,
)
from synth_ros.writers.coco_index import (
    begin_place,
    episode_path,
    folders_of,
    identity,
    is_whole,
    recover,
    whole_episodes,
)
from synth_ros.writers.coco_labels import frame_record
from synth_ros.writers.draft import GO_ON, EncodedFrame, EpisodeDraft
from synth_ros.writers.exports import export_frame, frame_formats, setup_of
from synth_ros.writers.folder import os_errors
from synth_ros.writers.formats.base import FormatSetup, FrameFormat, Pictures
from synth_ros.writers.meshes import MeshBook
from synth_ros.writers.storage import Place, Storage, storage_at


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
        formats: Further formats that are written beside it.
        book: Files of object models.
    """

    place: Place
    info: DatasetInfo
    options: DatasetConfig
    run: str | None = None
    formats: tuple[FrameFormat, ...] = field(init=False)
    book: MeshBook = field(init=False)

    def __post_init__(self) -> None:
        """Make the formats; each needs the libraries of its own here already."""
        formats = frame_formats(self.options.formats, self.setup)
        object.__setattr__(self, 'formats', formats)
        object.__setattr__(self, 'book', MeshBook(self.info.meshes))

    @property
    def setup(self) -> FormatSetup:
        """What formats must know."""
        return setup_of(self.info, self.options)

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
        with os_errors(self.storage.name, valid=GO_ON):
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
        pictures = Pictures(sample, options, largest_class_id=largest, meshes=self.info.meshes)
        return EncodedFrame(
            key=sample.key,
            record=frame_record(
                sample,
                frame_files(sample, options),
                categories={c.class_id: c for c in categories},
            ),
            labels=to_json(record_of(sample)),
            provenance=sample.provenance_json,
            files=encode_frame(sample, options, pictures),
            exported=export_frame(sample, pictures, self.formats),
            instances=sample.frame.instances,
            parts=tuple(sample.labels.dense.parts or ()),
        )

    def begin(self, episode: int) -> EpisodeDraft:
        """Start an episode whose frames come one by one; they are stored as they come.

        Raises:
            OutputError: The episode exists.
        """
        marker, storage = episode_path(episode), self.storage
        with os_errors(storage.name, valid=GO_ON):
            if storage.size(marker) is not None:
                raise OutputError(f'Episode {episode} is in {storage.name} already ({marker}).')
        return EpisodeDraft(
            episode,
            storage,
            encode=self.encode,
            check_run=self.check_run,
            book=self.book,
            sharded=self.options.container == 'shards',
        )


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
        options = self.episodes.options
        expected = identity(self.episodes.info, options)
        begin_place(self.storage, expected, folders=folders_of(options), resume=resume)
        return frozenset(recover(self.storage, options.formats))

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
        with os_errors(self.storage.name, valid=GO_ON):
            self.episodes.check_run()
            episodes = self.episodes
            compose(self.storage, episodes.setup, episodes.formats)

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
