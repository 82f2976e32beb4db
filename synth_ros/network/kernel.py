"""The kernel's room for images in sockets, beside what they need."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from synth_ros.network.profiles import shipped_file

_ROOT = Path('/proc/sys')


class KernelSetting(NamedTuple):
    """One setting of the kernel.

    Attributes:
        name: As ``sysctl`` has it.
        wanted: What ``60-synth-ros.conf`` sets.
        found: What it is; ``None`` where it cannot be read.
        at_most: Whether smaller values are the better ones.
    """

    name: str
    wanted: int
    found: int | None
    at_most: bool = False

    @property
    def fits(self) -> bool:
        """Whether it is as good as wanted, or unknown."""
        if self.found is None:
            return True
        return self.found <= self.wanted if self.at_most else self.found >= self.wanted


def read_kernel(root: Path = _ROOT) -> tuple[KernelSetting, ...]:
    """All settings that we ship values for, in their order.

    Args:
        root: Where the kernel shows them.
    """
    return tuple(
        KernelSetting(name, wanted, _read(root, name), at_most=name.endswith('_time'))
        for name, wanted in wanted_settings().items()
    )


def wanted_settings() -> dict[str, int]:
    """The values of ``60-synth-ros.conf``."""
    wanted = {}
    for line in shipped_file('sysctl').read_text(encoding='utf-8').splitlines():
        name, equals, value = line.partition('=')
        if equals and not line.startswith('#'):
            wanted[name.strip()] = int(value)
    return wanted


def _read(root: Path, name: str) -> int | None:
    try:
        return int((root / name.replace('.', '/')).read_text(encoding='ascii'))
    except (OSError, ValueError):
        return None
