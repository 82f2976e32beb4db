"""``synth-ros doctor``: what this machine can do, and what to install."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from synth_ros import __version__

if TYPE_CHECKING:
    from synth_ros.network.findings import Finding
    from synth_ros.render.devices import EglDevice
    from synth_ros.render.doctor import RenderReport

_PYTHON_PACKAGES = (
    'mujoco',
    'mujoco-studio',
    'moderngl',
    'numpy',
    'opencv-python-headless',
    'rosbags',
    'mcap',
)
_ROS_MODULES = ('rclpy', 'sensor_msgs', 'vision_msgs')


def doctor(
    as_json: bool = typer.Option(False, '--json', help='Print the findings as JSON.'),
    sysctl: bool = typer.Option(
        False, '--sysctl', help='Print kernel settings for images in a network, and nothing else.'
    ),
    file: str = typer.Option(
        '',
        '--file',
        metavar='NAME',
        help='Print where a file for the middleware is, and nothing else: fastdds, '
        'fastdds-network, cyclonedds or sysctl.',
    ),
) -> None:
    """Say which renderers work here and how fast, what is installed, and how images will travel.

    Ends with status 0 if at least one renderer works, with 1 if none does.
    """
    from synth_ros.network.findings import examine_network
    from synth_ros.network.profiles import shipped_file

    if sysctl:
        print(shipped_file('sysctl').read_text(encoding='utf-8'), end='')
        return
    if file:
        print(shipped_file(file))
        return
    from synth_ros.render.doctor import examine_renderers, report_as_json

    network = examine_network(os.environ)
    rendering = examine_renderers()
    versions = _versions()
    works = any(backend.works for backend in rendering.backends)
    if as_json:
        findings = {
            'versions': versions,
            'rendering': report_as_json(rendering),
            'network': [asdict(finding) for finding in network],
        }
        print(json.dumps(findings, indent=2))
        raise typer.Exit(0 if works else 1)
    console = Console(highlight=False)
    console.print(_version_table(versions))
    _show_rendering(rendering, console)
    show_network(network, console)
    raise typer.Exit(0 if works else 1)


def _show_rendering(rendering: RenderReport, console: Console) -> None:
    """The renderers, the devices, and what ``auto`` makes of them."""
    table = Table('renderer', 'works', 'ms a frame', 'memory', 'device', title='Rendering')
    for backend in rendering.backends:
        table.add_row(
            backend.backend,
            '[green]yes[/]' if backend.works else '[red]no[/]',
            '-' if backend.frame_ms is None else f'{backend.frame_ms:g}',
            '-' if backend.memory_mb is None else f'{backend.memory_mb:.0f} MB',
            escape(backend.device),
        )
    console.print(table)
    console.print('Time: colour, depth and ids of 20 boxes under two lamps at 640x480.')
    for backend in rendering.backends:
        if backend.problem:
            said = Text.assemble((f'{backend.backend}: ', 'yellow'), backend.problem)
            console.print(said, soft_wrap=True)
    if rendering.devices:
        console.print(_device_table(rendering.devices))
    for auto in rendering.auto:
        if auto.backend is None:
            # The reasons stand above, one for each renderer.
            console.print(Text(auto.reason.splitlines()[0], style='bold red'))
            break
        said = Text.assemble((f'auto, prefer {auto.prefer}: ', 'bold'), auto.reason)
        console.print(said, soft_wrap=True)
    for caution in dict.fromkeys(c for auto in rendering.auto for c in auto.cautions):
        console.print(Text(f' {caution} ', style='bold white on red'), soft_wrap=True)


def show_network(network: Sequence[Finding], console: Console) -> None:
    """How images will travel; below, each command on a line of its own, to be copied."""
    table = Table('what', 'how it is', title='Network (docs/network.md)')
    for finding in network:
        style = 'yellow' if finding.level == 'warning' else ''
        table.add_row(finding.what, Text(finding.found, style=style))
    console.print(table)
    for finding in network:
        if finding.advice:
            said = Text.assemble((f'{finding.what}: ', 'yellow'), finding.advice)
            console.print(said, soft_wrap=True)


def _device_table(devices: Sequence[EglDevice]) -> Table:
    """What ``render.device`` chooses among."""
    table = Table('index', 'kind', 'OpenGL device', 'file', 'CUDA', title='EGL devices')
    for device in devices:
        kind = 'software' if device.software else 'hardware'
        said = f'{device.name}, {device.driver}' if device.works else f'broken: {device.problem}'
        if device.lacks:
            said += f'; no one-pass renderer for want of {", ".join(device.lacks)}'
        table.add_row(
            str(device.index),
            kind,
            Text(said, style='' if device.works else 'yellow'),
            device.drm or '-',
            '-' if device.cuda is None else str(device.cuda),
        )
    return table


def _versions() -> dict[str, str]:
    """Versions of what matters, ``missing`` for what is not there."""
    found = {
        'synth_ros': __version__,
        'python': platform.python_version(),
        'system': f'{platform.system()} {platform.release()} {platform.machine()}',
        'ROS_DISTRO': os.environ.get('ROS_DISTRO', 'not set'),
    }
    for name in _PYTHON_PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = 'missing'
    for name in _ROS_MODULES:
        found[name] = _import_state(name)
    return found


def _import_state(name: str) -> str:
    """Whether a ROS module can be imported, in one or two words."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        return 'missing' if error.name == name else f'broken: needs {error.name}'
    # A broken workspace raises anything, and this command is there to tell.
    except Exception as error:  # noqa: BLE001
        return f'broken: {type(error).__name__}: {error}'
    return 'importable'


def _version_table(versions: dict[str, str]) -> Table:
    table = Table('what', 'version', title='Versions')
    for name, version in versions.items():
        bad = version.startswith(('missing', 'broken'))
        table.add_row(name, f'[yellow]{version}[/]' if bad else version)
    return table
