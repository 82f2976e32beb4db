"""Distributions in configs: how they are written, what they support, what they rest on."""

import json
import math
import pickle
from typing import Annotated

import pytest
from pydantic import ValidationError

from synth_ros.config.base import Section
from synth_ros.config.distribution_check import distributions
from synth_ros.config.distributions import (
    KINDS,
    Distribution,
    Drawn,
    DrawnCount,
    DrawnNonNegative,
    DrawnPositive,
    DrawnUnit,
    constant,
    drawn,
    log_uniform,
    uniform,
    whole_uniform,
)
from synth_ros.config.load import canonical_json, load_config_text
from synth_ros.config.number_file import NumberFileError, read_numbers
from synth_ros.config.root import Config
from synth_ros.errors import ConfigError

BASE = 'cameras: [{name: head}]\nobjects: {count: [0, 0]}\n'


class Fields(Section):
    """One field of each type."""

    any: Drawn = uniform(0, 1)
    """Any."""
    positive: DrawnPositive = log_uniform(0.5, 2)
    """Positive."""
    nonnegative: DrawnNonNegative = constant(0)
    """Not negative."""
    unit: DrawnUnit = constant(1)
    """From 0 to 1."""
    count: DrawnCount = whole_uniform(6, 12)
    """Whole."""
    few: Annotated[Distribution, drawn(above=0, high=4)] = constant(2)
    """Above 0, up to 4."""


def read(**fields):
    return Fields.model_validate_json(json.dumps(fields))


def one(value):
    return read(any=value).any


def load(text, base_dir, builtins):
    return load_config_text(BASE + text, 'c.yaml', base_dir=base_dir, builtins=builtins)


@pytest.mark.parametrize(
    ('short', 'long'), [(0.3, {'constant': 0.3}), ([0.1, 0.5], {'uniform': [0.1, 0.5]})]
)
def test_short_forms_mean_long_ones_and_are_written(short, long):
    assert one(short) == one(long)
    assert json.loads(read(any=long).model_dump_json())['any'] == short


def test_ranges_are_written_as_ever_so_that_hashes_of_configs_hold():
    dumped = json.loads(read(any=[0, 0], count=[3, 9]).model_dump_json())
    assert json.dumps(dumped['any']) == '[0.0, 0.0]'
    assert json.dumps(dumped['count']) == '[3, 9]'


EVERY_KIND = [
    3.0,
    [1.0, 2.0],
    {'normal': {'mean': 0.0, 'std': 1.0, 'within': [-2.0, 2.0]}},
    {'log_uniform': [0.5, 2.0]},
    {'discrete': [1, 4]},
    {'choice': {'values': [1.0, 2.0, 5.0], 'weights': [1.0, 1.0, 2.0]}},
    {'beta': {'a': 2.0, 'b': 5.0, 'within': [0.0, 1.0]}},
    {'von_mises': {'mean_deg': 0.0, 'kappa': 4.0}},
    {'mixture': {'of': [1.0, [2.0, 3.0]], 'weights': [1.0, 3.0]}},
    {'file': {'path': 'log.csv', 'column': 'speed', 'order': 'random'}},
    {'schedule': [[0.0, 1.0], [1.0, {'log_uniform': [1.0, 2.0]}]]},
    {'draw': {'variable': 'clutter', 'scale': 1.0, 'offset': 0.0}},
    {'uniform': [0.0, 1.0], 'across': 'episodes'},
    {'uniform': [0.0, 1.0], 'correlate': {'with': 'size', 'rho': 0.8}},
]


@pytest.mark.parametrize('value', EVERY_KIND, ids=json.dumps)
def test_every_kind_is_written_as_compactly_as_it_may_be_given(value):
    fields = read(any=value)
    assert json.loads(fields.model_dump_json())['any'] == value
    assert pickle.loads(pickle.dumps(fields)) == fields


def test_every_kind_was_tried():
    kinds = {one(value).kind for value in EVERY_KIND}
    assert kinds == set(KINDS)


@pytest.mark.parametrize(
    ('value', 'support'),
    [
        (3, (3, 3)),
        ([1, 2], (1, 2)),
        ({'normal': {'mean': 1, 'std': 2}}, (-math.inf, math.inf)),
        ({'normal': {'mean': 1, 'std': 0}}, (1, 1)),
        ({'normal': {'std': 2, 'within': [-1, 3]}}, (-1, 3)),
        ({'log_uniform': [0.5, 2]}, (0.5, 2)),
        ({'discrete': [-1, 4]}, (-1, 4)),
        ({'choice': {'values': [5, 1, 9], 'weights': [1, 1, 0]}}, (1, 5)),
        ({'beta': {'a': 1, 'b': 1, 'within': [2, 4]}}, (2, 4)),
        ({'von_mises': {'mean_deg': 90, 'kappa': 1}}, (-90, 270)),
        ({'mixture': {'of': [1, [2, 3], 99], 'weights': [1, 1, 0]}}, (1, 3)),
        ({'schedule': [[0, [5, 6]], [1, [0, 1]]]}, (0, 6)),
        ({'draw': {'variable': 'x'}}, (-math.inf, math.inf)),
    ],
    ids=json.dumps,
)
def test_support(value, support):
    assert one(value).support() == support


