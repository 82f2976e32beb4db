"""Places, aliases and merges; what is wrong with YAML is in ``broken_configs/yaml.txt``."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_ros.config.nodes import Place, find, plain
from synth_ros.config.yaml_source import read_yaml

TEXT = """\
# comment
robot:
  model: arm.xml
  joints: {pan: 0.5,
    tilt: -1}
cameras:
  - name: head

  -
    name: 'wrist'
    depth_range_m:
      - 0.1
      - 5.0
"""


@pytest.mark.parametrize(
    ('path', 'place'),
    [
        ((), Place(2, 1)),
        (('robot',), Place(2, 1)),  # a mapping: its key
        (('robot', 'model'), Place(3, 10)),  # a scalar: itself
        (('robot', 'joints'), Place(4, 3)),
        (('robot', 'joints', 'tilt'), Place(5, 11)),
        (('cameras', 0), Place(7, 5)),
        (('cameras', 1), Place(10, 5)),
        (('cameras', 1, 'name'), Place(10, 11)),
        (('cameras', 1, 'depth_range_m'), Place(11, 5)),
        (('cameras', 1, 'depth_range_m', 1), Place(13, 9)),
        (('cameras', 1, 'width'), Place(10, 5)),  # absent: what would hold it
        (('cameras', 2, 'name'), Place(6, 1)),
        (('render', 'backend'), Place(2, 1)),
    ],
)
@pytest.mark.parametrize('end', ['\n', '\r\n', '\r'])
def test_places(path, place, end):
    root = read_yaml(TEXT.replace('\n', end)).root
    assert find(root, path).place == place


def test_places_count_lines_as_editors_do():
    # PyYAML ends lines at these characters too; editors and grep do not.
    root = read_yaml('robot: {model: "one \u2028 two \x85 three"}\nseed: 1').root
    assert find(root, ('seed',)).place == Place(2, 7)


def test_data():
    assert plain(read_yaml(TEXT).root) == {
        'robot': {'model': 'arm.xml', 'joints': {'pan': 0.5, 'tilt': -1}},
        'cameras': [{'name': 'head'}, {'name': 'wrist', 'depth_range_m': [0.1, 5.0]}],
    }


def test_aliases_and_merges_are_written_out():
    document = read_yaml(
        'a: &a {x: 1, y: 2}\n'
        'b: *a\n'
        'c: {<<: *a, y: 3}\n'
        'd: {y: 4, <<: [{x: 5, z: 6}, *a]}\n'
        'e: {"<<": 7}\n'
    )
    assert document.problems == ()
    assert plain(document.root) == {
        'a': {'x': 1, 'y': 2},
        'b': {'x': 1, 'y': 2},
        'c': {'x': 1, 'y': 3},
        'd': {'x': 5, 'y': 4, 'z': 6},
        'e': {'<<': 7},
    }


def test_the_same_anchor_again_replaces_the_first():
    root = read_yaml('k: [&a 1, *a, &a 2, *a]').root
    assert plain(root) == {'k': [1, 1, 2, 2]}


def test_block_texts_are_texts():
    root = read_yaml('a: |\n  012\n  no\nb: >-\n  yes\n').root
    assert plain(root) == {'a': '012\nno\n', 'b': 'yes'}


YAML_LETTERS = st.text(
    ' \n\t:-[]{}#&*!|>\'"%@`,?~abx019.e_<=\\\x00\u2028\ud800\ufeff', max_size=80
)


@settings(deadline=None)
@given(st.one_of(YAML_LETTERS, st.text(max_size=80)))
def test_any_text_is_read_or_refused_with_a_place(text):
    document = read_yaml(text)
    assert document.root is not None or document.problems
    lines = text.replace('\r\n', '\n').replace('\r', '\n').count('\n') + 1
    assert all(1 <= problem.place.line <= lines for problem in document.problems)
    assert all(problem.place.column >= 1 for problem in document.problems)
