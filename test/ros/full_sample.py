"""A sample with everything, numbers drawn: what the types allow, not a real scene."""

from dataclasses import replace

import numpy as np
from message_parts import sample_at

from synth_ros.config.labels import LabelsConfig
from synth_ros.types import (
    STUFF_SEGMENT,
    Box2D,
    Contact,
    DenseLabels,
    Flow,
    FlowState,
    JointState,
    Keypoint,
    LinkLabel,
    OrientedBox,
    Panoptic,
    Part,
    Relation,
    RobotLabel,
    SceneLabels,
    Segment,
    Silhouette,
    Thing,
    Track,
)

EVERYTHING = LabelsConfig(everything=True)
TABLE = Thing('environment', 'table')


def full_sample(episode=2, view=1, camera='head', *, stamp_ns=5, ends=()):
    """Everything but the flows named in ``ends``: 'forward' or 'backward'."""
    sample = sample_at(episode, view, camera, stamp_ns=stamp_ns)
    rng = np.random.default_rng([episode, view])
    depth_m = sample.frame.depth_m.copy()
    depth_m[:7] = 0  # nothing is there
    labels = replace(
        sample.labels,
        instances=tuple(_labelled(entry) for entry in sample.labels.instances),
        dense=_dense(rng, depth_m, sample.labels, ends),
        scene=_scene(sample.labels.instances),
    )
    frame = replace(sample.frame, depth_m=depth_m)
    infra1, infra2 = rng.integers(0, 256, (2, *depth_m.shape), dtype=np.uint8)
    return replace(sample, frame=frame, labels=labels, infra1=infra1, infra2=infra2)


def _labelled(entry):
    x0, y0, x1, y1 = entry.box
    return replace(
        entry,
        oriented_box=OrientedBox((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0, 0.25),
        occluders=(),
        keypoints=(
            Keypoint('top', (0.1, 0.2, 0.75), (x0 + 0.25, y0 + 0.5), 2),
            Keypoint('back', (0.1, 0.2, 0.875), (x0 + 1.25, y0 + 1.5), 1),
            Keypoint('away', (0.1, 0.2, -0.5), None, 0),
        ),
        amodal_mask=Silhouette(x0, y0, np.ones((y1 - y0, x1 - x0), bool)),
    )


def _dense(rng, depth_m, labels, ends):
    shape, there = depth_m.shape, depth_m > 0

    def floats(channels):
        values = rng.normal(size=(*shape, channels)).astype(np.float32)
        return np.where(there[..., None], values, np.float32(0))

    def flow():
        state = np.where(there, rng.integers(0, 4, shape), 0).astype(np.uint8)
        known = (state != FlowState.INVALID)[..., None]
        return Flow(np.where(known, floats(2), np.float32(0)), state, floats(3))

    void = np.float32(np.nan)
    return DenseLabels(
        depth_m=depth_m,
        distance_m=depth_m * np.float32(1.25),
        normals=floats(3),
        points_m=np.where(there[..., None], floats(3), void),
        part_id=rng.integers(0, 3, shape).astype(np.uint16),
        parts=(Part(1, 'mug', 'handle'), Part(2, 'robot', 'hand')),
        panoptic=Panoptic(
            np.where(there, STUFF_SEGMENT + 9, labels.instance_id).astype(np.int32),
            (
                Segment(
                    STUFF_SEGMENT + 9,
                    9,
                    is_thing=False,
                    pixels=int(there.sum()),
                    box=Box2D(0, 7, 96, 72),
                ),
            ),
        ),
        flow_forward=None if 'forward' in ends else flow(),
        flow_backward=None if 'backward' in ends else flow(),
    )


def _scene(labelled):
    first = labelled[0].instance
    thing = Thing('object', first.name, first.instance_id)
    skeleton = (
        Keypoint('shoulder', (0.0, 0.0, 1.0), (40.0, 30.0), 2),
        Keypoint('elbow', (0.25, 0.0, 1.0), (60.0, 30.0), 1),
    )
    return SceneLabels(
        robot=RobotLabel(
            links=(LinkLabel('base', np.eye(4)), LinkLabel('arm', np.eye(4))),
            joints=(JointState('shoulder', 0.5, -1.0), JointState('elbow', 0.0, 0.0)),
            skeleton=skeleton,
            bones=((0, 1),),
        ),
        contacts=(
            Contact(thing, TABLE, (1.0, 2.0, 0.75), (0.0, 0.0, -1.0), -1e-4, 20.0),
            Contact(thing, TABLE, (1.1, 2.0, 0.75), (0.0, 0.0, -1.0), 1e-4, 0.0),
        ),
        relations=(Relation(thing, 'supported_by', TABLE),),
        tracks=(Track(first.instance_id, 'visible', 'entered'),),
    )
