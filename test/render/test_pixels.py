"""Raw buffers to depth, ids and masks."""

from __future__ import annotations

import numpy as np
import pytest

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.pixels import (
    gl_frustum_curve,
    ids_from_colors,
    metric_depth,
    reversed_curve,
    tight_silhouette,
)

NEAR, FAR = 0.002, 30.0


def test_depth_at_the_planes_and_nowhere() -> None:
    depth = metric_depth(np.array([[1, 0]], np.float32), reversed_curve(NEAR, FAR))
    assert depth[0, 0] == pytest.approx(NEAR, rel=1e-6)
    assert depth[0, 1] == 0
    assert depth.dtype == np.float32


def test_depth_inverts_the_projection() -> None:
    z = np.geomspace(0.01, 20, 50)
    curve = reversed_curve(NEAR, FAR)
    raw = (curve.scale_m / z - curve.offset).astype(np.float32)[None]
    assert metric_depth(raw, curve)[0] == pytest.approx(z, rel=1e-3)
    near = z < 5
    assert metric_depth(raw, curve)[0, near] == pytest.approx(z[near], rel=1e-6)


def test_single_precision_matrix_is_close_to_the_exact_curve() -> None:
    exact, rounded = reversed_curve(NEAR, FAR), gl_frustum_curve(NEAR, FAR)
    assert rounded.scale_m == pytest.approx(exact.scale_m, rel=1e-6)
    assert rounded.offset == pytest.approx(exact.offset, abs=6e-8)
    assert rounded.offset != exact.offset


@pytest.mark.parametrize('count', [10, 300, 70_000])
def test_ids_of_many_colors(count: int) -> None:
    index = np.linspace(0, count, 48).astype(np.int64).reshape(6, 8)
    colors = np.stack([index & 255, index >> 8 & 255, index >> 16], -1).astype(np.uint8)
    table = np.arange(-1, count, dtype=np.int32)
    ids = ids_from_colors(colors, table)
    assert (ids == index - 1).all()
    assert ids.dtype == np.int32


def test_unknown_color_is_an_error() -> None:
    with pytest.raises(IndexError, match='out of bounds'):
        ids_from_colors(np.full((1, 1, 3), 9, np.uint8), np.array([-1, 0], np.int32))


def test_tight_silhouette_crops_and_copies() -> None:
    mask = np.zeros((6, 7), bool)
    mask[2:4, 3] = mask[3, 5] = True
    silhouette = tight_silhouette(mask, PixelWindow(-10, 20, -3, 26))
    assert silhouette is not None
    assert (silhouette.x0, silhouette.y0) == (-7, 22)
    assert silhouette.mask.tolist() == [[True, False, False], [True, False, True]]
    assert not np.shares_memory(silhouette.mask, mask)
    assert tight_silhouette(np.zeros((3, 3), bool), PixelWindow(0, 0, 3, 3)) is None
