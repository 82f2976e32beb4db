"""Arrays to tensors and back, without torch where nobody wants it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.training.targets import Array, Target

if TYPE_CHECKING:
    from torch import Tensor

    TensorTarget = dict[str, Tensor | int]


def need_torch() -> None:
    """See that there is a torch.

    Raises:
        UsageError: There is none.
    """
    try:
        import torch  # noqa: F401 (only whether it is there)
    except ImportError as error:
        raise UsageError(
            f'PyTorch cannot be imported ({error}). Install it as pytorch.org says for this '
            "machine, or with pip install 'synth_ros[torch]'; as_tensors=False gives numpy arrays "
            'without it.'
        ) from None


def tensor(array: Array) -> Tensor:
    """An array as a tensor; memory is shared where it can be written."""
    import torch

    return torch.from_numpy(np.require(array, requirements=['C', 'W', 'A']))


def tensors(image: Array, target: Target) -> tuple[Tensor, TensorTarget]:
    """An image and its target as tensors; numbers stay numbers."""
    found = {
        name: value if isinstance(value, int) else tensor(value) for name, value in target.items()
    }
    return tensor(image), found


def arrays(image: Tensor, target: TensorTarget) -> tuple[Array, Target]:
    """A tensor image and its target as arrays that share their memory."""
    found: Target = {
        name: value if isinstance(value, int) else value.numpy() for name, value in target.items()
    }
    return image.numpy(), found


def worker_seed() -> int | None:
    """Seed of the loader's worker that this process is; ``None`` in any other process.

    It differs from worker to worker and from epoch to epoch, and follows from the loader's
    generator.
    """
    if 'torch.utils.data' not in sys.modules:
        return None
    from torch.utils.data import get_worker_info

    info = get_worker_info()
    return None if info is None else int(info.seed)
