"""A detector over a dataset: its detections as a results file of COCO."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from synth_ros.errors import UsageError
from synth_ros.perceive.detector import Detector
from synth_ros.perceive.types import Thresholds
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.plain.coco import CocoPlain
from synth_ros.readers.plain.types import PlainDataset, PlainImage


class Listing(NamedTuple):
    """How an index calls an image and the classes.

    Attributes:
        image_id: Of the image.
        categories: Ids by class name.
    """

    image_id: int
    categories: Mapping[str, int]


@dataclass(slots=True)
class Tally:
    """What came out.

    Attributes:
        images: Images that were looked at.
        detections: Detections in the file.
        nonsense: Rows of the output that were no numbers.
        unknown: Detections of classes that the dataset does not have, by name; left out.
        seconds: Time of the network with all around it.
    """

    images: int = 0
    detections: int = 0
    nonsense: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def listings(dataset: PlainDataset) -> Callable[[PlainImage], Listing]:
    """How the index of a dataset calls each image.

    Raises:
        UsageError: It has no COCO index, so a results file cannot name its images.
    """
    if isinstance(dataset, CocoPlain):
        return lambda image: Listing(*dataset.listed(image))
    if dataset.kind != 'dataset':
        raise UsageError(
            f'{dataset.path} ({dataset.kind}) numbers neither images nor classes as COCO does, '
            'so results could not be matched. Give a dataset of ours or in COCO format; '
            'synth-ros bag2dataset makes one of a bag.'
        )
    index = CocoDataset(dataset.path)
    numbers = {image.file_name: image.id for image in index.images}
    categories = {category.name: category.class_id for category in index.categories}
    return lambda image: Listing(numbers[image.name], categories)


def names_for(dataset: PlainDataset, named: Mapping[int, str]) -> Mapping[int, str]:
    """Names of the network's classes; without any, the dataset's in the order of their ids."""
    return named or dict(enumerate(dataset.class_names))


def results(
    detector: Detector,
    dataset: PlainDataset,
    *,
    names: Mapping[int, str],
    keep: Thresholds,
    tally: Tally,
) -> Iterator[str]:
    """Entries of the results file, one line of JSON each, in the order of the images.

    Args:
        detector: The network.
        dataset: The images.
        names: Of the network's classes.
        keep: What of its output is kept.
        tally: Counts what happened, image by image.

    Raises:
        UsageError: The dataset has no COCO index, or an image is damaged.
    """
    listed = listings(dataset)
    for image in dataset:
        listing = listed(image)
        answer = detector.detect(dataset.read_rgb(image), keep)
        found = answer.in_image()
        tally.images += 1
        tally.nonsense += found.nonsense
        tally.seconds += answer.seconds
        for box, score, number in zip(
            found.boxes.tolist(), found.scores.tolist(), found.classes.tolist(), strict=True
        ):
            name = names.get(number, str(number))
            if name not in listing.categories:
                tally.unknown[name] += 1
                continue
            tally.detections += 1
            x0, y0, x1, y1 = box
            yield json.dumps(
                {
                    'image_id': listing.image_id,
                    'category_id': listing.categories[name],
                    'bbox': [round(v, 3) for v in (x0, y0, x1 - x0, y1 - y0)],
                    'score': round(score, 6),
                }
            )
