"""One small dataset in every format, for the libraries that train on them."""

import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.readers.coco import CocoDataset

CONFIG = """
seed: 3
cameras: [{name: head, width: 160, height: 120}]
objects:
  count: [3, 4]
  classes: [{name: mug, id: 2}, {name: bowl, id: 3}, {name: can, id: 7}]
labels: {panoptic: true, min_pixels: 12}
output:
  dataset:
    episodes: 4
    views_per_episode: 2
    splits: [{name: train, share: 0.5}, {name: val, share: 0.5}]
    formats: [coco, yolo-detect, yolo-segment, yolo-obb, kitti, voc, cityscapes]
"""


class Truth(NamedTuple):
    """A labelled object: its class, its half-open box and its visible mask."""

    name: str
    box: tuple[int, int, int, int]
    mask: np.ndarray


class Made(NamedTuple):
    """The dataset, what is true of each frame, and the frames of each split, by stem."""

    root: Path
    truth: dict[str, list[Truth]]
    splits: dict[str, list[str]]


@pytest.fixture(scope='session')
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp('trainers')
    (folder / 'config.yaml').write_text(CONFIG)
    root = folder / 'dataset'
    generate(GenerateRequest(folder / 'config.yaml', root), lambda *_: None)
    dataset = CocoDataset(root)
    names = {category.class_id: category.name for category in dataset.categories}
    truth = {}
    for image in dataset.images:
        ids = dataset.read_instances(image)
        truth[image.stem] = [
            Truth(names[item.category_id], tuple(item.box), ids == item.instance_id)
            for item in dataset.annotations_of(image)
        ]
    splits = {
        name: sorted(path.stem for path in (root / 'coco' / 'images' / name).iterdir())
        for name in ('train', 'val')
    }
    assert sorted(splits['train'] + splits['val']) == sorted(truth)
    assert sum(map(len, truth.values())) > 10
    return Made(root, truth, splits)


@pytest.fixture
def as_they_are():
    """Lets other people's libraries give the warnings that they give."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        yield
