"""Amodal masks of both renderers against rays and against their own pictures."""

from __future__ import annotations

import numpy as np
import pytest

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.base import Renderer, Viewpoint
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.silhouettes import draw_silhouette, target_size
from synth_ros.types import CameraModel, Silhouette

from .scenes import Scene, compile_scene, look_at, skewed_camera


def on_canvas(silhouette: Silhouette | None, camera: CameraModel) -> np.ndarray:
    width, height = camera.width, camera.height
    canvas = np.zeros((3 * height, 3 * width), bool)
    if silhouette is not None:
        rows, columns = silhouette.mask.shape
        x, y = silhouette.x0 + width, silhouette.y0 + height
        canvas[y : y + rows, x : x + columns] = silhouette.mask
    return canvas


def assert_like_rays(
    renderer: Renderer, scene: Scene, viewpoint: Viewpoint, *, groups: list[list[int]]
) -> list[Silhouette | None]:
    """Differences along the outline only; returns what the renderer drew."""
    renderer.load(scene.model)
    drawn = renderer.silhouettes(scene.data, viewpoint, groups)
    with RaycastRenderer() as rays:
        rays.load(scene.model)
        cast = rays.silhouettes(scene.data, viewpoint, groups)
    for group, a, b in zip(groups, drawn, cast, strict=True):
        assert (a is None) == (b is None), group
        one, other = (on_canvas(s, viewpoint.camera) for s in (a, b))
        outline = int(4 * np.sqrt(other.sum())) + 4
        assert (one != other).sum() <= 0.15 * outline, group
    return drawn


def test_groups_match_rays_and_hide_nothing(renderer: Renderer, tabletop: Scene) -> None:
    viewpoint = look_at(skewed_camera(88, 66))
    groups = [[geom] for geom in range(3, 15)] + [[15, 16, 22]]
    assert_like_rays(renderer, tabletop, viewpoint, groups=groups)


def test_every_visible_pixel_is_in_the_silhouette(renderer: Renderer, tabletop: Scene) -> None:
    groups = [[geom] for geom in range(27)]
    renderer.load(tabletop.model)
    missing = hidden = 0
    for angle in np.linspace(0, 2 * np.pi, 5):
        eye = (0.8 * np.sin(angle), -0.8 * np.cos(angle), 0.5)
        viewpoint = look_at(skewed_camera(), eye=eye)
        seen = renderer.render(tabletop.data, viewpoint)
        drawn = renderer.silhouettes(tabletop.data, viewpoint, groups)
        for (geom,), silhouette in zip(groups, drawn, strict=True):
            inside = on_canvas(silhouette, viewpoint.camera)[240:480, 320:640]
            missing += int(((seen.geom_id == geom) & ~inside).sum())
            hidden += int((inside & (seen.geom_id != geom)).sum())
    # The same frustum and the same triangles in both drawings: not one pixel differs.
    assert missing == 0
    assert hidden > 1000


def test_silhouettes_leave_the_picture_alone(renderer: Renderer, tabletop: Scene) -> None:
    viewpoint = look_at(skewed_camera())
    renderer.load(tabletop.model)
    before = renderer.render(tabletop.data, viewpoint)
    renderer.silhouettes(tabletop.data, viewpoint, [[3], [4, 5], [], [26]])
    after = renderer.render(tabletop.data, viewpoint)
    assert (before.geom_id == after.geom_id).all()
    assert (before.depth_m == after.depth_m).all()


def test_outside_the_image_and_the_canvas(renderer: Renderer) -> None:
    # Looking along y from the origin: x is right, z is up.
    scene = compile_scene(
        '<geom type="box" size=".1 .1 .1" pos="-.55 1 0"/>'  # across the left border
        '<geom type="box" size=".1 .1 .1" pos="1 1 .7"/>'  # beyond the upper right corner
        '<geom type="box" size=".1 .1 .1" pos="9 1 0"/>'  # beyond the canvas
        '<geom type="box" size=".1 .1 .1" pos="0 -1 0"/>'  # behind
        '<geom type="box" size=".02 .02 .02" pos="-.2 .4 -.1"/>'  # two parts
        '<geom type="box" size=".1 .1 .1" pos="0 1 0" group="3"/>'  # never drawn
        '<geom type="box" size=".1 .1 .1" pos="0 1 0" rgba="1 1 1 0"/>'  # nor this
    )
    camera = CameraModel('test', 88, 66, 77.0, 83.0, 41.0, 35.0)
    viewpoint = look_at(camera, eye=(0.0, 0.0, 0.0), target=(0.0, 1.0, 0.0))
    groups = [[0], [1], [2], [3], [0, 4], [5], [], [6]]
    drawn = assert_like_rays(renderer, scene, viewpoint, groups=groups)
    left, corner, beyond, behind, both, collision, nothing, clear = drawn
    assert left is not None
    assert left.x0 < 0 < left.x0 + left.mask.shape[1]
    assert corner is not None
    assert corner.x0 > camera.width
    assert corner.y0 < 0
    assert both is not None
    assert both.mask.sum() > left.mask.sum()
    assert beyond is behind is collision is nothing is clear is None


def test_across_the_near_plane_and_huge(renderer: Renderer) -> None:
    scene = compile_scene(
        # A beam from behind the camera to far before it, below its eye; a wall that fills all.
        '<geom type="box" size=".05 3 .05" pos=".1 0 -.15"/>'
        '<geom type="box" size="90 .1 90" pos="0 4 0"/>'
    )
    camera = CameraModel('test', 96, 72, 80.0, 80.0, 40.0, 30.0)
    viewpoint = look_at(camera, eye=(0.0, 0.0, 0.0), target=(0.0, 1.0, 0.0))
    beam, wall = assert_like_rays(renderer, scene, viewpoint, groups=[[0], [1]])
    assert beam is not None
    assert beam.y0 + beam.mask.shape[0] == 2 * camera.height
    assert wall is not None
    assert (wall.x0, wall.y0) == (-96, -72)
    assert wall.mask.shape == (216, 288)
    assert wall.mask.all()


@pytest.mark.parametrize(
    ('part', 'expected'),
    [
        (PixelWindow(0, 0, 20, 128), (128, 128)),
        (PixelWindow(0, 0, 129, 2), (256, 256)),
        (PixelWindow(0, 0, 513, 2), (640, 480)),
    ],
)
def test_target_size_is_the_smallest(part: PixelWindow, expected: tuple[int, int]) -> None:
    camera = CameraModel('test', 640, 480, 500.0, 500.0, 319.5, 239.5)
    assert target_size(part, camera) == expected


def test_target_is_never_larger_than_the_image() -> None:
    assert target_size(PixelWindow(0, 0, 9, 9), skewed_camera(100, 100)) == (100, 100)


def test_parts_are_put_together() -> None:
    camera = skewed_camera(10, 10)
    truth = np.zeros((30, 30), bool)
    truth[8:23, 5:25] = True

    def cover(tile: PixelWindow, part: PixelWindow) -> np.ndarray:
        assert tile.x0 <= part.x0 < part.x1 <= tile.x1
        return truth[part.y0 + 10 : part.y1 + 10, part.x0 + 10 : part.x1 + 10]

    drawn = draw_silhouette(camera, PixelWindow(-8, -7, 20, 20), cover)
    assert drawn is not None
    assert (drawn.x0, drawn.y0) == (-5, -2)
    assert drawn.mask.shape == (15, 20)
    assert drawn.mask.all()
    assert draw_silhouette(camera, None, cover) is None
