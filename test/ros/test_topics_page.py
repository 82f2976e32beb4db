"""docs/topics.md and the RViz view name what there is."""

import re
from pathlib import Path

import pytest
import yaml

from synth_ros.config.load import load_config
from synth_ros.ros.messages import KINDS
from synth_ros.ros.names import camera_frames, camera_topics
from synth_ros.ros.qos import PROFILE_NAMES
from synth_ros.ros.streams import STREAMS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs' / 'topics.md').read_text()
# Given on the command line: there is no default to state.
GIVEN = {'config', 'bag', 'camera', 'detections_2d'}


def table(title):
    """Rows of the table under a heading, cells stripped of back ticks."""
    section = PAGE.split(f'## {title}\n')[1].split('\n## ')[0]
    rows = [line.strip('|').split('|') for line in section.splitlines() if line.startswith('| ')]
    return [[cell.strip().replace('`', '') for cell in row] for row in rows[1:]]


def test_every_topic_of_a_camera_is_described():
    assert {row[0] for row in table('Topics of each camera')} == set(camera_topics('CAMERA'))


def test_every_switch_of_a_topic_is_that_of_the_streams():
    told = {row[0]: row[5] for row in table('Topics of each camera')}
    topics = camera_topics('CAMERA')._asdict()
    for stream in STREAMS:
        switch = 'view' if stream.use == 'view' else stream.annotation or stream.device or 'always'
        assert told[topics[stream.name]] == switch


def test_every_type_is_that_of_the_messages():
    told = {row[0]: row[1] for row in table('Topics of each camera')}
    for name, topic in camera_topics('CAMERA')._asdict().items():
        kind = KINDS[name].type
        assert told[topic] == f'{kind.__module__.split(".")[0]}/{kind.__name__}'


def test_every_frame_of_a_camera_is_in_the_tree():
    tree = PAGE.split('## TF tree')[1]
    assert all(f'── {frame} ' in tree for frame in camera_frames('CAMERA'))


def test_every_profile_is_described():
    words = ' '.join(row[0] for row in table('Quality of service'))
    assert set(re.findall(r'[A-Z_]+', words)) == set(PROFILE_NAMES)


@pytest.mark.parametrize('node', ['sim', 'recorder', 'evaluator'])
def test_parameters_and_defaults_are_those_of_the_node(defaults, node):
    told = {row[0]: row[1] for row in table(f'Parameters of `{node}_node`')}
    real = vars(defaults)[node]
    assert set(told) == set(real)
    for name, value in real.items():
        if name not in GIVEN:
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            assert told[name] == (shown or 'empty'), name


def test_the_rviz_view_shows_topics_of_the_demo():
    view = yaml.safe_load((ROOT / 'rviz' / 'synth_ros.rviz').read_text())
    shown = [d for d in view['Visualization Manager']['Displays'] if 'Topic' in d]
    cameras = load_config(ROOT / 'config' / 'tabletop.yaml').config.cameras
    topics = {f'/{topic}' for camera in cameras for topic in camera_topics(camera.name)}
    topics.add('/detector_node/image_annotated')
    assert {display['Topic']['Value'] for display in shown} <= topics
    for camera in cameras:
        streams = camera_topics(camera.name)
        wanted = (streams.color, streams.depth, streams.instance, streams.markers)
        enabled = {d['Topic']['Value'] for d in shown if d['Enabled']}
        assert {f'/{topic}' for topic in wanted} <= enabled
