"""Masks, depth and normals against rays cast into the scene."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.audit.measure import Measure, Place
from synth_ros.audit.row_names import RowName
from synth_ros.audit.rows import ROWS
from synth_ros.audit.truth import Rays
from synth_ros.audit.view import View
from synth_ros.types import FloatArray, MaskImage

SAMPLES = 2000
"""Rays a frame."""


def rays(view: View) -> Iterator[Measure]:
    """A seeded random sample of pixels; those on outlines do not count."""
    if view.scene is None:
        return
    u, v = sample(view)
    met = view.scene.rays(u, v)
    cast = Cast(u, v, met)
    yield from _ids(view, cast)
    yield from _depth(view, cast)
    yield from _normals(view, cast)


class Cast(NamedTuple):
    """Pixels and what their rays meet."""

    u: NDArray[np.int64]
    v: NDArray[np.int64]
    met: Rays


def _excused(view: View, cast: Cast, suspects: MaskImage) -> MaskImage:
    """Which of some pixels lie on outlines; the test is slow, so only suspects take it."""
    assert view.scene is not None
    out = np.zeros(len(cast.u), np.bool_)
    places = np.flatnonzero(suspects)
    if len(places):
        out[places] = view.scene.undecided(cast.u[places], cast.v[places])
    return out


def sample(view: View) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels to cast through: half anywhere, half on labelled instances."""
    width, height = view.camera.width, view.camera.height
    count = min(SAMPLES, width * height)
    places = view.rng.choice(width * height, count, replace=False)
    image = view.frame.instance_id
    if image is not None and (image > 0).any():
        objects = np.flatnonzero(image.ravel() > 0)
        some = view.rng.choice(objects, min(count // 2, len(objects)), replace=False)
        places = np.concatenate([some, places[: count - len(some)]])
    v, u = np.divmod(np.unique(places), width)
    return u, v


def _ids(view: View, cast: Cast) -> Iterator[Measure]:
    image = view.frame.instance_id
    if image is None:
        return
    met = cast.met
    shown = image[cast.v, cast.u]
    differ = shown != met.instance_id
    differ &= ~_excused(view, cast, differ)
    cases: dict[RowName, MaskImage] = {
        'rays.ids': (shown > 0) & (met.instance_id > 0),
        'rays.unlabelled': met.instance_id == 0,
        'rays.missing': (met.instance_id > 0) & (shown == 0),
    }
    for row, case in cases.items():
        wrong = case & differ
        count = int(wrong.sum())
        detail, place, subject = '', None, ''
        if count:
            k = int(np.flatnonzero(wrong)[0])
            subject = view.name(int(shown[k] or met.instance_id[k]))
            what = met.names[met.name_index[k]] if met.hit[k] else 'nothing'
            detail = (
                f'{count} of {int(case.sum())} rays; the first, at ({cast.u[k]}, {cast.v[k]}), '
                f'meets {what}, the mask says {shown[k]}'
            )
            place = _around(cast, k)
        yield view.find.wrong(row, count, subject=subject, detail=detail, place=place)


def _depth(view: View, cast: Cast) -> Iterator[Measure]:
    depth_m = view.clean_depth_m
    if depth_m is None:
        return
    met = cast.met
    shown = depth_m[cast.v, cast.u].astype(np.float64)
    error = 1000 * np.abs(shown - met.depth_m) / np.maximum(met.depth_m, 1e-3)
    error[(shown > 0) != met.hit] = np.inf
    # A facet lies beside the true surface; along a grazing ray that is far.
    error[~met.flat] *= np.maximum(met.facing[~met.flat], 1e-6)
    words = [
        f'depth {a:.6f} m, the ray ends at {b:.6f} m'
        for a, b in zip(shown.tolist(), met.depth_m.tolist(), strict=True)
    ]
    some = (shown > 0) | met.hit
    kinds: dict[RowName, MaskImage] = {
        'rays.depth_flat': met.flat,
        'rays.depth_round': ~met.flat,
    }
    for row, kind in kinds.items():
        yield from _worst(view, cast, Errors(row, error, some & kind, words))


def _normals(view: View, cast: Cast) -> Iterator[Measure]:
    normals = view.frame.layers.normals
    if normals is None:
        return
    met = cast.met
    given = normals[cast.v, cast.u].astype(np.float64)
    some = met.hit & (np.linalg.norm(given, axis=1) > 0)
    cosine = np.sum(given * met.normals, axis=1)
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    words = [f'{d:.3f} degrees off' for d in degrees]
    yield from _worst(view, cast, Errors('rays.normals', degrees, some, words))


class Errors(NamedTuple):
    """Errors of the rays of one row: how large, which of them count, and in words."""

    row: RowName
    error: FloatArray
    some: MaskImage
    words: list[str]


def _worst(view: View, cast: Cast, errors: Errors) -> Iterator[Measure]:
    """One measure of all errors, those on outlines excused."""
    error, some = errors.error, errors.some
    bound = ROWS[errors.row]
    limit = bound.worst if bound.median is None else min(bound.worst, bound.median)
    some = some & ~_excused(view, cast, some & (error > limit))
    if not some.any():
        return
    k = int(np.argmax(np.where(some, error, -1)))
    image = view.frame.instance_id
    key = int(image[cast.v[k], cast.u[k]]) if image is not None else 0
    yield view.find.errors(
        errors.row,
        error[some],
        subject=view.name(key) if key else '',
        detail=f'at pixel ({cast.u[k]}, {cast.v[k]}): {errors.words[k]}',
        place=_around(cast, k),
    )


def _around(cast: Cast, k: int) -> Place:
    u, v = float(cast.u[k]), float(cast.v[k])
    return u - 3, v - 3, u + 4, v + 4
