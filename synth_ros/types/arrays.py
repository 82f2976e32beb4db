"""Array types, and the check that every image passes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
DepthImage = NDArray[np.float32]
ByteImage = NDArray[np.uint8]
IdImage = NDArray[np.int32]
MaskImage = NDArray[np.bool_]


def check_array(
    name: str,
    array: NDArray[np.generic],
    *,
    shape: tuple[int, ...],
    dtype: type[np.generic],
) -> None:
    """Raise ``ValueError`` on a wrong array, then lock it."""
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(
            f'{name} is {array.dtype} {array.shape}, expected {np.dtype(dtype)} {shape}'
        )
    array.flags.writeable = False
