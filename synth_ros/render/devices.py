"""What renders: a device as its driver describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Api = Literal['vulkan', 'opengl']

_SOFTWARE = re.compile(r'llvmpipe|lavapipe|softpipe|swrast|swiftshader|software', re.IGNORECASE)
_MESA = re.compile(r'Mesa (\d+)\.(\d+)')
GOOD_MESA = 25


@dataclass(frozen=True, slots=True)
class Device:
    """A graphics device.

    Attributes:
        api: How it is reached.
        name: Its name, in the driver's own words.
        driver: Driver and version, in the driver's own words.
    """

    api: Api
    name: str
    driver: str

    @property
    def software(self) -> bool:
        """Whether the processor draws, for want of graphics hardware."""
        return bool(_SOFTWARE.search(self.name))

    @property
    def mesa(self) -> tuple[int, int] | None:
        """Version of Mesa, or ``None`` for another driver."""
        match = _MESA.search(self.driver)
        return (int(match[1]), int(match[2])) if match else None

    @property
    def outdated(self) -> bool:
        """Whether this is a software driver not known to be good: other than Mesa 25 on."""
        return self.software and (self.mesa or (0, 0))[0] < GOOD_MESA

    @property
    def label(self) -> str:
        """Name and driver in one line."""
        return self.name if self.driver in self.name else f'{self.name}, {self.driver}'


@dataclass(frozen=True, slots=True)
class NoDevice:
    """Nothing renders this way.

    Attributes:
        api: How it was tried.
        reason: Why not, and what to install, as sentences.
    """

    api: Api
    reason: str
