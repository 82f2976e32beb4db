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
        index: Its place in EGL's list of devices, where it was found there.
    """

    api: Api
    name: str
    driver: str
    index: int | None = None

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


@dataclass(frozen=True, slots=True)
class EglDevice:
    """A device that EGL lists, tried out.

    Attributes:
        index: Its place in EGL's list: what ``render.device`` takes.
        name: OpenGL's name of it, in the driver's own words; empty if it has no OpenGL.
        driver: OpenGL version and driver, in the driver's own words.
        software: Whether the processor draws.
        drm: Its device file, such as ``/dev/dri/renderD128``; empty if unknown.
        cuda: Its number in CUDA, without ``CUDA_VISIBLE_DEVICES``; ``None`` if it has none.
        problem: Why OpenGL does not work on it, without a full stop; empty if it does.
        lacks: What the one-pass renderer needs and this device has not.
    """

    index: int
    name: str = ''
    driver: str = ''
    software: bool = False
    drm: str = ''
    cuda: int | None = None
    problem: str = ''
    lacks: tuple[str, ...] = ()

    @property
    def works(self) -> bool:
        """Whether OpenGL works on it."""
        return not self.problem

    @property
    def title(self) -> str:
        """Index and name, or what is known in place of a name."""
        kind = 'software device' if self.software else 'device without OpenGL'
        return f'{self.index} ({self.name or self.drm or kind})'

    def as_device(self) -> Device:
        """The device as renderers see it."""
        return Device('opengl', self.name, self.driver, self.index)
