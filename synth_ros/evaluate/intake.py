"""What a stack says, taken in: in pixels of the image, in our classes; nonsense is counted."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.evaluate.classes import LEFT_OUT, UNKNOWN, ClassMap
from synth_ros.evaluate.letterbox import Letterbox, usable
from synth_ros.evaluate.mask_iou import IntImage, renamed, to_image
from synth_ros.evaluate.matching import checked
from synth_ros.evaluate.types import Box, Found, FoundPose, Nonsense
from synth_ros.schema.rle import Rle
from synth_ros.types import FloatArray

REASONS = {
    'box_not_finite': 'boxes with NaN, infinite or absurd numbers',
    'box_without_area': 'boxes of no or negative size',
    'box_outside': 'boxes wholly outside the image (they count as wrong)',
    'score_not_finite': 'scores that are NaN or infinite',
    'score_out_of_range': 'scores beyond 0 to 1 (they are used)',
    'no_result': 'detections without a class and score',
    'unknown_class': 'detections of classes that are not ours',
    'left_out_class': 'detections of classes that the class map leaves out',
    'unknown_image': 'detections of images that are not there',
    'damaged_mask': 'masks that are damaged or of another size',
    'unknown_mask_value': 'mask values that are no class of ours',
    'unusable_image': 'mask images that cannot be read',
    'pose_not_finite': 'poses with NaN, infinite or absurd numbers',
    'pose_without_rotation': 'poses whose quaternion has no length',
    'pose_in_another_frame': "poses that are not in the camera's optical frame",
    'damaged_truth': 'ground truth messages that cannot be read',
}
"""What can be wrong, in words."""


class Said(NamedTuple):
    """A detection as a stack says it.

    Attributes:
        label: Name or id of the class.
        score: Confidence.
        box: In network pixels.
        mask: In pixels of the image.
    """

    label: str
    score: float
    box: Box
    mask: Rle | None = None


class Intake:
    """Takes in what a stack says of images of one size.

    Args:
        classes: Its classes.
        fit: From network pixels to those of the image.
        size: Width and height of the image.
        nonsense: Counts what cannot be used.
    """

    def __init__(
        self, classes: ClassMap, fit: Letterbox, *, size: tuple[int, int], nonsense: Nonsense
    ) -> None:
        self._classes = classes
        self._fit = fit
        self._width, self._height = size
        self._nonsense = nonsense

    def detection(self, said: Said) -> Found | None:
        """A detection; ``None`` if it cannot be used."""
        class_id = self._class(said.label)
        if class_id is None or not self._sure(said.score):
            return None
        box = said.box
        wrong = usable(box)
        if wrong:
            self._nonsense.add(wrong, f'{tuple(box)}')
            return None
        box = self._fit.to_image(box)
        if (
            box.x >= self._width
            or box.y >= self._height
            or box.x + box.width <= 0
            or box.y + box.height <= 0
        ):
            # Wrong, but a box: it is judged like any other.
            self._nonsense.add('box_outside', f'{tuple(round(v, 2) for v in box)}')
        if said.mask is not None:
            try:
                checked(said.mask, size=(self._height, self._width))
            except UsageError as error:
                self._nonsense.add('damaged_mask', str(error))
                return None
        return Found(class_id, said.score, box, said.mask)

    def pose(
        self, label: str | None, score: float, pose: FloatArray, *, of_box: bool = False
    ) -> FoundPose | None:
        """A pose; ``None`` if it cannot be used.

        Args:
            label: Class; ``None`` for any.
            score: Confidence.
            pose: ``camera_from_object``, (4, 4).
            of_box: Whether it is that of the 3D box.
        """
        class_id = None if label is None else self._class(label)
        if (class_id is None and label is not None) or not self._sure(score):
            return None
        if not np.isfinite(pose).all():
            self._nonsense.add('pose_not_finite', f'{pose[:3].tolist()}')
            return None
        return FoundPose(class_id, score, pose, of_box)

    def class_mask(self, mask: IntImage) -> IntImage:
        """A semantic mask in pixels of the image and our class ids; what is unknown is 0."""

        def meaning(value: int) -> int | None:
            answer = self._classes(str(value))
            if answer == LEFT_OUT:
                return 0
            return None if answer == UNKNOWN else int(answer)

        known, strange = renamed(self.mask(mask), meaning)
        for value in strange:
            self._nonsense.add('unknown_mask_value', str(value))
        return known

    def mask(self, mask: IntImage) -> IntImage:
        """A mask in pixels of the image."""
        size = (self._height, self._width)
        if self._fit == Letterbox() and mask.shape == size:
            return mask
        return to_image(mask, self._fit, size=size)

    def _class(self, label: str) -> int | None:
        answer = self._classes(label)
        if answer == UNKNOWN:
            self._nonsense.add('unknown_class', repr(label))
            return None
        if answer == LEFT_OUT:
            self._nonsense.add('left_out_class', repr(label))
            return None
        return int(answer)

    def _sure(self, score: float) -> bool:
        if not math.isfinite(score):
            self._nonsense.add('score_not_finite', str(score))
            return False
        if not 0 <= score <= 1:
            self._nonsense.add('score_out_of_range', f'{score:g}')
        return True
