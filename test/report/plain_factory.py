"""Plain datasets in memory, drawn at random or by hand."""

from pathlib import Path

import cv2
import numpy as np
from hypothesis import strategies as st

from synth_ros.readers.plain.types import PlainImage, PlainObject

NAMES = ('mug', 'box', 'drill', 'a class with quite a long name <&>')


class FakePlain:
    """Implements ``PlainDataset`` over a list of images."""

    kind = 'memory'

    def __init__(self, images, *, classes=NAMES, name='fake', pixels=None):
        self.path = Path(name)
        self.class_names = classes
        self.images = list(images)
        self._pixels = pixels or scene

    def __len__(self):
        return len(self.images)

    def __iter__(self):
        return iter(self.images)

    def read_rgb(self, image):
        return self._pixels(image)

    def masks(self, image):
        return [None] * len(image.objects)


def scene(image):
    """A picture of an image: smooth random colours with its boxes, a function of its name."""
    rng = np.random.default_rng(list(image.name.encode()))
    small = rng.integers(25, 230, (6, 8, 3), np.uint8)
    rgb = cv2.resize(small, (image.width, image.height), interpolation=cv2.INTER_LINEAR)
    for found in image.objects:
        if found.box is not None:
            x0, y0, x1, y1 = (round(edge) for edge in found.box)
            rgb[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = rng.integers(25, 230, 3)
    return rgb


def make_object(rng, *, size=(64, 48), names=NAMES, scale=1.0):
    width, height = size
    w, h = np.exp(rng.normal(2.2, 0.4, 2)) * scale
    x, y = rng.uniform(0, width - 2), rng.uniform(0, height - 2)
    pose = np.eye(4)
    pose[:3, :3] = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    pose[:3, 3] = rng.normal(0, 0.3, 3) + np.array([0, 0, 2])
    return PlainObject(
        class_name=names[int(rng.integers(len(names)))],
        box=(float(x), float(y), float(min(x + w, width)), float(min(y + h, height))),
        visibility=float(rng.uniform(0.2, 1)),
        camera_from_object=pose,
        size_m=(0.1, 0.2, 0.05),
    )


def make_plain(seed=0, *, images=60, groups=20, split=None, most=5, name='fake', **options):
    """A random dataset: the same one every time.

    Args:
        seed: Of the draws.
        images: How many.
        groups: Scenes; images of one follow each other.
        split: Split of an image, from its number.
        most: Objects in an image, at most.
        name: Of the dataset and the beginning of its images' names.
        options: Of ``make_object``.
    """
    rng = np.random.default_rng(seed)
    found = [
        PlainImage(
            name=f'{name}/{k:04d}.png',
            width=64,
            height=48,
            split=split(k) if split else '',
            group=f'{k * groups // images:03d}',
            objects=tuple(make_object(rng, **options) for _ in range(rng.integers(most + 1))),
        )
        for k in range(images)
    ]
    return FakePlain(found, classes=options.get('names', NAMES), name=name)


@st.composite
def plain_images(draw):
    """Some images with whatever a format may have or lack."""
    number = st.floats(-20, 90, allow_nan=False, width=32)
    shares = st.none() | st.floats(0, 1)
    images = []
    for k in range(draw(st.integers(0, 8))):
        objects = []
        for _ in range(draw(st.integers(0, 4))):
            x0, y0 = draw(number), draw(number)
            box = (x0, y0, x0 + draw(st.floats(0, 60)), y0 + draw(st.floats(0, 60)))
            objects.append(
                PlainObject(
                    class_name=draw(st.sampled_from(NAMES)),
                    box=draw(st.none() | st.just(box)),
                    area_px=draw(st.none() | st.floats(0, 900)),
                    visibility=draw(shares),
                    truncation=draw(shares),
                    size_m=draw(st.none() | st.just((0.1, 0.3, 0.2))),
                    camera_from_object=draw(st.none() | poses()),
                    ignored=draw(st.booleans()),
                )
            )
        group = draw(st.sampled_from(['', '1', '2', '3']))
        split = draw(st.sampled_from(['', 'train', 'val']))
        size = draw(st.sampled_from([(64, 48), (40, 50)]))
        images.append(PlainImage(f'{k}.png', *size, split, group, tuple(objects)))
    return images


@st.composite
def poses(draw):
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    pose = np.eye(4)
    pose[:3, :3] = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    pose[:3, 3] = rng.normal(size=3)
    return pose
