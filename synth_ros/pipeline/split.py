"""Deals the episodes of a finished dataset to splits, and writes a COCO file for each."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import numpy as np

from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.stored import StoredDataset
from synth_ros.pipeline.stratify import split_sizes, stratify
from synth_ros.readers.split_file import SplitFile, read_splits
from synth_ros.schema.splits import SPLITS
from synth_ros.writers.coco_heads import category_records, info_record
from synth_ros.writers.coco_index import CHECKSUMS, dump
from synth_ros.writers.coco_records import AnnotationRecord, ImageRecord
from synth_ros.writers.folder import os_errors
from synth_ros.writers.local_folder import LocalFolder

FOLDER = 'splits'
_VALID = 'The dataset is as it was, without splits.'


class SplitRequest(NamedTuple):
    """How to split.

    Attributes:
        shares: By split, relative to their sum.
        seed: Of the draws.
        replace: Whether splits that are there already may be given up.
    """

    shares: Mapping[str, float]
    seed: int = 0
    replace: bool = False


class Balance(NamedTuple):
    """How one stratum is spread.

    Attributes:
        name: Of the class, or ``scenario <name>``.
        episodes: Episodes that have it, by split.
        objects: Its labelled objects, by split; none for scenarios.
    """

    name: str
    episodes: Mapping[str, int]
    objects: Mapping[str, int] | None


class SplitResult(NamedTuple):
    """What came out.

    Attributes:
        file: What was written.
        balance: Each stratum, classes by ascending id first.
        warnings: What a trainer should know, a sentence each.
    """

    file: SplitFile
    balance: tuple[Balance, ...]
    warnings: tuple[str, ...]


class _Content(NamedTuple):
    """What is in one episode: labelled objects by class, and its scenario."""

    objects: Counter[str]
    scenario: str

    @property
    def strata(self) -> frozenset[str]:
        scenario = {_scenario(self.scenario)} if self.scenario else set()
        return frozenset(self.objects.keys() | scenario)


def split(root: Path, request: SplitRequest) -> SplitResult:
    """Deal whole episodes, every class and scenario spread by the shares.

    The same dataset, shares and seed give the same splits. ``splits.json`` comes last, so what it
    says is always there.

    Args:
        root: Folder of a finished dataset.
        request: How.

    Raises:
        UsageError: There is no finished dataset, it is damaged, a split would get no episode, or
            there are splits already.
        OutputError: The dataset is in use, or cannot be written.
    """
    dataset = StoredDataset(root)
    if not request.replace:
        _check_free(dataset, request)
    contents = {number: _content(dataset, number) for number in dataset.episodes}
    sizes = split_sizes(len(contents), request.shares)
    strata = {number: content.strata for number, content in contents.items()}
    dealt = stratify(strata, sizes, np.random.default_rng(request.seed))
    episodes = {
        name: tuple(number for number, split in dealt.items() if split == name) for name in sizes
    }
    file = SplitFile(shares=dict(request.shares), seed=request.seed, episodes=episodes)
    write_splits(dataset, file)
    balance = tuple(_balance(dataset, contents, file))
    warnings = [*_warnings(balance), *_kept_formats(dataset)]
    return SplitResult(file, balance, tuple(warnings))


def write_splits(dataset: StoredDataset, file: SplitFile) -> None:
    """Write ``splits.json`` and the COCO file of each split, in place of what was there.

    Raises:
        OutputError: The dataset is in use, or cannot be written.
    """
    storage = LocalFolder(dataset.root)
    lock = storage.lock()
    try:
        with os_errors(storage.name, valid=_VALID), storage.scratch() as scratch:
            (scratch / FOLDER).mkdir()
            written = _write_indexes(scratch / FOLDER, dataset, file)
            names = [f'{FOLDER}/{name}' for name in written]
            (scratch / SPLITS).write_text(f'{file.model_dump_json(indent=1)}\n', encoding='ascii')
            (scratch / CHECKSUMS).write_text(
                _sums(storage, scratch, [*names, SPLITS]), encoding='utf-8'
            )
            # What there was is given up before anything of the new is seen.
            storage.remove(SPLITS)
            for old in storage.names(FOLDER):
                storage.remove(f'{FOLDER}/{old}')
            storage.adopt(scratch, [*names, CHECKSUMS, SPLITS])
    finally:
        storage.clean()
        lock.release()


def _sums(storage: LocalFolder, scratch: Path, names: Iterable[str]) -> str:
    """The dataset's checksums with those of its splits, by path."""
    lines = storage.read(CHECKSUMS).decode('utf-8').splitlines()
    pairs = (line.partition('  ') for line in lines)
    sums = {
        path: digest
        for digest, _, path in pairs
        if path != SPLITS and not path.startswith(f'{FOLDER}/')
    }
    for name in names:
        sums[name] = hashlib.sha256((scratch / name).read_bytes()).hexdigest()
    return ''.join(f'{sums[path]}  {path}\n' for path in sorted(sums))


