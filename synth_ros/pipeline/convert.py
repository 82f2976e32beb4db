"""Turns a dataset or a bag into another format, or into a dataset of ours."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from synth_ros.config.output import DatasetConfig, FormatName
from synth_ros.errors import ForeignBagError, OutputError, UsageError
from synth_ros.pipeline.episode_splits import default_splits
from synth_ros.pipeline.recorded import episodes_of, info_of, options_of, read_sample
from synth_ros.readers.open_recording import open_recording
from synth_ros.readers.recording import FrameId, Recording
from synth_ros.types import Sample, SampleKey
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.export_writer import EpisodeExporter, ExportWriter, source_of
from synth_ros.writers.exports import setup_of
from synth_ros.writers.formats.base import FormatSetup
from synth_ros.writers.formats.registry import is_packed


@dataclass(frozen=True, slots=True)
class ConvertRequest:
    """What to convert.

    Attributes:
        source: A dataset or a bag.
        out: Folder, or the URL of another place.
        to: The format; ``None`` makes a dataset of ours.
        options: How colour is stored, and so on; ``None`` keeps it as it is.
        shares: Of the splits; empty takes those of the source, or the defaults.
        seed: Of the splits; ``None`` takes the source's.
        resume: Go on with a conversion that was begun.
        workers: Processes.
        skip_damaged: Leave out frames that cannot be read, and list them.
    """

    source: Path
    out: Path | str
    to: FormatName | None
    options: DatasetConfig | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
    resume: bool = False
    workers: int = 1
    skip_damaged: bool = False


class Converted(NamedTuple):
    """What came out.

    Attributes:
        frames: In the result.
        splits: Episodes in each split; empty where there are none.
        lost: What the format cannot hold: sentences, and how many cases.
        damaged: Frames that were left out, a sentence each.
        resumed: Episodes that were there already.
    """

    frames: int
    splits: Mapping[str, int]
    lost: Mapping[str, int]
    damaged: tuple[str, ...]
    resumed: int


Progress = Callable[[int, int], None]

# So many parts for each worker: fewer would end at different times, more open the source oftener.
_PARTS = 4
_TO_SKIP = 'To convert the rest, --skip-damaged leaves such frames out and lists them.'


class Source:
    """Samples of a recording, and which of them could not be read.

    Args:
        recording: Opened.
        request: Says what becomes of frames that cannot be read, and of colour images.

    Attributes:
        recording: The recording.
        episodes: Frames of each scene, in order.
        damaged: What was left out, a sentence each.
    """

    def __init__(self, recording: Recording, request: ConvertRequest) -> None:
        self.recording = recording
        self.episodes = {
            episode: tuple(sample_key(key) for key in keys)
            for episode, keys in episodes_of(recording)
        }
        self.damaged: list[str] = []
        self._skip_damaged = request.skip_damaged
        options = request.options
        kept = recording.origin.rgb_format
        # JPEG encoded anew loses more; PNG gives the same bytes again, for more time.
        self._copies = options is None or options.rgb_format == kept == 'png'
        self._frames = {sample_key(key): key for key in recording.frames}

    def look_for_remains(self) -> None:
        """Note what a bag has of frames that are not whole enough to be found.

        Raises:
            UsageError: There is some, and nothing may be left out.
        """
        recording = self.recording
        if recording.kind != 'bag' or not recording.problems:
            return
        if not self._skip_damaged:
            raise UsageError(
                f'{recording.path}: {recording.problems[0]} {_TO_SKIP}'
                + (f' There are {n} such places.' if (n := len(recording.problems)) > 1 else '')
            )
        self.damaged += recording.problems

    @property
    def keys(self) -> list[SampleKey]:
        """All frames, in order."""
        return list(self._frames)

    def samples(self, keys: Sequence[SampleKey]) -> Iterator[Sample]:
        """Some frames, those left out that are damaged.

        Raises:
            UsageError: One is damaged, and none may be left out.
        """
        for key in keys:
            try:
                sample = self._sample(self._frames[key])
            except UsageError as error:
                if not self._skip_damaged:
                    raise UsageError(f'{error} {_TO_SKIP}') from error
                self.damaged.append(f'{key.stem}: {error}')
                continue
            yield sample

    def _sample(self, key: FrameId) -> Sample:
        sample = read_sample(self.recording, key)
        return replace(sample, rgb_file=self.recording.rgb_file(key)) if self._copies else sample


def sample_key(key: FrameId) -> SampleKey:
    """Name of a frame as a sample: scenes of a recording are numbered in order."""
    return SampleKey(key.run, key.view, key.camera)


def convert(request: ConvertRequest, progress: Progress) -> Converted:
    """Convert; a bag of other cameras becomes a plain COCO dataset.

    The same source and request give the same bytes, by any number of workers.

    Args:
        request: What.
        progress: Called with (frames done, frames in all) after each episode.

    Raises:
        UsageError: The source cannot be read, or lacks what the format is made of.
        OutputError: The place cannot be written; what was committed stays valid.
    """
    try:
        recording = open_recording(request.source)
    except ForeignBagError:
        if request.to is not None:
            raise
        # Imported here: a dataset needs no decoder of messages.
        from synth_ros.pipeline.foreign_bag import convert_foreign

        return convert_foreign(request, progress)
    with closing(recording):
        if not recording.frames:
            raise UsageError(f'There is no frame in {request.source}: nothing to convert.')
        source = Source(recording, request)
        source.look_for_remains()
        options = options_of(recording, _options(recording, request))
        if request.to is None:
            return _to_dataset(source, request, options=options, progress=progress)
        splits = default_splits(recording, shares=request.shares, seed=request.seed)
        setup = setup_of(info_of(recording, splits), options)
        return _to_format(source, request, to=request.to, setup=setup, progress=progress)


def _options(recording: Recording, request: ConvertRequest) -> DatasetConfig:
    """Those asked for; else colour stays in the format it has."""
    if request.options is not None:
        return request.options
    origin = recording.origin
    return DatasetConfig(
        rgb_format=origin.rgb_format,
        jpeg_quality=origin.stored.jpeg_quality,
        container=origin.stored.container if origin.keeps_container else 'folder',
    )


def _to_dataset(
    source: Source, request: ConvertRequest, *, options: DatasetConfig, progress: Progress
) -> Converted:
    """Write a dataset of ours, as the recorder would have."""
    info = info_of(source.recording, default_splits(source.recording))
    with CocoWriter(request.out, info, options, resume=request.resume) as writer:
        done = writer.committed_episodes() & source.episodes.keys()
        frames = sum(len(source.episodes[episode]) for episode in done)
        for episode, keys in source.episodes.items():
            if episode in done:
                continue
            draft = writer.episodes.begin(episode)
            try:
                for sample in source.samples(keys):
                    draft.add(sample)
                if len(draft):
                    draft.commit()
            finally:
                draft.discard()
            frames += len(draft)
            progress(frames, len(source.recording.frames))
    return Converted(frames, {}, {}, tuple(source.damaged), resumed=len(done))


def _to_format(
    source: Source,
    request: ConvertRequest,
    *,
    to: FormatName,
    setup: FormatSetup,
    progress: Progress,
) -> Converted:
    """Write a format of somebody else."""
    recording = source.recording
    identity = source_of(setup, to=to, where=recording.path.name, frames=source.keys)
    writer = ExportWriter(request.out, to, setup, source=identity, resume=request.resume)
    with closing(writer):
        if is_packed(to):
            made = writer.pack(_watched(source, progress))
            damaged, resumed = tuple(source.damaged), 0
        else:
            todo = [episode for episode in source.episodes if episode not in writer.committed]
            damaged = _write_episodes(source, request, writer, todo=todo, progress=progress)
            made = writer.finish()
            resumed = len(source.episodes) - len(todo)
    return Converted(made['frames'], made['splits'], made['lost'], damaged, resumed)


def _watched(source: Source, progress: Progress) -> Iterator[Sample]:
    """All samples, in order."""
    for number, sample in enumerate(source.samples(source.keys), 1):
        yield sample
        progress(number, len(source.recording.frames))


def _write_episodes(
    source: Source,
    request: ConvertRequest,
    writer: ExportWriter,
    *,
    todo: Sequence[int],
    progress: Progress,
) -> tuple[str, ...]:
    """Convert episodes, in this process or in several; returns what was damaged."""
    total = len(source.recording.frames)
    done = total - sum(len(source.episodes[episode]) for episode in todo)
    if request.workers <= 1 or len(todo) < 2:
        for episode in todo:
            writer.episodes.write(episode, source.samples(source.episodes[episode]))
            done += len(source.episodes[episode])
            progress(done, total)
        return tuple(source.damaged)
    damaged: list[str] = []
    size = max(1, len(todo) // (_PARTS * request.workers))
    parts = [todo[start : start + size] for start in range(0, len(todo), size)]
    spawn = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(
        min(request.workers, len(parts)), mp_context=spawn, initializer=_end_with_parent
    ) as pool:
        tasks = {pool.submit(_work, request, writer.episodes, tuple(part)): part for part in parts}
        try:
            for task in as_completed(tasks):
                damaged += task.result()
                done += sum(len(source.episodes[episode]) for episode in tasks[task])
                progress(done, total)
        except BrokenProcessPool as error:
            raise OutputError(
                'A process of the conversion ended without a word: it was killed, perhaps because '
                'memory ran out. What was converted stays valid: run the same command with '
                '--resume to go on, with fewer --workers if need be.'
            ) from error
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return tuple(sorted([*source.damaged, *damaged]))


def _end_with_parent() -> None:
    """Let a worker end when the command that began it is killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name='synth_ros parent', daemon=True).start()


def _work(
    request: ConvertRequest, writer: EpisodeExporter, episodes: tuple[int, ...]
) -> list[str]:
    """Convert some episodes in a process of their own."""
    with closing(open_recording(request.source)) as recording:
        source = Source(recording, request)
        for episode in episodes:
            writer.write(episode, source.samples(source.episodes[episode]))
        return source.damaged
