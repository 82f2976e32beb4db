"""From which directions objects are seen, counted on a map of the sphere that keeps areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.coco_entries import AnnotationEntry
from synth_ros.types import FloatArray

BANDS = 8
"""Of equal height, so of equal area (Archimedes); the first is seen from below."""
SECTORS = 16
"""Of azimuth about the object's z axis, from -180 degrees."""


class Sphere(NamedTuple):
    """A map of directions from an object to the camera, in the object's frame.

    Attributes:
        name: Of the class; empty for all objects.
        counts: Objects by band and sector.
        empty: Share of the cells in which there is none.
    """

    name: str
    counts: tuple[tuple[int, ...], ...]
    empty: float


def spheres(dataset: CocoDataset) -> tuple[Sphere, ...]:
    """The map of all objects, then that of each class that occurs."""
    found = [_sphere('', dataset.annotations)]
    for category in dataset.categories:
        mine = [a for a in dataset.annotations if a.category_id == category.class_id]
        if mine:
            found.append(_sphere(category.name, mine))
    return tuple(found)


def cell(camera_from_object: FloatArray) -> tuple[int, int]:
    """Band and sector of the map from which a camera sees an object.

    Args:
        camera_from_object: Pose of the object in the optical frame, (4, 4); not in its centre.
    """
    towards = -camera_from_object[:3, :3].T @ camera_from_object[:3, 3]
    x, y, z = towards / np.linalg.norm(towards)
    band = min(max(int((z + 1) / 2 * BANDS), 0), BANDS - 1)
    sector = min(int((np.arctan2(y, x) / np.pi + 1) / 2 * SECTORS), SECTORS - 1)
    return band, sector


def _sphere(name: str, annotations: Sequence[AnnotationEntry]) -> Sphere:
    counts = np.zeros((BANDS, SECTORS), np.int64)
    for annotation in annotations:
        counts[cell(annotation.pose)] += 1
    return Sphere(
        name,
        tuple(tuple(int(number) for number in row) for row in counts),
        float(np.mean(counts == 0)),
    )
