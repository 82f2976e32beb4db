"""Subscribers come and go as they like: each gets the messages that it would get if all stayed."""

import json
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
from full_sample import EVERYTHING
from ros_processes import CONFIG, FRAMES_PER_EPISODE, write_config

from synth_ros.config.load import load_config
from synth_ros.pipeline.demand import Wanted
from synth_ros.pipeline.generate import open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.ros import streams
from synth_ros.ros.cdr import leading_stamp_ns
from synth_ros.ros.messages import KINDS, StreamOptions
from synth_ros.ros.names import camera_topics
from synth_ros.ros.publishers import SimPublishers
from synth_ros.ros.serialize import serialized
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import Sample

FRAMES = 4 * FRAMES_PER_EPISODE
pytestmark = pytest.mark.slow

# Instants by which a frame is drawn before it is labelled: flow looks at the chest's next frame,
# two instants later, and one more is begun.
AHEAD = 3
ALWAYS = ('/clock', '/tf', '/joint_states')
TEXT = f'{CONFIG}labels: {{everything: true}}\n'
for plain, rich in (
    ('name: head,', 'name: head, stereo: {baseline_m: 0.05}, imu: {rate_hz: 100},'),
    ('name: chest', 'name: chest\n    rate_hz: 10'),
    ('width: 160, height: 120', 'width: 96, height: 72'),
    ('width: 120\n    height: 90', 'width: 72\n    height: 54'),
):
    assert plain in TEXT
    TEXT = TEXT.replace(plain, rich)


class Outlet:
    """A topic with as many subscribers as it is told; keeps what is sent."""

    def __init__(self, topic, board):
        self.topic_name = topic if topic.startswith('/') else f'/{topic}'
        self.count = 1
        self.sent = {}
        self._board = board

    def get_subscription_count(self):
        return self.count

    def publish(self, msg):
        cdr = msg if isinstance(msg, bytes) else serialized(msg)
        # What is encoded aside comes later, and samples of an IMU lie between instants.
        own = self.topic_name.endswith(('compressed', 'compressedDepth', '/imu', '/sample'))
        stamp_ns = leading_stamp_ns(cdr) if own else self._board.stamp_ns
        self.sent.setdefault(stamp_ns, []).append(cdr)


class Board:
    """Stand-in outlets of a node."""

    def __init__(self):
        self.outlets = {}
        self.stamp_ns = None

    def create_publisher(self, _kind, topic, _profile):
        made = Outlet(topic, self)
        self.outlets[made.topic_name] = made
        return made