def _check_free(dataset: StoredDataset, request: SplitRequest) -> None:
    try:
        found = read_splits(dataset.root, dataset.episodes)
    except UsageError as error:
        raise OutputError(str(error)) from None
    if found is not None:
        shown = ', '.join(f'{name} {len(there)}' for name, there in found.episodes.items())
        raise OutputError(
            f'{dataset.root / SPLITS} is there already ({shown} episodes, seed {found.seed}). '
            f'Give --replace to deal them anew with seed {request.seed}: what a model was trained '
            'on may then be in its test split.'
        )


def _content(dataset: StoredDataset, number: int) -> _Content:
    names = {category.class_id: category.name for category in dataset.info.categories}
    episode = dataset.episode(number)
    objects = Counter(
        names[annotation['category_id']]
        for frame in episode.marker['frames']
        for annotation in frame['annotations']
    )
    return _Content(objects, episode.scenario())


def _write_indexes(folder: Path, dataset: StoredDataset, file: SplitFile) -> list[str]:
    """The COCO file of each split, in one pass over the dataset; returns their names.

    Ids are those of ``annotations.json``.
    """
    names = {name: f'annotations_{name}.json' for name in file.episodes}
    split_of = file.split_of()
    with ExitStack() as stack:
        writers = {
            name: _IndexWriter(
                stack.enter_context((folder / path).open('w', encoding='ascii')),
                stack.enter_context(TemporaryFile('w+', encoding='ascii', dir=folder)),
                dataset,
            )
            for name, path in names.items()
        }
        image_id = annotation_id = 0
        for number in dataset.episodes:
            writer = writers[split_of[number]]
            for frame in dataset.marker(number)['frames']:
                image_id += 1
                frame['image']['id'] = image_id
                writer.add_image(frame['image'])
                for annotation in frame['annotations']:
                    annotation_id += 1
                    annotation['id'], annotation['image_id'] = annotation_id, image_id
                    writer.add_annotation(annotation)
        for writer in writers.values():
            writer.finish()
    return list(names.values())


class _IndexWriter:
    """Writes one COCO file; annotations wait until all images are known.

    Args:
        out: The file.
        rest: Where annotations wait.
        dataset: That it is a part of.
    """

    def __init__(self, out: IO[str], rest: IO[str], dataset: StoredDataset) -> None:
        self._out = out
        self._rest = rest
        self._images = self._annotations = 0
        info = dataset.info
        self._out.write(f'{{"info":{dump(info_record(info))},\n"licenses":[],\n')
        self._out.write(f'"categories":{dump(category_records(info))},\n"images":[')

    def add_image(self, record: ImageRecord) -> None:
        """Write an image."""
        self._out.write(f'{"," if self._images else ""}\n{dump(record)}')
        self._images += 1

    def add_annotation(self, record: AnnotationRecord) -> None:
        """Write an annotation."""
        self._rest.write(f'{"," if self._annotations else ""}\n{dump(record)}')
        self._annotations += 1

    def finish(self) -> None:
        """Put both together."""
        self._out.write('\n],\n"annotations":[')
        self._rest.seek(0)
        shutil.copyfileobj(self._rest, self._out)
        self._out.write('\n]}\n')


def _balance(
    dataset: StoredDataset, contents: Mapping[int, _Content], file: SplitFile
) -> Iterator[Balance]:
    for category in dataset.info.categories:
        if category.is_thing:
            name = category.name
            yield Balance(
                name,
                {
                    split: sum(contents[number].objects[name] > 0 for number in numbers)
                    for split, numbers in file.episodes.items()
                },
                {
                    split: sum(contents[number].objects[name] for number in numbers)
                    for split, numbers in file.episodes.items()
                },
            )
    for scenario in sorted({content.scenario for content in contents.values()} - {''}):
        yield Balance(
            _scenario(scenario),
            {
                split: sum(contents[number].scenario == scenario for number in numbers)
                for split, numbers in file.episodes.items()
            },
            None,
        )


def _scenario(name: str) -> str:
    return f'scenario {name}'


def _kept_formats(dataset: StoredDataset) -> Iterator[str]:
    if dataset.formats:
        yield (
            f'{", ".join(dataset.formats)}: these folders keep the splits that they were '
            'generated with. Make them again: synth-ros convert'
        )


def _warnings(balance: Iterable[Balance]) -> Iterator[str]:
    for row in balance:
        if not any(row.episodes.values()):
            yield f'{row.name}: no labelled object in the whole dataset.'
            continue
        missing = [split for split, count in row.episodes.items() if not count]
        if missing:
            yield (
                f'{row.name}: missing in {", ".join(missing)}; it is in '
                f'{sum(row.episodes.values())} episodes of the dataset. Make more episodes with '
                'it, or fewer splits.'
            )
