"""Bounds of projections against the projections themselves."""

from __future__ import annotations

import numpy as np
import pytest

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.bounds import canvas, intersection, project_windows, tile_parts
from synth_ros.render.fake import RaycastRenderer

from .scenes import Scene, compile_scene, look_at, skewed_camera


@pytest.mark.parametrize('distance', [0.05, 0.3, 1.0])
def test_window_holds_what_rays_hit(tabletop: Scene, distance: float) -> None:
    viewpoint = look_at(
        skewed_camera(64, 48), eye=(0.02, -distance, 0.1 + distance / 2), target=(0.0, 0.0, 0.08)
    )
    groups = [[geom] for geom in range(3, 27)]
    state = (tabletop.model, tabletop.data)
    windows = project_windows(state, viewpoint, groups, near_m=0.002)
    with RaycastRenderer() as rays:
        rays.load(tabletop.model)
        cast = rays.silhouettes(tabletop.data, viewpoint, groups)
    assert any(s is not None for s in cast)
    for window, silhouette in zip(windows, cast, strict=True):
        if silhouette is None:
            continue
        assert window is not None
        rows, columns = silhouette.mask.shape
        assert window.x0 <= silhouette.x0
        assert window.y0 <= silhouette.y0
        assert window.x1 >= silhouette.x0 + columns
        assert window.y1 >= silhouette.y0 + rows


def test_infinite_plane_can_be_anywhere() -> None:
    scene = compile_scene('<geom type="plane" size="0 0 1"/><geom type="box" size=".1 .1 .1"/>')
    viewpoint = look_at(skewed_camera(64, 48))
    state = (scene.model, scene.data)
    everywhere = canvas(viewpoint.camera)
    plane, box, nothing, both = project_windows(
        state, viewpoint, [[0], [1], [], [1, 0]], near_m=0.002
    )
    assert plane == both == everywhere
    assert box is not None
    assert box != everywhere
    assert nothing is None
    assert project_windows(state, viewpoint, [], near_m=0.002) == []
    assert project_windows(state, viewpoint, [[], []], near_m=0.002) == [None, None]


def test_a_group_has_the_hull_of_its_geoms_windows(tabletop: Scene) -> None:
    viewpoint = look_at(skewed_camera(64, 48))
    groups = [[3], [4, 5, 9], [9], [4], [5]]
    state = (tabletop.model, tabletop.data)
    windows = project_windows(state, viewpoint, groups, near_m=0.002)
    alone = np.array(windows[2:])
    assert tuple(windows[1] or ()) == (*alone[:, :2].min(axis=0), *alone[:, 2:].max(axis=0))
    assert windows[0] == project_windows(state, viewpoint, [[3]], near_m=0.002)[0]


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
