"""Oriented boxes: hold every pixel, touch on four sides, and none has less area."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View, edges
from synth_ros.schema.records import OrientedBoxRecord
from synth_ros.types import FloatArray, MaskImage


def oriented_boxes(view: View) -> Iterator[Measure]:
    """Every oriented box against the corners of the visible pixels."""
    for label in view.labels:
        mask = view.mask(label.instance_id)
        if label.oriented_box is None or mask is None or not mask.any():
            continue
        corners = pinhole.hull(pixel_corners(mask))
        errors = faults(label.oriented_box, corners)
        worst = max(errors, key=lambda words: errors[words])
        yield view.find.errors(
            'box.oriented',
            list(errors.values()),
            subject=view.name(label.instance_id),
            detail=f'{worst}: {errors[worst]:.6g} px' if errors[worst] > 0 else '',
            place=edges(label.box),
        )


def faults(box: OrientedBoxRecord, corners: FloatArray) -> dict[str, float]:
    """Errors of a box against a convex hull of pixel corners (n, 2), pixels."""
    along = np.array([math.cos(box.angle_rad), math.sin(box.angle_rad)])
    across = np.array([-along[1], along[0]])
    shifted = corners - (box.center_x, box.center_y)
    u, v = shifted @ along, shifted @ across
    spans = [(u.min(), u.max(), box.width), (v.min(), v.max(), box.height)]
    excess = max(max(-low, high) - edge / 2 for low, high, edge in spans)
    gap = max(max(edge / 2 + low, edge / 2 - high) for low, high, edge in spans)
    # As an edge length, so that all faults are pixels.
    waste = math.sqrt(max(box.width * box.height, 0)) - math.sqrt(least_area(corners))
    return {
        'pixels leave it': float(excess),
        'a side touches no pixel': float(gap),
        'another direction gives less area; by edge of a square': waste,
        'the width is not the longer edge': max(0.0, box.height - box.width),
    }


def least_area(corners: FloatArray) -> float:
    """Area of the smallest rectangle around a convex polygon, trying each of its edges."""
    best = math.inf
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (b - a) / np.linalg.norm(b - a)
        u = corners @ along
        v = corners @ np.array([-along[1], along[0]])
        best = min(best, float((u.max() - u.min()) * (v.max() - v.min())))
    return best


def pixel_corners(mask: MaskImage) -> FloatArray:
    """Corners of the first and last pixel of each row, as edges: (n, 2)."""
    points = []
    for v in np.flatnonzero(mask.any(axis=1)).tolist():
        columns = np.flatnonzero(mask[v])
        for u in (int(columns[0]), int(columns[-1]) + 1):
            points += [(u, v), (u, v + 1)]
    return np.array(points, dtype=np.float64)
