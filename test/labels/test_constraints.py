"""Whether a view meets its constraints, on frames small enough to count by hand."""

import numpy as np
import pytest
from small_frames import make_frame, make_instance

from synth_ros.config.constraints import ViewConstraint
from synth_ros.labels.constraints import unmet
from synth_ros.types import Silhouette


def constraint(**keys):
    return ViewConstraint(name='it', **keys)


@pytest.fixture
def frame():
    """Instance 1 shows 4 of its 8 pixels, instance 2 all of its 6, instance 3 none of 2."""
    ids = np.zeros((6, 8), np.int32)
    ids[0, 0:4] = 1
    ids[3, 0:6] = 2
    outlines = {1: (0, 0, 8), 2: (0, 3, 6), 3: (0, 3, 2)}
    far = make_instance(2)
    far.world_from_object[2, 3] = 5.0
    return make_frame(
        ids,
        instances=(make_instance(1), far, make_instance(3, class_id=2)),
        silhouettes={
            key: Silhouette(x, y, np.ones((1, length), bool))
            for key, (x, y, length) in outlines.items()
        },
    )


@pytest.mark.parametrize(
    ('keys', 'met'),
    [
        ({'visibility': (0.45, 0.55)}, True),
        ({'visibility': (0.6, 0.9)}, False),
        ({'visibility': (0.0, 0.1)}, True),  # the hidden one
        ({'visibility': (0.4, 1.0), 'objects': (2, 2)}, True),
        ({'visibility': (0.4, 1.0), 'objects': (3, 9)}, False),
        ({'visibility': (0.9, 1.0), 'objects': (0, 0)}, False),
        ({'pixels': (6, 6)}, True),
        ({'pixels': (7, 99)}, False),
        ({'pixels': (4, 4), 'visibility': (0.9, 1.0)}, False),  # one object for all of it
        ({'truncation': (0.0, 0.0), 'objects': (2, 2)}, True),
        ({'distance_m': (4.9, 5.1)}, True),
        ({'distance_m': (4.9, 5.1), 'objects': (2, 9)}, False),
        ({'camera': 'eye'}, True),
        ({'camera': 'other'}, False),
        ({'classes': ('class2',), 'visibility': (0.0, 0.0)}, True),
        ({'classes': ('class2',), 'visibility': (0.1, 1.0)}, False),
        ({'classes': ('class9',)}, False),
    ],
)
def test_conditions(frame, keys, met):
    assert unmet([frame], [constraint(**keys)]) == (() if met else ('it',))


def test_any_camera_will_do_unless_one_is_named(frame):
    empty = make_frame(np.zeros((6, 8), np.int32))
    assert unmet([empty, frame], [constraint(pixels=(4, 4))]) == ()
    assert unmet([empty], [constraint(pixels=(4, 4))]) == ('it',)


def test_names_come_in_the_order_of_the_config(frame):
    asked = [
        ViewConstraint(name='b', pixels=(90, 99)),
        ViewConstraint(name='fine', pixels=(4, 4)),
        ViewConstraint(name='a', distance_m=(8.0, 9.0)),
    ]
    assert unmet([frame], asked) == ('b', 'a')
