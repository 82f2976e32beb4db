"""Whatever is in a file: a config, or a ConfigError whose every line says where and what."""

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from synth_ros.config.base import RulesLater
from synth_ros.config.explain import explain
from synth_ros.config.load import canonical_json, load_config_text
from synth_ros.config.mend import mend
from synth_ros.config.nodes import plain
from synth_ros.config.packaged import Builtins
from synth_ros.config.root import Config
from synth_ros.config.shape import (
    Change,
    Choice,
    Drawn,
    Listing,
    Number,
    Record,
    Row,
    Table,
    Truth,
    Words,
    config_shape,
)
from synth_ros.config.yaml_source import read_yaml
from synth_ros.errors import ConfigError

BUILTINS = Builtins(('mobile_manipulator',), ('tabletop_room',), ('mug', 'bowl'))
DEMO = (Path(__file__).parents[2] / 'config' / 'tabletop.yaml').read_text(encoding='utf-8')
LINE = re.compile(r'c\.yaml:(\d+): \S')
JARGON = re.compile(r'pydantic|https://errors|Input should|Value error|NoneType|Traceback')


def problems_of(text):
    """What is said about a text, after checking how it is said."""
    try:
        load_config_text(text, 'c.yaml', builtins=BUILTINS)
    except ConfigError as error:
        problems = error.problems
    else:
        return ()
    places = [int(LINE.match(problem)[1]) for problem in problems]
    assert places
    assert places == sorted(places)
    assert [problem for problem in problems if JARGON.search(problem)] == []
    assert [problem for problem in problems if not problem.isprintable()] == []
    return problems


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text(text):
    assert problems_of(text)  # none of these is a config


NOISE = st.text(' \n\t:-[]{}#&*!|>\'"%,?~no012.e_<', max_size=6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), NOISE), min_size=1, max_size=4))
def test_a_config_with_letters_changed(edits):
    text = DEMO
    for where, dropped, noise in edits:
        at = int(where * len(text))
        text = text[:at] + noise + text[at + dropped :]
    problems_of(text)


# Values that are wrong for most keys, by themselves or by their size.
WRONG = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(allow_nan=True, allow_infinity=True),
        st.sampled_from(['', 'no', '1e3', 'mug', 'builtin://mug', 'a/b.xml', 'Ä\n', '012']),
        st.text(max_size=5),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def values(kind, wrong=None):
    """Values of a kind, with wrong ones among them where a strategy for those is given."""
    if isinstance(kind, Drawn):
        right = distributions(kind, wrong)
    elif isinstance(kind, Row | Listing | Table | Record):
        right = collections(kind, wrong)
    else:
        right = scalars(kind)
    return right if wrong is None else right | wrong


def scalars(kind):
    match kind:
        case Truth():
            return st.booleans()
        case Number(whole=True):
            return st.integers(kind.low, 10**6 if kind.high is None else kind.high)
        case Number():
            low = -1e6 if kind.low is None else kind.low
            high = 1e6 if kind.high is None else kind.high
            excluded = {'exclude_min': kind.above_low, 'exclude_max': kind.below_high}
            return st.floats(low, high, **excluded, allow_subnormal=False)
        case Words(format='asset'):
            return st.just('package://robots/arm.xml')
        case Words(format='name'):
            return st.sampled_from(['mug', 'bowl', 'head'])
        case Words():
            # PyYAML would write 1e3 without the quotes that we ask for.
            return st.sampled_from(['a', 'b 2', 'no', '7', '0x10', '2024-05-17', 'Ä'])
        case Choice(options=options):
            return st.sampled_from(options)
        case Change():
            return st.just({})


def distributions(kind, wrong):
    number = values(kind.number)
    pair = st.lists(number, min_size=2, max_size=2).map(sorted)
    short = st.one_of(number, pair)
    if wrong is not None:
        known = dict.fromkeys(kind.record.names, wrong)
        return short | st.fixed_dictionaries({}, optional={'unifrm': wrong} | known)
    weighted = st.fixed_dictionaries(
        {'values': st.lists(number, min_size=2, max_size=2), 'weights': st.just([1, 2])}
    )
    return st.one_of(
        short,
        pair.map(lambda ends: {'uniform': ends, 'across': 'episodes'}),
        pair.map(lambda ends: {'normal': {'mean': ends[0], 'std': 1e7, 'within': ends}}),
        weighted.map(lambda choice: {'choice': choice}),
        st.lists(short, min_size=1, max_size=3).map(lambda of: {'mixture': {'of': of}}),
        st.tuples(short, short).map(lambda two: {'schedule': [[0, two[0]], [1, two[1]]]}),
    )


