"""Two machines of one: network namespaces joined by a cable whose rate and losses are known.

Needs root, ``ip`` and ``tc`` (iproute2), ``nft`` (nftables) for losses and ``ethtool``. Each side
has its own shared memory, so that nothing passes but by the cable.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

_TOOLS = ('ip', 'tc', 'nft', 'ethtool')
# A switch or a card holds back so much before it drops.
_QUEUE = '20ms'
_SETTINGS = Path('/proc/sys')


class Cable(NamedTuple):
    """What joins the machines.

    Attributes:
        rate: In the words of ``tc``.
        lost_of_1000: Packets of a thousand that are dropped at random, either way.
    """

    rate: str = '1gbit'
    lost_of_1000: int = 0


class Machine(NamedTuple):
    """One side.

    Attributes:
        name: Of its namespace.
        address: Its IPv4 address.
    """

    name: str
    address: str

    def command(self, words: list[str]) -> list[str]:
        """The command that runs another one there."""
        shell = 'mount -t tmpfs -o size=2g tmpfs /dev/shm && exec "$@"'
        return ['ip', 'netns', 'exec', self.name, 'sh', '-c', shell, 'sh', *words]

    def set_kernel(self, values: Mapping[str, int]) -> None:
        """Write settings that each namespace has its own of."""
        for name, value in values.items():
            _run('ip', 'netns', 'exec', self.name, 'sysctl', '-qw', f'{name}={value}')


def lacks() -> str:
    """Why there can be no two machines here; empty if there can."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        return f'{", ".join(missing)} not found'
    return '' if os.geteuid() == 0 else 'only root may make network namespaces'


@contextmanager
def two_machines(cable: Cable) -> Iterator[tuple[Machine, Machine]]:
    """Two namespaces, gone at the end of the block with what still runs in them."""
    sides = tuple(
        Machine(f'synth{os.getpid()}{letter}', f'10.77.0.{number}')
        for number, letter in enumerate('ab', start=1)
    )
    devices = [f'v{side.name[5:]}' for side in sides]
    try:
        for side in sides:
            _run('ip', 'netns', 'add', side.name)
        _run('ip', 'link', 'add', devices[0], 'type', 'veth', 'peer', 'name', devices[1])
        for side, device in zip(sides, devices, strict=True):
            _run('ip', 'link', 'set', device, 'netns', side.name)
            _plug(side, device, cable)
        yield sides[0], sides[1]
    finally:
        for side in sides:
            _pull_down(side)


def _pull_down(side: Machine) -> None:
    left = subprocess.run(
        ['ip', 'netns', 'pids', side.name], check=False, capture_output=True, text=True
    )
    for pid in map(int, left.stdout.split()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    subprocess.run(['ip', 'netns', 'del', side.name], check=False, capture_output=True)


def _plug(side: Machine, device: str, cable: Cable) -> None:
    there = ('ip', 'netns', 'exec', side.name)
    for words in (
        ('ip', 'addr', 'add', f'{side.address}/24', 'dev', device),
        ('ip', 'link', 'set', 'lo', 'up'),
        ('ip', 'link', 'set', device, 'up', 'multicast', 'on'),
        ('ip', 'route', 'add', '224.0.0.0/4', 'dev', device),
        # Packets as they are on a wire, not bundles of them.
        ('ethtool', '-K', device, 'tso', 'off', 'gso', 'off', 'gro', 'off'),
        ('tc', 'qdisc', 'add', 'dev', device, 'root', 'tbf', *_shape(cable)),
    ):
        _run(*there, *words)
    if cable.lost_of_1000:
        # Where packets come in: before that, they are not cut into those of the wire yet.
        rules = (
            f'table netdev cable {{ chain lose {{ type filter hook ingress device {device} '
            f'priority 0; numgen random mod 1000 < {cable.lost_of_1000} drop; }}; }};'
        )
        _run(*there, 'nft', rules)


def _shape(cable: Cable) -> tuple[str, ...]:
    return 'rate', cable.rate, 'burst', '64kb', 'latency', _QUEUE


@contextmanager
def kernel(values: Mapping[str, int]) -> Iterator[None]:
    """Settings of the whole machine, as they were again at the end of the block."""
    paths = {name: _SETTINGS / name.replace('.', '/') for name in values}
    before = {name: path.read_text() for name, path in paths.items()}
    try:
        for name, value in values.items():
            paths[name].write_text(f'{value}\n')
        yield
    finally:
        for name, value in before.items():
            paths[name].write_text(value)


def _run(*words: str) -> None:
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f'{" ".join(words)}: {done.stderr.strip()}')
