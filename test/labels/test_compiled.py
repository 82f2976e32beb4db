"""Compiled loops: loaded when used, with or without a place to keep their code."""

import subprocess
import sys

import numpy as np
import pytest

from synth_ros.labels import compiled
from synth_ros.labels.compiled import constant, kernel


def _double(values, out):
    for k in range(values.size):
        out[k] = 2 * values[k]


def test_a_kernel_computes_what_its_python_says():
    out = np.zeros(3)

    kernel(_double)(constant(np.array([1.0, 2.0, 3.0])), out)

    assert out.tolist() == [2, 4, 6]


def test_a_kernel_needs_no_place_for_its_code(monkeypatch):
    """As in a read-only installation of a user without a home."""
    njit, asked = compiled.numba.njit, []

    def without_cache(**options):
        asked.append(options.get('cache', False))
        if options.get('cache'):
            raise RuntimeError('cannot cache function: no locator available')
        return njit(**options)

    monkeypatch.setattr(compiled.numba, 'njit', without_cache)
    out = np.zeros(2)

    kernel(_double)(constant(np.array([1.0, 5.0])), out)

    assert asked == [True, False]
    assert out.tolist() == [2, 10]


def test_a_full_disk_does_not_stop_a_kernel(monkeypatch):
    class Full:
        """Compiles, then fails to store the code; the next call is served from memory."""

        def __init__(self, function):
            self.function, self.calls = function, 0

        def __call__(self, *arguments):
            self.calls += 1
            if self.calls == 1:
                raise OSError(28, 'No space left on device')
            return self.function(*arguments)

    monkeypatch.setattr(compiled.numba, 'njit', lambda **_: Full)
    out = np.zeros(2)

    kernel(_double)(np.array([1.0, 5.0]), out)

    assert out.tolist() == [2, 10]


@pytest.mark.parametrize(
    'array', [np.zeros((4, 3), order='F'), np.zeros((4, 6))[:, ::2], np.zeros((4, 3))]
)
def test_constant_arrays_are_of_one_type(array):
    view = constant(array)

    assert view.flags.c_contiguous
    assert not view.flags.writeable
    assert array.flags.writeable


def test_labels_that_need_no_compiler_do_not_load_it():
    """It takes a fifth of a second, which a first frame with the default labels need not wait."""
    script = (
        'import sys, synth_ros.pipeline.episode, synth_ros.cli.main\n'
        "assert 'numba' not in sys.modules, 'numba was imported'"
    )

    done = subprocess.run(
        [sys.executable, '-c', script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
