"""What to know, and to mend, before images go from machine to machine."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from synth_ros.network.kernel import KernelSetting, read_kernel
from synth_ros.network.profiles import (
    PROFILE_VARIABLES,
    TRANSPORTS_VARIABLE,
    chosen_profile,
    goes_over_tcp,
    profile_problem,
    shipped_file,
)
from synth_ros.network.shared_memory import SharedMemory, read_shared_memory

Level = Literal['good', 'note', 'warning']

_FAST_DDS = 'rmw_fastrtps'
_ON = ('1', 'true', 'yes')
_RANGES = ('SUBNET', 'LOCALHOST', 'OFF', 'SYSTEM_DEFAULT')
# Ports of higher domains overlap those that the kernel gives to outgoing connections.
_LAST_SAFE_DOMAIN, _LAST_DOMAIN = 101, 232
# Of our profile, for each process; Docker's default for the whole container is as large.
_SEGMENT_MB = 64
_LEFT_OVER_MB = 256


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that decides how images travel.

    Attributes:
        what: Its name.
        level: Whether it is fine, to be known, or to be mended.
        found: How it is.
        advice: What to do, with the command; empty if nothing.
    """

    what: str
    level: Level
    found: str
    advice: str = ''


class Machine(NamedTuple):
    """What findings are made of.

    Attributes:
        environment: Variables of the process.
        kernel: Settings of the kernel.
        memory: Memory that processes share.
    """

    environment: Mapping[str, str]
    kernel: Sequence[KernelSetting]
    memory: SharedMemory


