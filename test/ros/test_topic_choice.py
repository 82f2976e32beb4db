"""Topics are chosen by name, by pattern, or all together."""

import pytest

from synth_ros.ros.topic_choice import TopicChoice

GRAPH = (
    '/camera/depth_image',
    '/camera/image',
    '/detections',
    '/fibonacci/_action/status',
    '/parameter_events',
    '/rosout',
)


@pytest.mark.parametrize(
    ('choice', 'chosen'),
    [
        (TopicChoice(), ()),
        (TopicChoice(('/detections',)), ('/detections',)),
        (TopicChoice(('/camera/*',)), ('/camera/depth_image', '/camera/image')),
        (TopicChoice(('/camera/[di]*',), exclude=('*depth*',)), ('/camera/image',)),
        (TopicChoice(('/*/image', '/rosout')), ('/camera/image', '/rosout')),
        (TopicChoice(everything=True, exclude=('/camera/*',)), ('/detections',)),
        (TopicChoice(('/rosout',), everything=True, exclude=('/[cd]*',)), ('/rosout',)),
        (TopicChoice(('/fibonacci/*',)), ()),
        (TopicChoice(('/fibonacci/_action/status',)), ('/fibonacci/_action/status',)),
    ],
)
def test_what_is_chosen(choice, chosen):
    assert tuple(topic for topic in GRAPH if choice.wants(topic)) == chosen


def test_what_is_asked_for_by_name_is_waited_for():
    choice = TopicChoice(('/a', '/b/*', '/c'), exclude=('/c*',))
    assert choice.names == ('/a',)
    assert choice.any
    assert not TopicChoice(exclude=('/a',)).any


def test_names_are_resolved_and_patterns_belong_to_the_namespace():
    choice = TopicChoice(('rgb', 'camera/*', '/x*'), exclude=('y?',))
    found = choice.resolved({'rgb': '/robot/rgb'}.__getitem__, namespace='/robot')
    assert found == TopicChoice(('/robot/rgb', '/robot/camera/*', '/x*'), exclude=('/robot/y?',))
    assert TopicChoice(('z*',)).resolved(str, namespace='/').patterns == ('/z*',)


def test_what_is_waited_for_in_words():
    assert TopicChoice(('/a', '/b*'), everything=True).told() == 'all topics, /b*'
    assert TopicChoice(('/a',)).told() == ''
