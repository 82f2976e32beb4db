"""Under each target's names arrives what docs/isaac_ros.md says that its graph expects."""

import time
from pathlib import Path

import pytest
from ears import Ears
from ros_processes import NodeProcess, write_config

from synth_ros.errors import NotFoundError
from synth_ros.ros.definitions import message_class
from synth_ros.ros.isaac import TARGETS, remaps
from synth_ros.ros.names import camera_frames, camera_topics

PAGE = (Path(__file__).parents[2] / 'docs' / 'isaac_ros.md').read_text()


def rows():
    """Rows of the big table, without back ticks."""
    section = PAGE.split('## What each graph subscribes to\n')[1].split('\n## ')[0]
    lines = [line.strip('|').split('|') for line in section.splitlines() if line.startswith('| ')]
    return [[cell.strip().replace('`', '') for cell in line] for line in lines[1:]]


def test_the_page_has_the_names_that_are_used():
    assert list(dict.fromkeys(row[0] for row in rows())) == list(TARGETS)
    for target in TARGETS:
        told = {(row[2], row[1]) for row in rows() if row[0] == target}
        assert told == set(remaps(target, 'CAMERA'))


def test_an_unknown_target_is_told():
    with pytest.raises(NotFoundError, match="Did you mean 'yolov8'"):
        remaps('yolov9', 'head')


def test_only_topics_of_the_camera_are_renamed():
    ours = set(camera_topics('wrist'))
    for target in TARGETS:
        assert {before for before, _ in remaps(target, 'wrist')} <= ours


@pytest.mark.parametrize(
    'target',
    [
        'foundationpose',
        # rtdetr is yolov8 by other words.
        *(pytest.param(n, marks=pytest.mark.slow) for n in ('yolov8', 'visual_slam', 'nvblox')),
    ],
)
def test_what_arrives_is_what_the_graph_expects(tmp_path, target):
    table = [row for row in rows() if row[0] == target]
    wanted = [
        (topic, message_class(of.replace('/', '/msg/')), asked)
        for _, topic, _, of, _, _, asked in table
    ]
    renamed = [part for pair in remaps(target, 'head') for part in ('-r', ':='.join(pair))]
    params = {'config': write_config(tmp_path)}
    if TARGETS[target].depth_encoding:
        params['depth_encoding'] = TARGETS[target].depth_encoding
    # The small robot has a link of that name, so frames of its camera are called otherwise.
    frames = camera_frames('head', ['base_link', 'head_link'])._asdict()
    names = {'colour optical': frames['color_optical'], 'depth optical': frames['depth_optical']}
    with (
        Ears(wanted) as ears,
        NodeProcess('sim_node', tmp_path, arguments=renamed, **params) as node,
    ):
        deadline = time.monotonic() + 60
        while not all(len(ears.heard[topic]) >= 3 for topic, *_ in wanted):
            assert node.process.poll() is None, node.text
            assert time.monotonic() < deadline, {k: len(v) for k, v in ears.heard.items()}
            time.sleep(0.02)
        assert node.end() == 0
    stamps = []
    for _, topic, _, _, encoding, frame, _ in table:
        for message in ears.heard[topic]:
            assert message.header.frame_id == names[frame]
            assert message.width % 2 == message.height % 2 == 0
            if hasattr(message, 'encoding'):
                assert message.encoding == encoding
        stamps.append({(m.header.stamp.sec, m.header.stamp.nanosec) for m in ears.heard[topic]})
    assert set.intersection(*stamps)
