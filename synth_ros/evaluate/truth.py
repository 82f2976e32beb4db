"""The truth of a frame out of its labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.evaluate.factors import frame_factors, object_factors
from synth_ros.evaluate.mask_iou import renamed
from synth_ros.evaluate.types import Box, FrameKey, Solid, TrueFrame, TrueObject
from synth_ros.schema.records import FrameRecord, SymmetryRecord
from synth_ros.schema.rle import Rle, encode_mask
from synth_ros.types import ContinuousSymmetry, Symmetry

IntImage = NDArray[np.integer]


class Leave(NamedTuple):
    """Which objects are neither right nor wrong to find.

    Attributes:
        min_visibility: Those of which a smaller share is visible.
        min_pixels: Those with fewer visible pixels.
    """

    min_visibility: float = 0.0
    min_pixels: int = 0


class Pictures(NamedTuple):
    """What a frame has beside its record; all may be missing.

    Attributes:
        instance_id: Instance of each pixel.
        class_id: Class of each pixel.
        file: Of the image.
        masks: Masks of instances, by id, where there is no ``instance_id``.
    """

    instance_id: IntImage | None = None
    class_id: IntImage | None = None
    file: str = ''
    masks: Mapping[int, Rle] | None = None

    def with_classes(self, classes: Mapping[int, int]) -> Pictures:
        """With the classes of the instances in place of a semantic mask.

        Args:
            classes: Class id by instance id.
        """
        assert self.instance_id is not None, 'there is no mask to read'
        known, _ = renamed(self.instance_id, lambda value: classes.get(value, 0))
        return self._replace(class_id=known)


NO_PICTURES = Pictures()


def true_frame(
    record: FrameRecord,
    key: FrameKey,
    *,
    provenance_json: str = '',
    pictures: Pictures = NO_PICTURES,
    leave: Leave = Leave(),  # noqa: B008 (immutable)
) -> TrueFrame:
    """The truth of a frame.

    Args:
        record: Its labels.
        key: How to call it.
        provenance_json: How it was made.
        pictures: What there is beside.
        leave: Which objects are neither right nor wrong.
    """
    known = {item.instance_id: item for item in record.instances}
    factors = frame_factors(record, provenance_json)
    objects = []
    for label in record.labels:
        item = known[label.instance_id]
        x0, y0, x1, y1 = label.box
        solid = Solid(
            np.array(label.camera_from_object),
            np.array(item.object_from_box),
            np.array(item.size_m),
            symmetry_of(item.symmetry),
        )
        few = label.pixels_visible < leave.min_pixels
        objects.append(
            TrueObject(
                instance_id=item.instance_id,
                class_id=item.class_id,
                model=item.model_name,
                box=Box(float(x0), float(y0), float(x1 - x0), float(y1 - y0)),
                area=float(label.pixels_visible),
                ignored=few or label.visibility < leave.min_visibility,
                mask=_mask(item.instance_id, pictures),
                solid=solid,
                factors=object_factors(label, item, factors.drawn.get(item.instance_id, {})),
            )
        )
    k = record.intrinsics
    return TrueFrame(
        key=key,
        width=record.width,
        height=record.height,
        intrinsics=np.array([[k.fx, 0, k.cx], [0, k.fy, k.cy], [0, 0, 1.0]]),
        objects=tuple(objects),
        factors=factors.shared,
        class_mask=pictures.class_id,
        picture=pictures.file,
    )


def symmetry_of(record: SymmetryRecord) -> Symmetry:
    """The symmetry of a record."""
    return Symmetry(
        discrete=tuple(np.array(motion) for motion in record.discrete),
        continuous=tuple(ContinuousSymmetry(c.axis, c.offset_m) for c in record.continuous),
    )


def _mask(instance_id: int, pictures: Pictures) -> Rle | None:
    if pictures.instance_id is not None:
        inside = pictures.instance_id == instance_id
        return encode_mask(inside)
    return (pictures.masks or {}).get(instance_id)
