"""Fast DDS takes our profiles; with them, images pass whole where there is no shared memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bag_files import proof
from ros_processes import CONFIG, ENV, NodeProcess, write_config

from synth_ros.network.profiles import PROFILE_VARIABLES, shipped_file

FACTS = Path(__file__).with_name('profile_facts.py')
SEGMENT_BYTES = 64 * 2**20
FRAMES = 4


def facts(environment):
    """What Fast DDS made of it, and what was said."""
    clean = {k: v for k, v in ENV.items() if k not in {*PROFILE_VARIABLES, 'RMW_IMPLEMENTATION'}}
    done = subprocess.run(
        [sys.executable, str(FACTS)],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1]), done.stderr + done.stdout


def test_the_profile_of_our_nodes_makes_room():
    found, said = facts({})
    assert found['segment_bytes'] > SEGMENT_BYTES
    # The kernel doubles what is asked for, up to what it allows.
    allowed = int(Path('/proc/sys/net/core/rmem_max').read_text())
    assert found['udp_buffer'] >= min(allowed, 2 * 2**20)
    assert not found['tcp_listens']
    assert 'XMLPARSER' not in said


def test_the_network_profile_carries_data_over_tcp():
    found, said = facts({'FASTDDS_DEFAULT_PROFILES_FILE': str(shipped_file('fastdds-network'))})
    assert found['segment_bytes'] > SEGMENT_BYTES
    assert found['tcp_listens']
    assert 'XMLPARSER' not in said


def test_a_broken_profile_is_warned_of(tmp_path):
    broken = tmp_path / 'broken.xml'
    broken.write_text(shipped_file('fastdds').read_text().replace('</profiles>', ''))
    found, said = facts({PROFILE_VARIABLES[0]: str(broken)})
    assert 0 < found['segment_bytes'] < 2**20
    assert f'warning: the profile for Fast DDS: {broken} is no valid XML' in said


def udp_alone(folder):
    """Our profile without shared memory, as between machines."""
    text = shipped_file('fastdds').read_text()
    described, reference = '<type>SHM</type>', '<transport_id>synth_ros_shm</transport_id>'
    first = text.index('<transport_descriptor>')
    last = text.index('</transport_descriptor>', text.index(described)) + len(
        '</transport_descriptor>'
    )
    path = folder / 'udp.xml'
    path.write_text(text[:first] + text[last:].replace(reference, ''))
    return path


@pytest.mark.slow
def test_nothing_of_large_images_is_lost_over_udp(tmp_path):
    config = write_config(
        tmp_path, CONFIG.replace('width: 160, height: 120', 'width: 1280, height: 720')
    )
    # With LOCALHOST, the middleware adds shared memory to whatever a profile has.
    wrap = ('env', f'{PROFILE_VARIABLES[0]}={udp_alone(tmp_path)}')
    wrap += ('ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET',)
    bag = tmp_path / 'bag'
    simulation = {'frame_limit': FRAMES, 'wait_for_subscribers_s': 60, 'linger_s': 1.0}
    with (
        NodeProcess(
            'recorder_node', tmp_path, wrap=wrap, config=config, bag=bag, stop_with_publishers=True
        ) as recording,
        NodeProcess('sim_node', tmp_path, wrap=wrap, config=config, **simulation) as process,
    ):
        recording.wait_for_text('Recording all')
        maps = Path(f'/proc/{recording.process.pid}/maps').read_text()
        assert (process.wait(), recording.wait()) == (0, 0), process.text + recording.text
    assert '/dev/shm/fastrtps_' not in maps
    reports = proof(bag)
    for topic in ('/head/color/image_raw', '/head/depth/image_rect_raw', '/head/labels/instance'):
        report = reports[topic]
        assert (report['received'], report['lost'], report['before']) == (FRAMES, 0, 0)
        assert report['provable']
