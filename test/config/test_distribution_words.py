"""Distributions in plain words."""

import pytest

from synth_ros.config.distribution_words import distribution_words, place_words

from .test_distributions import one
from .test_distributions import read as read_numbers
from .test_points_and_rotations import read


@pytest.mark.parametrize(
    ('value', 'words'),
    [
        (3, 'always 3'),
        ([0.5, 2], 'uniform from 0.5 to 2'),
        ({'normal': {'mean': 1, 'std': 2}}, 'normal, mean 1, std 2'),
        (
            {'normal': {'mean': 1, 'std': 2, 'within': [0, 3]}},
            'normal, mean 1, std 2, within 0 to 3',
        ),
        ({'log_uniform': [0.5, 2]}, 'log-uniform from 0.5 to 2'),
        ({'discrete': [1, 4]}, 'any whole number from 1 to 4'),
        ({'choice': {'values': [1, 5]}}, 'one of 1; 5'),
        ({'choice': {'values': [1, 5], 'weights': [1, 3]}}, 'one of 1 (25%); 5 (75%)'),
        ({'choice': {'values': [*range(9)]}}, 'one of 0; 1; 2; 3; 4; 5; and 3 more'),
        ({'beta': {'a': 2, 'b': 5}}, 'beta 2, 5 from 0 to 1'),
        ({'von_mises': {'mean_deg': 10, 'kappa': 4}}, 'von Mises, mean 10, kappa 4'),
        ({'mixture': {'of': [1, [2, 3]]}}, 'mixture of 50% always 1; 50% uniform from 2 to 3'),
        (
            {'schedule': [[0, 1], [1, [2, 3]]]},
            'over the run: always 1 at 0; uniform from 2 to 3 at 1',
        ),
        ({'draw': {'variable': 'clutter'}}, 'clutter'),
        ({'draw': {'variable': 'clutter', 'scale': 2, 'offset': -1}}, '2 clutter - 1'),
        (
            {'file': {'path': 'a.csv', 'column': 'v', 'order': 'episode'}},
            '0 values of a.csv, column v, in order of episodes',
        ),
        ({'uniform': [0, 1], 'across': 'episodes'}, 'uniform from 0 to 1, even across episodes'),
        (
            {'uniform': [0, 1], 'correlate': {'with': 'size', 'rho': 0.8}},
            'uniform from 0 to 1, correlated with size (0.8)',
        ),
    ],
)
def test_numbers(value, words):
    assert distribution_words(one(value)) == words


def test_whole_numbers():
    assert distribution_words(read_numbers(count=[1, 3]).count) == 'any whole number from 1 to 3'


@pytest.mark.parametrize(
    ('field', 'value', 'words'),
    [
        (
            'place',
            {'in_ball': {'radius_m': 1}, 'across': 'episodes'},
            'in ball, even across episodes',
        ),
        (
            'place',
            {'mixture': {'of': [[0, 0, 0], {'in_box': {'size_m': [1, 1, 1]}}]}},
            'mixture of 50% constant; 50% in box',
        ),
        ('turn', {'uniform': 'so3'}, 'any rotation'),
        ('turn', {'yaw_deg': [0, 90]}, 'yaw'),
    ],
)
def test_points_and_rotations(field, value, words):
    assert place_words(getattr(read(**{field: value}), field)) == words