def collections(kind, wrong):
    match kind:
        case Row(items=(Words() as item, Words())) if wrong is None:
            return st.lists(values(item), min_size=2, max_size=2, unique=True).map(sorted)
        case Row(items=items, format=form):
            row = st.tuples(*(values(item, wrong) for item in items)).map(list)
            if wrong is None and form == 'axis':
                return row.filter(lambda axis: max(map(abs, axis)) > 1e-3)
            return row.map(sorted) if wrong is None else row
        case Listing(item=item, fewest=fewest):
            entries = values(item, wrong)
            return st.lists(entries, min_size=fewest, max_size=3, unique_by=repr)
        case Table(value=value):
            return st.dictionaries(st.sampled_from('abc'), values(value, wrong))
        case Record(keys=keys) if wrong is None:
            # Keys without a default are one way of several; their rules have tests of their own.
            needed = {key.name: values(key.kind) for key in keys if key.required}
            usual = {key.name: values(key.kind) for key in keys if key.default is not None}
            return st.fixed_dictionaries(needed, optional=usual)
        case Record(keys=keys):
            known = {key.name: values(key.kind, wrong) for key in keys}
            unknown = dict.fromkeys(('nam', 'Width', 'x', 'scal'), wrong)
            return st.fixed_dictionaries({}, optional=unknown | known)


# The strategy has a branch for every key, and Hypothesis warns of how long it is when written out.
@pytest.mark.filterwarnings('ignore:Generating overly large repr')
@settings(max_examples=100, deadline=None)
@given(values(config_shape(), WRONG).filter(lambda data: isinstance(data, dict)))
def test_any_data_below_any_keys(data):
    text = yaml.safe_dump(data, allow_unicode=True)
    problems_of(text)
    document = read_yaml(text)
    if document.root is None:
        return
    mended = plain(document.root)
    try:
        Config.model_validate_json(json.dumps(mended), context=RulesLater())
    except ValidationError as error:
        findings = explain(error.errors(include_url=False), document.root)
        assert findings.problems
        mend(mended, findings)
        # Whatever was wrong, the rest of the file can be checked.
        Config.model_validate_json(json.dumps(mended), context=RulesLater())


def quiet(room):
    """Leave out what depends on folders and on the renderer: panoramas, and how many lamps."""
    room.pop('image_light', None)
    for key in ('count', 'ambient'):  # some light there must be
        room.get('lights', {}).pop(key, None)


def named_apart(data):
    """Give the entries of lists names that differ."""
    for group in (data['cameras'], data['objects'].get('classes', [])):
        for i, entry in enumerate(group):
            entry['name'] = 'mug' if group is not data['cameras'] and not i else f'n_{i}'
            entry.pop('depth_range_m', None)
    constraints = data.get('constraints', {})
    for key in ('scene', 'view'):
        for i, entry in enumerate(constraints.get(key, [])):
            entry.update(
                name=f'{key}_{i}',
                **({'objects': [0, 2]} if key == 'view' else {'touching': False}),
            )
            entry.pop('classes', None)
    for i, entry in enumerate(data.get('scenarios', [])):
        entry |= {'name': f'scenario_{i}', 'weight': 1.0, 'weight_at_end': 2.0}
    for i, entry in enumerate(data.get('labels', {}).get('stuff', [])):
        entry['name'] = f'stuff_{i}'
    for i, phase in enumerate(data.get('sequence', {}).get('phases', [])):
        phase['name'] = f'phase_{i}'
        phase.pop('events', None)


def sensible(data):
    """Drawn data without the clashes that rules forbid."""
    named_apart(data)
    # No more frames than time steps.
    data.get('physics', {}).pop('timestep_s', None)
    if 'vary' in data.get('randomization', {}):
        data['randomization']['vary'] = {'r': {'target': 'object.value', 'set': 0.5}}
    data.get('distractors', {}).pop('contextual', None)
    quiet(data.get('environment', {}))
    data.get('script', {}).pop('settle', None)
    output = data.get('output', {})
    # Sizes are drawn odd as well.
    output.get('live', {}).pop('even_size', None)
    for i, entry in enumerate(output.get('dataset', {}).get('splits', [])):
        entry['name'] = f'split_{i}'
    data['objects']['classes'] = data['objects'].get('classes', [])[:1]
    # Viewpoints name cameras and classes; they have tests of their own.
    data.get('randomization', {}).pop('viewpoints', None)
    if not data['objects']['classes']:
        data['objects']['count'] = [0, 0]
    return data


@settings(max_examples=60, deadline=None)
@given(values(config_shape()).map(sensible), st.booleans(), st.randoms())
def test_valid_data_survives_any_way_of_writing(data, flow, shuffle):
    text = yaml.safe_dump(data, default_flow_style=flow)
    loaded = load_config_text(text, builtins=BUILTINS)
    full = canonical_json(loaded.config)
    assert Config.model_validate_json(full) == loaded.config

    spelled_out = yaml.safe_dump(shuffled(json.loads(full), shuffle), sort_keys=False)
    again = load_config_text(f'# comment\n{spelled_out}', builtins=BUILTINS)
    assert again.config == loaded.config
    assert again.config_hash == loaded.config_hash


def shuffled(data, shuffle):
    """The same data with the keys of all mappings in another order."""
    if isinstance(data, list):
        return [shuffled(item, shuffle) for item in data]
    if not isinstance(data, dict):
        return data
    keys = list(data)
    shuffle.shuffle(keys)
    return {key: shuffled(data[key], shuffle) for key in keys}


@pytest.mark.parametrize('cut', range(0, len(DEMO), 97))
def test_a_config_that_ends_too_early(cut):
    problems_of(DEMO[:cut])