def test_support_follows_variables_through_each_other():
    variables = {
        'a': uniform(1, 2),
        'b': one({'draw': {'variable': 'a', 'scale': -2, 'offset': 10}}),
        'circle': one({'draw': {'variable': 'circle'}}),
    }
    assert one({'draw': {'variable': 'b'}}).support(variables) == (6, 8)
    assert one({'draw': {'variable': 'circle'}}).support(variables) == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ('field', 'value', 'message'),
    [
        ('positive', 0, 'expects numbers above 0, and those drawn here go down to 0'),
        ('nonnegative', [-1, 1], 'expects numbers of at least 0, .* go down to -1'),
        ('unit', [0, 2], 'expects numbers from 0 to 1, .* go up to 2'),
        ('few', {'normal': {'mean': 1, 'std': 1}}, 'may be any number: give "within: '),
        (
            'few',
            {'mixture': {'of': [1, 5]}},
            'expects numbers above 0 and up to 4, .* go up to 5',
        ),
        ('count', {'normal': {'mean': 3, 'std': 1, 'within': [-2, 9]}}, 'go down to -2'),
        ('count', 3.0, 'it is not a whole number'),
        ('count', [1.0, 2.0], 'it is not a whole number'),
        ('count', {'uniform': [1.5, 2]}, 'expects whole numbers, got 1.5'),
        ('count', {'choice': {'values': [1, 2.5]}}, 'expects whole numbers, got 2.5'),
    ],
)
def test_fields_refuse_what_leaves_their_limits(field, value, message):
    with pytest.raises(ValidationError, match=message):
        read(**{field: value})


class TestLoading:
    def test_the_limits_of_a_key_hold_for_what_depends_on_variables(self, folder, builtins):
        text = (
            'physics: {friction_scale: [0.5, 1]}\n'
            'randomization: {variables: {a: [0, 1], b: {draw: {variable: a}}}}\n'
        )
        loaded = load(text, folder, builtins)
        assert loaded.config.randomization.variables['b'].draw.variable == 'a'

    def test_all_distributions_are_found_with_their_paths(self, folder, builtins):
        text = 'randomization: {variables: {a: {mixture: {of: [1, 2]}}, b: 2}}\n'
        found = dict(distributions(load(text, folder, builtins).config))
        assert found['randomization', 'variables', 'a'].kind == 'mixture'
        assert found['randomization', 'variables', 'b'] == constant(2)
        assert not any('mixture' in path for path in found)

    def test_a_config_with_distributions_is_made_again_from_its_json(self, folder, builtins):
        parts = [value for value in EVERY_KIND if 'file' not in str(value)]
        variables = {'clutter': 1, **{f'v{i}': value for i, value in enumerate(parts)}}
        text = f'randomization: {json.dumps({"variables": variables})}\n'
        config = load(text, folder, builtins).config
        assert Config.model_validate_json(canonical_json(config)) == config

    def test_files_are_read_beside_the_config(self, tmp_path, builtins):
        (tmp_path / 'log.csv').write_text('time,speed\n0, 1.5\n1, 2.5\n')
        text = 'randomization: {variables: {a: {file: {path: log.csv, column: speed}}}}\n'
        variable = load(text, tmp_path, builtins).config.randomization.variables['a']
        assert variable.file.values == (1.5, 2.5)
        assert variable.support() == (1.5, 2.5)

    @pytest.mark.parametrize(
        ('content', 'rest', 'message'),
        [
            ('a,b\n1,2\n', '', 'file.column: {}/log.csv: name one of its columns: a, b'),
            (
                'time,speed\n1,2\n',
                ', column: sped',
                'file.column: {}/log.csv: there is no column "sped". Did you mean "speed"? ',
            ),
            ('1\n2\n', ', column: a', 'file.column: {}/log.csv:1: there is no column "a": '),
            ('a\n1\n\nfast\n', '', 'file.path: {}/log.csv:4: expects a number, got "fast"'),
            ('a\n1\nnan\n', '', 'file.path: {}/log.csv:3: expects a number, got "nan"'),
            ('a,b\n1,2\n3\n', ', column: a', '{}/log.csv:3: expects 2 fields as in the first '),
            ('', '', 'file.path: {}/log.csv: the file holds no numbers'),
            ('# nothing\n', '', 'file.path: {}/log.csv: the file holds no numbers'),
            ('a\n', '', 'file.path: {}/log.csv: the file names columns, but holds no numbers'),
            (b'a\n\xff\n', '', 'file.path: {}/log.csv:2: is not UTF-8 text'),
        ],
    )
    def test_mistakes_in_files_are_told_with_their_line(
        self, tmp_path, builtins, content, rest, message
    ):
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / 'log.csv').write_bytes(data)
        text = f'randomization: {{variables: {{a: {{file: {{path: log.csv{rest}}}}}}}}}\n'
        with pytest.raises(ConfigError, match=r'^c\.yaml:3: randomization\.variables') as caught:
            load(text, tmp_path, builtins)
        assert message.format(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    'content',
    [
        '1\n2.5\n-3e2\n',
        '# speeds\n\n1\n 2.5\n-300\n',
        'v\n1\n2.5\n-300',
        '\ufeffv\r\n1\r\n2.5\r\n-300\r\n',
    ],
)
def test_one_number_a_line(tmp_path, content):
    path = tmp_path / 'numbers.txt'
    path.write_text(content, encoding='utf-8', newline='')
    assert read_numbers(path) == (1, 2.5, -300)


@pytest.mark.parametrize('separator', [',', ';', '\t', ' '])
def test_columns(tmp_path, separator):
    path = tmp_path / 'table.csv'
    rows = [('a', 'b c' if separator != ' ' else 'b_c'), ('1', '2'), ('3', '4')]
    path.write_text('\n'.join(separator.join(row) for row in rows))
    assert read_numbers(path, rows[0][1]) == (2, 4)


def test_a_missing_file_of_numbers(tmp_path):
    with pytest.raises(NumberFileError, match='cannot be read: No such file'):
        read_numbers(tmp_path / 'no.csv')
