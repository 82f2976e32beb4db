"""Ray distance, point cloud and sensed depth against clean depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.checks.boxes3d import noise_at_1m
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View, edges
from synth_ros.types import FloatArray, MaskImage

_MOST_SIGMA = 6.0
_ROUNDED_M = 0.0006


def sensed(view: View) -> Iterator[Measure]:
    """Sensed depth differs from clean depth by noise alone.

    The noise is measured in the sensed image itself; our sensor's is never more than 4.3
    standard deviations.
    """
    clean, measured = view.frame.layers.depth_m, view.frame.depth_m
    if clean is None or measured is None or view.frame.instance_id is None:
        return
    both = (clean > 0) & (measured > 0)
    ghost = (clean == 0) & (measured > 0)
    if both.any():
        z = clean.astype(np.float64)
        noise = _MOST_SIGMA * noise_at_1m(measured, view.frame.instance_id) * z * z + _ROUNDED_M
        beyond = np.maximum(np.abs(measured.astype(np.float64) - z) - noise, 0)
        beyond[~both] = 0
        scaled = 1000 * beyond / np.maximum(z, 1e-3)
        count = int((scaled > 1).sum())
        yield view.find.errors(
            'depth.sensed',
            scaled[both],
            detail=f'{count} pixels are not clean depth with noise: another unit, frame, camera?'
            if count
            else '',
            place=edges(pinhole.bounds(scaled > 1)) if count else None,
        )
    if ghost.any():
        yield view.find.errors(
            'depth.sensed',
            np.inf,
            detail=f'depth at {int(ghost.sum())} pixels where nothing is',
            place=edges(pinhole.bounds(ghost)),
        )


def distance(view: View) -> Iterator[Measure]:
    """Ray distance is depth times the length of the ray of depth 1."""
    depth_m, found = view.frame.layers.depth_m, view.frame.layers.distance_m
    if depth_m is None or found is None:
        return
    true = np.linalg.norm(pinhole.image_points(view.camera, depth_m), axis=2)
    yield _relative(
        view, 'distance', np.abs(found - true), where=depth_m > 0, words='ray distance'
    )


def points(view: View) -> Iterator[Measure]:
    """Points are pixels put into space by the pinhole; NaN where nothing is."""
    depth_m, found = view.best_depth_m, view.frame.layers.points_m
    if view.frame.layers.depth_m is not None:
        depth_m = view.frame.layers.depth_m
    if depth_m is None or found is None:
        return
    there = ~np.isnan(found).any(axis=2)
    wrong = there != (depth_m > 0)
    true = pinhole.image_points(view.camera, depth_m)
    error = np.linalg.norm(np.nan_to_num(found) - true, axis=2)
    error[wrong] = np.inf
    yield _relative(view, 'points', error, where=there | (depth_m > 0), words='point')


def _relative(
    view: View,
    row: Literal['distance', 'points'],
    error: FloatArray,
    *,
    where: MaskImage,
    words: str,
) -> Measure:
    """Errors of a layer in metres, as millimetres at 1 m."""
    depth_m = view.best_depth_m
    assert depth_m is not None
    if not where.any():
        return view.find.errors(row, 0.0)
    scaled = 1000 * error / np.maximum(depth_m, 1e-3)
    scaled[~where] = 0
    v, u = np.unravel_index(int(np.argmax(scaled)), scaled.shape)
    return view.find.errors(
        row,
        scaled[where],
        detail=f'{words} of pixel ({u}, {v}) is off by {1000 * error[v, u]:.4f} mm',
        place=(u - 3.0, v - 3.0, u + 4.0, v + 4.0),
    )
