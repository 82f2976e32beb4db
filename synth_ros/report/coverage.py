"""What a dataset has drawn, read off the provenance of its frames, and what its pictures show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_ros.readers.coco import CocoDataset
from synth_ros.report.draws import (
    DrawnName,
    DrawnNumber,
    DrawTally,
    PoseCell,
    Refusal,
    drawn_number,
)
from synth_ros.report.sphere import Sphere, spheres

# What a frame's picture is read for: enough for a chart, few enough for any dataset.
_PICTURES = 200


class Coverage(NamedTuple):
    """What a dataset has drawn.

    Attributes:
        episodes: Scenes.
        views: Views of all scenes.
        scenarios: How many scenes of each, by name.
        refusals: Drawings that were not used, most frequent first.
        unmet: How many views do not meet a constraint, by its name.
        drawn_classes: Objects in all scenes by class, labelled or not.
        numbers: Quantities that vary, by path.
        names: Choices that vary, by path.
        brightness: Mean grey level of each of up to 200 images, 0 to 255.
        spheres: Directions from which objects were seen: of all, and of each class.
        poses: Of the pose curriculum.
    """

    episodes: int
    views: int
    scenarios: tuple[tuple[str, int], ...]
    refusals: tuple[Refusal, ...]
    unmet: tuple[tuple[str, int], ...]
    drawn_classes: tuple[tuple[str, int], ...]
    numbers: tuple[DrawnNumber, ...]
    names: tuple[DrawnName, ...]
    brightness: DrawnNumber | None
    spheres: tuple[Sphere, ...]
    poses: tuple[PoseCell, ...]


def coverage(dataset: CocoDataset) -> Coverage:
    """Read what a dataset has drawn.

    Raises:
        UsageError: A provenance file is missing or damaged.
    """
    tally = DrawTally()
    images = sorted(dataset.images, key=lambda image: image.key)
    for image, record in zip(images, dataset.read_provenances(images), strict=True):
        tally.add(image.episode, image.view, record)
    return Coverage(
        episodes=tally.episodes,
        views=tally.views,
        scenarios=tally.scenarios,
        refusals=tally.refusals,
        unmet=tally.unmet,
        drawn_classes=tally.classes,
        numbers=tally.numbers,
        names=tally.names,
        brightness=_brightness(dataset),
        spheres=spheres(dataset),
        poses=tally.poses,
    )


def _brightness(dataset: CocoDataset) -> DrawnNumber | None:
    images = dataset.images[:: -(-len(dataset.images) // _PICTURES) or 1]
    levels = [float(dataset.read_rgb(image).mean()) for image in images]
    return drawn_number('mean grey level of the image', np.asarray(levels)) if levels else None
