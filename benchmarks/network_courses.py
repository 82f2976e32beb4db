"""What ``bench_network.py`` compares: streams, places, and settings of the middleware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from two_machines import Cable

NETWORK = Path(__file__).resolve().parent.parent / 'synth_ros' / 'assets' / 'network'

# Ubuntu 24.04 and JetPack as they come, and what 60-synth-ros.conf sets.
_NARROW = {'net.core.rmem_max': 212992}
_WIDE = {'net.core.rmem_max': 33554432}
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
        receiver: Variables of the receiving end, where they are others.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    whole_machine: Mapping[str, int] = field(default_factory=dict)
    each_machine: Mapping[str, int] = field(default_factory=dict)
    tells: str = ''
    receiver: Mapping[str, str] | None = None


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
        """The same with a handful of frames, and our two profiles alone."""
        ours = tuple(s for s in self.settings if s.environment in (_OURS, _NETWORK))
        return replace(self, settings=ours, rate=10.0, frames=8)


def profile(name: str) -> dict[str, str]:
    """The variable that gives Fast DDS one of our profiles."""
    return {'FASTRTPS_DEFAULT_PROFILES_FILE': str(NETWORK / name)}


def transports(words: str) -> dict[str, str]:
    """The variable that chooses Fast DDS's own transports."""
    return {'FASTDDS_BUILTIN_TRANSPORTS': words}


_PLAIN = 'Fast DDS as it comes'
_OURS, _NETWORK = profile('fastdds.xml'), profile('fastdds_network.xml')

_HERE = (
    Setting(_PLAIN),
    Setting('our profile', _OURS),
    Setting('our network profile', _NETWORK),
    Setting('LARGE_DATA', transports('LARGE_DATA')),
    Setting('UDP alone', transports('UDPv4')),
)
_THERE = (
    Setting(_PLAIN, {}, _NARROW, _FRAGMENTS),
    Setting(f'{_PLAIN}, kernel set', {}, _WIDE, _MORE_FRAGMENTS),
    Setting('our profile', _OURS, _NARROW, _FRAGMENTS),
    Setting('our profile, kernel set', _OURS, _WIDE, _MORE_FRAGMENTS),
    Setting('our network profile', _NETWORK, _NARROW, _FRAGMENTS),
)
PLAIN, _, OUR_PROFILE, KERNEL_SET, NETWORK_PROFILE = _THERE
_FEW = (PLAIN, KERNEL_SET, NETWORK_PROFILE)
_CABLE, _LOSSY = Cable(), Cable(lost_of_1000=1)

COURSES = (
    Course('one machine, 30/s', _HERE),
    Course('cable, 10/s', _THERE, (), 10.0, 60, cable=_CABLE),
    Course('cable that loses 0.1 %, 10/s', _THERE, (), 10.0, 60, cable=_LOSSY),
    Course(
        'cable that loses 0.1 %, 10/s, best effort',
        _FEW,
        ('--best-effort',),
        10.0,
        60,
        cable=_LOSSY,
    ),
    Course('cable, 30/s: more than it carries', _FEW, (), 30.0, 120, cable=_CABLE),
    Course(
        'cable that loses 0.1 %, 30/s, colour as JPEG alone',
        _FEW,
        ('--compressed', '--color-only'),
        30.0,
        180,
        cable=_LOSSY,
    ),
)
