"""A plain scalar is taken as a value only where YAML 1.1 and YAML 1.2 read it alike."""

import math
import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synth_ros.config.scalars import read_plain

# The core schema of YAML 1.2.2, section 10.3.2.
CORE = (
    (re.compile(r'null|Null|NULL|~|'), lambda text: None),
    (re.compile(r'true|True|TRUE'), lambda text: True),
    (re.compile(r'false|False|FALSE'), lambda text: False),
    (re.compile(r'[-+]?[0-9]+'), int),
    (re.compile(r'0o[0-7]+'), lambda text: int(text, 0)),
    (re.compile(r'0x[0-9a-fA-F]+'), lambda text: int(text, 0)),
    (re.compile(r'[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?'), float),
    (re.compile(r'[-+]?(\.inf|\.Inf|\.INF)'), lambda text: math.inf),
    (re.compile(r'\.nan|\.NaN|\.NAN'), lambda text: math.nan),
)

# Read alike, and still refused: hexadecimal, a leading 0, what merely looks like a number.
BAD_HABIT = re.compile(r'0[xob]|^[-+]?0[0-9]+$|_|:|inf|nan', re.IGNORECASE)

WORDS = """
yes Yes YES yEs no NO on On off OFF true True tRUE null NULL ~ .inf -.Inf .nan .NaN inf nan y n Y
1e3 1.0e3 1.0e+3 -.5 +.5 .5 5. 0o17 0x1F 0b11 1_000 012 089 007.5 12:30 12:30:45 190:20:30.15
2001-12-14T21:59:43.10-05:00 2001-12-14 2001-1-1 = <<
"""
PLAIN = st.one_of(
    st.text('0123456789+-._:eExXob', max_size=12),
    st.text('0123456789', max_size=3).map(lambda digits: f'2024-05-{digits}'),
    st.sampled_from(WORDS.split()),
)


def by_yaml_11(text):
    """What PyYAML makes of a plain scalar."""
    tag = yaml.SafeLoader('').resolve(yaml.ScalarNode, text, (True, False))
    node = yaml.ScalarNode(tag, text)
    try:
        return yaml.SafeLoader('').construct_object(node)
    except (ValueError, yaml.YAMLError):  # the 99th of May, or the value of "="
        return object()


def by_yaml_12(text):
    return next((read(text) for shape, read in CORE if shape.fullmatch(text)), text)


def same(one, other):
    return type(one) is type(other) and one == other


@settings(deadline=None)
@given(PLAIN)
@example('')
@example('0')
@example('-0')
@example('=')
def test_a_value_is_what_both_versions_of_yaml_read(text):
    reading = read_plain(text)
    old, new = by_yaml_11(text), by_yaml_12(text)
    if reading.odd is None:
        assert same(reading.value, new)
        assert same(reading.value, old) or text in {'=', '<<'}  # no plain text in YAML 1.1
    else:
        assert reading.value == text
        assert not same(old, new) or new in {math.inf, -math.inf} or BAD_HABIT.search(text)


@pytest.mark.parametrize(
    ('text', 'instead'),
    [
        ('yes', 'true'),
        ('Off', 'false'),
        ('012', '12'),
        ('-012', '-12'),
        ('1_000', '1000'),
        ('0x1F', '31'),
        ('-0x1F', '-31'),
        ('0o17', '15'),
        ('0b101', '5'),
        ('1e3', '1000.0'),
        ('1E3', '1000.0'),
        ('1.5e3', '1500.0'),
        ('1e-3', '0.001'),
        ('-1e0', '-1.0'),
        ('25e-1', '2.5'),
        ('1e12', '1.0e+12'),
        ('-1.25E12', '-1.25e+12'),
        ('0e5', '0.0'),
        ('-.5', '-0.5'),
        ('1_0.5', '10.5'),
        ('0x_', ''),
        ('12:30', ''),
        ('2024-05-17', ''),
        ('.inf', ''),
        ('1e999', ''),
        ('1.0e+999', ''),
    ],
)
def test_what_to_write_instead(text, instead):
    assert read_plain(text).odd.instead == instead


@pytest.mark.parametrize('text', ['1e3', '1_000.5', '0x1F', '012', '-.5', '1e-30', '1.25e20'])
def test_the_number_to_write_instead_is_the_same_number(text):
    instead = read_plain(read_plain(text).odd.instead)
    assert instead.odd is None
    wanted = int(text, 16) if 'x' in text else float(text)
    assert instead.value == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize('text', ['9' * 301, '9' * 5000, '1.0e+400', '-1.0e+99999'])
def test_numbers_beyond_all_limits_are_odd(text):
    assert read_plain(text).odd.reason == 'is too large'


@given(st.text(max_size=20))
def test_any_text_is_read(text):
    reading = read_plain(text)
    assert not isinstance(reading.value, float) or math.isfinite(reading.value)
