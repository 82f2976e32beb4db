"""The annotations message: the frame's record in an envelope that survives JSON."""

import json

import pytest
from sample_factory import make_sample

from synth_ros.errors import RosError
from synth_ros.ros import annotations
from synth_ros.schema.convert import record_of
from synth_ros.types import SampleKey


@pytest.fixture(scope='module')
def sample():
    return make_sample(SampleKey(3, 1, 'wrist'), objects=8)


@pytest.fixture(scope='module')
def text(sample):
    return annotations.to_json(sample, session='17', run=4)


def test_round_trip_is_exact(sample, text):
    message = annotations.from_json(text)
    assert (message.session, message.run) == ('17', 4)
    assert message.provenance == sample.provenance_json
    assert message.frame == record_of(sample)
    assert len(message.frame.labels) > 3


def test_it_is_one_line(text):
    assert '\n' not in text


@pytest.mark.parametrize(
    ('change', 'where'),
    [
        ({'format': 'synth_ros/annotations/1'}, 'format'),
        ({'run': 'first'}, 'run'),
        ({'colour': 1}, 'colour'),
        ({'frame': {}}, r'frame\.episode'),
    ],
)
def test_foreign_message(text, change, where):
    data = json.loads(text) | change
    with pytest.raises(RosError, match=f'not one of ours: {where}'):
        annotations.from_json(json.dumps(data))


def test_no_json():
    with pytest.raises(RosError, match=r'not one of ours.*Invalid JSON'):
        annotations.from_json('hello')