@pytest.fixture(scope='module', params=['classic', 'onepass'])
def stage(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp('rest')
    text = TEXT.replace('backend: classic', f'backend: {request.param}')
    loaded = load_config(write_config(folder, text))
    builder = SceneBuilder(loaded)
    made = open_stage(loaded, builder, seed=loaded.config.seed)
    with closing(made.renderer):
        yield made


def play(stage, change, **options):
    """Frames of a session; ``change`` sets the subscribers of outlets before each step.

    Args:
        change: Called with the outlets, what comes next ('draw', 'label' or 'publish') and the
            number of the frame.
    """
    board, cameras = Board(), stage.config.cameras
    publishers = SimPublishers(
        board,
        [camera.name for camera in cameras],
        links=stage.builder.robot_links,
        categories=stage.builder.categories,
        options=StreamOptions(
            '16UC1',
            'id',
            EVERYTHING,
            baselines_m={'head': 0.05},
            imus=frozenset(['head']),
            **options,
        ),
    )
    stage.wanted = Wanted(publishers.parts, publishers.feels)
    session = LiveSession(stage, idle=publishers.idle)
    frames = []
    for number in range(FRAMES):
        change(board.outlets, 'draw', number)
        drawn = session.draw(ahead=number % 2 == 1)
        scene = session.world.scene
        change(board.outlets, 'label', number)
        frame = drawn.label()
        change(board.outlets, 'publish', number)
        board.stamp_ns = frame.stamp_ns
        publishers.publish(frame, scene)
        frames.append(frame)
    publishers.settle()
    return SimpleNamespace(outlets=board.outlets, frames=frames)


@pytest.fixture(scope='module')
def whole(stage):
    """Everything is subscribed to all the time."""
    return play(stage, lambda *_: None)


def shown(topic, messages):
    """A topic's messages of an instant; which dense labels there are beside is left out."""
    if not topic.endswith('/annotations'):
        return messages
    texts = [json.loads(cdr[cdr.index(b'{') :].rstrip(b'\0')) for cdr in messages]
    for text in texts:
        for name in ('layers', 'segments', 'parts'):
            text['frame'].pop(name)
    return texts


class Crowd:
    """Changes now and then who subscribes to a camera: nobody, few, or all; and remembers it.

    Args:
        restless: How likely it changes before each step of a frame.
    """

    def __init__(self, seed, restless):
        self.history = {}
        self._restless = restless
        self._rng = np.random.default_rng(seed)

    def __call__(self, outlets, step, number):
        for camera in ('head', 'chest'):
            mine = [topic for topic in outlets if topic.startswith(f'/{camera}/')]
            if (number == 0 and step == 'draw') or self._rng.random() < self._restless:
                self._choose(outlets, mine)
        for topic, outlet in outlets.items():
            self.history.setdefault(topic, []).append(outlet.count)

    def _choose(self, outlets, topics):
        rng = self._rng
        pictures = [topic for topic in topics if '/labels/' not in topic]
        some = {
            'nobody': list,
            'pictures': lambda: rng.choice(pictures, 2),
            'few': lambda: rng.choice(topics, 3),
            'all': lambda: topics,
        }
        chosen = set(some[rng.choice(list(some))]())
        for topic in topics:
            outlets[topic].count = int(topic in chosen)


@pytest.mark.parametrize(('seed', 'restless'), [(2, 0.06), (3, 0.3), (4, 0.3)])
def test_each_gets_the_messages_of_a_run_with_all_of_them(stage, whole, seed, restless):
    crowd = Crowd(seed, restless)
    found = play(stage, crowd)
    stamps = [frame.stamp_ns for frame in found.frames]
    assert stamps == [frame.stamp_ns for frame in whole.frames]
    told, missed = 0, 0
    for topic, outlet in found.outlets.items():
        full = whole.outlets[topic].sent
        for stamp_ns, messages in outlet.sent.items():
            assert shown(topic, messages) == shown(topic, full[stamp_ns]), (topic, stamp_ns)
        told += len(outlet.sent)
        missed += len(full) - len(outlet.sent)
    assert told > 100
    assert missed > 100
    for topic in ALWAYS:
        assert found.outlets[topic].sent == whole.outlets[topic].sent
    due = check_that_who_stays_misses_nothing(found, whole, crowd.history)
    assert due > 100 or restless > 0.1
    made = [one for frame in found.frames for one in frame.seen]
    of_whole = sum(len(frame.seen) for frame in whole.frames)
    assert 3 < sum(isinstance(one, Sample) for one in made) < len(made) < of_whole
    for one, other in zip(found.frames, whole.frames, strict=True):
        for mine, theirs in zip(one.instances, other.instances, strict=True):
            assert mine.name == theirs.name
            np.testing.assert_array_equal(mine.world_from_object, theirs.world_from_object)


def check_that_who_stays_misses_nothing(found, whole, history):
    """Who subscribed before a frame was drawn gets it; says how many messages that were."""
    stamps = [frame.stamp_ns for frame in found.frames]
    due = 0
    for camera in ('head', 'chest'):
        for name, topic in camera_topics(camera)._asdict().items():
            outlet = found.outlets.get(f'/{topic}')
            if outlet is None or KINDS[name].make is None:
                continue
            for stamp_ns in whole.outlets[f'/{topic}'].sent:
                last = stamps.index(stamp_ns)
                first = max(last - AHEAD, 0)
                if all(history[f'/{topic}'][3 * first : 3 * last + 3]):
                    due += 1
                    assert stamp_ns in outlet.sent, (topic, stamp_ns)
    return due


def test_nobody_is_told_what_nobody_asked_for(stage, whole):
    """Nothing is drawn, and the world goes its way."""

    def nobody(outlets, *_):
        for outlet in outlets.values():
            outlet.count = 0

    found = play(stage, nobody)
    sent = {topic for topic, outlet in found.outlets.items() if outlet.sent.keys() - {None}}
    assert sent == {*ALWAYS, '/tf_static'}
    for topic in sent:
        assert found.outlets[topic].sent == whole.outlets[topic].sent
    assert not any(frame.seen for frame in found.frames)


def test_snapshots_have_all_though_nobody_subscribes(stage, whole):
    def nobody(outlets, *_):
        for outlet in outlets.values():
            outlet.count = 0

    found = play(stage, nobody, snapshots=True)
    assert not any('/color/image_raw' in topic and o.sent for topic, o in found.outlets.items())
    for one, other in zip(found.frames, whole.frames, strict=True):
        assert len(one.samples) == len(other.samples) > 0
        for mine, theirs in zip(one.samples, other.samples, strict=True):
            np.testing.assert_array_equal(mine.rgb, theirs.rgb)
            np.testing.assert_array_equal(mine.labels.dense.normals, theirs.labels.dense.normals)


def test_every_stream_was_tried(whole):
    names = streams.published(EVERYTHING, streams.DEVICES)
    topics = {camera_topics('head')._asdict()[name] for name in names}
    assert {f'/{topic}' for topic in topics} <= whole.outlets.keys()
    assert all(whole.outlets[f'/{topic}'].sent for topic in topics)
