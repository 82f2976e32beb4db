"""Other programs on the same scene: RGB, depth and ids of 20 textured meshes, frame after frame.

Each gets a Python environment of its own, in a temporary folder or the one of ``--venvs``;
nothing of it is installed into ours. What cannot be installed or run is reported with the reason.
Before each of their turns and of ours, ``mujoco.Renderer`` has one.

    python benchmarks/bench_peers.py [--peers pybullet pyrender dm_control genesis] [--venvs DIR]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import results
from bench_speed import MAIN, TUNED, naive, ours, rows_of
from contenders import Contender, compete
from export import export
from settled import prepare

from synth_ros.config.render import Backend

PEERS = Path(__file__).resolve().parent / 'peers'
_INSTALL_S = 1800
# What it draws and how, in the peer's own terms; each with shadows and without.
LOOKS: Mapping[str, tuple[str, bool]] = {
    'pybullet': ('TinyRenderer, no antialiasing, Blinn-Phong', False),
    'pybullet EGL': ('OpenGL plugin, Blinn-Phong', True),
    'pyrender': ('shadow map 2048, 4 samples, physically based', False),
    'dm_control': ('shadow map 4096, 4 samples, lit at vertices (OpenGL 1)', False),
    'genesis': ('rasterizer at its defaults, physically based', False),
}


def python_of(name: str, venvs: Path) -> tuple[Path, str]:
    """A peer's interpreter and why it cannot be used, if so; it is installed when missing."""
    folder = venvs / name
    python = folder / 'bin' / 'python'
    done = folder / 'installed'
    if done.exists():
        return python, ''
    subprocess.run([sys.executable, '-m', 'venv', str(folder)], check=True)
    wanted = PEERS / 'requirements' / f'{name}.txt'
    command = [str(python), '-m', 'pip', 'install', '--quiet', '-r', str(wanted)]
    try:
        pip = subprocess.run(
            command, capture_output=True, text=True, timeout=_INSTALL_S, check=False
        )
    except subprocess.TimeoutExpired:
        return python, f'not installed within {_INSTALL_S} s'
    if pip.returncode:
        return python, f'does not install: {(pip.stderr.strip().splitlines() or [""])[-1]}'
    done.touch()
    return python, ''


def contenders_of(name: str, python: Path, scene: Path) -> list[Contender]:
    """The ways of one peer."""
    found = []
    for title, (look, egl) in LOOKS.items():
        if title.split()[0] != name:
            continue
        # Its plugin draws no shadow, whatever it is asked for.
        for shadows in (False,) if egl else (True, False):
            options = {'scene': str(scene), 'shadows': shadows, 'egl': egl}
            with_or_without = 'shadows' if shadows else 'no shadows'
            found.append(
                Contender(
                    f'{title}, {with_or_without}',
                    options,
                    f'{with_or_without}; {look}',
                    command=(str(python), str(PEERS / f'peer_{name}.py')),
                    environment={'PYTHONPATH': ''},
                )
            )
    return found


def run(options: argparse.Namespace, root: Path) -> None:
    """Measure all that can be measured."""
    folder = prepare(root, MAIN)
    scene = export(folder)
    missing, others = [], []
    for name in options.peers:
        python, fault = python_of(name, options.venvs or root / 'venvs')
        ways = contenders_of(name, python, scene)
        if fault:
            missing += [
                results.Row('peers', str(MAIN), way.name, way.quality, error=fault) for way in ways
            ]
        else:
            others += ways
    mine = [
        ours(folder, backend, TUNED[backend]) for backend in TUNED if backend in get_args(Backend)
    ]
    mine = [replace(one, name=f'ours, labelled: {one.name}') for one in mine]
    measured = compete(naive(folder), [*others, *mine], rounds=options.rounds, turn_s=0.4)
    rows = [*rows_of('peers', str(MAIN), measured), *missing]
    results.show(rows)
    results.save(options.json, rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    names = sorted(path.stem for path in (PEERS / 'requirements').glob('*.txt'))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--peers', nargs='*', choices=names, default=names)
    parser.add_argument('--venvs', type=Path, help='folder that keeps the environments')
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'peers.json')
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        run(options, Path(folder))


if __name__ == '__main__':
    main()
