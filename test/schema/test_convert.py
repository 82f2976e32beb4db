"""Records give back the labels that they were made of, to the last bit, through JSON."""

import dataclasses

import numpy as np
from hypothesis import HealthCheck, given, settings
from strategies import samples

from synth_ros.schema.convert import (
    camera_of,
    from_json,
    instances,
    key_of,
    labels_of,
    record_of,
    to_json,
    world_from_camera,
)
from synth_ros.schema.layers import dense_of, layers_of

ANY_FRAME = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


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
