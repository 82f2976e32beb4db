"""Ask in a child process which devices there are.

A missing Vulkan driver makes libmujoco abort, and a broken OpenGL driver can crash: neither
may take this process along. The child is this module: ``python -m synth_ros.render.probe``.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

from synth_ros.errors import SynthRosError
from synth_ros.render.devices import Device, NoDevice

_TIMEOUT_S = 60.0
# Exit status of a child that wrote a finished sentence to stderr.
_EXPLAINED = 3
_MARK = 'synth-ros-probe:'

VULKAN_HINT = (
    'Install a Vulkan loader and driver (Debian, Ubuntu: apt install libvulkan1 '
    'mesa-vulkan-drivers; NVIDIA container: NVIDIA_DRIVER_CAPABILITIES=all), use '
    'render.backend: classic, or check with: synth-ros doctor'
)


def probe_vulkan() -> Device | NoDevice:
    """The device that Filament would use."""
    output, problem = run_child('vulkan')
    name = re.search(r"Selected physical device '([^']*)'", output)
    driver = re.search(r'Vulkan device driver: (.*)', output)
    if problem is None and name:
        return Device('vulkan', name[1], driver[1].strip() if driver else 'unknown driver')
    return NoDevice('vulkan', f'{problem or "Vulkan named no device"}. {VULKAN_HINT}')


def probe_opengl(index: int | None = None) -> Device | NoDevice:
    """The device that classic OpenGL would use.

    Args:
        index: Its place in EGL's list; ``None`` for what ``MUJOCO_GL`` and the driver choose.
    """
    output, problem = run_child('opengl', *([] if index is None else [str(index)]))
    found = re.search(rf'{_MARK}(.*)\t(.*)', output)
    if problem is None and found:
        return Device('opengl', found[1], found[2], index)
    # The child explains itself with the sentence of a RenderError.
    return NoDevice('opengl', f'{problem or "OpenGL named no device"}.')


def run_child(task: str, *arguments: str) -> tuple[str, str | None]:
    """Run a task of this module in a child process.

    Returns:
        (output, ``None``), or (output, what went wrong, without a full stop).
    """
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, '-W', 'ignore', '-m', 'synth_ros.render.probe', task, *arguments]
    try:
        child = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors='replace',
            timeout=_TIMEOUT_S,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        # What it said until then; bytes, whatever was asked for.
        said = late.stdout.decode(errors='replace') if isinstance(late.stdout, bytes) else ''
        return said, f'the {task} driver did not answer within {_TIMEOUT_S:g} s'
    if child.returncode == 0:
        return child.stdout, None
    if child.returncode == _EXPLAINED:
        return child.stdout, child.stderr.strip().rstrip('.')
    lines = [line for line in (child.stdout + child.stderr).splitlines() if line.strip()]
    return child.stdout, f'{_ending(child.returncode)}: {lines[-1] if lines else "no output"}'


def _ending(status: int) -> str:
    if status < 0:
        return f'the driver killed its process ({signal.Signals(-status).name})'
    return f'the process ended with status {status}'


def main(task: str, *arguments: str) -> None:
    """Do a task; runs in the child."""
    from synth_ros.render.gl import prepare_gl_environment

    prepare_gl_environment()
    if task == 'vulkan':
        _vulkan()
    elif task == 'opengl':
        _opengl(int(arguments[0]) if arguments else None)
    elif task == 'egl':
        from synth_ros.render.egl_devices import describe_devices

        describe_devices(*arguments)
    else:
        from synth_ros.render.doctor import measure

        measure(*arguments)


def _vulkan() -> None:
    import mujoco.studio
    from mujoco import mjrf

    settings = mjrf.ContextConfig()
    settings.graphics_api = mjrf.GraphicsApi.GRAPHICS_API_VULKAN
    mjrf.Context(settings)
    assert mujoco.studio


def _opengl(index: int | None) -> None:
    from synth_ros.render.gl import create_gl_context, gl_identity

    context = create_gl_context((16, 16), index)
    name, version = gl_identity()
    sys.stdout.write(f'{_MARK}{name}\t{version}\n')
    context.free()


if __name__ == '__main__':
    try:
        main(*sys.argv[1:])
    except SynthRosError as error:
        sys.stderr.write(str(error))
        sys.exit(_EXPLAINED)
