"""Turns recorded messages into a dataset, on a thread of its own."""

from __future__ import annotations

import queue
import re
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from pydantic import BaseModel, ValidationError
from rclpy.serialization import deserialize_message
from std_msgs.msg import String

from synth_ros.errors import InternalError, OutputError, RosError
from synth_ros.pipeline.overlap import BoundedPool, finisher_threads
from synth_ros.ros.assemble import Assembled, sample_from_parts
from synth_ros.ros.cdr import leading_stamp_ns
from synth_ros.ros.pairing import ExactPairer
from synth_ros.types import Sample, SampleKey
from synth_ros.writers.coco import EpisodeWriter
from synth_ros.writers.draft import EpisodeDraft

_STAMP = re.compile(r'"stamp_ns":(\d+)')
# A scene is committed when all cameras have moved on. Should one camera fall silent, at most so
# many scenes wait for it.
_OPEN_SCENES = 4
# Half a minute of everything that two cameras of 640 x 480 give at 5 Hz.
_MAX_WAITING_BYTES = 8 * 10**9
# Assembled but not stored yet; with every annotation on, one of 640 x 480 takes 25 MB.
_FRAMES_AHEAD = 8
# The simulator shares the machine.
_PROCESSES = 2

_SceneKey = tuple[str, int]


class _Part(NamedTuple):
    camera: str
    part: str
    cdr: bytes


class _Origin(BaseModel):
    """What a frame's provenance says of its config; the rest is not looked at."""

    config_hash: str
    seed: int


@dataclass(slots=True)
class _Scene:
    number: int
    draft: EpisodeDraft


