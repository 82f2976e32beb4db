"""What the doctor says of the network, on machines of every kind."""

import fcntl

import pytest

from synth_ros.network.findings import Machine, examine_network, findings
from synth_ros.network.kernel import KernelSetting
from synth_ros.network.profiles import shipped_file
from synth_ros.network.shared_memory import SharedMemory, read_shared_memory

WIDE = (KernelSetting('net.core.rmem_max', 100, 100),)
NARROW = (KernelSetting('net.core.rmem_max', 100, 99), KernelSetting('ipfrag_time', 3, None))
PLENTY = SharedMemory(16000, 15000, 0, 0)


def found(environment=None, *, kernel=WIDE, memory=PLENTY):
    """Findings by name."""
    return {f.what: f for f in findings(Machine(environment or {}, kernel, memory))}


def test_a_fresh_machine_has_nothing_to_mend():
    levels = {name: finding.level for name, finding in found().items()}
    assert levels == {
        'middleware': 'good',
        'Fast DDS': 'note',
        'shared memory': 'good',
        'domain': 'good',
        'discovery': 'good',
        'kernel': 'good',
    }
    assert {finding.what for finding in examine_network({})} == set(levels)


@pytest.mark.parametrize(
    ('environment', 'what', 'level', 'said', 'advice'),
    [
        ({'ROS_DOMAIN_ID': '42'}, 'domain', 'good', '42', ''),
        ({'ROS_DOMAIN_ID': '150'}, 'domain', 'note', 'taken by other programs', 'ID=0'),
        ({'ROS_DOMAIN_ID': '233'}, 'domain', 'warning', 'no number from 0 to 232', 'ID=0'),
        ({'ROS_DOMAIN_ID': 'lab'}, 'domain', 'warning', 'ROS_DOMAIN_ID=lab', 'ID=0'),
        ({'ROS_LOCALHOST_ONLY': '1'}, 'discovery', 'warning', 'no other machine', 'unset ROS_L'),
        (
            {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'},
            'discovery',
            'note',
            'this machine alone',
            'RANGE=SUBNET',
        ),
        (
            {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST', 'ROS_STATIC_PEERS': '10.0.0.7'},
            'discovery',
            'good',
            '10.0.0.7',
            '',
        ),
        ({'ROS_AUTOMATIC_DISCOVERY_RANGE': 'OFF'}, 'discovery', 'warning', 'OFF', 'SUBNET'),
        ({'ROS_AUTOMATIC_DISCOVERY_RANGE': 'subnet'}, 'discovery', 'warning', 'none of', 'SUBNET'),
        ({'ROS_DISCOVERY_SERVER': '10.0.0.7:11811'}, 'discovery', 'good', '10.0.0.7:11811', ''),
        (
            {'FASTDDS_BUILTIN_TRANSPORTS': 'LARGE_DATA'},
            'Fast DDS',
            'note',
            'LARGE_DATA holds, our profile does not',
            '',
        ),
        (
            {'FASTRTPS_DEFAULT_PROFILES_FILE': '/gone.xml'},
            'Fast DDS',
            'warning',
            '/gone.xml cannot be read',
            f'FILE={shipped_file("fastdds")}',
        ),
        (
            {'FASTDDS_DEFAULT_PROFILES_FILE': str(shipped_file('fastdds-network'))},
            'Fast DDS',
            'good',
            'fastdds_network.xml',
            '',
        ),
        (
            {'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'},
            'middleware',
            'warning',
            'sockets as small as',
            f'CYCLONEDDS_URI=file://{shipped_file("cyclonedds")}',
        ),
        ({'RMW_IMPLEMENTATION': 'rmw_zenoh_cpp'}, 'middleware', 'good', 'rmw_zenoh_cpp', ''),
        ({'RMW_IMPLEMENTATION': 'rmw_fastrtps_cpp'}, 'middleware', 'good', 'Fast DDS', ''),
    ],
)
def test_the_environment_is_read(environment, what, level, said, advice):
    finding = found(environment)[what]
    assert finding.level == level
    assert said in finding.found
    assert advice in finding.advice
    assert bool(advice) == bool(finding.advice)


def test_profiles_are_of_fast_dds_alone():
    assert 'Fast DDS' not in found({'RMW_IMPLEMENTATION': 'rmw_zenoh_cpp'})


def test_narrow_sockets_come_with_the_command():
    finding = found(kernel=NARROW)['kernel']
    assert finding.found.endswith('net.core.rmem_max = 99, wanted 100')
    assert finding.advice.startswith('synth-ros doctor --sysctl | sudo tee /etc/sysctl.d/')


@pytest.mark.parametrize(
    ('environment', 'level'),
    [
        ({'FASTRTPS_DEFAULT_PROFILES_FILE': str(shipped_file('fastdds-network'))}, 'good'),
        ({'FASTDDS_BUILTIN_TRANSPORTS': 'LARGE_DATA?max_msg_size=1MB'}, 'good'),
        ({'FASTRTPS_DEFAULT_PROFILES_FILE': str(shipped_file('fastdds'))}, 'note'),
        ({'FASTRTPS_DEFAULT_PROFILES_FILE': '/gone.xml'}, 'note'),
        ({'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4'}, 'note'),
    ],
)
def test_narrow_sockets_do_not_matter_to_tcp(environment, level):
    assert found(environment, kernel=NARROW)['kernel'].level == level


@pytest.mark.parametrize(
    ('memory', 'level', 'advice'),
    [
        (SharedMemory(64, 64, 0, 0), 'warning', '--shm-size'),
        (SharedMemory(0, 0, 0, 0), 'warning', '--shm-size'),
        (SharedMemory(8000, 100, 120, 7800), 'warning', 'shm clean'),
        (SharedMemory(8000, 4000, 9, 600), 'note', 'shm clean'),
    ],
)
def test_shared_memory_that_is_short_or_littered(memory, level, advice):
    finding = found(memory=memory)['shared memory']
    assert finding.level == level
    assert advice in finding.advice


def test_segments_of_living_processes_are_not_left_over(tmp_path):
    for name in ('fastrtps_alive', 'fastrtps_dead'):
        (tmp_path / name).write_bytes(bytes(2**20))
        (tmp_path / f'{name}_el').touch()
    (tmp_path / 'fastrtps_port7411_el').touch()
    with (tmp_path / 'fastrtps_alive_el').open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        memory = read_shared_memory(tmp_path)
    assert (memory.left_over, memory.left_over_mb) == (1, 1)
    assert memory.total_mb >= memory.free_mb > 0
    assert read_shared_memory(tmp_path / 'gone') == SharedMemory(0, 0, 0, 0)
