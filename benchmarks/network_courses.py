"""What ``bench_network.py`` compares: streams, places, and settings of the middleware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from two_machines import Cable

NETWORK = Path(__file__).resolve().parent.parent / 'synth_ros' / 'assets' / 'network'

# Ubuntu 24.04 and JetPack as they come.
_NARROW = {'net.core.rmem_max': 212992, 'net.core.wmem_max': 212992}
_WIDE = {'net.core.rmem_max': 33554432, 'net.core.wmem_max': 4194304}
_FRAGMENTS = {'net.ipv4.ipfrag_high_thresh': 4194304, 'net.ipv4.ipfrag_time': 30}
_MORE_FRAGMENTS = {'net.ipv4.ipfrag_high_thresh': 134217728, 'net.ipv4.ipfrag_time': 3}


@dataclass(frozen=True, eq=False)
class Setting:
    """How the middleware and the kernel are set.

    Attributes:
        name: In tables.
        environment: Variables of both ends.
        whole_machine: Kernel settings that network namespaces share.
        each_machine: Those that each has its own of.
        tells: More words on it.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    whole_machine: Mapping[str, int] = field(default_factory=dict)
    each_machine: Mapping[str, int] = field(default_factory=dict)
    tells: str = ''


@dataclass(frozen=True, eq=False)
class Course:
    """A stream in a place, under several settings; the first one is what others are compared with.

    Attributes:
        title: Of its table.
        settings: In the order of their turns.
        stream: Options of ``camera_stream.py``.
        rate: Frames a second.
        frames: A turn has so many.
        cable: Between two machines; ``None``: one machine.
    """

    title: str
    settings: tuple[Setting, ...]
    stream: tuple[str, ...] = ()
    rate: float = 30.0
    frames: int = 150
    cable: Cable | None = None

    def quick(self) -> Course:
        """The same, with a handful of small frames."""
        return replace(self, stream=(*self.stream, '--size', '64x48'), frames=8)


def profile(name: str) -> dict[str, str]:
    """The variable that gives Fast DDS one of our profiles."""
    return {'FASTRTPS_DEFAULT_PROFILES_FILE': str(NETWORK / name)}


def transports(words: str) -> dict[str, str]:
    """The variable that chooses Fast DDS's own transports."""
    return {'FASTDDS_BUILTIN_TRANSPORTS': words}


_HERE = (
    Setting('Fast DDS as it comes'),
    Setting('our profile', profile('fastdds.xml')),
    Setting('LARGE_DATA', transports('LARGE_DATA')),
    Setting('UDP alone', transports('UDPv4')),
)


def _there() -> tuple[Setting, ...]:
    ours = profile('fastdds_network.xml')
    narrow, wide = {**_FRAGMENTS}, {**_MORE_FRAGMENTS}
    return (
        Setting('Fast DDS as it comes', {}, _NARROW, narrow),
        Setting('Fast DDS as it comes, kernel set', {}, _WIDE, wide),
        Setting('network profile', ours, _NARROW, narrow),
        Setting('network profile, kernel set', ours, _WIDE, wide),
        Setting('LARGE_DATA', transports('LARGE_DATA'), _NARROW, narrow),
    )


COURSES = (
    Course('one machine, 1280x720, 30/s', _HERE),
    Course(
        'cable 1 Gbit/s, 1280x720, 10/s, reliable', _there(), (), 10.0, 60, cable=Cable('1gbit')
    ),
)
