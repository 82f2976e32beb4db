"""What every dataset writer does."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Literal, NamedTuple, Protocol, Self

from synth_ros.config.labels import Annotation
from synth_ros.geometry.shapes import MeshSource
from synth_ros.types import Category, Sample
from synth_ros.writers.splits import Splits


class SourceNote(NamedTuple):
    """A dataset that another one was made from.

    Attributes:
        dataset: Name of its folder.
        config_hash: As its head says, like the next three.
        seed: Of the dataset.
        version: Of synth_ros.
        renderer: What made the pixels.
        episodes: How many episodes it had.
    """

    dataset: str
    config_hash: str
    seed: int
    version: str
    renderer: str
    episodes: int


class SelectionNote(NamedTuple):
    """What was taken of the source.

    Attributes:
        where: Condition on objects; empty takes all.
        keep: ``frames`` that have such an object, with all their labels, or ``objects``: only the
            labels of those.
        episodes: Ranges of episode numbers, such as ``0-9,12``; empty takes all.
        every: One of so many frames of each camera.
        max_frames: At most so many frames; 0 takes all.
    """

    where: str = ''
    keep: Literal['frames', 'objects'] = 'frames'
    episodes: str = ''
    every: int = 1
    max_frames: int = 0


class DatasetInfo(NamedTuple):
    """What a writer must know before the first sample.

    Attributes:
        categories: All classes by ascending id.
        config_hash: Hash of the config that makes the data.
        seed: The dataset's seed.
        version: Version of synth_ros.
        renderer: What made the pixels: ``onepass``, ``classic``, ``filament``, or ``topics`` when
            recorded.
        description: One line for people.
        annotations: Those that the config switches on, in the order of ``config.labels``.
        min_pixels: Fewest visible pixels of a labelled object; ``labels.min_pixels``.
        min_visibility: Smallest visible share of one; ``labels.min_visibility``.
        cameras: Their names, in the order of the config; empty where it is not known.
        splits: Deals episodes for the formats that have splits; ``None`` where none is written.
        meshes: Surfaces of object models; ``None`` where they are not known.
        sources: Datasets that this one was merged or selected from.
        selection: What was taken of the source; ``None`` if it is no subset.
    """

    categories: tuple[Category, ...]
    config_hash: str
    seed: int
    version: str
    renderer: str
    description: str
    annotations: tuple[Annotation, ...]
    min_pixels: int
    min_visibility: float
    cameras: tuple[str, ...] = ()
    splits: Splits | None = None
    meshes: MeshSource | None = None
    sources: tuple[SourceNote, ...] = ()
    selection: SelectionNote | None = None


class Writer(Protocol):
    """Writes samples episode by episode; used as a context manager.

    Leaving the context cleanly finishes the dataset; leaving it by an exception keeps what
    was committed and leaves no index that claims more.
    """

    def write_episode(self, episode: int, samples: Sequence[Sample]) -> None:
        """Commit one whole episode, or nothing of it.

        Raises:
            OutputError: The disk is full or the folder is not writable; what was committed
                before stays valid.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
