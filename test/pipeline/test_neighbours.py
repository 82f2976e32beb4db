"""Which frames a frame's labels are made from: those beside it, and no others."""

from types import SimpleNamespace

import pytest

from synth_ros.labels.annotate import annotate
from synth_ros.pipeline import episode as episode_module
from synth_ros.pipeline import looking
from synth_ros.pipeline.capture import Exposure
from synth_ros.pipeline.generate import episode_samples, view_again
from synth_ros.pipeline.instant import Course, Taken, windows
from synth_ros.pipeline.live import LiveSession

FLOW = {'render:': 'labels: {flow: true}\nrender:'}
NOTHING = {'render:': 'labels: {tracks: false}\nrender:'}


class Seen(list):
    """(camera, stamp before, stamp, stamp after) of every frame labelled, stamps in tenths."""

    def annotate(self, frame, config, *, before=None, after=None):
        stamps = [None if f is None else f.stamp_ns // 100_000_000 for f in (before, frame, after)]
        names = {f.camera.name for f in (before, frame, after) if f is not None}
        assert names == {frame.camera.name}
        self.append((frame.camera.name, *stamps))
        return annotate(frame, config, before=before, after=after)

    def of(self, camera):
        return [stamps for name, *stamps in self if name == camera]


@pytest.fixture
def seen(monkeypatch):
    seen = Seen()
    monkeypatch.setattr(episode_module, 'annotate', seen.annotate)
    return seen


@pytest.fixture
def rendered(monkeypatch):
    """Stamps of all frames rendered, in tenths of a second."""
    stamps = []

    class Counted(Exposure):
        def __init__(self, world, renderer, cameras, **options):
            stamps.extend([world.stamp_ns // 100_000_000] * len(cameras))
            super().__init__(world, renderer, cameras, **options)

    monkeypatch.setattr(looking, 'Exposure', Counted)
    return stamps


@pytest.mark.parametrize(
    ('motion', 'period', 'labels', 'ahead'),
    [('views', 3, FLOW, True), ('sequence', 1, FLOW, True), ('views', 3, {}, False)],
)
def test_a_dataset_labels_each_frame_between_its_neighbours(
    open_config, seen, rendered, *, motion, period, labels, ahead
):
    stage = open_config(**labels)
    course = Course(motion, 3)
    samples = list(episode_samples(stage, stage.open(0), course))
    a, b, c = (k * period for k in range(3))
    expected = [[None, a, b], [a, b, c], [b, c, None]]
    if not ahead:
        expected = [[before, now, None] for before, now, _ in expected]
    assert seen.of('head') == seen.of('top') == expected
    assert rendered == [a, a, b, b, c, c]
    assert [s.key.view for s in samples] == [0, 0, 1, 1, 2, 2]
    assert [s.key.camera for s in samples] == ['head', 'top'] * 3


@pytest.mark.parametrize(
    ('labels', 'view', 'beside', 'made'),
    [
        (FLOW, 0, [None, 0, 3], [0, 3]),
        (FLOW, 1, [0, 3, 6], [0, 3, 6]),
        (FLOW, 2, [3, 6, None], [3, 6]),
        (FLOW, 3, [6, 9, None], [6, 9]),
        ({}, 2, [3, 6, None], [3, 6]),
        (NOTHING, 2, [None, 6, None], [6]),
    ],
)
def test_one_view_alone_makes_only_the_views_beside_it_that_labels_need(
    open_config, seen, rendered, *, labels, view, beside, made
):
    stage = open_config(**labels)
    view_again(stage, stage.open(0), course=Course('views', 3), view=view)
    assert seen.of('head') == [beside]
    assert rendered == [stamp for stamp in made for _ in range(2)]


@pytest.mark.parametrize('view', [0, 1, 2])
@pytest.mark.parametrize('labels', [FLOW, {}])
def test_one_frame_of_a_sequence_is_played_to(open_config, seen, rendered, *, labels, view):
    stage = open_config(**labels)
    view_again(stage, stage.open(0), course=Course('sequence', 3), view=view)
    after = view + 1 if labels and view < 2 else None
    assert seen.of('head') == [[view - 1 if view else None, view, after]]
    assert rendered == [k for k in range(view + 1 + (after is not None)) for _ in range(2)]


def test_a_live_frame_is_labelled_when_the_next_is_there(open_config, seen, rendered):
    session = LiveSession(open_config(**FLOW))
    frames = [session.advance() for _ in range(8)]
    assert [frame.index for frame in frames] == [*range(7), 0]
    expected = [[k - 1 if k else None, k, k + 1 if k < 6 else None] for k in range(7)]
    assert seen.of('head') == [*expected, [None, 7, 8]]
    assert rendered == [k for k in range(9) for _ in range(2)]


def test_leaving_an_episode_early_mixes_no_scenes_and_skips_no_stamp(open_config, seen):
    session = LiveSession(open_config(**FLOW))
    frames = [session.advance() for _ in range(2)]
    session.restart()
    frames += [session.advance() for _ in range(2)]
    session.next_episode(5)
    session.restart()
    frames += [session.advance()]
    assert [(f.episode, f.index) for f in frames] == [(0, 0), (0, 1), (0, 0), (0, 1), (5, 0)]
    stamps = [frame.stamp_ns // 100_000_000 for frame in frames]
    # The session went through episode 5 without a frame: one period for that one, too.
    assert stamps == [0, 1, 2, 3, 5]
    assert seen.of('head') == [[None, 0, 1], [0, 1, 2], [None, 2, 3], [2, 3, 4], [None, 5, 6]]


def test_joints_links_and_stamp_are_of_the_frame_and_not_of_the_one_ahead(open_config):
    stage = open_config()
    session = LiveSession(stage)
    plain = [session.advance() for _ in range(7)]
    ahead = LiveSession(open_config(**FLOW))
    for one in plain:
        other = ahead.advance()
        assert one.joints == other.joints
        assert one.stamp_ns == other.stamp_ns
        for a, b in zip(one.links, other.links, strict=True):
            assert a.name == b.name
            assert (a.world_from_link == b.world_from_link).all()


def stand_ins(*due):
    """Instants of which only the frames are there: their cameras and the instant's number."""
    return [
        SimpleNamespace(taken=[Taken(c, 0, k) for c in cameras], due=tuple(cameras), late={})
        for k, cameras in enumerate(due)
    ]


def told(window):
    """What a window says: (now, before, after) for each of its frames, by instants' numbers."""
    now = [taken.frame for taken in window.now.taken]
    return list(zip(now, window.before, window.after, strict=True))


def test_windows_take_no_more_than_they_need():
    taken = []

    def source():
        for k, instant in enumerate(stand_ins([0], [0], [0], [0])):
            taken.append(k)
            yield instant

    stream = windows(source(), ahead=True)
    assert told(next(stream)) == [(0, None, 1)]
    assert taken == [0, 1]
    assert [told(w) for w in stream] == [[(1, 0, 2)], [(2, 1, 3)], [(3, 2, None)]]
    taken.clear()
    stream = windows(source(), ahead=False)
    assert told(next(stream)) == [(0, None, None)]
    assert taken == [0]
    assert [told(w) for w in stream] == [[(1, 0, None)], [(2, 1, None)], [(3, 2, None)]]
    assert list(windows([], ahead=True)) == []


def test_who_rests_delays_nothing_and_has_no_neighbours():
    """Camera 1 takes none of its frames at instants 1 and 2; that before instant 3 came late."""
    instants = stand_ins([0, 1], [0], [0], [0, 1], [0, 1])
    for number in (1, 2):
        instants[number].due = (0, 1)
    instants[3].late = {1: 'late'}
    assert [told(window) for window in windows(instants, ahead=True)] == [
        [(0, None, 1), (0, None, None)],
        [(1, 0, 2)],
        [(2, 1, 3)],
        [(3, 2, 4), (3, 'late', 4)],
        [(4, 3, None), (4, 3, None)],
    ]
    instants[3].late = {}
    taken = []

    def source():
        for number, instant in enumerate(instants):
            taken.append(number)
            yield instant

    stream = windows(source(), ahead=True)
    next(stream)
    assert taken == [0, 1]
    assert [told(window) for window in stream][2] == [(3, 2, 4), (3, None, 4)]


def test_neighbours_are_the_cameras_own():
    instants = stand_ins([0, 1], [0], [0], [0, 1], [0])
    got = [told(window) for window in windows(instants, ahead=True)]
    assert got == [
        [(0, None, 1), (0, None, 3)],
        [(1, 0, 2)],
        [(2, 1, 3)],
        [(3, 2, 4), (3, 0, None)],
        [(4, 3, None)],
    ]
    got = [told(window) for window in windows(instants, ahead=False)]
    assert got[3] == [(3, 2, None), (3, 0, None)]
