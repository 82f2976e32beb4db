"""The devices that EGL lists, each tried in a child process, and which one is to draw."""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from synth_ros.errors import UsageError
from synth_ros.render.devices import Device, EglDevice, NoDevice
from synth_ros.render.egl import EglContext, EglError, RawDevice, query_devices
from synth_ros.render.gl import INSTALL_HINT
from synth_ros.render.probe import run_child

VARIABLE = 'MUJOCO_EGL_DEVICE_ID'
CUDA_VISIBLE = 'CUDA_VISIBLE_DEVICES'
_MARK = 'synth-ros-egl:'
_LINE = re.compile(rf'^{_MARK}(.*)$', re.MULTILINE)
_GL_RENDERER, _GL_VERSION = 0x1F01, 0x1F02
_SOFTWARE = 'EGL_MESA_device_software'


class DeviceIndexError(UsageError):
    """A device was asked for that is not there.

    Args:
        asked: By which key or variable and value, such as ``render.device: 3``.
        devices: All that there are.
    """

    def __init__(self, asked: str, devices: Sequence[EglDevice]) -> None:
        self.devices = tuple(devices)
        listed = ', '.join(device.title for device in devices)
        super().__init__(
            f'{asked}: there is no such EGL device. There are: {listed}. Choose one of them, or '
            'leave it out to use the first GPU; synth-ros doctor tells more about them.'
        )


def list_egl_devices() -> tuple[EglDevice, ...]:
    """All devices, in EGL's order, each tried with a context of its own in a child process.

    Returns:
        The devices; none if EGL is missing or lists none.
    """
    found, _ = _try_devices('all')
    return _in_order(found)


def pick_egl_device(asked: int | None, environ: Mapping[str, str]) -> EglDevice | NoDevice:
    """The device that is to draw with OpenGL.

    Args:
        asked: ``render.device``.
        environ: Environment variables.

    Raises:
        UsageError: If the device that was asked for is not there.
    """
    variable = environ.get(VARIABLE, '').strip()
    if asked is None and not variable:
        devices, problem = _try_devices('first')
        return _first(devices, problem)
    tried, problem = _try_devices('all' if asked is None else str(asked))
    devices = _in_order(tried)
    if not devices:
        return _nothing(problem)
    if asked is None:
        return _by_variable(variable, devices, environ)
    if asked >= len(devices):
        # Only the one that was asked for was tried, and the message shall name them all.
        raise DeviceIndexError(f'render.device: {asked}', list_egl_devices())
    return _usable(devices[asked])


def onepass_device(found: EglDevice | NoDevice) -> Device | NoDevice:
    """Whether the one-pass renderer can draw on a device."""
    if isinstance(found, NoDevice):
        return found
    if not found.lacks:
        return found.as_device()
    return NoDevice(
        'opengl',
        f'EGL device {found.title} offers OpenGL {found.driver}, and the one-pass renderer needs '
        f'more: {", ".join(found.lacks)}. Update the driver (OpenGL 4.5 has it all), choose '
        'another device with render.device (synth-ros doctor lists them), or use '
        'render.backend: classic.',
    )


def like_devices(device: Device, devices: Sequence[EglDevice], visible: str) -> tuple[int, ...]:
    """Devices that draw the same pixels as one: same hardware, same driver.

    Args:
        device: The one; not the processor.
        devices: All devices, in EGL's order.
        visible: ``CUDA_VISIBLE_DEVICES``: where it shows devices, no other is taken.

    Returns:
        Their indices, that of ``device`` first; nothing else if it has none.
    """
    if device.index is None:
        return ()
    shown = _shown(_by_cuda(devices), visible) or devices
    alike = [d for d in shown if (d.name, d.driver) == (device.name, device.driver) and d.works]
    return (device.index, *(d.index for d in alike if d.index != device.index))


def device_of_variable(
    value: str, devices: Sequence[EglDevice], *, visible: str = ''
) -> EglDevice | None:
    """What ``MUJOCO_EGL_DEVICE_ID`` means to MuJoCo 4.

    Where drivers tell which CUDA device is which, the number counts the devices of
    ``CUDA_VISIBLE_DEVICES`` or is a CUDA number; otherwise it is an index of EGL's list.

    Args:
        value: The variable.
        devices: All devices, in EGL's order.
        visible: ``CUDA_VISIBLE_DEVICES``.

    Returns:
        The device; ``None`` if there is no such one.
    """
    if not value.strip().isdecimal():
        return None
    number = int(value)
    by_cuda = _by_cuda(devices)
    shown = _shown(by_cuda, visible)
    if number < len(shown):
        return shown[number]
    if shown and number in _numbers(visible):
        return shown[_numbers(visible).index(number)]
    if number in by_cuda:
        return by_cuda[number]
    ordered = order_devices(devices, visible)
    return ordered[number] if number < len(ordered) else None


def order_devices(devices: Sequence[EglDevice], visible: str) -> list[EglDevice]:
    """Devices as CUDA's users expect them: those of ``CUDA_VISIBLE_DEVICES`` first.

    Args:
        devices: All devices, in EGL's order.
        visible: ``CUDA_VISIBLE_DEVICES``.
    """
    by_cuda = _by_cuda(devices)
    first = _shown(by_cuda, visible) or [by_cuda[number] for number in sorted(by_cuda)]
    return first + [device for device in devices if device not in first]


def _by_cuda(devices: Sequence[EglDevice]) -> dict[int, EglDevice]:
    """Devices by their CUDA numbers; none if two have the same."""
    known = [(device.cuda, device) for device in devices if device.cuda is not None]
    found = dict(known)
    return found if len(found) == len(known) else {}


