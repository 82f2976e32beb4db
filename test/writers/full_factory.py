"""Samples with every annotation, consistent with their pixels where a reader could notice."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
from sample_factory import INFO, make_sample

from synth_ros.config.labels import Annotation
from synth_ros.types import (
    STUFF_SEGMENT,
    Box2D,
    Category,
    Contact,
    ContinuousSymmetry,
    DenseLabels,
    Flow,
    FlowState,
    JointState,
    Keypoint,
    KeypointSpec,
    LinkLabel,
    Occluder,
    OrientedBox,
    Panoptic,
    Part,
    Relation,
    RobotLabel,
    SampleKey,
    SceneLabels,
    Segment,
    Symmetry,
    Thing,
    Track,
)

POINTS = {1: ('rim', 'handle', 'base'), 2: (), 3: ('tip',)}
CATEGORIES = (
    Category(1, 'mug', keypoints=POINTS[1], skeleton=((0, 1), (1, 2))),
    Category(2, 'box'),
    Category(3, 'drill', 'tool', keypoints=POINTS[3]),
    Category(4, 'table', 'stuff', is_thing=False),
)
TABLE = STUFF_SEGMENT + 4
FULL = INFO._replace(categories=CATEGORIES, annotations=get_args(Annotation))
PARTS = (Part(1, 'mug', 'handle'), Part(2, 'robot', 'hand'), Part(700, 'robot', 'head'))
TABLE_TOP = Thing('environment', 'table')
SYMMETRY = Symmetry(
    discrete=(np.diag([-1.0, -1, 1, 1]),),
    continuous=(ContinuousSymmetry((0.0, 0.0, 1.0), (0.0, 0.01, 0.0)),),
)


def full_episode(episode, *, views=2, cameras=('head', 'wrist'), size=(96, 72)):
    """All samples of one episode: the same ones every time."""
    return [
        full_sample(SampleKey(episode, view, camera), views=views, size=size)
        for view in range(views)
        for camera in cameras
    ]


def full_sample(key, *, views=2, size=(96, 72)):
    """One sample with every annotation; flow ends with the episode."""
    plain = make_sample(key, size=size)
    rng = np.random.default_rng([key.episode, key.view, 99])
    frame = replace(plain.frame, instances=tuple(instance(x) for x in plain.frame.instances))
    things = {x.instance_id: x for x in frame.instances}
    labels = tuple(
        label(rng, replace(x, instance=things[x.instance.instance_id]), frame=frame)
        for x in plain.labels.instances
    )
    found = replace(
        plain.labels,
        instances=labels,
        dense=dense(rng, frame, first=key.view == 0, last=key.view == views - 1),
        scene=scene(rng, labels, frame=frame),
    )
    return replace(plain, frame=frame, labels=found)


def instance(plain):
    """With keypoints and, if it is a mug, symmetries."""
    names = POINTS[plain.class_id]
    return replace(
        plain,
        keypoints=tuple(
            KeypointSpec(name, (0.01 * k, 1 / 3, -0.0), 'surface' if k else 'virtual')
            for k, name in enumerate(names)
        ),
        symmetry=SYMMETRY if plain.class_id == 1 else Symmetry(),
    )


def label(rng, plain, *, frame):
    """With everything that can be said of one object."""
    box, instance_id = plain.box, plain.instance.instance_id
    hidden = plain.pixels_in_image - plain.pixels_visible
    u, v = box.x0 + 0.25 * box.width, box.y0 + 0.75 * box.height
    points = (
        Keypoint('rim', (0.1, 0.2, 1 / 3), (u, v), 2),
        Keypoint('handle', (0.1, 0.2, 0.9), (u + 1 / 7, v), 1),
        Keypoint('base', (0.1, 0.2, -0.9), None, 0),
        Keypoint('tip', (0.1, 0.2, 0.5), (u, v), 2),
    )
    # A third of the mugs lacks its handle.
    names = POINTS[plain.instance.class_id][: 1 if instance_id == 4 else None]
    return replace(
        plain,
        oriented_box=OrientedBox(u, v, 9.0, 4.0, math.radians(float(rng.uniform(-90, 90)))),
        occluders=(Occluder(TABLE_TOP, hidden),) if hidden else (),
        keypoints=tuple(point for point in points if point.name in names),
        amodal_mask=frame.silhouettes[instance_id],
    )


def dense(rng, frame, *, first, last):
    """Smooth layers, as rendered ones are, and masks that are true."""
    height, width = frame.depth_m.shape

    def image(channels):
        values = np.cumsum(rng.normal(0, 0.01, (height, width, channels)), axis=1)
        return values.astype(np.float32)

    def flow():
        state = (rng.random((height, width)) * 4).astype(np.uint8)
        flow_px = np.where(state[..., None] == FlowState.INVALID, np.float32(0), image(2))
        return Flow(flow_px, state, image(3))

    points_m = image(3)
    points_m[frame.depth_m > 1.9] = np.nan
    return DenseLabels(
        depth_m=frame.depth_m,
        distance_m=frame.depth_m * np.float32(1.1),
        normals=image(3),
        points_m=points_m,
        part_id=rng.choice(np.array([0, 1, 2, 700], np.uint16), (height, width)),
        parts=PARTS,
        panoptic=panoptic(frame),
        flow_forward=None if last else flow(),
        flow_backward=None if first else flow(),
    )


def panoptic(frame):
    """Objects on a table; the first row is void."""
    ids = np.where(frame.instance_id == 0, TABLE, frame.instance_id).astype(np.int32)
    ids[0] = 0
    classes = {x.instance_id: x.class_id for x in frame.instances} | {TABLE: 4}
    return Panoptic(
        ids,
        tuple(
            Segment(
                int(key),
                classes[int(key)],
                is_thing=int(key) != TABLE,
                pixels=int((ids == key).sum()),
                box=tight(ids == key),
            )
            for key in np.unique(ids[ids > 0])
        ),
    )


def tight(mask):
    rows, columns = np.nonzero(mask)
    x0, y0, x1, y1 = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    return Box2D(int(x0), int(y0), int(x1), int(y1))


def scene(rng, labels, *, frame):
    """A robot of two links that touches the first object, and tracks of all."""
    first = Thing('object', frame.instances[0].name, 1)
    hand = Thing('robot', 'hand')
    seen = {x.instance.instance_id for x in labels}
    pose = frame.world_from_camera.copy()
    return SceneLabels(
        robot=RobotLabel(
            links=(LinkLabel('base', pose), LinkLabel('hand', pose)),
            joints=(JointState('lift', 0.1 + 0.2, -0.5),),
            skeleton=(
                Keypoint('lift', (0.0, 0.1, 1.0), (10.5, 20.25), 2),
                Keypoint('grip', (0.0, 0.1, -1.0), None, 0),
            ),
            bones=((0, 1),),
        ),
        contacts=(
            Contact(first, hand, (0.1, 0.2, 0.3), (0.0, 0.0, 1.0), -1e-5, float(rng.random())),
        ),
        relations=(Relation(first, 'held_by', hand), Relation(first, 'touching', TABLE_TOP)),
        tracks=tuple(
            Track(x.instance_id, 'visible', 'entered')
            if x.instance_id in seen
            else Track(x.instance_id, 'outside', None)
            for x in frame.instances
        ),
    )
