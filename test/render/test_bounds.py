"""Bounds of projections against the projections themselves."""

from __future__ import annotations

import numpy as np
import pytest

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.bounds import Projection, canvas, intersection, tile_parts
from synth_ros.render.fake import RaycastRenderer

from .scenes import Scene, compile_scene, look_at, skewed_camera


@pytest.mark.parametrize('distance', [0.05, 0.3, 1.0])
def test_window_holds_what_rays_hit(tabletop: Scene, distance: float) -> None:
    viewpoint = look_at(
        skewed_camera(64, 48), eye=(0.02, -distance, 0.1 + distance / 2), target=(0.0, 0.0, 0.08)
    )
    groups = [[geom] for geom in range(3, 27)]
    projection = Projection(tabletop.model, tabletop.data, viewpoint, near_m=0.002)
    with RaycastRenderer() as rays:
        rays.load(tabletop.model)
        cast = rays.silhouettes(tabletop.data, viewpoint, groups)
    assert any(s is not None for s in cast)
    for group, silhouette in zip(groups, cast, strict=True):
        if silhouette is None:
            continue
        window = projection.window(group)
        assert window is not None
        rows, columns = silhouette.mask.shape
        assert window.x0 <= silhouette.x0
        assert window.y0 <= silhouette.y0
        assert window.x1 >= silhouette.x0 + columns
        assert window.y1 >= silhouette.y0 + rows


def test_infinite_plane_can_be_anywhere() -> None:
    scene = compile_scene('<geom type="plane" size="0 0 1"/><geom type="box" size=".1 .1 .1"/>')
    viewpoint = look_at(skewed_camera(64, 48))
    projection = Projection(scene.model, scene.data, viewpoint, near_m=0.002)
    assert projection.window([0]) == canvas(viewpoint.camera)
    assert projection.window([1]) != canvas(viewpoint.camera)
    assert projection.window([]) is None


def test_parts_tile_the_window_without_overlap() -> None:
    camera = skewed_camera(10, 8)
    window = PixelWindow(-7, -8, 20, 13)
    count = np.zeros((24, 30), int)
    for tile, part in tile_parts(camera, window):
        assert (tile.width, tile.height) == (10, 8)
        assert intersection(tile, part) == part
        count[part.y0 + 8 : part.y1 + 8, part.x0 + 10 : part.x1 + 10] += 1
    expected = np.zeros_like(count)
    expected[0:21, 3:30] = 1
    assert (count == expected).all()
    inside = PixelWindow(2, 3, 9, 8)
    assert tile_parts(camera, inside) == [(PixelWindow(0, 0, 10, 8), inside)]
