"""COCO run-length masks of all instances of a frame, from one id image.

A single difference along the columns finds the runs of every instance at once, which is ten
times faster than encoding one binary mask after another. The result equals
``pycocotools.mask.encode(numpy.asfortranarray(instance_id == k))`` for every k.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from synth_ros.schema.rle import Rle
from synth_ros.types import IdImage, Silhouette


def encode_ids(instance_id: IdImage) -> dict[int, Rle]:
    """The mask of every id but 0 that occurs in an image.

    Args:
        instance_id: Shape (height, width), int32, 0 background, at least one pixel.

    Returns:
        Masks by ascending id.
    """
    height, width = instance_id.shape
    # Three times as fast as a copy of numpy's view.
    flat = np.asarray(cv2.transpose(instance_id), np.int32).reshape(-1)
    starts = np.concatenate(([0], np.flatnonzero(flat[1:] != flat[:-1]) + 1))
    ends = np.concatenate((starts[1:], [flat.size]))
    ids = flat[starts]
    # A stable sort keeps the runs of one id in scan order.
    order = np.argsort(ids, kind='stable')
    order = order[ids[order] != 0]
    if order.size == 0:
        return {}
    present, first = np.unique(ids[order], return_index=True)
    groups = np.split(order, first[1:])
    plain = [
        {'size': [height, width], 'counts': _counts(starts[g], ends[g], flat.size)} for g in groups
    ]
    packed = coco_mask.frPyObjects(plain, height, width)
    return {
        int(k): Rle((height, width), rle['counts'].decode('ascii'))
        for k, rle in zip(present, packed, strict=True)
    }


def encode_clipped(silhouette: Silhouette, size: tuple[int, int]) -> Rle:
    """The part of a silhouette inside the image, without a mask of the whole image.

    Args:
        silhouette: Anywhere on the extended canvas.
        size: (height, width) of the image.

    Returns:
        The mask in the image; it may be empty.
    """
    height, width = size
    left, top, full = silhouette
    x0, y0 = max(left, 0), max(top, 0)
    window = full[y0 - top : max(height - top, 0), x0 - left : max(width - left, 0)]
    # Columns with nothing above and below, so that no run goes from one to the next.
    columns = np.zeros((window.shape[1], window.shape[0] + 2), np.int8)
    columns[:, 1:-1] = window.T
    steps = np.diff(columns, axis=1)
    starts, ends = (
        (x0 + column) * height + y0 + row
        for column, row in (np.nonzero(steps == 1), np.nonzero(steps == -1))
    )
    # Runs that meet, from the bottom of a column to the top of the next, are one.
    meet = np.flatnonzero(starts[1:] == ends[:-1])
    starts, ends = np.delete(starts, meet + 1), np.delete(ends, meet)
    plain = {'size': [height, width], 'counts': _counts(starts, ends, height * width)}
    packed = coco_mask.frPyObjects(plain, height, width)
    return Rle(size, packed['counts'].decode('ascii'))


def _counts(starts: NDArray[np.intp], ends: NDArray[np.intp], total: int) -> list[int]:
    """Run lengths that alternate between outside and inside, outside first.

    Args:
        starts: First index of each inside run, ascending.
        ends: One past the last index of each.
        total: Number of pixels.
    """
    edges = np.empty(2 * starts.size + 2, np.int64)
    edges[0] = 0
    edges[1:-1:2] = starts
    edges[2:-1:2] = ends
    edges[-1] = total
    counts: list[int] = np.diff(edges).tolist()
    # pycocotools writes no empty run after a mask that reaches the last pixel.
    return counts if counts[-1] else counts[:-1]
