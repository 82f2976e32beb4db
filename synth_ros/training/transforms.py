"""Transforms of an image and all that is known of it, together.

Each is called with an image, (channels, height, width), and a target, and returns both, as the
transforms v2 of torchvision do; arrays and tensors of the processor's memory are taken alike.
Nothing that is given is changed. Those that draw numbers draw them from a generator.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import cv2
import numpy as np

from synth_ros.errors import UsageError
from synth_ros.geometry.fitting import place
from synth_ros.training import tensors
from synth_ros.training.moves import Window, cut, flip, resize
from synth_ros.training.targets import Array, Target

if TYPE_CHECKING:
    from torch import Tensor

    from synth_ros.training.tensors import TensorTarget

_LUMA = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in grey (ITU-R BT.601)."""
_POSES = ('camera_from_object', 'camera_from_box')


class Transform(ABC):
    """Moves image and target; takes arrays and tensors."""

    @overload
    def __call__(self, image: Array, target: Target) -> tuple[Array, Target]: ...

    @overload
    def __call__(self, image: Tensor, target: TensorTarget) -> tuple[Tensor, TensorTarget]: ...

    def __call__(
        self, image: Array | Tensor, target: Target | TensorTarget
    ) -> tuple[Array | Tensor, Target | TensorTarget]:
        """Move an image and its target, arrays or tensors; the same kind comes back.

        Args:
            image: (channels, height, width), uint8.
            target: Its target.
        """
        if isinstance(image, np.ndarray):
            return self.apply(image, target)
        return tensors.tensors(*self.apply(*tensors.arrays(image, target)))

    @abstractmethod
    def apply(self, image: Array, target: Target) -> tuple[Array, Target]:
        """Move an image and its target, both arrays."""

    def reseed(self, rng: np.random.Generator) -> None:  # noqa: B027 (most draw nothing)
        """Draw from this generator from now on."""


class Compose(Transform):
    """Several transforms, one after the other.

    Args:
        transforms: In this order.
    """

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self.transforms = tuple(transforms)

    def apply(self, image: Array, target: Target) -> tuple[Array, Target]:
        """All of them."""
        for transform in self.transforms:
            image, target = transform.apply(image, target)
        return image, target

    def reseed(self, rng: np.random.Generator) -> None:
        """All draw from one generator."""
        for transform in self.transforms:
            transform.reseed(rng)


