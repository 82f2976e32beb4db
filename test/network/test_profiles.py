"""Files that set the middleware: which one holds, and what is wrong with it."""

import xml.etree.ElementTree as ET

import pytest

from synth_ros.errors import NotFoundError
from synth_ros.network.kernel import read_kernel, wanted_settings
from synth_ros.network.profiles import (
    PROFILE_VARIABLES,
    SHIPPED,
    chosen_profile,
    profile_problem,
    shipped_file,
    variables_to_set,
)

OURS = str(shipped_file('fastdds'))


def test_every_shipped_file_is_there():
    assert all(shipped_file(name).is_file() for name in SHIPPED)
    with pytest.raises(NotFoundError, match=r"No network file 'fastds'.*'fastdds'"):
        shipped_file('fastds')


def test_our_nodes_take_our_profile():
    assert variables_to_set({}) == dict.fromkeys(PROFILE_VARIABLES, OURS)
    assert variables_to_set({PROFILE_VARIABLES[0]: ''}) == dict.fromkeys(PROFILE_VARIABLES, OURS)


@pytest.mark.parametrize('name', PROFILE_VARIABLES)
def test_a_profile_of_the_user_holds_for_every_release(name):
    environment = {name: '/mine.xml'}
    [other] = set(PROFILE_VARIABLES) - {name}
    assert variables_to_set(environment) == {other: '/mine.xml'}
    assert chosen_profile(environment) == '/mine.xml'


def test_transports_of_the_user_are_not_hidden():
    assert variables_to_set({'FASTDDS_BUILTIN_TRANSPORTS': 'LARGE_DATA'}) == {}


@pytest.mark.parametrize('name', [name for name in SHIPPED if name.startswith('fastdds')])
def test_nothing_is_wrong_with_ours(name):
    assert profile_problem(str(shipped_file(name))) == ''


def test_what_fast_dds_ignores_is_said(tmp_path):
    assert 'cannot be read (No such file' in profile_problem(str(tmp_path / 'gone.xml'))
    broken = tmp_path / 'broken.xml'
    broken.write_text(shipped_file('fastdds').read_text().replace('</profiles>', ''))
    assert 'is no valid XML (no element found' in profile_problem(str(broken))
    assert 'begins with <CycloneDDS>' in profile_problem(str(shipped_file('cyclonedds')))
    nested = tmp_path / 'nested.xml'
    nested.write_text('<!DOCTYPE a [<!ENTITY b "c">]><profiles>&b;</profiles>')
    assert 'is no valid XML' in profile_problem(str(nested))


def test_cyclone_asks_for_what_the_kernel_file_allows():
    root = ET.parse(shipped_file('cyclonedds')).getroot()
    [size] = [node for node in root.iter() if node.tag.endswith('SocketReceiveBufferSize')]
    assert size.attrib == {'min': 'default', 'max': '32MB'}
    assert wanted_settings()['net.core.rmem_max'] == 32 * 2**20


def test_the_kernel_is_compared_with_what_is_shipped(tmp_path):
    for name, value in wanted_settings().items():
        path = tmp_path / name.replace('.', '/')
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{value}\n')
    assert all(setting.fits for setting in read_kernel(tmp_path))
    (tmp_path / 'net/core/rmem_max').write_text('212992\n')
    (tmp_path / 'net/ipv4/ipfrag_time').write_text('30\n')
    (tmp_path / 'net/ipv4/ipfrag_high_thresh').unlink()
    narrow = {s.name: (s.found, s.wanted) for s in read_kernel(tmp_path) if not s.fits}
    assert narrow == {
        'net.core.rmem_max': (212992, 33554432),
        'net.ipv4.ipfrag_time': (30, 3),
    }
