"""One pass over a dataset, and the record of what it found."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import compress
from typing import NamedTuple, Self

from synth_ros.readers.plain.ours import OurPlain
from synth_ros.readers.plain.types import PlainDataset, PlainImage
from synth_ros.report.draws import DrawTally
from synth_ros.report.statistics.boxes import Boxes
from synth_ros.report.statistics.classes import Classes
from synth_ros.report.statistics.duplicates import Duplicates
from synth_ros.report.statistics.facts import Seen, depth_facts, pixel_facts
from synth_ros.report.statistics.families import Family
from synth_ros.report.statistics.light import Light
from synth_ros.report.statistics.recorded import Recorded
from synth_ros.report.statistics.space import Space
from synth_ros.report.statistics.tally import side_of

Progress = Callable[[int, int], None]
"""Is told how many images are done, of how many."""

_AHEAD = 4


class Choice(NamedTuple):
    """What is gathered.

    Attributes:
        pixels: Of how many images pixels are read, evenly over the dataset; ``None`` for all.
        rename: Other names for classes, by their own.
        only: Names that count after renaming; ``None`` for all.
        seed: Of the cuts into halves.
        jobs: Threads that read images.
    """

    pixels: int | None = None
    rename: Mapping[str, str] = {}
    only: frozenset[str] | None = None
    seed: int = 0
    jobs: int = 1


ALL = Choice()


class Gathered:
    """All families of statistics of a dataset, or of a part of one.

    Args:
        class_names: All classes, in order.

    Attributes:
        classes: Images, objects, classes.
        boxes: Their boxes.
        space: Visibility, distance, direction.
        light: What pixels say.
        recorded: What only our recordings know.
        duplicates: Images that look the same.
    """

    def __init__(self, class_names: tuple[str, ...]) -> None:
        self.classes = Classes(class_names)
        self.boxes, self.space, self.light = Boxes(), Space(), Light()
        self.recorded, self.duplicates = Recorded(), Duplicates()

    @property
    def families(self) -> tuple[Family, ...]:
        """All that count images, in a fixed order."""
        return (
            self.classes,
            self.boxes,
            self.space,
            self.light,
            self.recorded,
            self.duplicates,
        )

    def add(self, seen: Seen) -> None:
        """Count an image."""
        for family in self.families:
            family.add(seen)

    def merge(self, other: Self) -> None:
        """Count what another one has counted, of other images of the same dataset."""
        self.classes.merge(other.classes)
        self.boxes.merge(other.boxes)
        self.space.merge(other.space)
        self.light.merge(other.light)
        self.recorded.merge(other.recorded)
        self.duplicates.merge(other.duplicates)


def gather(
    dataset: PlainDataset,
    choice: Choice = ALL,
    *,
    draws: DrawTally | None = None,
    watch: Callable[[Seen], None] | None = None,
    progress: Progress | None = None,
) -> Gathered:
    """Count a dataset in one pass.

    Args:
        dataset: Any.
        choice: What is gathered.
        draws: Counts the provenance, too, where the dataset has one.
        watch: Sees each image, in the order of the dataset.
        progress: Called after each image.

    Raises:
        UsageError: A file of the dataset is missing or damaged.
    """
    renamed = dict.fromkeys(choice.rename.get(name, name) for name in dataset.class_names)
    names = tuple(name for name in renamed if choice.only is None or name in choice.only)
    gathered = Gathered(names)
    for done, seen in enumerate(_all_seen(dataset, choice), 1):
        gathered.add(seen)
        if watch is not None:
            watch(seen)
        if draws is not None and isinstance(dataset, OurPlain):
            _add_draws(draws, dataset, seen.image)
        if progress is not None:
            progress(done, len(dataset))
    return gathered


def look(dataset: PlainDataset, image: PlainImage, choice: Choice, *, pixels: bool) -> Seen:
    """Read what statistics see of an image.

    Raises:
        UsageError: A file is missing or damaged.
    """
    named = [
        found._replace(class_name=choice.rename.get(found.class_name, found.class_name))
        for found in image.objects
    ]
    counted = [
        not found.ignored and (choice.only is None or found.class_name in choice.only)
        for found in named
    ]
    objects = tuple(compress(named, counted))
    # Where groups are not known each image stands for itself.
    side = side_of(image.group or image.name, seed=choice.seed)
    facts = pixel_facts(dataset.read_rgb(image)) if pixels else None
    if not isinstance(dataset, OurPlain):
        return Seen(image, objects, side, facts)
    depth = dataset.depth_m(image) if pixels else None
    record = dataset.record(image)
    if not all(counted):
        kept = tuple(compress(record.labels, counted))
        record = record.model_copy(update={'labels': kept})
    return Seen(
        image,
        objects,
        side,
        pixels=facts,
        record=record,
        depth=None if depth is None else depth_facts(depth),
    )


def _all_seen(dataset: PlainDataset, choice: Choice) -> Iterator[Seen]:
    """All images in order; threads read ahead, a few images each."""
    chosen = _chosen(len(dataset), choice.pixels)
    if choice.jobs == 1:
        for number, image in enumerate(dataset):
            yield look(dataset, image, choice, pixels=chosen(number))
        return
    waiting: deque[Future[Seen]] = deque()
    with ThreadPoolExecutor(choice.jobs) as pool:
        try:
            for number, image in enumerate(dataset):
                waiting.append(pool.submit(look, dataset, image, choice, pixels=chosen(number)))
                if len(waiting) >= _AHEAD * choice.jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


def _chosen(images: int, wanted: int | None) -> Callable[[int], bool]:
    """Whether the pixels of an image are read, by its number: evenly from first to last."""
    some = images if wanted is None else min(wanted, images)
    return lambda number: (number + 1) * some // images > number * some // images


def _add_draws(draws: DrawTally, dataset: OurPlain, image: PlainImage) -> None:
    """Count the provenance of a view once; what is no provenance of ours counts for nothing."""
    key = dataset.key_of(image)
    if draws.knows(key.run, key.view):
        return
    text = dataset.provenance(image)
    if not text:
        return
    told = json.loads(text)
    if isinstance(told, dict):
        draws.add(key.run, key.view, told)
