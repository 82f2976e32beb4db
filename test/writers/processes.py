"""Python in processes of its own: to be killed, or on a disk that is soon full."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

import synth_ros

HELPERS = Path(__file__).parent
PACKAGE = Path(synth_ros.__file__).parents[1]
ENV = {**os.environ, 'PYTHONPATH': os.pathsep.join([str(PACKAGE), str(HELPERS)])}


def start(script, *args):
    """Begin a script; its standard output can be read."""
    command = [sys.executable, '-c', script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENV)


def run(command, *args):
    """What a program prints; it must succeed."""
    done = subprocess.run(
        [*map(str, command), *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        env=ENV,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_script(script, *args):
    return run([sys.executable, '-c', script], *args)


def run_on_small_disk(script, folder, *, size_kib):
    """What a script prints; its first argument is the folder of a tmpfs of its own."""
    if not can_mount():
        pytest.skip('this system allows no mount namespaces, so there is no small disk')
    mount = f'mount -t tmpfs -o size={size_kib}k tmpfs "$1" && exec "$2" -c "$3" "$1"'
    return run([*namespace(), 'sh', '-c', mount, 'sh', folder, sys.executable, script])


@functools.cache
def can_mount():
    probe = [*namespace(), 'sh', '-c', 'mount -t tmpfs tmpfs /tmp']
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def namespace():
    return ['unshare', '--mount'] if os.geteuid() == 0 else ['unshare', '--mount', '-r']
