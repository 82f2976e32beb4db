"""The Foxglove layout is whole, and names topics and fields that there are."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import CameraInfo, Image, JointState, PointCloud2
from vision_msgs.msg import Detection2DArray
from visualization_msgs.msg import MarkerArray

from synth_ros.perceive.pace import Summary
from synth_ros.ros.detector_status import Counts
from synth_ros.ros.messages import KINDS
from synth_ros.ros.names import camera_topics

ROOT = Path(__file__).parents[2]
LAYOUT = json.loads((ROOT / 'foxglove' / 'synth_ros.json').read_text())
PANELS = LAYOUT['configById']
TOPICS = {
    **{
        f'/{topic}': KINDS[stream].type
        for camera in ('head', 'wrist')
        for stream, topic in camera_topics(camera)._asdict().items()
    },
    '/joint_states': JointState,
    '/diagnostics': DiagnosticArray,
    '/detections': Detection2DArray,
    '/detector_node/image_annotated': Image,
}


def leaves(node):
    """Panels of a layout's tree."""
    if isinstance(node, str):
        return [node]
    assert node['direction'] in {'row', 'column'}
    assert 0 < node['splitPercentage'] < 100
    return leaves(node['first']) + leaves(node['second'])


def panels(kind):
    return {name: panel for name, panel in PANELS.items() if name.startswith(f'{kind}!')}


def test_every_panel_is_placed_once():
    assert sorted(leaves(LAYOUT['layout'])) == sorted(PANELS)
    kinds = {name.split('!')[0] for name in PANELS}
    assert kinds == {'3D', 'Image', 'Plot', 'DiagnosticSummary', 'Parameters'}


def test_images_and_their_calibrations_are_published():
    for panel in panels('Image').values():
        mode = panel['imageMode']
        assert TOPICS[mode['imageTopic']] is Image
        assert TOPICS.get(mode.get('calibrationTopic'), CameraInfo) is CameraInfo


def test_the_scene_shows_markers_and_points():
    (panel,) = panels('3D').values()
    kinds = {TOPICS[topic] for topic in panel['topics']}
    assert kinds == {MarkerArray, PointCloud2}


def field_type(kind, path):
    """Type of the field that a message path leads to."""
    for name in re.sub(r'\[[^]]*\]|\{[^}]*\}', '', path).split('.'):
        found = kind.get_fields_and_field_types()[name]
        found = re.sub(r'^sequence<(.*)>$', r'\1', found)
        if '/' not in found:
            return found
        package, word = found.split('/')
        kind = getattr(import_module(f'{package}.msg'), word)
    return kind


@pytest.mark.parametrize('name', list(panels('Plot')))
def test_plots_lead_to_values(name):
    for path in PANELS[name]['paths']:
        topic, _, field = path['value'].partition('.')
        assert field_type(TOPICS[topic], field) in {'double', 'string'}
        key = re.search(r'key=="(\w+)"', field)
        assert key is None or key[1] in {*Summary._fields, *Counts.__dataclass_fields__}
