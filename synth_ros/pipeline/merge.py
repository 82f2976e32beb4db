"""Several datasets become one, episode after episode, without decoding a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.pipeline.renumber import renumbered
from synth_ros.pipeline.stored import StoredDataset
from synth_ros.pipeline.unite import United, unite
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.storage import Place

Progress = Callable[[int, int], None]


class MergeRequest(NamedTuple):
    """What to merge.

    Attributes:
        sources: Folders of finished datasets, two or more.
        out: Folder or URL of the merged dataset.
        strict: Refuse to give a class or part another id.
        same_scenes: Allow one drawn scene in several datasets.
        container: ``folder`` or ``shards``; ``None`` takes the first dataset's.
        resume: Go on with an interrupted merge.
    """

    sources: tuple[Path, ...]
    out: Place
    strict: bool = False
    same_scenes: bool = False
    container: str | None = None
    resume: bool = False


class MergeResult(NamedTuple):
    """What came out.

    Attributes:
        episodes: In the merged dataset.
        frames: Likewise.
        resumed: Episodes that were there already.
        notes: Ids that are other ones now, a sentence each.
    """

    episodes: int
    frames: int
    resumed: int
    notes: tuple[str, ...]


def merge(request: MergeRequest, progress: Progress | None = None) -> MergeResult:
    """Merge datasets: classes by name, episodes numbered on in the given order.

    Every file is held against its checksum while it is read. An episode is committed whole or not
    at all; ``resume`` goes on and ends with the same bytes.

    Args:
        request: What to merge.
        progress: Called with (episodes done, episodes in all).

    Raises:
        UsageError: A source is no finished dataset or damaged, or they cannot be one dataset.
        OutputError: The output is in use, not empty, or cannot be written.
    """
    sources = _open(request.sources)
    united = unite(sources)
    if request.strict and united.notes:
        shown = '\n'.join(f'  {note}' for note in united.notes)
        raise UsageError(
            f'--strict: ids would change.\n{shown}\nMerge without --strict, or give the classes '
            'the same ids (objects.classes.id) and generate again.'
        )
    if not request.same_scenes:
        _check_scenes(sources)
    return _write(request, sources, united=united, progress=progress)


def _open(paths: Sequence[Path]) -> tuple[StoredDataset, ...]:
    if len(paths) < 2:
        raise UsageError('Give two datasets or more to merge: synth-ros merge A B --out C')
    places = [path.resolve() for path in paths]
    twice = next((path for path in paths if places.count(path.resolve()) > 1), None)
    if twice is not None:
        raise UsageError(f'{twice} is given twice. Every dataset is merged once.')
    return tuple(StoredDataset(path) for path in paths)


def _check_scenes(sources: Sequence[StoredDataset]) -> None:
    """See that no scene is there twice: it could be in two splits later."""
    seen: dict[tuple[str, int, int], tuple[StoredDataset, int]] = {}
    for source in sources:
        for number in source.episodes:
            drawn = source.episode(number).scene().drawn
            if drawn is None:
                continue
            where, before = seen.setdefault(drawn, (source, number))
            if (where, before) != (source, number):
                raise UsageError(
                    f'Episode {before} of {where.root} and episode {number} of {source.root} show '
                    f'the same scene (config {drawn[0][:12]}, seed {drawn[1]}, drawing '
                    f'{drawn[2]}): split afterwards, it could be in train and in test. Generate '
                    'one of them with another --seed, or give --same-scenes.'
                )


def _write(
    request: MergeRequest,
    sources: Sequence[StoredDataset],
    *,
    united: United,
    progress: Progress | None,
) -> MergeResult:
    total = sum(len(source.episodes) for source in sources)
    options = _options(request, sources)
    frames = number = 0
    with CocoWriter(request.out, united.info, options, resume=request.resume) as writer:
        done = writer.committed_episodes()
        for source, change in zip(sources, united.changes, strict=True):
            for old in source.episodes:
                episode = source.episode(old)
                frames += len(episode.marker['frames'])
                if number not in done:
                    draft = writer.episodes.begin(number)
                    try:
                        for frame in episode.frames():
                            files = episode.files_of(frame.record)
                            draft.store(renumbered(frame, files, change, episode=number))
                        draft.commit()
                    finally:
                        draft.discard()
                number += 1
                if progress:
                    progress(number, total)
    return MergeResult(total, frames, len(done), united.notes)


def _options(request: MergeRequest, sources: Sequence[StoredDataset]) -> DatasetConfig:
    first = sources[0].options
    lossy = any(source.options.rgb_format == 'jpeg' for source in sources)
    return DatasetConfig.model_validate(
        first.model_dump()
        | {
            'rgb_format': 'jpeg' if lossy else 'png',
            'views_per_episode': max(s.options.views_per_episode for s in sources),
            'container': request.container or first.container,
        }
    )
