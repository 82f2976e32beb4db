"""Which renderer this machine should use, and why."""

from __future__ import annotations

from typing import Literal, NamedTuple

from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render.base import Renderer
from synth_ros.render.devices import GOOD_MESA, Device, NoDevice
from synth_ros.render.probe import probe_opengl, probe_vulkan


class Choice(NamedTuple):
    """A renderer for this machine.

    Attributes:
        backend: Which.
        reason: Why, in one sentence.
        device: What will render.
        cautions: What the user should know about it, one sentence each.
    """

    backend: Literal['classic', 'filament']
    reason: str
    device: Device
    cautions: tuple[str, ...] = ()


def choose_backend(config: RenderConfig) -> Choice:
    """Choose a renderer by asking the drivers, each in a child process (a second or less).

    Raises:
        RenderError: If nothing renders as asked; says what to install.
    """
    nothing = 'not asked for'
    vulkan = NoDevice('vulkan', nothing) if config.backend == 'classic' else probe_vulkan()
    opengl = NoDevice('opengl', nothing) if config.backend == 'filament' else probe_opengl()
    return decide(config, vulkan, opengl)


def decide(config: RenderConfig, vulkan: Device | NoDevice, opengl: Device | NoDevice) -> Choice:
    """The choice, given what the drivers said.

    Hardware beats software, Filament beats classic OpenGL, and Filament on a software driver
    before Mesa 25 comes last: it takes twice as long there and leaks.

    Raises:
        RenderError: If nothing renders as asked.
    """
    if config.backend == 'filament':
        return _filament(config, vulkan, 'The config asks for Filament.')
    if config.backend == 'classic':
        return _classic(opengl, 'The config asks for classic OpenGL.')
    if isinstance(vulkan, Device) and not vulkan.software:
        return _filament(config, vulkan, 'Filament, because Vulkan reaches a GPU.')
    if isinstance(opengl, Device) and not opengl.software:
        return _classic(opengl, 'Classic OpenGL, because only OpenGL reaches the GPU.')
    return _decide_software(config, vulkan, opengl)


def _decide_software(
    config: RenderConfig, vulkan: Device | NoDevice, opengl: Device | NoDevice
) -> Choice:
    """The choice among drivers without hardware."""
    if isinstance(vulkan, Device) and not vulkan.outdated:
        reason = f'Filament, because the software driver is Mesa {GOOD_MESA} or later.'
        return _filament(config, vulkan, reason)
    if isinstance(opengl, Device):
        why = (
            f'its software driver is not Mesa {GOOD_MESA} or later, and slow'
            if isinstance(vulkan, Device)
            else 'Vulkan has no driver here'
        )
        return _classic(opengl, f'Classic OpenGL, because Filament needs Vulkan and {why}.')
    if isinstance(vulkan, Device):
        return _filament(config, vulkan, 'Filament, because OpenGL does not work here.')
    raise RenderError(
        f'Nothing renders on this machine.\nVulkan: {_reason(vulkan)}\nOpenGL: {_reason(opengl)}'
    )


def make_renderer(config: RenderConfig, *, max_size: tuple[int, int]) -> Renderer:
    """The renderer that ``choose_backend`` names.

    Args:
        config: Backend and quality.
        max_size: (width, height) of the largest expected image, pixels.

    Raises:
        RenderError: If nothing renders as asked; says what to install.
    """
    return renderer_for(choose_backend(config), config, max_size=max_size)


def renderer_for(choice: Choice, config: RenderConfig, *, max_size: tuple[int, int]) -> Renderer:
    """The renderer of a choice already made.

    Raises:
        RenderError: If it cannot be created after all.
    """
    if choice.backend == 'filament':
        from synth_ros.render.filament import FilamentRenderer

        return FilamentRenderer(config, device=choice.device)
    from synth_ros.render.classic import ClassicRenderer

    return ClassicRenderer(config, max_size)


def _filament(config: RenderConfig, found: Device | NoDevice, reason: str) -> Choice:
    if isinstance(found, NoDevice):
        raise RenderError(f'Filament cannot render here: {found.reason}')
    cautions = _software_cautions(found)
    if found.outdated:
        cautions.append(
            f'{found.driver} draws Filament at half the speed of Mesa {GOOD_MESA} or less; '
            'render.backend: classic is faster here.'
        )
        if config.ambient_occlusion:
            cautions.append(
                'Ambient occlusion stays off: this driver may leak memory with every image.'
            )
    return Choice('filament', reason, found, tuple(cautions))


def _classic(found: Device | NoDevice, reason: str) -> Choice:
    if isinstance(found, NoDevice):
        raise RenderError(f'Classic OpenGL cannot render here: {found.reason}')
    return Choice('classic', reason, found, tuple(_software_cautions(found)))


def _software_cautions(device: Device) -> list[str]:
    if not device.software:
        return []
    slow = 'the processor draws every pixel, many times slower than a GPU.'
    return [f'SOFTWARE RENDERING on {device.name}: {slow}']


def _reason(found: Device | NoDevice) -> str:
    return found.reason if isinstance(found, NoDevice) else found.label
