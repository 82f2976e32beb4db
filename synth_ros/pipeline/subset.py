"""A part of a dataset becomes a dataset of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.renumber import Change, renumbered
from synth_ros.pipeline.split import write_splits
from synth_ros.pipeline.stored import StoredDataset, StoredEpisode
from synth_ros.pipeline.where import Condition, Subject, parse
from synth_ros.readers.split_file import SplitFile, read_splits
from synth_ros.types import SampleKey
from synth_ros.writers.base import SelectionNote
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.coco_records import AnnotationRecord, FrameRecord
from synth_ros.writers.storage import storage_at

Progress = Callable[[int, int], None]

_NAN = float('nan')


class SubsetRequest(NamedTuple):
    """What to take.

    Attributes:
        source: Folder of a finished dataset.
        out: Folder of the new one.
        where: Condition on objects; empty takes every frame.
        keep: ``frames``: frames with an object that meets it, with all their labels.
            ``objects``: those frames, with the labels of these objects alone.
        episodes: Ranges of episode numbers, such as ``0-9,12``; empty takes all.
        every: One of so many frames of each camera in an episode.
        max_frames: At most so many frames, spread over what is selected; 0 takes all.
        container: ``folder`` or ``shards``; ``None`` takes the source's.
        resume: Go on with an interrupted one.
    """

    source: Path
    out: Path
    where: str = ''
    keep: Literal['frames', 'objects'] = 'frames'
    episodes: str = ''
    every: int = 1
    max_frames: int = 0
    container: str | None = None
    resume: bool = False


class SubsetResult(NamedTuple):
    """What came out.

    Attributes:
        episodes: Of which something was taken.
        frames: That were taken.
        frames_before: Of the source.
        objects: Labelled objects in the new dataset.
        unlabelled: Objects that are seen in it and have lost their label (``keep: objects``).
        resumed: Episodes that were there already.
    """

    episodes: int
    frames: int
    frames_before: int
    objects: int
    unlabelled: int
    resumed: int


class _Taken(NamedTuple):
    """A frame that is taken: instances that meet the condition, and how many have labels."""

    meeting: frozenset[int]
    labelled: int


_Selection = dict[int, dict[SampleKey, _Taken]]


def subset(request: SubsetRequest, progress: Progress | None = None) -> SubsetResult:
    """Take a part of a dataset; frames keep their numbers and names.

    Args:
        request: What to take.
        progress: Called with (episodes done, episodes in all).

    Raises:
        UsageError: The source is no finished dataset or damaged, the request is wrong, or no frame
            is left.
        OutputError: The output is in use, not empty, or cannot be written.
    """
    dataset = StoredDataset(request.source)
    condition = parse(request.where) if request.where else None
    splits = read_splits(dataset.root, dataset.episodes)
    wanted = episode_numbers(request.episodes, dataset.episodes)
    if condition:
        condition.check(_words(dataset, splits, condition.fields))
    chosen, before = _select(dataset, request, condition, splits=splits, wanted=wanted)
    if not chosen:
        raise UsageError(
            f'No frame of {dataset.root} is left, of {before}. Loosen --where, --episodes or '
            '--every; synth-ros report shows what the dataset has.'
        )
    resumed = _write(dataset, request, chosen=chosen, progress=progress)
    taken = [frame for frames in chosen.values() for frame in frames.values()]
    labelled = sum(frame.labelled for frame in taken)
    kept = sum(len(frame.meeting) for frame in taken) if request.keep == 'objects' else labelled
    if splits is not None:
        write_splits(StoredDataset(request.out), _remaining(splits, chosen))
    return SubsetResult(len(chosen), len(taken), before, kept, labelled - kept, resumed)


def _remaining(splits: SplitFile, chosen: _Selection) -> SplitFile:
    """The splits of what is left; what a model has not seen stays unseen."""
    left = {
        name: tuple(number for number in numbers if number in chosen)
        for name, numbers in splits.episodes.items()
    }
    return splits.model_copy(
        update={'episodes': {name: numbers for name, numbers in left.items() if numbers}}
    )


def episode_numbers(text: str, there: Sequence[int]) -> frozenset[int]:
    """Episodes of ranges such as ``0-9,12``; both ends belong to a range.

    Args:
        text: The ranges; empty means all.
        there: All episodes of the dataset.

    Raises:
        UsageError: It is no list of ranges, or names no episode of the dataset.
    """
    if not text.strip():
        return frozenset(there)
    found: set[int] = set()
    for piece in text.split(','):
        match = re.fullmatch(r'\s*(\d+)\s*(?:-\s*(\d+)\s*)?', piece)
        if match is None:
            raise UsageError(
                f'--episodes {text}: {piece.strip()!r} is no number and no range such as 0-9.'
            )
        first, last = int(match[1]), int(match[2] or match[1])
        inside = {number for number in there if first <= number <= last}
        if not inside:
            raise UsageError(
                f'--episodes {text}: the dataset has no episode in {piece.strip()}; it has '
                f'{len(there)}, from {there[0]} to {there[-1]}.'
            )
        found |= inside
    return frozenset(found)


def _words(
    dataset: StoredDataset, splits: SplitFile | None, fields: frozenset[str]
) -> dict[str, set[str]]:
    """All words that some fields of a condition can have, but names of instances."""
    words: dict[str, set[str]] = {
        'class': {c.name for c in dataset.info.categories if c.is_thing},
        'model': set(dataset.models),
        'split': set(splits.episodes) if splits else set(),
    }
    # These are asked of every episode, so only if they matter.
    if 'camera' in fields:
        words['camera'] = {
            frame['image']['camera']
            for number in dataset.episodes
            for frame in dataset.marker(number)['frames']
        }
    if 'scenario' in fields:
        words['scenario'] = {dataset.episode(number).scenario() for number in dataset.episodes}
    return words


def _select(
    dataset: StoredDataset,
    request: SubsetRequest,
    condition: Condition | None,
    *,
    splits: SplitFile | None,
    wanted: frozenset[int],
) -> tuple[_Selection, int]:
    """The frames to take by episode, and how many frames there are."""
    chosen: _Selection = {}
    before = 0
    split_of = splits.split_of() if splits else {}
    names = {category.class_id: category.name for category in dataset.info.categories}
    for number in dataset.episodes:
        episode = dataset.episode(number)
        before += len(episode.marker['frames'])
        if number not in wanted:
            continue
        context = _Context(names, split_of.get(number, ''), _scenario(episode, condition))
        frames = dict(_taken(episode, request, condition=condition, context=context))
        if frames:
            chosen[number] = frames
    return _thinned(chosen, request.max_frames), before


class _Context(NamedTuple):
    """What conditions ask of an episode: class names by id, its split, its scenario."""

    names: Mapping[int, str]
    split: str
    scenario: str


def _scenario(episode: StoredEpisode, condition: Condition | None) -> str:
    return episode.scenario() if condition and 'scenario' in condition.fields else ''


def _taken(
    episode: StoredEpisode,
    request: SubsetRequest,
    *,
    condition: Condition | None,
    context: _Context,
) -> Iterator[tuple[SampleKey, _Taken]]:
    places: dict[str, int] = {}
    for frame in episode.marker['frames']:
        image = frame['image']
        camera = image['camera']
        place = places.get(camera, 0)
        places[camera] = place + 1
        if place % request.every:
            continue
        key = SampleKey(image['episode'], image['view'], camera)
        labelled = frame['annotations']
        meeting = frozenset(
            annotation['instance_id']
            for annotation in labelled
            if condition is None or condition(_subject(frame, annotation, context))
        )
        empty = not labelled and (condition is None or condition(_nothing(frame, context)))
        if meeting or empty:
            yield key, _Taken(meeting, len(labelled))


def _subject(frame: FrameRecord, item: AnnotationRecord, context: _Context) -> Subject:
    position_m = np.array(item['camera_from_object'])[:3, 3]
    return _nothing(frame, context)._replace(
        class_name=context.names[item['category_id']],
        model=item['model'],
        instance=item['instance_name'],
        visibility=item['visibility'],
        truncation=item['truncation'],
        occlusion=item['occlusion'],
        area=item['area'],
        width=item['bbox'][2],
        height=item['bbox'][3],
        distance=float(np.linalg.norm(position_m)),
    )


def _nothing(frame: FrameRecord, context: _Context) -> Subject:
    """A frame without an object: all that is asked of objects is empty or no number."""
    image = frame['image']
    return Subject(
        class_name='',
        model='',
        instance='',
        camera=image['camera'],
        scenario=context.scenario,
        split=context.split,
        visibility=_NAN,
        truncation=_NAN,
        occlusion=_NAN,
        area=_NAN,
        width=_NAN,
        height=_NAN,
        distance=_NAN,
        episode=image['episode'],
        view=image['view'],
        objects=len(frame['annotations']),
    )


def _thinned(chosen: _Selection, limit: int) -> _Selection:
    """At most so many frames, spread evenly."""
    keys = [(number, key) for number, frames in chosen.items() for key in frames]
    if not limit or len(keys) <= limit:
        return chosen
    left: _Selection = {}
    for place in range(limit):
        number, key = keys[place * len(keys) // limit]
        left.setdefault(number, {})[key] = chosen[number][key]
    return left


def _write(
    dataset: StoredDataset,
    request: SubsetRequest,
    *,
    chosen: _Selection,
    progress: Progress | None,
) -> int:
    """Copy what is chosen; returns how many episodes were there already."""
    info = dataset.info
    note = SelectionNote(
        request.where, request.keep, request.episodes, request.every, request.max_frames
    )
    info = info._replace(
        description=f'{info.description}; a subset', sources=(dataset.note,), selection=note
    )
    change = Change(
        classes={category.class_id: category.class_id for category in info.categories},
        parts={},
        all_parts=None,
        largest_class_id=max((c.class_id for c in info.categories if c.is_thing), default=0),
    )
    options = DatasetConfig.model_validate(
        dataset.options.model_dump()
        | {'container': request.container or dataset.options.container}
    )
    _check_strangers(request, chosen)
    with CocoWriter(request.out, info, options, resume=request.resume) as writer:
        done = writer.committed_episodes()
        for count, (number, frames) in enumerate(chosen.items(), 1):
            if number not in done:
                draft = writer.episodes.begin(number)
                try:
                    episode = dataset.episode(number)
                    for frame in episode.frames():
                        if frame.key in frames:
                            kept = frames[frame.key].meeting
                            draft.store(
                                renumbered(
                                    frame,
                                    episode.files_of(frame.record),
                                    change,
                                    episode=number,
                                    kept=kept if request.keep == 'objects' else None,
                                )
                            )
                    draft.commit()
                finally:
                    draft.discard()
            if progress:
                progress(count, len(chosen))
    return len(done)


def _check_strangers(request: SubsetRequest, chosen: Iterable[int]) -> None:
    """A resumed subset may not hold episodes that it would not take now."""
    there = storage_at(request.out).names('episodes')
    odd = sorted({int(name.partition('.')[0]) for name in there} - set(chosen))
    if odd:
        raise OutputError(
            f'{request.out} holds episode {odd[0]}, which is not selected: the source has changed '
            'since it was begun. Choose another folder (--out).'
        )
