"""Cameras at rates of their own, published and recorded: each at its rate, and nothing lost."""

import json
from types import SimpleNamespace

import pytest
from bag_files import counts, proof
from ros_processes import CONFIG, recorder, sim, write_config

from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.scene.build import SceneBuilder

# The head twice as often as the chest; an episode lasts 0.3 s.
TEXT = CONFIG.replace('name: head, model_camera', 'name: head, rate_hz: 40, model_camera')
INSTANTS = 26


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp('rates')
    config = write_config(folder, TEXT)
    bag, dataset = folder / 'bag', folder / 'dataset'
    with (
        recorder(folder, config, bag=bag, dataset=dataset, stop_with_publishers=True) as second,
        sim(folder, config, frame_limit=INSTANTS, wait_for_subscribers_s=60, linger_s=0.5) as one,
    ):
        codes = (one.wait(), second.wait())
    assert codes == (0, 0), one.text + second.text
    index = json.loads((dataset / 'annotations.json').read_text())
    return SimpleNamespace(config=config, bag=bag, images=index['images'], log=second.text)


@pytest.fixture(scope='module')
def played(recorded):
    """The same session without ROS."""
    loaded = load_config(recorded.config)
    stage = open_stage(loaded, SceneBuilder(loaded), seed=loaded.config.seed)
    session = LiveSession(stage)
    yield [session.advance() for _ in range(INSTANTS)]
    stage.renderer.close()


def test_every_camera_has_its_frames_in_bag_and_dataset(recorded):
    found = counts(recorded.bag)
    assert found['/head/color/image_raw'] == 26
    assert found['/chest/color/image_raw'] == 13
    assert found['/clock'] == found['/tf'] == found['/joint_states'] == 26
    for report in proof(recorded.bag).values():
        assert report['provable']
        assert report['lost'] == 0
    names = [image['camera'] for image in recorded.images]
    assert (names.count('head'), names.count('chest')) == (26, 13)
    assert 'Not in the dataset' not in recorded.log


def test_frames_are_those_of_the_session(recorded, played):
    told = {
        (image['episode'], image['view'], image['camera']): image['stamp_ns']
        for image in recorded.images
    }
    expected = {
        (frame.run, sample.key.view, sample.key.camera): frame.stamp_ns
        for frame in played
        for sample in frame.samples
    }
    assert told == expected
    head = sorted(stamp for (_, _, camera), stamp in told.items() if camera == 'head')
    # 25 ms on steps of 2 ms, anew in each episode.
    assert [stamp // 1_000_000 for stamp in head[:6]] == [0, 24, 50, 76, 100, 124]
    assert [stamp // 1_000_000 for stamp in head[12:14]] == [300, 324]
