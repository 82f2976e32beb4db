"""Records give back the labels that they were made of, to the last bit, through JSON."""

import dataclasses
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from strategies import ANY_FRAME, HEIGHT, WIDTH, samples

from synth_ros.errors import InternalError, UsageError
from synth_ros.schema.convert import (
    camera_of,
    from_json,
    instance_labels,
    instances,
    key_of,
    labels_of,
    record_of,
    to_json,
    world_from_camera,
)
from synth_ros.schema.layers import dense_of, layers_of
from synth_ros.types import DenseLabels, SceneLabels


def assert_same(one, other):
    """Equal in type and to the last bit, arrays and signs of zero included."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        assert repr(one) == repr(other)


@ANY_FRAME
@given(samples())
def test_labels_come_back(sample):
    text = to_json(record_of(sample))
    record = from_json(text)
    assert to_json(record) == text
    layers = {name: layer.copy() for name, layer in layers_of(sample.labels.dense).items()}
    again = labels_of(
        record,
        instance_id=sample.labels.instance_id.copy(),
        class_id=sample.labels.class_id.copy(),
        dense=dense_of(layers, record),
    )
    assert_same(again, sample.labels)
    assert_same(instances(record), sample.frame.instances)
    assert_same(camera_of(record), sample.frame.camera)
    assert_same(world_from_camera(record), sample.frame.world_from_camera)
    assert_same((key_of(record), record.stamp_ns), (sample.key, sample.frame.stamp_ns))
    assert '\n' not in text


@pytest.fixture
def sample(plain_sample):
    return plain_sample(DenseLabels())


def test_what_is_off_is_null_and_what_is_empty_is_empty(sample):
    text = to_json(record_of(sample))
    record = json.loads(text)
    for name in ('robot', 'contacts', 'relations', 'tracks', 'segments', 'parts'):
        assert record[name] is None
    assert record['labels'][0]['keypoints'] is None
    scene = SceneLabels(contacts=(), tracks=())
    on = replace(sample, labels=replace(sample.labels, scene=scene))
    assert json.loads(to_json(record_of(on)))['contacts'] == []
    assert instance_labels(from_json(text))[0].keypoints is None


def test_a_label_of_an_unknown_instance_is_a_bug(sample):
    strange = replace(sample, frame=replace(sample.frame, instances=()))
    with pytest.raises(InternalError, match=r"labels \['mug_01'\], which it does not list"):
        record_of(strange)
    record = record_of(sample).model_copy(update={'instances': ()})
    with pytest.raises(UsageError, match='labels instance 1, which it does not list'):
        instance_labels(record)


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_numbers_that_json_lacks_are_refused(sample, value):
    pose = sample.frame.world_from_camera.copy()
    pose[0, 3] = value
    with pytest.raises(InternalError, match=r'is not valid: world_from_camera\.0\.3: .*finite'):
        record_of(replace(sample, frame=replace(sample.frame, world_from_camera=pose)))


@pytest.mark.parametrize(
    ('change', 'told'),
    [
        (lambda r: r.update(format='synth_ros/frame/2'), 'format: Input should be'),
        (lambda r: r.update(extra=1), 'extra: Extra inputs are not permitted'),
        (lambda r: r.pop('tracks'), 'tracks: Field required'),
        (lambda r: r.update(view='1'), 'view: Input should be a valid integer'),
        (lambda r: r['labels'][0].update(visibility=1.5), r'labels\.0\.visibility: Input'),
        (lambda r: r['instances'][0]['size_m'].pop(), r'instances\.0\.size_m'),
    ],
)
def test_what_is_no_record_is_told(sample, change, told):
    record = json.loads(to_json(record_of(sample)))
    from_json(json.dumps(record))
    change(record)
    with pytest.raises(UsageError, match=f'not a frame record.*{told}'):
        from_json(json.dumps(record))


@pytest.mark.parametrize('text', ['', '{', '[]', b'\xff'])
def test_what_is_no_json_is_told(text):
    with pytest.raises(UsageError, match=r'not a frame record.*The first: the text'):
        from_json(text)


def test_masks_of_another_kind_are_told(sample):
    record = record_of(sample)
    ids = np.zeros((HEIGHT, WIDTH), np.int32)
    classes = ids.astype(np.uint16)
    assert labels_of(record, instance_id=ids, class_id=classes, dense=DenseLabels()).instances
    with pytest.raises(UsageError, match='instance mask of frame 000003_001_head is int32'):
        labels_of(record, instance_id=ids.T, class_id=classes, dense=DenseLabels())
    with pytest.raises(UsageError, match='semantic mask of frame 000003_001_head is int32'):
        labels_of(record, instance_id=ids, class_id=ids, dense=DenseLabels())
