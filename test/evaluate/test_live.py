"""A running stack, without ROS: messages in any order, and every kind of nonsense."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_factory import CATEGORIES, make_sample

from synth_ros.evaluate.live import LiveEvaluation, LiveOptions, Truth
from synth_ros.evaluate.records import EvaluationRecord
from synth_ros.evaluate.session import SessionOptions
from synth_ros.evaluate.summary import diagnosis, metrics
from synth_ros.geometry.transforms import quat_xyzw_from_matrix
from synth_ros.schema.convert import record_of
from synth_ros.types import SampleKey

S = 1_000_000_000


def bag_of(**values):
    return SimpleNamespace(**values)


def head(stamp_ns, frame_id='optical'):
    stamp = bag_of(sec=stamp_ns // S, nanosec=stamp_ns % S)
    return bag_of(stamp=stamp, frame_id=frame_id)


def pose_of(matrix):
    x, y, z = np.asarray(matrix)[:3, 3].tolist()
    qx, qy, qz, qw = quat_xyzw_from_matrix(np.asarray(matrix)[:3, :3]).tolist()
    return bag_of(position=bag_of(x=x, y=y, z=z), orientation=bag_of(x=qx, y=qy, z=qz, w=qw))


def result(label, score=0.9, pose=None):
    return bag_of(hypothesis=bag_of(class_id=label, score=score), pose=bag_of(pose=pose))


def rectangle(x, y, width, height):
    center = bag_of(position=bag_of(x=x + width / 2, y=y + height / 2), theta=0.0)
    return bag_of(center=center, size_x=width, size_y=height)


def sample(view):
    return make_sample(SampleKey(0, view, 'head'))


def truth_of(view, run=0):
    return Truth(record_of(sample(view)), run, sample(view).provenance_json)


def boxes_of(view):
    return bag_of(
        header=head(view * S),
        detections=[
            bag_of(
                results=[result(label.instance.class_name)],
                bbox=rectangle(label.box.x0, label.box.y0, label.box.width, label.box.height),
            )
            for label in sample(view).labels.instances
        ],
    )


def mask_of(values, view, encoding='mono8'):
    data = np.ascontiguousarray(values).tobytes()
    height, width = values.shape
    step = width * values.itemsize
    return bag_of(
        header=head(view * S),
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=0,
        step=step,
        data=data,
    )


def make(kinds=None, **options):
    kinds = kinds or {'boxes': 'boxes'}
    return LiveEvaluation(CATEGORIES, LiveOptions(kinds=kinds, **options))


def feed(live, *, views=range(6), order=1):
    steps = [
        step
        for view in views
        for step in (
            lambda view=view: live.truth(truth_of(view), received_ns=view * S, now_s=0.0),
            lambda view=view: live.answer(
                'boxes', boxes_of(view), received_ns=view * S + S // 10, now_s=0.0
            ),
        )
    ]
    for step in steps[::order]:
        step()
    live.due(10.0)


def test_an_echo_is_perfect_and_its_latency_known():
    live = make()
    live.clock(0, 0)
    feed(live)
    record = live.freeze().record()
    assert record.boxes.summary.ap == pytest.approx(1.0)
    [stream] = record.streams
    assert (stream.received, stream.matched, stream.missed) == (6, 6, 0)
    assert stream.wall_ms.p50 == pytest.approx(100)
    assert stream.rate_hz == pytest.approx(1.0)


def test_the_order_of_messages_does_not_matter():
    records = []
    for order in (1, -1):
        live = make()
        feed(live, order=order)
        records.append(live.freeze().record().model_copy(update={'streams': ()}))
    assert records[0] == records[1]


def test_latency_in_simulated_time():
    live = make()
    live.truth(truth_of(2), received_ns=50 * S, now_s=0.0)
    live.clock(2 * S, 50 * S)
    live.clock(3 * S, 51 * S)
    live.answer('boxes', boxes_of(2), received_ns=51 * S + 1, now_s=0.0)
    live.due(0.0)
    [stream] = live.freeze().record().streams
    assert stream.sim_ms.p50 == pytest.approx(1000)
    assert stream.wall_ms.p50 == pytest.approx(1000)


@pytest.mark.parametrize('count_missed', [False, True])
def test_missed_frames(count_missed):
    live = make(count_missed=count_missed)
    feed(live, views=range(3))
    live.truth(truth_of(7), received_ns=0, now_s=0.0)
    live.due(4.9)
    assert live.waiting == 1
    live.due(5.0)
    record = live.freeze().record()
    assert record.streams[0].missed == 1
    assert record.frames == (4 if count_missed else 3)
    assert (record.boxes.summary.ap < 0.99) == count_missed


def test_a_simulator_that_is_started_anew_gives_its_stamps_again():
    live = make()
    for session, begun in (('one', 0), ('two', 100 * S)):
        for view in range(3):
            truth = truth_of(view)._replace(session=session)
            live.truth(truth, received_ns=begun + view * S, now_s=0.0)
            live.answer('boxes', boxes_of(view), received_ns=begun + view * S + S // 5, now_s=0.0)
            live.due(0.0)
        live.truth(truth_of(9)._replace(session=session), received_ns=0, now_s=0.0)
    live.due(10.0)
    record = live.freeze().record()
    [stream] = record.streams
    assert (stream.matched, stream.missed, stream.repeated) == (6, 2, 0)
    assert record.frames == 6
    assert stream.wall_ms.most == pytest.approx(200)


def test_memory_is_bounded_and_says_so():
    live = make(session=SessionOptions(most_frames=4))
    feed(live, views=range(10))
    record = live.freeze().record()
    assert (record.frames, record.let_go) == (4, 6)
    few = make(session=SessionOptions(most_rows=30))
    feed(few, views=range(10))
    assert few.freeze().record().frames < 5


def test_poses_in_another_frame_are_refused():
    live = make({'poses': 'poses'})
    live.begun(S, 0, frame_id='optical')
    live.truth(truth_of(1), received_ns=0, now_s=0.0)
    label = sample(1).labels.instances[0]
    said = bag_of(header=head(S, 'map'), pose=pose_of(label.camera_from_object))
    live.answer('poses', said, received_ns=0, now_s=0.0)
    live.due(0.0)
    record = live.freeze().record()
    assert record.nonsense == {'pose_in_another_frame': 1}
    assert record.poses.all.found == 0


def test_a_pose_of_any_class_finds_its_object():
    live = make({'poses': 'poses'})
    live.truth(truth_of(1), received_ns=0, now_s=0.0)
    labels = sample(1).labels.instances
    poses = [pose_of(label.camera_from_object) for label in labels]
    live.answer('poses', bag_of(header=head(S), poses=poses), received_ns=0, now_s=0.0)
    live.due(0.0)
    poses = live.freeze().record().poses
    assert poses.all.found == poses.all.objects == len(labels)
    assert poses.on_boxes == len(labels)
    assert poses.all.add_or_s_recall == 1.0


def test_semantic_masks():
    live = make({'mask': 'semantic'})
    labels = sample(1).labels
    classes = labels.class_id.astype(np.uint8)
    said = classes.copy()
    said[:36] = 0
    said[0, :5] = 200
    live.truth(truth_of(1), received_ns=0, now_s=0.0)
    live.answer('mask', mask_of(said, 1), received_ns=0, now_s=0.0)
    live.due(0.0)
    assert len(live.session) == 0
    live.truth_mask(mask_of(classes, 1), now_s=0.0)
    live.due(0.0)
    record = live.freeze().record()
    expected = [
        (said == k)[classes == k].sum() / ((said == k) | (classes == k)).sum()
        for k in (1, 2, 3)
        if (classes == k).any()
    ]
    assert record.pixels.mean_iou == pytest.approx(np.mean(expected))
    assert record.nonsense == {'unknown_mask_value': 1}


def test_instance_masks_without_classes():
    live = make({'mask': 'instance'})
    ids = sample(1).labels.instance_id.astype(np.uint16)
    live.truth(truth_of(1), received_ns=0, now_s=0.0)
    live.truth_mask(mask_of(ids, 1, '16UC1'), now_s=0.0)
    renumbered = np.where(ids > 0, ids + 40, 0).astype(np.uint16)
    live.answer('mask', mask_of(renumbered, 1, '16UC1'), received_ns=0, now_s=0.0)
    live.due(0.0)
    found = live.freeze().record().segments
    assert found.summary.ar_100 == pytest.approx(1.0)


NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(-200, 200),
    st.sampled_from([math.nan, math.inf, 0.0, 1e308, 1e8]),
)
NONSENSE = st.builds(
    lambda label, score, numbers, results: bag_of(
        results=[result(label, score)] * results, bbox=rectangle_of(*numbers)
    ),
    st.one_of(st.text(max_size=8), st.sampled_from(['mug', 'box', '3'])),
    NUMBERS,
    st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    st.integers(0, 2),
)


def rectangle_of(x, y, width, height):
    return bag_of(center=bag_of(position=bag_of(x=x, y=y), theta=0.0), size_x=width, size_y=height)


@settings(max_examples=60, deadline=None)
@given(found=st.lists(NONSENSE, max_size=12), stamp=st.integers(-(2**31), 2**31 - 1))
def test_nonsense_never_ends_it(found, stamp):
    live = make()
    live.truth(truth_of(1), received_ns=0, now_s=0.0)
    good = boxes_of(1)
    good.detections += found
    live.answer('boxes', good, received_ns=0, now_s=0.0)
    strange = bag_of(header=head(stamp * S), detections=found)
    live.answer('boxes', strange, received_ns=0, now_s=0.0)
    live.due(10.0)
    record = live.freeze().record()
    [stream] = record.streams
    assert stream.matched == 1
    assert stream.unmatched + stream.repeated == 1
    assert record.boxes.objects == len(sample(1).labels.instances)
    assert EvaluationRecord.model_validate_json(record.model_dump_json()) == record
    assert json.loads(metrics(record))['frames'] == 1
    assert diagnosis(record).message.startswith('1 frames compared: boxes mAP')


@settings(max_examples=40, deadline=None)
@given(numbers=st.tuples(*[NUMBERS] * 7), score=NUMBERS)
def test_nonsense_poses_never_end_it(numbers, score):
    live = make({'solids': 'solids'})
    live.truth(truth_of(1), received_ns=0, now_s=0.0)
    x, y, z, qx, qy, qz, qw = numbers
    pose = bag_of(position=bag_of(x=x, y=y, z=z), orientation=bag_of(x=qx, y=qy, z=qz, w=qw))
    said = bag_of(
        header=head(S), detections=[bag_of(results=[result('mug', score, pose)], bbox=None)]
    )
    live.answer('solids', said, received_ns=0, now_s=0.0)
    live.due(0.0)
    record = live.freeze().record()
    assert record.poses.all.found in {0, 1}
    assert EvaluationRecord.model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize(
    'change',
    [
        {'encoding': 'rgb8'},
        {'encoding': 'jpeg'},
        {'data': b''},
        {'step': 1},
        {'height': 0, 'data': b''},
    ],
)
def test_nonsense_masks_are_counted(change):
    live = make({'mask': 'semantic'})
    classes = sample(1).labels.class_id.astype(np.uint8)
    live.truth(truth_of(1), received_ns=0, now_s=0.0)
    live.truth_mask(mask_of(classes, 1), now_s=0.0)
    said = mask_of(classes, 1)
    vars(said).update(change)
    live.answer('mask', said, received_ns=0, now_s=0.0)
    live.due(0.0)
    record = live.freeze().record()
    assert record.nonsense == {'unusable_image': 1}
    assert record.pixels is None
