"""``synth-ros doctor``: what this machine can do, and what to install."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform

import typer
from rich.console import Console
from rich.table import Table

from synth_ros import __version__

_PYTHON_PACKAGES = (
    'mujoco',
    'mujoco-studio',
    'numpy',
    'opencv-python-headless',
    'rosbags',
    'mcap',
)
_ROS_MODULES = ('rclpy', 'sensor_msgs', 'vision_msgs')


def doctor(
    as_json: bool = typer.Option(False, '--json', help='Print the findings as JSON.'),
) -> None:
    """Say which renderers work here and how fast, and which versions are installed.

    Ends with status 0 if at least one renderer works, with 1 if none does.
    """
    from synth_ros.render.doctor import examine_renderers, report_as_json

    rendering = examine_renderers()
    versions = _versions()
    works = any(backend.works for backend in rendering.backends)
    if as_json:
        findings = {'versions': versions, 'rendering': report_as_json(rendering)}
        print(json.dumps(findings, indent=2))
        raise typer.Exit(0 if works else 1)
    console = Console(highlight=False)
    console.print(_version_table(versions))
    table = Table('renderer', 'works', 'ms a frame', 'memory', 'device', title='Rendering')
    for backend in rendering.backends:
        table.add_row(
            backend.backend,
            '[green]yes[/]' if backend.works else '[red]no[/]',
            '-' if backend.frame_ms is None else f'{backend.frame_ms:g}',
            '-' if backend.memory_mb is None else f'{backend.memory_mb:.0f} MB',
            backend.device,
        )
    console.print(table)
    console.print('Time: colour, depth and ids of 20 boxes under two lamps at 640x480.')
    for backend in rendering.backends:
        if backend.problem:
            console.print(f'[yellow]{backend.backend}:[/] {backend.problem}', soft_wrap=True)
    if works and rendering.auto is not None:
        console.print(f'[bold]render.backend: auto[/] picks: {rendering.reason}', soft_wrap=True)
    else:
        # The reasons stand above, one for each renderer.
        console.print(f'[bold red]{rendering.reason.splitlines()[0]}[/]')
    for caution in rendering.cautions:
        console.print(f'[bold white on red] {caution} [/]', soft_wrap=True)
    raise typer.Exit(0 if works else 1)


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
