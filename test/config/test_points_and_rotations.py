"""Points and rotations in configs: how they are written, explained and checked."""

import json
import pickle

import pytest
from pydantic import ValidationError

from synth_ros.config.base import Section
from synth_ros.config.distribution_check import distributions
from synth_ros.config.points import Points
from synth_ros.config.rotations import Rotations
from synth_ros.config.shape import _kind, _Schema, kind_at
from synth_ros.config.words import describe


class Fields(Section):
    """A place and an orientation."""

    place: Points = Points(constant=(0.0, 0.0, 0.0))
    """Where."""
    turn: Rotations = Rotations(uniform='so3')
    """How."""


def read(**fields):
    return Fields.model_validate_json(json.dumps(fields))


POINTS = [
    [1.0, 2.0, 3.0],
    {'in_box': {'center_m': [0.0, 0.0, 1.0], 'size_m': [1.0, 2.0, 0.0], 'yaw_deg': 30.0}},
    {'on_box': {'center_m': [0.0, 0.0, 1.0], 'size_m': [1.0, 2.0, 0.0], 'yaw_deg': 30.0}},
    {'in_ball': {'center_m': [0.0, 0.0, 1.0], 'radius_m': 2.0, 'inner_radius_m': 1.0}},
    {'on_sphere': {'center_m': [0.0, 0.0, 1.0], 'radius_m': [1.0, 2.0]}},
    {
        'on_dome': {
            'center_m': [0.0, 0.0, 1.0],
            'radius_m': 1.0,
            'elevation_deg': [10.0, 80.0],
            'azimuth_deg': [-90.0, 90.0],
        }
    },
    {
        'on_disc': {
            'center_m': [0.0, 0.0, 1.0],
            'radius_m': 2.0,
            'inner_radius_m': 1.0,
            'normal': [0.0, 1.0, 1.0],
        }
    },
    {
        'in_cylinder': {
            'center_m': [0.0, 0.0, 1.0],
            'radius_m': 2.0,
            'height_m': 3.0,
            'inner_radius_m': 1.0,
        }
    },
    {'on_line': {'start_m': [0.0, 0.0, 1.0], 'end_m': [2.0, 0.0, 1.0]}},
    {'coordinates': {'x_m': [0.0, 1.0], 'y_m': {'normal': {'mean': 0.0, 'std': 1.0}}, 'z_m': 1.0}},
    {'file': {'path': 'p.csv', 'columns': ['x', 'y', 'z'], 'order': 'random'}},
    {
        'mixture': {
            'of': [[0.0, 0.0, 0.0], {'on_sphere': {'center_m': [0.0, 0.0, 0.0], 'radius_m': 1.0}}],
            'weights': [1.0, 2.0],
        },
        'across': 'episodes',
    },
]
ROTATIONS = [
    {'uniform': 'so3'},
    {'yaw_deg': [-180.0, 180.0]},
    {'rpy_deg': {'roll_deg': 0.0, 'pitch_deg': [-5.0, 5.0], 'yaw_deg': 90.0}},
    {'quat_wxyz': [1.0, 0.0, 0.0, 0.0]},
    {'cone': {'half_angle_deg': 20.0, 'axis': [0.0, 1.0, 0.0], 'spin_deg': 0.0}},
    {
        'tilt': {
            'angle_deg': {'normal': {'mean': 0.0, 'std': 5.0, 'within': [0.0, 20.0]}},
            'spin_deg': 0.0,
        }
    },
    {'near': {'rpy_deg': [0.0, 0.0, 90.0], 'std_deg': 2.0}},
    {'sides': {'yaw_deg': [-180.0, 180.0]}},
    {'mixture': {'of': [{'uniform': 'so3'}, {'yaw_deg': 0.0}]}, 'across': 'episodes'},
]


@pytest.mark.parametrize('value', POINTS, ids=json.dumps)
def test_every_kind_of_points_is_written_as_it_may_be_given(value):
    fields = read(place=value)
    assert json.loads(fields.model_dump_json())['place'] == value
    assert pickle.loads(pickle.dumps(fields)) == fields