class Resize(Transform):
    """Another size; the aspect ratio may change.

    Args:
        size: Height and width, pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = _checked_size(size)

    def apply(self, image: Array, target: Target) -> tuple[Array, Target]:
        """Resize."""
        return resize(image, target, self.size)


class Letterbox(Transform):
    """As large as fits into a size, the aspect ratio kept, with borders at both sides.

    Args:
        size: Height and width, pixels.
        fill: Grey value of the borders; labels have none there.
    """

    def __init__(self, size: tuple[int, int], fill: int = 114) -> None:
        self.size = _checked_size(size)
        self.fill = fill

    def apply(self, image: Array, target: Target) -> tuple[Array, Target]:
        """Resize and pad."""
        (height, width), (old_height, old_width) = self.size, image.shape[1:]
        where = place((old_width, old_height), (width, height), 'letterbox')
        image, target = resize(image, target, where.resized[::-1])
        left, top = where.pad
        return cut(image, target, Window(-left, -top, width, height), fill=self.fill)


class Crop(Transform):
    """A part of the image. Objects of which nothing is left are dropped.

    Args:
        window: Which part; it lies in the image.
    """

    def __init__(self, window: tuple[int, int, int, int]) -> None:
        self.window = Window(*window)
        _checked_size((self.window.height, self.window.width))

    def apply(self, image: Array, target: Target) -> tuple[Array, Target]:
        """Crop.

        Raises:
            UsageError: The window leaves the image.
        """
        height, width = image.shape[1:]
        left, top, wide, high = self.window
        if min(left, top) < 0 or left + wide > width or top + high > height:
            raise UsageError(
                f'The crop (left, top, width, height) = {tuple(self.window)} leaves the image, '
                f'which is {width} pixels wide and {height} high.'
            )
        return cut(image, target, self.window)


class RandomCrop(Transform):
    """A part of the image somewhere.

    Args:
        size: Height and width, pixels; what the image lacks is padded with black at the right and
            at the bottom.
        rng: Draws the place.
    """

    def __init__(self, size: tuple[int, int], rng: np.random.Generator) -> None:
        self.size = _checked_size(size)
        self.rng = rng

    def apply(self, image: Array, target: Target) -> tuple[Array, Target]:
        """Crop."""
        (high, wide), (height, width) = self.size, image.shape[1:]
        top = int(self.rng.integers(max(height - high, 0) + 1))
        left = int(self.rng.integers(max(width - wide, 0) + 1))
        return cut(image, target, Window(left, top, wide, high))

    def reseed(self, rng: np.random.Generator) -> None:
        """Draw from this generator from now on."""
        self.rng = rng


class HorizontalFlip(Transform):
    """The mirror image, with some probability.

    A mirrored pose is no motion of a body, so targets with poses cannot be flipped.

    Args:
        rng: Draws whether.
        probability: Of flipping.
        keypoint_flip: ``SynthDataset.keypoint_flip``, needed for keypoints: a left one is a right
            one in the mirror.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        probability: float = 0.5,
        *,
        keypoint_flip: Sequence[int] | None = None,
    ) -> None:
        self.rng = rng
        self.probability = probability
        self.keypoint_flip = None if keypoint_flip is None else list(keypoint_flip)

    def apply(self, image: Array, target: Target) -> tuple[Array, Target]:
        """Flip, or not.

        Raises:
            UsageError: The target has poses, or keypoints whose mirror names are not known.
        """
        poses = [name for name in _POSES if name in target]
        if poses:
            raise UsageError(
                f'HorizontalFlip cannot mirror {poses[0]}: the mirror image of a pose is no '
                'motion of a body. Leave out the flip or the poses.'
            )
        if 'keypoints' in target and self.keypoint_flip is None:
            raise UsageError(
                'HorizontalFlip needs to know which keypoint is which in the mirror: give '
                'keypoint_flip=dataset.keypoint_flip.'
            )
        if self.rng.random() >= self.probability:
            return image, dict(target)
        return flip(image, target, self.keypoint_flip or [])

    def reseed(self, rng: np.random.Generator) -> None:
        """Draw from this generator from now on."""
        self.rng = rng


class ColorJitter(Transform):
    """Other brightness, contrast and saturation, in this order; labels stay.

    Each is a factor drawn evenly from 1 - x to 1 + x, as in torchvision.

    Args:
        rng: Draws the factors.
        brightness: Range of the factor on all values.
        contrast: Range of the factor on differences from the mean grey.
        saturation: Range of the factor on differences from each pixel's grey.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        brightness: float = 0.0,
        contrast: float = 0.0,
        saturation: float = 0.0,
    ) -> None:
        self.rng = rng
        self.ranges = (brightness, contrast, saturation)

    def apply(self, image: Array, target: Target) -> tuple[Array, Target]:
        """Change colours."""
        brightness, contrast, saturation = (
            float(self.rng.uniform(max(0.0, 1 - x), 1 + x)) for x in self.ranges
        )
        if not any(self.ranges):
            return image, dict(target)
        # Each of the three is linear, so one matrix does them all.
        mean = brightness * float(_LUMA @ image.mean((1, 2)))
        mixed = saturation * np.eye(3) + (1 - saturation) * np.outer(np.ones(3), _LUMA)
        offset = np.full((3, 1), mean * (1 - contrast))
        matrix = mixed @ np.concatenate([brightness * contrast * np.eye(3), offset], 1)
        pixels = cv2.transform(np.moveaxis(image, 0, 2).astype(np.float32), matrix)
        np.clip(np.rint(pixels, out=pixels), 0, 255, out=pixels)
        return np.ascontiguousarray(np.moveaxis(pixels.astype(np.uint8), 2, 0)), dict(target)

    def reseed(self, rng: np.random.Generator) -> None:
        """Draw from this generator from now on."""
        self.rng = rng


def _checked_size(size: tuple[int, int]) -> tuple[int, int]:
    height, width = size
    if min(height, width) < 1:
        raise UsageError(f'{size} is no size: height and width are 1 pixel or more.')
    return int(height), int(width)
