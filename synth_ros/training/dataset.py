"""A dataset folder, or one made of shards, as a map-style dataset for PyTorch's loaders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.container import Root, open_root
from synth_ros.readers.images import read_rgb
from synth_ros.readers.split_file import read_splits
from synth_ros.training.index import FrameEntry, FrameIndex
from synth_ros.training.targets import DETECTION, Array, Target, TargetMaker
from synth_ros.training.tensors import need_torch, tensors, worker_seed
from synth_ros.types import Category

if TYPE_CHECKING:
    from torch import Tensor

    Example = tuple[Tensor, dict[str, Tensor | int]] | tuple[Array, Target]

Transform = Callable[..., 'Example']
"""Takes an image and a target, returns both: as the transforms v2 of torchvision."""


class SynthDataset:
    """Images and targets of a finished dataset.

    Files are opened when they are needed, in whichever process needs them: the dataset can be sent
    to workers that are forked or spawned, and its index is shared between them, not copied.

    In a worker of a ``DataLoader``, transforms with a method ``reseed`` get a generator from the
    worker's seed, so that no two workers and no two epochs draw the same numbers.

    Args:
        path: Folder of the dataset.
        split: Name of a split that ``synth-ros split`` made; ``None`` takes all frames.
        targets: What a target holds; see ``docs/training.md``.
        transforms: Called with image and target, returns both.
        as_tensors: Tensors of torch, or numpy arrays of the same shapes.

    Raises:
        UsageError: There is no finished dataset, it lacks the split or a target, or there is no
            torch.

    Attributes:
        path: Folder of the dataset.
        categories: Classes of objects by ascending id.
        targets: What a target holds.
        transforms: As given.
    """

    def __init__(
        self,
        path: Path | str,
        split: str | None = None,
        *,
        targets: Sequence[str] = DETECTION,
        transforms: Transform | None = None,
        as_tensors: bool = True,
    ) -> None:
        if as_tensors:
            need_torch()
        self.path = Path(path)
        self.transforms = transforms
        self._as_tensors = as_tensors
        found = CocoDataset(self.path)
        if not found.images:
            raise UsageError(f'{self.path} has no images.')
        self.categories: tuple[Category, ...] = found.categories
        self._maker = TargetMaker(
            targets,
            found.categories,
            found.images[0],
            keypoints='keypoints' in found.head.labels,
        )
        self.targets = self._maker.names
        wanted = _episodes(found, split)
        self._index = FrameIndex(
            FrameEntry(image=image, annotations=found.annotations_of(image))
            for image in found.images
            if image.episode in wanted
        )
        self._files: Root = open_root(self.path)
        self._seed: int | None = None

    def __len__(self) -> int:
        """Frames."""
        return len(self._index)

    def __getitem__(self, index: int) -> Example:
        """One frame: its image, (3, height, width), uint8, RGB, and its target.

        Raises:
            IndexError: There is no such frame.
            UsageError: A file is missing or damaged.
        """
        number = index + len(self) if index < 0 else index
        if not 0 <= number < len(self):
            raise IndexError(f'There is no frame {index}: {self.path} has {len(self)}.')
        entry = self._index[number]
        rgb = read_rgb(self._files / entry.image.file_name)
        image: Array = np.ascontiguousarray(np.moveaxis(rgb, 2, 0))
        target = self._maker.make(entry, self._files)
        example: Example = tensors(image, target) if self._as_tensors else (image, target)
        if self.transforms is None:
            return example
        self._follow_worker()
        return self.transforms(*example)

    @property
    def num_classes(self) -> int:
        """For networks: the largest class id, and the background, which is 0."""
        return max((category.class_id for category in self.categories), default=0) + 1

    @property
    def keypoint_names(self) -> tuple[str, ...]:
        """Columns of ``keypoints``: those of all classes, each name once."""
        return self._maker.keypoint_names

    @property
    def keypoint_flip(self) -> tuple[int, ...]:
        """Which column of ``keypoints`` each one is in a mirror: left and right change places."""
        place = {name: number for number, name in enumerate(self.keypoint_names)}
        return tuple(
            place.get(_mirrored(name), number) for number, name in enumerate(self.keypoint_names)
        )

    @property
    def stems(self) -> list[str]:
        """Names of all frames, such as ``000012_003_head``, in order."""
        return self._index.stems

    def _follow_worker(self) -> None:
        """Draw other numbers than the other workers, and than in the epoch before."""
        seed = worker_seed()
        if seed is None or seed == self._seed:
            return
        self._seed = seed
        reseed = getattr(self.transforms, 'reseed', None)
        if callable(reseed):
            reseed(np.random.default_rng(seed))


def collate(batch: Sequence[Example]) -> tuple[tuple[object, ...], ...]:
    """Images and targets of a batch as two tuples: targets have as many rows as objects."""
    return tuple(zip(*batch, strict=True))


def _episodes(dataset: CocoDataset, split: str | None) -> frozenset[int]:
    there = frozenset(image.episode for image in dataset.images)
    if split is None:
        return there
    found = read_splits(dataset.root, there)
    if found is None:
        raise UsageError(
            f'{dataset.root} has no splits, so no {split!r}. Make them: synth-ros split '
            f'{dataset.root} --shares train=0.8,val=0.2'
        )
    if split not in found.episodes:
        raise NotFoundError(
            'split', split, available=tuple(found.episodes), where=str(dataset.root)
        )
    return frozenset(found.episodes[split])


def _mirrored(name: str) -> str:
    """A name with left and right changed, word by word."""
    other = {'left': 'right', 'right': 'left'}
    return '_'.join(other.get(word, word) for word in name.split('_'))