def examine_network(environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """All findings on this machine.

    Args:
        environment: Variables of the process.
    """
    return findings(Machine(environment, read_kernel(), read_shared_memory()))


def findings(machine: Machine) -> tuple[Finding, ...]:
    """All findings, in the order in which they are shown."""
    found = [_middleware(machine.environment)]
    if _is_fast_dds(machine.environment):
        found += [_profile(machine.environment), _memory(machine.memory)]
    found += [*_discovery(machine.environment), _sockets(machine)]
    return tuple(found)


def _is_fast_dds(environment: Mapping[str, str]) -> bool:
    return (environment.get('RMW_IMPLEMENTATION') or _FAST_DDS).startswith(_FAST_DDS)


def _middleware(environment: Mapping[str, str]) -> Finding:
    name = environment.get('RMW_IMPLEMENTATION', '')
    if not name:
        return Finding('middleware', 'good', 'Fast DDS (RMW_IMPLEMENTATION is not set)')
    if _is_fast_dds(environment):
        return Finding('middleware', 'good', f'Fast DDS ({name})')
    if 'cyclonedds' in name and not environment.get('CYCLONEDDS_URI'):
        uri = shlex.quote(f'file://{shipped_file("cyclonedds")}')
        return Finding(
            'middleware',
            'warning',
            f'Cyclone DDS ({name}) with sockets as small as the kernel makes them',
            f'export CYCLONEDDS_URI={uri}',
        )
    return Finding('middleware', 'good', name)


def _profile(environment: Mapping[str, str]) -> Finding:
    """Our nodes choose a profile themselves; those of others need to be told."""
    ours = f'export {PROFILE_VARIABLES[0]}={shlex.quote(str(shipped_file("fastdds")))}'
    chosen = chosen_profile(environment)
    if chosen is None:
        transports = environment.get(TRANSPORTS_VARIABLE)
        if transports:
            return Finding(
                'Fast DDS',
                'note',
                f'{TRANSPORTS_VARIABLE}={transports} holds, our profile does not',
            )
        return Finding(
            'Fast DDS',
            'note',
            'our nodes use our profile; other nodes have half a megabyte for messages, less than '
            'one image',
            f'{ours}   # where other nodes are started',
        )
    problem = profile_problem(chosen)
    if problem:
        return Finding('Fast DDS', 'warning', problem, ours)
    return Finding('Fast DDS', 'good', f'profile {chosen}')


def _memory(memory: SharedMemory) -> Finding:
    """Each process takes a segment for as long as it lives; one that is killed leaves it."""
    room = f'{memory.free_mb} of {memory.total_mb} MB free in /dev/shm'
    if memory.free_mb < 2 * _SEGMENT_MB:
        return Finding(
            'shared memory',
            'warning',
            f'{room}; each process needs {_SEGMENT_MB} MB, and goes over UDP where it has none',
            'docker run --shm-size=1g ...   # or --ipc=host'
            if memory.total_mb < 4 * _SEGMENT_MB
            else _CLEAN,
        )
    if memory.left_over_mb >= _LEFT_OVER_MB:
        left = f'{memory.left_over_mb} MB of them left by {memory.left_over} processes that ended'
        return Finding('shared memory', 'note', f'{room}, {left} without saying so', _CLEAN)
    return Finding('shared memory', 'good', room)


_CLEAN = 'fastdds shm clean   # or, while no node runs: rm /dev/shm/fastrtps_*'


def _discovery(environment: Mapping[str, str]) -> Iterator[Finding]:
    yield _domain(environment.get('ROS_DOMAIN_ID', ''))
    server = environment.get('ROS_DISCOVERY_SERVER')
    peers = environment.get('ROS_STATIC_PEERS')
    if server:
        yield Finding('discovery', 'good', f'through the server {server}')
    elif environment.get('ROS_LOCALHOST_ONLY', '').lower() in _ON:
        yield Finding(
            'discovery',
            'warning',
            'ROS_LOCALHOST_ONLY is set: no other machine is heard, whatever else says',
            'unset ROS_LOCALHOST_ONLY; export ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET',
        )
    else:
        yield _range(environment.get('ROS_AUTOMATIC_DISCOVERY_RANGE', ''), peers)


def _domain(text: str) -> Finding:
    if not text:
        return Finding('domain', 'good', '0 (ROS_DOMAIN_ID is not set)')
    if not text.isdecimal() or int(text) > _LAST_DOMAIN:
        return Finding(
            'domain',
            'warning',
            f'ROS_DOMAIN_ID={text} is no number from 0 to {_LAST_DOMAIN}; nodes do not start',
            'export ROS_DOMAIN_ID=0   # the same on all machines',
        )
    if int(text) > _LAST_SAFE_DOMAIN:
        return Finding(
            'domain',
            'note',
            f'{text}: its ports may be taken by other programs',
            f'export ROS_DOMAIN_ID=0   # to {_LAST_SAFE_DOMAIN}, the same on all machines',
        )
    return Finding('domain', 'good', text)


def _range(text: str, peers: str | None) -> Finding:
    told = f', and {peers} (ROS_STATIC_PEERS)' if peers else ''
    subnet = 'export ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET'
    if text and text not in _RANGES:
        known = ', '.join(_RANGES)
        said = f'ROS_AUTOMATIC_DISCOVERY_RANGE={text} is none of {known}'
        return Finding('discovery', 'warning', said, subnet)
    if text == 'OFF':
        return Finding(
            'discovery', 'warning', 'OFF: not even nodes beside each other meet', subnet
        )
    if text == 'LOCALHOST':
        return Finding(
            'discovery',
            'good' if peers else 'note',
            f'this machine alone (LOCALHOST){told}',
            '' if peers else f'{subnet}   # to meet other machines',
        )
    return Finding('discovery', 'good', f'machines of the subnet{told}')


def _sockets(machine: Machine) -> Finding:
    narrow = [setting for setting in machine.kernel if not setting.fits]
    if not narrow:
        return Finding('kernel', 'good', 'sockets have room for images')
    if _is_fast_dds(machine.environment) and goes_over_tcp(machine.environment):
        return Finding('kernel', 'good', 'little room for datagrams, but images go over TCP')
    said = '; '.join(f'{s.name} = {s.found}, wanted {s.wanted}' for s in narrow)
    return Finding(
        'kernel',
        'note',
        f'images from other machines may be lost or come late: {said}',
        'synth-ros doctor --sysctl | sudo tee /etc/sysctl.d/60-synth-ros.conf '
        '&& sudo sysctl --system',
    )
