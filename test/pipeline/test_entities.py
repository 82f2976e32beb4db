"""Entities of a frame: names, velocities, bounds and filters, by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from synth_ros.errors import UsageError
from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_rotation_vector,
    rotation_vector_from_matrix,
)
from synth_ros.pipeline.entities import EntityLog, Sphere, Wanted, matching, region_of_box
from synth_ros.types import Instance, LinkPose

TURN = matrix_from_rotation_vector([0, 0, math.pi / 2])


def instance(name, pose, *, number=1, box=None):
    return Instance(
        instance_id=number,
        name=name,
        class_id=2,
        class_name='mug',
        model_name='mug/blue',
        world_from_object=pose,
        object_from_box=np.eye(4) if box is None else box,
        size_m=np.array([0.2, 0.4, 0.6]),
    )


def frame(stamp_ns, instances, *, run=0, links=()):
    return SimpleNamespace(stamp_ns=stamp_ns, run=run, instances=instances, links=links)


def at(x, y, z, rotation=None):
    return make_transform(np.eye(3) if rotation is None else rotation, [x, y, z])


ROBOT_LINKS = (LinkPose('base', at(0, 0, 0)), LinkPose('head', at(0, 0, 2)))
THINGS = (
    instance('mug_01', at(1, 0, 0)),
    instance('mug_12', at(5, 0, 0, TURN), number=2),
)


@pytest.fixture
def entities():
    log = EntityLog()
    log.take(frame(10, THINGS, links=ROBOT_LINKS))
    return log.entities()


def names(entities, **wanted):
    return [entity.name for entity in matching(entities, Wanted(**wanted))]


def test_the_robot_comes_first_and_tells_of_its_root(entities):
    assert [entity.name for entity in entities] == ['robot', 'mug_01', 'mug_12']
    assert entities[0].description == 'The robot, at its link base'
    assert {entity.stamp_ns for entity in entities} == {10}
    assert entities[1].tags == ('mug', 'mug/blue')


def test_an_object_may_be_called_robot():
    log = EntityLog()
    log.take(frame(0, (instance('robot', at(1, 0, 0)),), links=ROBOT_LINKS))
    assert [entity.name for entity in log.entities()] == ['robot_', 'robot']


def test_before_the_first_frame_there_is_nothing():
    assert EntityLog().entities() == []
    assert EntityLog().stamp_ns is None


def test_velocities_are_those_since_the_frame_before():
    log = EntityLog()
    log.take(frame(0, (instance('mug', at(0, 0, 0)),)))
    log.take(frame(500_000_000, (instance('mug', at(1, 0, -2, TURN)),)))
    (mug,) = log.entities()
    np.testing.assert_allclose(mug.linear_m_s, [2, 0, -4])
    np.testing.assert_allclose(mug.angular_rad_s, [0, 0, math.pi], atol=1e-12)


@pytest.mark.parametrize('run', [0, 1])
def test_what_was_put_there_does_not_move(run):
    """Another scene, or the first frame of an object."""
    log = EntityLog()
    log.take(frame(0, (instance('mug' if run else 'cup', at(0, 0, 0)),)))
    log.take(frame(10, (instance('mug', at(1, 0, 0)),), run=run))
    assert not log.entities()[0].linear_m_s.any()


def test_bounds_are_along_the_axes_of_the_object():
    log = EntityLog()
    log.take(frame(0, (instance('mug', at(7, 0, 0, TURN), box=at(0, 0, 0.3, TURN)),)))
    extent = log.entities()[0].extent
    np.testing.assert_allclose(extent.low_m, [-0.2, -0.1, 0.0], atol=1e-12)
    np.testing.assert_allclose(extent.high_m, [0.2, 0.1, 0.6], atol=1e-12)


@pytest.mark.parametrize(
    ('pattern', 'expected'),
    [
        ('', ['robot', 'mug_01', 'mug_12']),
        ('mug', ['mug_01', 'mug_12']),
        ('^mug_0', ['mug_01']),
        ('(robot|12)$', ['robot', 'mug_12']),
        ('_[[:digit:]]1$', ['mug_01']),
        ('^[^[:digit:]]+$', ['robot']),
        ('cup', []),
    ],
)
def test_names_are_matched(entities, pattern, expected):
    assert names(entities, pattern=pattern) == expected


@pytest.mark.parametrize(
    ('pattern', 'message'),
    [
        ('mug[', r"filter 'mug\[' is no regular expression.*\^name\$"),
        ('[[:letter:]]', r'class \[:letter:\]; there are alnum'),
        ('a' * 257, '257 characters; give 256'),
    ],
)
def test_what_is_no_pattern_is_refused(entities, pattern, message):
    with pytest.raises(UsageError, match=message):
        matching(entities, Wanted(pattern=pattern))


def test_kinds_and_tags(entities):
    assert names(entities, robots=False) == ['mug_01', 'mug_12']
    assert names(entities, objects=False) == ['robot']
    assert names(entities, tags=('mug', 'cup')) == ['mug_01', 'mug_12']
    assert names(entities, tags=('mug', 'cup'), all_tags=True) == []
    assert names(entities, tags=('mug', 'mug/blue'), all_tags=True) == ['mug_01', 'mug_12']


def test_regions(entities):
    # The first mug reaches from 0.9 to 1.1 along x; the second, turned, from 4.8 to 5.2.
    ball = Sphere(np.array([1.5, 0, 0]), 0.39)
    assert names(entities, region=ball) == []
    assert names(entities, region=ball._replace(radius_m=0.41)) == ['mug_01']
    assert names(entities, region=region_of_box(np.array([5.21, -1, -1]), np.ones(3) * 6)) == []
    low, high = np.array([5.19, -1, -1]), np.array([6.0, 1, 1])
    assert names(entities, region=region_of_box(low, high)) == ['mug_12']
    assert names(entities, region=region_of_box(high, low)) == ['mug_12']
    # One of the robot's links is enough.
    assert names(entities, region=Sphere(np.array([0, 0, 2.1]), 0.2)) == ['robot']


@pytest.mark.parametrize('vector', [[0, 0, 0], [0.3, -0.4, 0.5], [0, 3.0, 0], [0, 0, math.pi]])
def test_rotation_vectors_there_and_back(vector):
    back = rotation_vector_from_matrix(matrix_from_rotation_vector(vector))
    np.testing.assert_allclose(back, vector, atol=1e-9)