class DatasetSink:
    """Pairs, assembles, encodes and commits what the recorder receives.

    One thread pairs, assembles and commits; a few encode and store frames beside it.

    Every scene that the simulator opens becomes one episode of the dataset, numbered in order
    of arrival, so that a scene which was reset and played twice is stored twice.

    Args:
        writer: Where episodes go.
        cameras: Cameras to expect.
        parts: Streams that each sample is made of, as ``streams.sample_parts`` has them.
        max_waiting_bytes: Messages that may wait to be written; more is an error, before
            memory runs out.
    """

    def __init__(
        self,
        writer: EpisodeWriter,
        cameras: Sequence[str],
        *,
        parts: frozenset[str],
        max_waiting_bytes: int = _MAX_WAITING_BYTES,
    ) -> None:
        self.samples = 0
        self.most_waiting_bytes = 0
        self.error: BaseException | None = None
        self._writer = writer
        self._pairers: dict[str, ExactPairer[bytes]] = {c: ExactPairer(parts) for c in cameras}
        self._scenes: dict[_SceneKey, _Scene] = {}
        self._numbers: dict[_SceneKey, int] = {}
        self._playing: dict[str, int] = {}
        self._late: list[str] = []
        self._max_waiting_bytes = max_waiting_bytes
        # Each is counted by one thread alone.
        self._put_bytes = 0
        self._taken_bytes = 0
        self._storing: deque[Future[None]] = deque()
        self._encoders = BoundedPool(
            finisher_threads(_PROCESSES), room=_FRAMES_AHEAD, name='synth_ros encode'
        )
        self._queue: queue.SimpleQueue[_Part | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name='synth_ros dataset')
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Messages that wait to be written."""
        return self._queue.qsize()

    @property
    def waiting_bytes(self) -> int:
        """Size of the messages that wait to be written."""
        return self._put_bytes - self._taken_bytes

    @property
    def incomplete(self) -> list[str]:
        """A sentence for each set of messages that never became whole."""
        return [
            f'{camera} at {item.stamp_ns} ns lacks {", ".join(item.missing)}'
            for camera, pairer in self._pairers.items()
            for item in pairer.incomplete
        ] + self._late

    def put(self, camera: str, part: str, cdr: bytes) -> None:
        """Hand over a serialised message; returns at once.

        Once there is an ``error``, nothing more is taken.
        """
        if self.error is not None:
            return
        self._put_bytes += len(cdr)
        self._queue.put(_Part(camera, part, cdr))
        waiting = self.waiting_bytes
        self.most_waiting_bytes = max(self.most_waiting_bytes, waiting)
        if waiting > self._max_waiting_bytes:
            self.error = OutputError(
                f'The dataset is written more slowly than frames come: {waiting / 1e9:.1f} GB '
                'wait in memory. What came until now is stored. Lower output.live.rate_hz or '
                'real_time_factor, switch off annotations, or record a bag alone.'
            )

    def close(self) -> None:
        """Write what is left.

        Raises:
            SynthRosError: Something could not be written; what was committed stays valid.
        """
        self._queue.put(None)
        self._thread.join()
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            while (item := self._queue.get()) is not None:
                self._take(item)
                self._taken_bytes += len(item.cdr)
            for pairer in self._pairers.values():
                pairer.finish()
            for key in list(self._scenes):
                self._commit(key)
        except BaseException as error:  # noqa: BLE001 (close raises it)
            self.error = error
        finally:
            self._encoders.shutdown(wait=True)
            # Makes room on a full disk for the index of what was committed.
            for scene in self._scenes.values():
                scene.draft.discard()

    def _take(self, item: _Part) -> None:
        stamp_ns = part_stamp_ns(item.part, item.cdr)
        whole = self._pairers[item.camera].add(item.part, stamp_ns, item.cdr)
        if whole is not None:
            self._add(sample_from_parts(item.camera, whole))

    def _add(self, assembled: Assembled) -> None:
        sample = assembled.sample
        self._check(sample.provenance_json)
        scene = self._scene((assembled.session, assembled.run))
        if scene is None:
            self._late.append(f'{sample.key.camera} at {sample.frame.stamp_ns} ns came too late')
            return
        key = SampleKey(scene.number, sample.key.view, sample.key.camera)
        task = partial(self._store, scene.draft, replace(sample, key=key))
        self._storing.append(self._encoders.submit(task))
        self._count_stored(wait=False)
        self._playing[sample.key.camera] = scene.number
        self._commit_played()

    def _store(self, draft: EpisodeDraft, sample: Sample) -> None:
        draft.store(self._writer.encode(sample))

    def _count_stored(self, *, wait: bool) -> None:
        """Count the frames stored since the last time, in order; an error of one is raised.

        Args:
            wait: For all of them.
        """
        while self._storing and (wait or self._storing[0].done()):
            self._storing.popleft().result()
            self.samples += 1

    def _check(self, provenance_json: str) -> None:
        """See that the simulator runs what the dataset claims to hold."""
        claimed = self._writer.info
        try:
            made = _Origin.model_validate_json(provenance_json)
        except ValidationError as error:
            raise RosError('The annotations do not say which config made the frame.') from error
        if (made.config_hash, made.seed) != (claimed.config_hash, claimed.seed):
            raise RosError(
                'The simulator runs another config or seed than the recorder was given: config '
                f'{made.config_hash[:12]} with seed {made.seed}, not {claimed.config_hash[:12]} '
                f'with seed {claimed.seed}. Give both the same.'
            )

    def _scene(self, key: _SceneKey) -> _Scene | None:
        """The scene of a key, begun if it is new; ``None`` if it was committed."""
        if key not in self._numbers:
            number = self._numbers[key] = len(self._numbers)
            self._scenes[key] = _Scene(number, self._writer.begin(number))
        return self._scenes.get(key)

    def _commit_played(self) -> None:
        """Commit the scenes that no camera will add to."""
        silent = self._pairers.keys() - self._playing.keys()
        oldest = -1 if silent else min(self._playing.values())
        for key, scene in list(self._scenes.items()):
            if scene.number < oldest or len(self._scenes) > _OPEN_SCENES:
                self._commit(key)

    def _commit(self, key: _SceneKey) -> None:
        self._count_stored(wait=True)
        scene = self._scenes.pop(key)
        if not len(scene.draft):
            raise InternalError(f'Scene {scene.number} was opened without a frame.')
        try:
            scene.draft.commit()
        finally:
            scene.draft.discard()


def part_stamp_ns(part: str, cdr: bytes) -> int:
    """Stamp of a serialised message without reading its pixels.

    Args:
        part: Stream name as in ``CameraTopics``.
        cdr: The message: all but ``annotations`` begin with a std_msgs/Header.

    Raises:
        RosError: If the message is damaged.
    """
    if part == 'annotations':
        match = _STAMP.search(deserialize_message(cdr, String).data)
        if match is None:
            raise RosError('An annotations message carries no stamp; is it from synth_ros?')
        return int(match[1])
    stamp_ns = leading_stamp_ns(cdr)
    if stamp_ns is None:
        raise RosError(f'A message of {len(cdr)} bytes on stream {part} is damaged.')
    return stamp_ns
