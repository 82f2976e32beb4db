"""What a stack calls a class."""

import pytest

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.evaluate.classes import LEFT_OUT, UNKNOWN, ClassMap, read_table
from synth_ros.types import Category

OURS = (Category(1, 'mug'), Category(2, 'box'), Category(7, '3'))


@pytest.mark.parametrize(
    ('said', 'answer'),
    [
        ('mug', 1),
        (' box ', 2),
        ('2', 2),
        ('3', 7),  # a name goes before an id
        ('0', UNKNOWN),
        ('person', UNKNOWN),
        ('', UNKNOWN),
        ('-1', UNKNOWN),
        ('1.0', UNKNOWN),
        ('٢', UNKNOWN),
        ('9' * 5000, UNKNOWN),
    ],
)
def test_without_a_table(said, answer):
    assert ClassMap(OURS)(said) == answer


def test_a_table_says_all():
    table = read_table('{0: mug, 1: 2, 2: null, cup: mug}')
    classes = ClassMap(OURS, table)
    assert [classes(said) for said in ('0', '1', '2', 'cup', 'box')] == [
        1,
        2,
        LEFT_OUT,
        1,
        UNKNOWN,
    ]


@pytest.mark.parametrize('text', ['names: [mug, box]', 'names: {0: mug, 1: box}', '- mug\n- box'])
def test_a_yolo_file_is_a_table(tmp_path, text):
    path = tmp_path / 'data.yaml'
    path.write_text(text)
    classes = ClassMap(OURS, read_table(str(path)))
    assert (classes('0'), classes('1'), classes('2')) == (1, 2, UNKNOWN)


def test_no_text_is_no_table():
    assert read_table(' ') is None


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('missing.yaml', 'Cannot read the class map missing.yaml'),
        ('{0: [', 'is no YAML'),
        ('{0: 1.5}', 'is no table of classes'),
        ('[[1]]', 'is no table of classes'),
    ],
)
def test_what_is_no_table(tmp_path, monkeypatch, text, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=words):
        read_table(text)


def test_a_table_may_only_name_our_classes():
    with pytest.raises(NotFoundError, match=r"'mugg' in the class map\. Did you mean 'mug'"):
        ClassMap(OURS, {'0': 'mugg'})