@pytest.mark.parametrize('value', ROTATIONS, ids=json.dumps)
def test_every_kind_of_rotations_is_written_as_it_may_be_given(value):
    fields = read(turn=value)
    assert json.loads(fields.model_dump_json())['turn'] == value
    assert pickle.loads(pickle.dumps(fields)) == fields


def test_every_kind_was_tried():
    tried = {key for value in POINTS if isinstance(value, dict) for key in value} | {'constant'}
    assert tried == set(Points.model_fields)
    assert {key for value in ROTATIONS for key in value} == set(Rotations.model_fields)


def test_a_list_is_short_for_a_constant():
    assert read(place=[1, 2, 3]) == read(place={'constant': [1, 2, 3]})


@pytest.mark.parametrize(
    ('field', 'value', 'message'),
    [
        ('place', {}, 'no kind is given; give one of constant, in_box, .*, mixture'),
        ('place', {'across': 'episodes'}, 'no kind is given'),
        (
            'place',
            {'constant': [0, 0, 0], 'in_ball': {'radius_m': 1}},
            'give one kind; "constant" is given already',
        ),
        ('place', {'on_box': {'size_m': [1, 0, 0]}}, 'at least two extents must be above 0'),
        ('place', {'in_ball': {'radius_m': 1, 'inner_radius_m': 2}}, 'is larger than radius_m, 1'),
        ('place', {'on_dome': {'radius_m': 1, 'elevation_deg': [0, 100]}}, 'between -90 and 90'),
        (
            'place',
            {'on_dome': {'radius_m': 1, 'azimuth_deg': [-200, 200]}},
            'more than a full turn',
        ),
        ('place', {'on_sphere': {'radius_m': [-1, 1]}}, 'of at least 0, .* go down to -1'),
        ('place', {'mixture': {'of': [[0, 0, 0]], 'weights': [0]}}, 'all weights are 0'),
        ('turn', {}, 'no kind is given; give one of uniform, yaw_deg, .*, mixture'),
        ('turn', {'tilt': {'angle_deg': [0, 200]}}, 'from 0 to 180, .* go up to 200'),
        ('turn', {'quat_wxyz': [0, 0, 0, 0]}, 'its length is zero'),
        ('turn', {'mixture': {'of': [{'uniform': 'so3'}], 'weights': [1, 2]}}, 'each of the 1'),
    ],
)
def test_what_cannot_be_drawn_is_refused(field, value, message):
    with pytest.raises(ValidationError, match=message):
        read(**{field: value})


def test_numbers_within_are_found_with_their_paths():
    fields = read(place={'on_sphere': {'radius_m': [1, 2]}}, turn={'yaw_deg': 3})
    paths = [placed.path for placed in distributions(fields)]
    assert paths == [('place', 'on_sphere', 'radius_m'), ('turn', 'yaw_deg')]


class TestShape:
    """What the messages about wrong values are made from."""

    @pytest.fixture
    def shape(self):
        schema = _Schema.model_validate(Fields.model_json_schema())
        return _kind(schema, schema.defs)

    def test_lists_and_mappings_have_kinds(self, shape):
        assert describe(kind_at(shape, ('place', 1))) == 'a number'
        assert kind_at(shape, ('place', 3)) is None
        assert kind_at(shape, ('place', 'constant', 1)) == kind_at(shape, ('place', 1))
        radius = kind_at(shape, ('place', 'mixture', 'of', 0, 'on_sphere', 'radius_m'))
        assert describe(radius).startswith('a number of at least 0, [low, high]')

    def test_the_schema_takes_both_ways_of_writing(self):
        import jsonschema

        validator = jsonschema.Draft202012Validator(Fields.model_json_schema())
        for value in POINTS:
            validator.validate({'place': value})
        assert not validator.is_valid({'place': [1, 2]})
        assert not validator.is_valid({'place': {'in_bal': {'radius_m': 1}}})
