"""Normals against planes that are fitted to depth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View, edges
from synth_ros.types import FloatArray, MaskImage

_SAMPLES = 3000
_REACH = 2
"""Windows of 5 x 5 pixels."""
_FLATNESS = 3e-4
"""A window is a plane if its thickness is less than this share of its breadth."""


def facing(view: View) -> Iterator[Measure]:
    """Normals are unit vectors towards the camera, and zero where nothing is."""
    normals, depth_m = view.frame.layers.normals, view.best_depth_m
    if normals is None or depth_m is None:
        return
    length = np.linalg.norm(normals, axis=2)
    rays = pinhole.image_points(view.camera, np.ones_like(depth_m))
    rays /= np.linalg.norm(rays, axis=2, keepdims=True)
    away = np.sum(rays * normals, axis=2) > 0.02
    surface = view.clean_depth_m > 0 if view.clean_depth_m is not None else length > 0
    faults = {
        'are no unit vectors': surface & (np.abs(length - 1) > 1e-3),
        'point away from the camera': surface & away,
        'are there although nothing is': ~surface & (length > 0),
    }
    for words, wrong in faults.items():
        count = int(wrong.sum())
        yield view.find.wrong(
            'normals.facing',
            count,
            detail=f'{count} normals {words}' if count else '',
            place=edges(pinhole.bounds(wrong)) if count else None,
        )


def planes(view: View) -> Iterator[Measure]:
    """Where depth is flat over 5 x 5 pixels of one thing, the normal is that of its plane."""
    normals, depth_m = view.frame.layers.normals, view.clean_depth_m
    if normals is None or depth_m is None:
        return
    v, u = _candidates(view, depth_m > 0)
    if not len(v):
        return
    steps = np.arange(-_REACH, _REACH + 1)
    rows = (v[:, None, None] + steps[None, :, None]) + 0 * steps[None, None, :]
    columns = (u[:, None, None] + steps[None, None, :]) + 0 * steps[None, :, None]
    count = steps.size**2
    points = pinhole.to_points(
        view.camera,
        columns.ravel().astype(float),
        rows.ravel().astype(float),
        depth_m=depth_m[rows.ravel(), columns.ravel()],
    ).reshape(-1, count, 3)
    flat, fitted = fit(points)
    if not flat.any():
        return
    given = normals[v[flat], u[flat]].astype(np.float64)
    cosine = np.abs(np.sum(given * fitted[flat], axis=1)) / np.linalg.norm(given, axis=1)
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    degrees = np.where(np.isfinite(degrees), degrees, 90.0)
    worst = int(np.argmax(degrees))
    x, y = int(u[flat][worst]), int(v[flat][worst])
    yield view.find.errors(
        'normals.planes',
        degrees,
        detail=f'normal at pixel ({x}, {y}) is {degrees[worst]:.3f} degrees off the plane there',
        place=(x - 3.0, y - 3.0, x + 4.0, y + 4.0),
    )


def fit(points: FloatArray) -> tuple[MaskImage, FloatArray]:
    """Fit a plane to each set of points.

    Args:
        points: Shape (n, k, 3), metres.

    Returns:
        Which sets are flat, (n,), and unit normals of either sign, (n, 3).
    """
    centred = points - points.mean(axis=1, keepdims=True)
    _, scale, axes = np.linalg.svd(centred, full_matrices=False)
    flat: MaskImage = scale[:, 2] < _FLATNESS * scale[:, 1]
    return flat, axes[:, 2]


def _candidates(view: View, there: MaskImage) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Random pixels whose whole window shows one thing."""
    same = there.copy()
    images = [view.frame.instance_id, view.frame.layers.part_id, view.frame.layers.panoptic_id]
    for dv in range(-_REACH, _REACH + 1):
        for du in range(-_REACH, _REACH + 1):
            same &= np.roll(there, (dv, du), (0, 1))
            for image in images:
                if image is not None:
                    same &= np.roll(image, (dv, du), (0, 1)) == image
    same[:_REACH] = same[-_REACH:] = False
    same[:, :_REACH] = same[:, -_REACH:] = False
    places = np.flatnonzero(same)
    if len(places) > _SAMPLES:
        places = np.sort(view.rng.choice(places, _SAMPLES, replace=False))
    v, u = np.unravel_index(places, same.shape)
    return v, u
