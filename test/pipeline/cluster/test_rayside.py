"""Addresses, and what is told when nothing is there."""

import socket
import sys

import pytest

from synth_ros.errors import UsageError
from synth_ros.pipeline.cluster.messages import ClusterError
from synth_ros.pipeline.cluster.rayside import RayCluster, host_and_port


@pytest.mark.parametrize(
    ('address', 'place'),
    [
        ('head:6379', ('head', 6379)),
        ('ray://head:10001', ('head', 10001)),
        ('ray://head', ('head', 10001)),
        ('[::1]:6379', ('::1', 6379)),
    ],
)
def test_addresses(address, place):
    assert host_and_port(address) == place


@pytest.mark.parametrize('address', ['head', 'head:port', ':1', 'head:99999', 'ray://', ''])
def test_what_is_no_address(address):
    with pytest.raises(UsageError, match=r'--cluster .*: expects auto, local, HOST:PORT'):
        host_and_port(address)


def test_nothing_answers():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
        with pytest.raises(ClusterError, match=rf'Nothing answers at 127.0.0.1 port {port}'):
            RayCluster(f'127.0.0.1:{port}')


def test_ray_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, 'ray', None)
    with pytest.raises(UsageError, match=r"needs Ray.*pip install 'synth_ros\[cluster\]'"):
        RayCluster('auto')
