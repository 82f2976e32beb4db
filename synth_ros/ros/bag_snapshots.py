"""The last seconds as a bag of their own, whenever somebody asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from synth_ros.errors import SynthRosError
from synth_ros.ros.bag_sink import BagNote, custom_data
from synth_ros.ros.recorder_params import Compression, SnapshotParams
from synth_ros.ros.seen_models import SeenModels
from synth_ros.writers.bag_meshes import write_bag_meshes
from synth_ros.writers.bag_metadata import BagTopic
from synth_ros.writers.bag_recent import Excerpt, RecentMessages, write_excerpt

Tell = Callable[[str], object]


class BagSnapshots:
    """Keeps the last seconds and writes them on a thread of its own, while more comes in.

    Args:
        params: How much is kept, and where bags go.
        compression: Of the bags.
        note: What they say of the dataset that they can become; ``None`` without a config.
    """

    def __init__(
        self,
        params: SnapshotParams,
        *,
        compression: Compression,
        note: BagNote | None,
    ) -> None:
        self._prefix = Path(params.bag)
        self._compression = compression
        self._meshes = None if note is None else note.info.meshes
        self._custom_data = custom_data(note)
        self._recent = RecentMessages(params.duration_ns, max_bytes=params.max_bytes)
        self._channels: dict[str, int] = {}
        self._models = SeenModels()
        self._thread: threading.Thread | None = None

    def add_topic(self, topic: BagTopic) -> None:
        """Announce a topic."""
        self._channels[topic.name] = self._recent.add_topic(topic)

    def add(self, topic: str, cdr: bytes, *, received_ns: int, sent_ns: int) -> None:
        """Keep a message for a while."""
        self._recent.add(self._channels[topic], cdr, log_ns=received_ns, publish_ns=sent_ns)

    def note_models(self, annotations: bytes) -> None:
        """Remember which models a serialised annotations message names."""
        self._models.note(annotations)

    def take(self, *, done: Tell, failed: Tell) -> tuple[bool, str]:
        """Begin to write what is kept.

        Args:
            done: Told when it is written.
            failed: Told why it could not be.

        Returns:
            Whether it was begun, and a sentence.
        """
        if self._thread is not None and self._thread.is_alive():
            return False, 'The last snapshot is still being written.'
        excerpt = self._recent.excerpt()
        if not excerpt.messages:
            return False, 'Nothing has come yet.'
        path = self._free_path()
        models = frozenset(self._models.names)

        def write() -> None:
            try:
                self._write(path, excerpt, models)
            except SynthRosError as error:
                failed(str(error))
            else:
                done(f'Snapshot written: {path}')

        self._thread = threading.Thread(target=write, name='synth_ros snapshot')
        self._thread.start()
        seconds = excerpt.duration_ns * 1e-9
        return True, f'Writing the last {seconds:.1f} s to {path}.'

    def _free_path(self) -> Path:
        number = 0
        while (path := self._prefix.with_name(f'{self._prefix.name}_{number}')).exists():
            number += 1
        return path

    def _write(self, path: Path, excerpt: Excerpt, models: frozenset[str]) -> None:
        write_excerpt(path, excerpt, compression=self._compression, custom_data=self._custom_data)
        write_bag_meshes(path, self._meshes, models)

    def close(self) -> None:
        """Wait until what was begun is written."""
        if self._thread is not None:
            self._thread.join()
