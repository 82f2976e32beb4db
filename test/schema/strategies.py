"""Any frame that the types allow, as hypothesis strategies."""

import json

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from synth_ros.types import (
    STUFF_SEGMENT,
    Box2D,
    CameraModel,
    Contact,
    ContinuousSymmetry,
    DenseLabels,
    Flow,
    Frame,
    Instance,
    InstanceLabel,
    JointState,
    Keypoint,
    KeypointSpec,
    Labels,
    LinkLabel,
    Occluder,
    OrientedBox,
    Panoptic,
    Part,
    Relation,
    RobotLabel,
    Sample,
    SampleKey,
    SceneLabels,
    Segment,
    Silhouette,
    Symmetry,
    Thing,
    Track,
)

ANY_FRAME = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
WIDTH, HEIGHT = 6, 5
NAMES = st.text(max_size=4)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SHARES = st.floats(0, 1)
EDGES = st.builds(Box2D, *[st.integers(-20, 20)] * 4)
VECTORS = st.tuples(NUMBERS, NUMBERS, NUMBERS)
THINGS = st.builds(
    Thing, st.sampled_from(['object', 'robot', 'environment']), NAMES, st.integers(0, 2**31 - 1)
)
SEEDS = st.integers(0, 2**32 - 1)


def listed(strategy):
    return st.lists(strategy, max_size=2).map(tuple)


def optional(strategy):
    return st.none() | strategy


@st.composite
def matrices(draw):
    return np.random.default_rng(draw(SEEDS)).normal(0, 10.0 ** draw(st.integers(-9, 9)), (4, 4))


@st.composite
def masks(draw):
    rng = np.random.default_rng(draw(SEEDS))
    mask = rng.random(rng.integers(1, 40, 2)) < draw(SHARES)
    return Silhouette(draw(st.integers(-9, 9)), draw(st.integers(-9, 9)), mask)


POINTS = st.builds(
    Keypoint, NAMES, VECTORS, optional(st.tuples(NUMBERS, NUMBERS)), st.sampled_from([0, 1, 2])
)
SPECS = st.builds(KeypointSpec, NAMES, VECTORS, st.sampled_from(['surface', 'virtual']))
SYMMETRIES = st.builds(
    Symmetry, listed(matrices()), listed(st.builds(ContinuousSymmetry, VECTORS, VECTORS))
)
ROBOTS = st.builds(
    RobotLabel,
    listed(st.builds(LinkLabel, NAMES, matrices())),
    listed(st.builds(JointState, NAMES, NUMBERS, NUMBERS)),
    listed(POINTS),
    listed(st.tuples(st.integers(0, 9), st.integers(0, 9))),
)
SCENES = st.builds(
    SceneLabels,
    robot=optional(ROBOTS),
    contacts=optional(
        listed(st.builds(Contact, THINGS, THINGS, VECTORS, VECTORS, NUMBERS, NUMBERS))
    ),
    relations=optional(
        listed(
            st.builds(
                Relation,
                THINGS,
                st.sampled_from(['supported_by', 'inside', 'touching', 'held_by']),
                THINGS,
            )
        )
    ),
    tracks=optional(
        listed(
            st.builds(
                Track,
                st.integers(1, 9),
                st.sampled_from(['visible', 'occluded', 'outside']),
                st.sampled_from([None, 'entered', 'left', 'occluded', 'revealed']),
            )
        )
    ),
)


def instances(instance_id):
    return st.builds(
        Instance,
        instance_id=st.just(instance_id),
        name=NAMES,
        class_id=st.integers(1, 70000),
        class_name=NAMES,
        model_name=NAMES,
        world_from_object=matrices(),
        object_from_box=matrices(),
        size_m=VECTORS.map(np.array),
        keypoints=listed(SPECS),
        symmetry=SYMMETRIES,
    )


def labels(instance):
    return st.builds(
        InstanceLabel,
        instance=st.just(instance),
        box=EDGES,
        amodal_box=EDGES,
        pixels_visible=st.integers(1, 9),
        pixels_in_image=st.integers(1, 9),
        pixels_full=st.integers(1, 9),
        visibility=SHARES,
        occlusion=SHARES,
        truncation=SHARES,
        camera_from_object=matrices(),
        camera_from_box=matrices(),
        oriented_box=optional(st.builds(OrientedBox, *[NUMBERS] * 5)),
        occluders=optional(listed(st.builds(Occluder, THINGS, st.integers(1, 9)))),
        keypoints=optional(listed(POINTS)),
        amodal_mask=optional(masks()),
    )


@st.composite
def denses(draw):
    rng = np.random.default_rng(draw(SEEDS))

    def image(dtype, *channels):
        values = rng.normal(0, 100, (HEIGHT, WIDTH, *channels))
        return (
            np.abs(values).astype(dtype) if np.dtype(dtype).kind in 'ui' else values.astype(dtype)
        )

    def flow():
        motion = image(np.float32, 3) if draw(st.booleans()) else None
        return Flow(image(np.float32, 2), image(np.uint8), motion)

    def maybe(make):
        return make() if draw(st.booleans()) else None

    parts = maybe(lambda: draw(listed(st.builds(Part, st.integers(1, 9), NAMES, NAMES))))
    segments = st.builds(
        Segment,
        st.integers(1, STUFF_SEGMENT + 70000),
        st.integers(1, 70000),
        st.booleans(),
        st.integers(1, 9),
        EDGES,
    )
    return DenseLabels(
        depth_m=maybe(lambda: image(np.float32)),
        distance_m=maybe(lambda: image(np.float32)),
        normals=maybe(lambda: image(np.float32, 3)),
        points_m=maybe(lambda: image(np.float32, 3)),
        part_id=None if parts is None else image(np.uint16),
        parts=parts,
        panoptic=maybe(lambda: Panoptic(image(np.int32), draw(listed(segments)))),
        flow_forward=maybe(flow),
        flow_backward=maybe(flow),
    )


@st.composite
def samples(draw):
    """A sample whose labels need not agree with its pixels: storing must not care."""
    listed_ids = draw(st.lists(st.integers(1, 2**31 - 1), unique=True, max_size=3))
    things = tuple(draw(instances(key)) for key in sorted(listed_ids))
    seen = tuple(draw(labels(item)) for item in things if draw(st.booleans()))
    ids = np.zeros((HEIGHT, WIDTH), np.int32)
    depth_m = np.zeros((HEIGHT, WIDTH), np.float32)
    frame = Frame(
        camera=CameraModel('head', WIDTH, HEIGHT, *draw(st.tuples(*[NUMBERS] * 4))),
        stamp_ns=draw(st.integers(-(2**63), 2**63 - 1)),
        world_from_camera=draw(matrices()),
        rgb=np.zeros((HEIGHT, WIDTH, 3), np.uint8),
        depth_m=depth_m,
        instance_id=ids,
        instances=things,
    )
    found = Labels(seen, ids, ids.astype(np.uint16), draw(denses()), draw(SCENES))
    key = SampleKey(draw(st.integers(0, 10**7)), draw(st.integers(0, 10**5)), 'head')
    return Sample(key, frame, frame.rgb, depth_m, found, json.dumps({}))
