"""Parameters declared by the fields of a class: names, prefixes, groups and what is refused."""

from typing import Annotated, NamedTuple

import pytest
import rclpy
from rclpy.parameter import Parameter

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.ros.declare import (
    Choice,
    Flag,
    Group,
    Named,
    Number,
    Text,
    Whole,
    Words,
    declared,
)


class Inner(NamedTuple):
    speed: Annotated[float, Number('Metres per second', default=1.0, bounds=(0.0, 2.0))]
    loud: Annotated[bool, Flag('Whether it is heard')]


def inner_of_its_own(node):
    return declared(node, Inner, prefix='its_')


class Outer(NamedTuple):
    title: Annotated[str, Text('What it is called', default='none')]
    form: Annotated[str | None, Choice('Its form', default='', allowed=('round', 'flat'))]
    count: Annotated[int, Whole('How many', default=1, low=1)]
    words: Annotated[tuple[str, ...], Named('many_words', Words('Some words'))]
    plain: Inner
    own: Annotated[Inner, Group(inner_of_its_own)]


@pytest.fixture
def read():
    context = rclpy.Context()
    rclpy.init(context=context)
    nodes = []

    def given(**values):
        overrides = [Parameter(name, value=value) for name, value in values.items()]
        node = rclpy.create_node('declares', context=context, parameter_overrides=overrides)
        nodes.append(node)
        return node, declared(node, Outer)

    yield given
    for node in nodes:
        node.destroy_node()
    rclpy.shutdown(context=context)


def test_fields_are_parameters(read):
    node, found = read()
    assert found == ('none', None, 1, (), (1.0, False), (1.0, False))
    names = {'title', 'form', 'count', 'many_words', 'speed', 'loud', 'its_speed', 'its_loud'}
    assert names <= set(node._parameters)
    assert 'words' not in node._parameters


def test_what_is_given_counts(read):
    _, found = read(form='flat', many_words=['a', 'b'], its_speed=2, loud=True)
    assert found == ('none', 'flat', 1, ('a', 'b'), (1.0, True), (2.0, False))


@pytest.mark.parametrize(
    ('given', 'kind', 'message'),
    [
        ({'its_speed': 3.0}, UsageError, 'its_speed is 3.0, .* from 0 to 2'),
        ({'count': 0}, UsageError, 'count is 0, .* at least 1'),
        ({'form': 'flta'}, NotFoundError, "parameter form.*'flat'"),
        ({'many_words': 3}, UsageError, 'many_words must be a text'),
    ],
)
def test_mistakes_are_named(read, given, kind, message):
    with pytest.raises(kind, match=message):
        read(**given)
