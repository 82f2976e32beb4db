"""Cameras of other simulators are recorded as they publish, with the same proof."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from bag_files import counts, metadata, proof, report_of
from foreign_cameras import GAZEBO, HEIGHT, ISAAC, LATE_AFTER, WIDTH
from ros_processes import ENV, PACKAGE, NodeProcess
from rosbags.highlevel import AnyReader

from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.validate.run import validate

pytestmark = pytest.mark.slow
FRAMES = 30
STAND_IN = Path(__file__).with_name('foreign_cameras.py')


def hidden(folder, package):
    """A package that this process has and another one must do without."""
    (folder / package).mkdir(parents=True)
    (folder / package / '__init__.py').write_text("raise ImportError('not installed')\n")
    return ['env', f'PYTHONPATH={folder}:{PACKAGE}']


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    """Both cameras, by one recorder that takes everything and one that was given names."""
    folder = tmp_path_factory.mktemp('foreign')
    ends = {'stop_with_publishers': True}
    everything = {'all': True, 'exclude': '/noise/*', 'bag': folder / 'all'}
    named = {'topics': '[/rgb, /depth, /camera_info, /never]', 'bag': folder / 'named'}
    command = [sys.executable, str(STAND_IN), '--frames', str(FRAMES), '--recorders', '2']
    wrap = hidden(folder / 'hidden', 'nav_msgs')
    with (
        NodeProcess('recorder_node', folder, wrap=wrap, **everything, **ends) as first,
        NodeProcess('recorder_node', folder, **named, **ends) as second,
    ):
        cameras = subprocess.run(command, env=ENV, check=True, timeout=90)
        codes = (cameras.returncode, first.wait(), second.wait())
    assert codes == (0, 0, 0), first.text + second.text
    return SimpleNamespace(all=folder / 'all', named=folder / 'named', logs=(first, second))


def test_everything_is_recorded_and_the_proof_holds(recorded):
    found, told = counts(recorded.all), proof(recorded.all)
    both = {f'/{name}' for name in (*GAZEBO, *ISAAC, 'camera/boxes')}
    others = {'/tf_static', '/mixed', '/later', '/changing'}
    assert set(found) == both | others
    for topic in both:
        report = told[topic]
        assert report['provable'], topic
        assert found[topic] == report['received'] > 0
        assert report['received'] + report['lost'] + report['before'] == FRAMES
    assert found['/tf_static'] == 1
    assert 0 < found['/later'] <= FRAMES - LATE_AFTER
    assert 'Traceback' not in recorded.logs[0].text


def test_a_subscription_suits_all_publishers(recorded):
    """Best effort and volatile hear both; with two at once, nothing is proven."""
    assert counts(recorded.all)['/mixed'] > FRAMES
    assert not proof(recorded.all)['/mixed']['provable']
    [entry] = [
        entry['topic_metadata']['offered_qos_profiles']
        for entry in metadata(recorded.all)['topics_with_message_count']
        if entry['topic_metadata']['name'] == '/mixed'
    ]
    offered = {(profile['reliability'], profile['durability']) for profile in entry}
    assert offered == {('reliable', 'transient_local'), ('best_effort', 'volatile')}


def test_a_publisher_that_offers_less_is_heard_when_it_comes(recorded):
    log = recorded.logs[0].text
    assert 'A new publisher of /changing offers less (QoS)' in log
    with AnyReader([recorded.all]) as reader:
        of_topic = [c for c in reader.connections if c.topic == '/changing']
        seen = [reader.deserialize(d, c.msgtype) for c, _, d in reader.messages(of_topic)]
    numbers = {(m.stamp.sec * 10**9 + m.stamp.nanosec) // 50_000_000 - 20 for m in seen}
    by = Counter(number % 2 for number in numbers if number > LATE_AFTER)
    assert min(by[0], by[1]) >= 3, numbers
    assert not proof(recorded.all)['/changing']['provable']


def test_what_cannot_be_recorded_is_said(recorded):
    log = recorded.logs[0].text
    assert '/odom is NOT recorded: Message type nav_msgs/msg/Odometry is not installed' in log
    assert 'Install the package nav_msgs' in log
    assert log.count('/odom is NOT recorded') == 1
    assert 'NOT recorded: /odom: ' in log.split('messages received')[1]
    assert 'Never published: /never.' in recorded.logs[1].text
    assert list(report_of(recorded.all).unrecorded) == ['/odom']
    assert report_of(recorded.named).never_published == ('/never',)


def test_the_bag_becomes_a_coco_dataset(recorded, tmp_path):
    """Boxes belong to the camera beside them; images without boxes are left out, and said."""
    out = tmp_path / 'dataset'
    made = convert(ConvertRequest(source=recorded.all, out=out, to=None), lambda *_: None)
    index = json.loads((out / 'annotations.json').read_text())
    assert made.frames == len(index['images']) == len(index['annotations']) >= FRAMES - 5
    assert [category['name'] for category in index['categories']] == ['3']
    for image, box in zip(index['images'], index['annotations'], strict=True):
        number = image['stamp_ns'] // 50_000_000 - 20
        assert image['camera'] == 'camera_image'
        assert (image['intrinsics'][0][0], box['bbox']) == (60.0, [27.0, 21.0, 10.0, 6.0])
        rgb = cv2.imread(str(out / image['file_name']))
        assert (rgb.shape, int(rgb[0, 0, 0])) == ((HEIGHT, WIDTH, 3), number)
        millimetres = cv2.imread(str(out / image['depth_file']), cv2.IMREAD_UNCHANGED)
        assert (millimetres[:, 0] == 0).all()
        assert (millimetres[:, 1:] == 1000 + 100 * number).all()
    assert len(index['images']) == len(list((out / 'images').iterdir()))
    assert validate(out).errors == 0
    assert 'masks, poses' in next(iter(made.lost))
    with pytest.raises(UsageError, match=r'no sensor_msgs/msg/Image .*with a vision_msgs'):
        convert(ConvertRequest(source=recorded.named, out=tmp_path / 'n', to=None), lambda *_: 0)
    with pytest.raises(UsageError, match=r'no topic .*labels/annotations'):
        convert(ConvertRequest(source=recorded.all, out=tmp_path / 'n', to='coco'), lambda *_: 0)
    with pytest.raises(OutputError, match=r'exists already'):
        convert(ConvertRequest(source=recorded.all, out=out, to=None), lambda *_: 0)
    assert [path.name for path in tmp_path.iterdir()] == ['dataset']


def test_topics_that_were_named_are_recorded_alone(recorded):
    assert set(counts(recorded.named)) == {f'/{name}' for name in ISAAC}
    for topic in report_of(recorded.named).topics:
        assert topic.stamps.period_s == pytest.approx(0.05)
        assert topic.messages == counts(recorded.named)[topic.name]
    with AnyReader([recorded.named]) as reader:
        for connection, _, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            assert message.header.frame_id == 'sim_camera'
            if connection.topic == '/depth':
                assert message.encoding == '32FC1'
                metres = message.data.view(np.float32).reshape(HEIGHT, WIDTH)
                assert np.isinf(metres[:, 0]).all()
