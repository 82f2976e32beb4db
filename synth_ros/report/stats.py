"""Numbers about a dataset: how often, how visible, how large, how far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.coco_entries import AnnotationEntry


class Bar(NamedTuple):
    """One bar of a chart."""

    label: str
    total: int


class Histogram(NamedTuple):
    """A chart with a bar for each range of values.

    Attributes:
        title: What is counted.
        axis: Unit and meaning of the ranges; the unit is its first word.
        bars: From small to large values.
        note: The middle and the spread in words; empty without data.
    """

    title: str
    axis: str
    bars: tuple[Bar, ...]
    note: str


class ClassCount(NamedTuple):
    """How often a class occurs."""

    class_id: int
    name: str
    objects: int
    images: int


class DatasetStats(NamedTuple):
    """All numbers of a dataset.

    Attributes:
        episodes: Scenes.
        images: Frames of all cameras.
        objects: Annotations.
        empty_images: Images without annotations.
        cameras: Image size by camera name: ``head 640x480``.
        classes: In the order of their ids, absent ones included.
        histograms: Objects per image, visibility, box size, distance.
    """

    episodes: int
    images: int
    objects: int
    empty_images: int
    cameras: tuple[str, ...]
    classes: tuple[ClassCount, ...]
    histograms: tuple[Histogram, ...]


def dataset_stats(dataset: CocoDataset) -> DatasetStats:
    """Count a dataset."""
    per_image = [len(dataset.annotations_of(image)) for image in dataset.images]
    return DatasetStats(
        episodes=len({image.episode for image in dataset.images}),
        images=len(dataset.images),
        objects=len(dataset.annotations),
        empty_images=per_image.count(0),
        cameras=tuple(sorted({f'{i.camera} {i.width}x{i.height}' for i in dataset.images})),
        classes=_classes(dataset),
        histograms=(
            _objects_per_image(per_image),
            _visibility(dataset.annotations),
            _box_size(dataset.annotations),
            _distance(dataset.annotations),
        ),
    )


def _classes(dataset: CocoDataset) -> tuple[ClassCount, ...]:
    objects = Counter(a.category_id for a in dataset.annotations)
    pairs = {(a.category_id, a.image_id) for a in dataset.annotations}
    images = Counter(class_id for class_id, _ in pairs)
    return tuple(
        ClassCount(c.class_id, c.name, objects[c.class_id], images[c.class_id])
        for c in dataset.categories
    )


def _objects_per_image(per_image: Sequence[int]) -> Histogram:
    top = max(per_image, default=0)
    step = max(1, -(-(top + 1) // 12))
    edges = list(range(0, top + step + 1, step))
    labels = [str(a) if step == 1 else f'{a}-{a + step - 1}' for a in edges[:-1]]
    return _histogram('Objects per image', 'objects', per_image, edges=edges, labels=labels)


def _visibility(annotations: Sequence[AnnotationEntry]) -> Histogram:
    edges = [k / 10 for k in range(11)]
    labels = [f'{10 * k}-{10 * k + 10}' for k in range(10)]
    shares = [a.visibility for a in annotations]
    return _histogram('Visibility', '% of the object', shares, edges=edges, labels=labels)


def _box_size(annotations: Sequence[AnnotationEntry]) -> Histogram:
    edges = [0, 8, 16, 32, 64, 128, 256, 512, np.inf]
    labels = ['<8', '8-16', '16-32', '32-64', '64-128', '128-256', '256-512', '>512']
    sizes = [float(np.sqrt(a.bbox[2] * a.bbox[3])) for a in annotations]
    return _histogram(
        'Box size', 'px, square root of the box area', sizes, edges=edges, labels=labels
    )


def _distance(annotations: Sequence[AnnotationEntry]) -> Histogram:
    distances = [a.camera_from_object[2][3] for a in annotations]
    step = next((s for s in (0.1, 0.2, 0.5, 1, 2, 5) if max(distances, default=1) < 10 * s), 10)
    edges = [k * step for k in range(10)] + [np.inf]
    labels = [f'{a:g}-{a + step:g}' for a in edges[:-2]] + [f'>{edges[-2]:g}']
    return _histogram(
        'Distance', 'm along the optical axis', distances, edges=edges, labels=labels
    )


def _histogram(
    title: str,
    axis: str,
    values: Sequence[float],
    *,
    edges: Sequence[float],
    labels: Sequence[str],
) -> Histogram:
    """Count values between edges; those below the first edge count in the first bar."""
    counts, _ = np.histogram(np.maximum(values, edges[0]) if values else [], edges)
    note = ''
    if values:
        low, middle, high = np.percentile(values, [5, 50, 95])
        unit = axis.split(maxsplit=1)[0].rstrip(',')
        factor = 100 if unit == '%' else 1
        note = (
            f'median {middle * factor:.3g} {unit}, '
            f'90 % between {low * factor:.3g} and {high * factor:.3g} {unit}'
        )
    bars = tuple(Bar(label, int(n)) for label, n in zip(labels, counts, strict=True))
    return Histogram(title, axis, bars, note)
