"""Which instants are shown, and when."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.readers.recording import FrameId
from synth_ros.view.selection import Selection, Span, cameras_of, instants_of, parse_span

SECOND = 1_000_000_000


def recording(stamps):
    """A recording that knows stamps alone: (run, view, camera) to seconds."""
    keys = {FrameId(run, view, camera, run): s for (run, view, camera), s in stamps.items()}
    return SimpleNamespace(
        path=Path('somewhere'),
        frames=sorted(keys),
        stamp_ns=lambda key: round(keys[key] * SECOND),
    )


@pytest.fixture
def two_rates():
    """Two episodes; one camera has twice the rate of the other."""
    return recording(
        {
            (run, view, camera): view * period
            for run in (0, 1)
            for camera, period, count in (('fast', 0.1, 4), ('slow', 0.2, 2))
            for view in range(count)
        }
    )


def shown(found):
    return [(i.number, i.shown_ns / SECOND, [key.camera for key in i.keys]) for i in found]


def test_frames_of_one_stamp_are_an_instant_and_episodes_follow_each_other(two_rates):
    both, fast = ['fast', 'slow'], ['fast']
    assert shown(instants_of(two_rates, Selection())) == [
        (0, 0.0, both),
        (1, 0.1, fast),
        (2, 0.2, both),
        (3, 0.3, fast),
        (4, 1.3, both),
        (5, 1.4, fast),
        (6, 1.5, both),
        (7, 1.6, fast),
    ]


def test_an_episode_alone_keeps_its_simulation_time_and_its_numbers(two_rates):
    found = instants_of(two_rates, Selection(episodes=(1,)))
    assert [i.number for i in found] == [4, 5, 6, 7]
    assert [i.shown_ns for i in found] == [i.stamp_ns for i in found]
    assert [i.stamp_ns / SECOND for i in found] == [0, 0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ('selection', 'numbers'),
    [
        (Selection(cameras=('slow',)), [0, 2, 4, 6]),
        (Selection(span=Span(1, 3)), [1, 2, 5, 6]),
        (Selection(span=Span(3)), [3, 7]),
        (Selection(every=3), [0, 3, 4, 7]),
        (Selection(span=Span(1), every=2), [1, 3, 5, 7]),
        (Selection(most=5), [0, 1, 2, 3, 4]),
        (Selection(episodes=(0, 1), span=Span(0, 1)), [0, 4]),
    ],
)
def test_options_choose_and_move_nothing(two_rates, selection, numbers):
    found = instants_of(two_rates, selection)
    everything = {i.number: i.shown_ns for i in instants_of(two_rates, Selection())}
    assert [(i.number, i.shown_ns) for i in found] == [(n, everything[n]) for n in numbers]


def test_a_camera_twice_under_one_stamp_is_two_instants():
    found = instants_of(
        recording({(0, 0, 'head'): 1, (0, 1, 'head'): 1, (0, 0, 'top'): 1}), Selection()
    )
    assert [[(k.camera, k.view) for k in i.keys] for i in found] == [
        [('head', 0), ('top', 0)],
        [('head', 1)],
    ]


def test_scenes_of_a_bag_may_share_an_episode_number():
    keys = {FrameId(run, 0, 'head', 3): 5.0 + run for run in (0, 1)}
    bag = SimpleNamespace(
        path=Path('bag'), frames=sorted(keys), stamp_ns=lambda key: round(keys[key] * SECOND)
    )
    found = instants_of(bag, Selection(episodes=(3,)))
    assert [(i.run, i.shown_ns / SECOND) for i in found] == [(0, 5.0), (1, 6.0)]


def test_unknown_names_are_told_with_those_that_are_there(two_rates):
    with pytest.raises(NotFoundError, match=r"No camera 'slwo'.*Did you mean 'slow'.*fast, slow"):
        instants_of(two_rates, Selection(cameras=('slwo',)))
    with pytest.raises(UsageError, match=r'No episode 7 in somewhere\. It has 2 episodes, 0 to 1'):
        instants_of(two_rates, Selection(episodes=(7,)))


def test_nothing_left_is_an_error(two_rates):
    with pytest.raises(UsageError, match=r'Nothing of somewhere.*at most 4 instants'):
        instants_of(two_rates, Selection(span=Span(4)))


@pytest.mark.parametrize(
    ('text', 'span'),
    [(':', Span()), ('3:', Span(3)), (':7', Span(0, 7)), ('3:7', Span(3, 7))],
)
def test_spans(text, span):
    assert parse_span(text) == span


@pytest.mark.parametrize('text', ['', '3', '7:3', '3:3', '-1:4', 'a:b', '1:2:3'])
def test_wrong_spans_are_told_with_an_example(text):
    with pytest.raises(UsageError, match=r'--frames .* is no span.* 10:20'):
        parse_span(text)


def test_cameras_of_instants(two_rates):
    assert cameras_of(instants_of(two_rates, Selection())) == ('fast', 'slow')