def _numbers(visible: str) -> list[int]:
    """The numbers in ``CUDA_VISIBLE_DEVICES``; none if it holds names."""
    parts = [part.strip() for part in visible.split(',') if part.strip()]
    return [int(part) for part in parts] if all(part.isdecimal() for part in parts) else []


def _shown(by_cuda: Mapping[int, EglDevice], visible: str) -> list[EglDevice]:
    """The devices that ``CUDA_VISIBLE_DEVICES`` shows; none if that cannot be told.

    A container may hide the others from the driver, which then counts from 0.
    """
    numbers = _numbers(visible)
    for names in (numbers, range(len(numbers))):
        if all(name in by_cuda for name in names):
            return [by_cuda[name] for name in names]
    return []


def describe_devices(which: str, known: str) -> None:
    """Try devices and write what they are to stdout, line by line; runs in the child.

    A line that a device is begun comes before it is touched, so that the parent knows which
    one crashed.

    Args:
        which: ``all``; ``first`` for those up to the first GPU that works, in CUDA's order; or
            an index: the others are then listed without a try.
        known: Indices of devices to pass over, separated by commas.
    """
    raw = [_untouched(device) for device in query_devices()]
    if which == 'first':
        raw = order_devices(raw, os.environ.get(CUDA_VISIBLE, ''))
    for device in raw:
        if str(device.index) in known.split(','):
            continue
        _say({'begin': device.index})
        tried = which in {'all', 'first', str(device.index)}
        found = _try_context(device) if tried else device
        _say(asdict(found))
        if which == 'first' and found.works and not found.software:
            return


def _try_devices(which: str) -> tuple[tuple[EglDevice, ...], str]:
    """What children say about the devices, in their order, and why they say no more."""
    found: list[EglDevice] = []
    while True:
        known = ','.join(str(device.index) for device in found)
        output, problem = run_child('egl', which, known)
        begun: int | None = None
        for line in _LINE.findall(output):
            fields = json.loads(line)
            begun = fields.get('begin')
            if begun is None:
                found.append(EglDevice(**{**fields, 'lacks': tuple(fields['lacks'])}))
        if problem is None or begun is None:
            return tuple(found), problem or ''
        found.append(EglDevice(begun, problem=problem))


def _in_order(devices: Sequence[EglDevice]) -> tuple[EglDevice, ...]:
    return tuple(sorted(devices, key=lambda device: device.index))


def _first(devices: Sequence[EglDevice], problem: str) -> EglDevice | NoDevice:
    """The first GPU that works, else the first software device."""
    working = sorted((d for d in devices if d.works), key=lambda device: device.software)
    if working:
        return working[0]
    if not devices:
        return _nothing(problem)
    said = '; '.join(f'device {device.title}: {device.problem}' for device in devices)
    return NoDevice('opengl', f'OpenGL works on no EGL device: {said}. {INSTALL_HINT}.')


def _nothing(problem: str) -> NoDevice:
    why = problem or 'EGL lists no device: no graphics driver is installed for it'
    # The child explains itself with sentences of its own where the environment is at fault.
    return NoDevice('opengl', f'{why}. {INSTALL_HINT}.')


def _usable(device: EglDevice) -> EglDevice | NoDevice:
    if device.works:
        return device
    return NoDevice(
        'opengl',
        f'OpenGL does not work on EGL device {device.title}: {device.problem}. Choose another '
        f'with render.device (synth-ros doctor lists them). {INSTALL_HINT}.',
    )


def _by_variable(
    value: str, devices: Sequence[EglDevice], environ: Mapping[str, str]
) -> EglDevice | NoDevice:
    found = device_of_variable(value, devices, visible=environ.get(CUDA_VISIBLE, ''))
    if found is None:
        raise DeviceIndexError(f'{VARIABLE}={value}', devices)
    return _usable(found)


def _try_context(device: EglDevice) -> EglDevice:
    """A device with the words of a context on it."""
    try:
        context = EglContext(device.index)
    except EglError as error:
        return replace(device, problem=f'{error}{_forbidden(device.drm)}')
    name, driver = _identity(context)
    context.free()
    software = device.software or Device('opengl', name, driver).software
    return replace(device, name=name, driver=driver, software=software, lacks=_lacks(device.index))


def _untouched(raw: RawDevice) -> EglDevice:
    """A device as EGL lists it."""
    software = _SOFTWARE in raw.extensions
    return EglDevice(raw.index, software=software, drm=raw.drm, cuda=raw.cuda)


def _forbidden(drm: str) -> str:
    """A hint for the most common reason that hardware is seen but does not open."""
    if not drm or os.access(drm, os.R_OK | os.W_OK):
        return ''
    if not Path(drm).exists():
        return f'; its device file {drm} is missing: was it passed to the container?'
    return f'; this user may not open {drm}: join the groups video and render'


def _identity(context: EglContext) -> tuple[str, str]:
    """Renderer and version; not through PyOpenGL, which takes longer to load than all this."""
    get = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_uint)(context.load('glGetString'))
    renderer, version = get(_GL_RENDERER), get(_GL_VERSION)
    return (renderer or b'unknown').decode(errors='replace'), (version or b'unknown').decode(
        errors='replace'
    )


def _lacks(index: int) -> tuple[str, ...]:
    """What the one-pass renderer misses on a device that has OpenGL."""
    from synth_ros.render.core_context import CORE, create_core_context, missing_features

    try:
        context = create_core_context(index)
    except EglError:
        return (f'OpenGL {CORE[0]}.{CORE[1]} core',)
    missing = missing_features(context.gl)
    context.gl.release()
    return missing


def _say(fields: Mapping[str, object]) -> None:
    sys.stdout.write(f'{_MARK}{json.dumps(fields)}\n')
    sys.stdout.flush()
