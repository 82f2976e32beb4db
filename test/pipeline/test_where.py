"""The condition language: what it means, and what it says of mistakes."""

import operator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.errors import UsageError
from synth_ros.pipeline.where import NUMBERS, TEXTS, Subject, parse

MUG = Subject(
    class_name='mug',
    model='mug/plain',
    instance='mug_01',
    camera='head',
    scenario='',
    split='train',
    visibility=0.6,
    truncation=0.1,
    occlusion=0.3,
    area=500,
    width=30,
    height=20,
    distance=1.25,
    episode=3,
    view=0,
    objects=4,
)


@pytest.mark.parametrize(
    ('text', 'met'),
    [
        ('true', True),
        ('false', False),
        ('visibility > 0.3 and class in {mug,bowl}', True),
        ('visibility>0.3 and class in { bowl , can }', False),
        ('class not in {bowl}', True),
        ('class == mug', True),
        ('class != mug', False),
        ("model == 'mug/plain'", True),
        ('model == mug/plain', True),
        ('0.5 < visibility <= 0.6', True),
        ('0.6 < visibility <= 0.9', False),
        ('width > height', True),
        ('episode in {1, 2, 3}', True),
        ('episode not in {1, 2, 3}', False),
        ('not class == mug', False),
        ('not (class == mug and area < 100)', True),
        ('false or true and false', False),
        ('(false or true) and true', True),
        ('not false and false', False),
        ('distance < 1.5 and objects >= 4 and camera == head and split == train', True),
        ('scenario == ""', True),
        ('truncation < -1e3 or occlusion == .3', True),
        ('"mug" == class', None),
    ],
)
def test_means_what_it_says(text, met):
    if met is None:
        with pytest.raises(UsageError, match='expected a field or a number'):
            parse(text)
    else:
        assert parse(text)(MUG) is met


@pytest.mark.parametrize(
    ('text', 'column', 'words'),
    [
        ('visiblity > 0.3', 1, "no field 'visiblity'. Did you mean 'visibility'"),
        ('visibility >', 13, 'the condition ends, expected a field or a number'),
        ('visibility = 0.3', 12, "'=' cannot stand here"),
        ('visibility > 0.3 & true', 18, "'&' cannot stand here"),
        ('class > mug', 7, 'expected ==, !=, in or not in after class'),
        ('class in mug', 10, 'expected a set such as {a, b}'),
        ('class in {}', 11, 'expected a class'),
        ('class in {mug bowl}', 15, 'expected , or }'),
        ('class == mug mug', 14, 'expected and, or, or the end'),
        ('area', 5, 'expected one of < <= > >= == != or in'),
        ('area > class', 8, 'which is no number'),
        ('area in {big}', 10, 'expected a number'),
        ('(true', 6, 'expected )'),
        ('', 1, 'the condition ends'),
        ('__import__("os")', 1, "no field '__import__'"),
        ('(' * 60 + 'true' + ')' * 60, 51, 'nested more than 50 deep'),
    ],
)
def test_points_at_the_mistake(text, column, words):
    with pytest.raises(UsageError) as caught:
        parse(text)
    message, shown, arrow = str(caught.value).split('\n')
    assert message.startswith(f'--where, column {column}: ')
    assert words in message
    assert shown == f'  {text}'
    assert arrow.index('^') == column + 1


def test_words_that_the_dataset_lacks_are_named():
    condition = parse('class in {mug, bol} or camera == wrist')
    with pytest.raises(UsageError, match=r"column 16: .* no class 'bol'. Did you mean 'bowl'"):
        condition.check({'class': ['mug', 'bowl'], 'camera': ['head', 'wrist']})
    condition.check({'class': ['mug', 'bol']})


comparisons = st.one_of(
    st.tuples(
        st.sampled_from(sorted(NUMBERS)),
        st.sampled_from(['<', '<=', '>', '>=', '==', '!=']),
        st.floats(-10, 600).map(lambda value: round(value, 2)),
    ),
    st.tuples(
        st.sampled_from(sorted(TEXTS)),
        st.sampled_from(['==', '!=']),
        st.sampled_from(['mug', 'bowl', 'head', 'train', 'mug_01']),
    ),
)
trees = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(st.just('not'), inner),
        st.tuples(st.sampled_from(['and', 'or']), inner, inner),
    ),
    max_leaves=8,
)


def written(tree):
    match tree:
        case ('not', inner):
            return f'not ({written(inner)})'
        case ('and' | 'or' as word, one, other):
            return f'({written(one)}) {word} ({written(other)})'
        case (field, mark, value):
            return f'{field} {mark} {value}'


def truth(tree):
    """What Python makes of it."""
    match tree:
        case ('not', inner):
            return not truth(inner)
        case ('and', one, other):
            return truth(one) and truth(other)
        case ('or', one, other):
            return truth(one) or truth(other)
        case (field, mark, value):
            found = MUG.class_name if field == 'class' else getattr(MUG, field)
            compare = {
                '<': operator.lt,
                '<=': operator.le,
                '>': operator.gt,
                '>=': operator.ge,
                '==': operator.eq,
                '!=': operator.ne,
            }[mark]
            return compare(found, value)


@given(trees)
def test_agrees_with_python(tree):
    assert parse(written(tree))(MUG) == truth(tree)


@given(st.text(alphabet='abvisy <>=!(){},.\'"019-andortuc&', max_size=30))
def test_any_text_is_read_or_refused(text):
    with suppress(UsageError):
        assert parse(text)(MUG) in {True, False}
