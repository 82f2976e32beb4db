"""Loops over pixels as machine code.

What numpy would do in a dozen passes over an image, each through memory, a compiled loop does in
one. It holds no lock of the interpreter, so labels are made beside rendering and writing, and it
computes in the order in which it is written: the same bits on every machine and in every run.

The code is kept beside the package, or in the user's cache where the package is read-only. Helpers
must be in the file of the kernel that calls them: a change of a file discards its own code only.
Numba takes a fifth of a second to load; so modules with kernels are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Arguments = ParamSpec('Arguments')
Result = TypeVar('Result')
Scalar = TypeVar('Scalar', bound=np.generic)


def kernel(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function when it is first called, or load what was compiled before.

    Args:
        function: Takes arrays (``constant`` ones where it only reads) and named tuples of arrays
            and numbers; may be run again from the start.
    """
    run: Callable[Arguments, Result]
    try:
        run = numba.njit(nogil=True, cache=True, error_model='numpy')(function)
    except RuntimeError:
        # Neither beside the package nor in the user's cache is there a place to write.
        run = numba.njit(nogil=True, error_model='numpy')(function)

    @wraps(function)
    def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return run(*args, **kwargs)
        except OSError:
            # Compiled, but not stored: the disk is full. The next call has it in memory.
            return run(*args, **kwargs)

    return call


def helper(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function as a part of the kernels in the same file."""
    return cast(
        'Callable[Arguments, Result]',
        numba.njit(nogil=True, error_model='numpy')(function),
    )


def constant(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """The array as kernels read it: contiguous and read-only, so that one compilation serves."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
