"""Samples from any id image: what the pixels are is all that is given."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
from hypothesis import strategies as st
from sample_factory import INFO

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.output import DatasetConfig
from synth_ros.geometry.camera import camera_from_fovy
from synth_ros.geometry.transforms import make_transform
from synth_ros.labels.annotate import annotate
from synth_ros.types import Category, Frame, Instance, Sample, SampleKey, Silhouette
from synth_ros.writers.formats.base import FormatSetup
from synth_ros.writers.splits import OneSplit, plan_of

# With gaps, as configs may have them.
CLASSES = (
    Category(2, 'mug', keypoints=('left_rim', 'right_rim', 'base')),
    Category(5, 'box'),
    Category(40, 'drill', 'tool', keypoints=('tip', 'base')),
)
FIRST = SampleKey(0, 0, 'head')
ALL = LabelsConfig(min_pixels=1, min_visibility=0.0)


def setup_of(*, splits=None, categories=CLASSES, options=None):
    """What a format must know; one split unless told."""
    return FormatSetup(
        INFO._replace(categories=categories),
        options or DatasetConfig(),
        plan_of(splits, tuple(dict.fromkeys(splits.values()))) if splits else OneSplit(),
    )


def sample_of(ids, *, key=FIRST, pose=None, boxes=None, config=ALL):
    """A frame in which exactly these pixels are seen.

    Args:
        ids: (height, width); class k of CLASSES is that of ids 3n + k + 1.
        key: Of the sample.
        pose: Of the camera; level and looking along the world's x by default.
        boxes: Pose of each object in the camera and its size, by id.
        config: Which labels are made.
    """
    ids = np.asarray(ids, np.int32)
    height, width = ids.shape
    pose = level_camera() if pose is None else pose
    noise = np.random.default_rng(int(ids.sum())).integers(0, 256, (height, width, 3))
    present = [int(k) for k in np.unique(ids) if k]
    boxes = boxes or {}
    frame = Frame(
        camera=camera_from_fovy(key.camera, (width, height), 0.9),
        stamp_ns=0,
        world_from_camera=pose,
        rgb=noise.astype(np.uint8),
        depth_m=np.where(ids > 0, 1.5, 0).astype(np.float32),
        instance_id=ids,
        instances=tuple(thing(k, pose, boxes.get(k)) for k in present),
        silhouettes=MappingProxyType({k: silhouette(ids == k) for k in present}),
    )
    return Sample(key, frame, frame.rgb, frame.depth_m, annotate(frame, config), '{}')


def thing(number, world_from_camera, placed=None):
    category = CLASSES[(number - 1) % len(CLASSES)]
    camera_from_object, size = placed or (make_transform(np.eye(3), [0, 0, 1.5]), [0.1, 0.2, 0.3])
    return Instance(
        instance_id=number,
        name=f'{category.name}_{number:02d}',
        class_id=category.class_id,
        class_name=category.name,
        model_name=f'{category.name}/plain',
        world_from_object=world_from_camera @ camera_from_object,
        object_from_box=np.eye(4),
        size_m=np.array(size, float),
    )


def silhouette(mask):
    rows, columns = np.nonzero(mask)
    y, x = rows.min(), columns.min()
    return Silhouette(int(x), int(y), mask[y : rows.max() + 1, x : columns.max() + 1].copy())


def level_camera():
    """Looks along the world's x; its y is straight down."""
    return make_transform(np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]]), [0, 0, 1.0])


def with_keypoints(sample, points):
    """Keypoints by instance id."""
    labels = sample.labels
    instances = tuple(
        replace(x, keypoints=points.get(x.instance.instance_id, ())) for x in labels.instances
    )
    return replace(sample, labels=replace(labels, instances=instances))


@st.composite
def id_images(draw, largest=24):
    """Id images of any look: holes, pieces, single pixels, objects at the border."""
    height, width = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ids = np.zeros((height, width), np.int32)
    for number in range(1, draw(st.integers(0, 5)) + 1):
        x, y = rng.integers(0, [width, height])
        if rng.random() < 0.5:
            ids[y : y + rng.integers(1, 12), x : x + rng.integers(1, 12)] = number
        else:
            rows, columns = np.mgrid[:height, :width]
            ids[(columns - x) ** 2 + (rows - y) ** 2 < rng.uniform(0.5, 60)] = number
    speckle = rng.random(ids.shape) < draw(st.sampled_from([0, 0, 0.1, 0.4]))
    ids[speckle] = rng.integers(0, 6, int(speckle.sum()))
    return ids
