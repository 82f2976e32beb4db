"""Amodal masks of both renderers against rays and against their own pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.geometry.camera import PixelWindow
from synth_ros.render.base import Renderer, Viewpoint
from synth_ros.render.bounds import intersection
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.silhouettes import Drawing, draw_silhouettes, plan
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


def test_parts_are_put_together() -> None:
    camera = skewed_camera(10, 10)
    truth = np.zeros((30, 30), bool)
    truth[8:23, 5:25] = True

    def cover(drawing: Drawing) -> list[np.ndarray]:
        tile, ((index, part),) = drawing
        assert index == 1
        assert tile.x0 <= part.x0 < part.x1 <= tile.x1
        return [truth[part.y0 + 10 : part.y1 + 10, part.x0 + 10 : part.x1 + 10]]

    nothing, drawn = draw_silhouettes(camera, [None, PixelWindow(-8, -7, 20, 20)], cover)
    assert nothing is None
    assert drawn is not None
    assert (drawn.x0, drawn.y0) == (-5, -2)
    assert drawn.mask.shape == (15, 20)
    assert drawn.mask.all()
    assert draw_silhouettes(camera, [], cover) == []


windows = st.builds(
    lambda x, y, w, h: PixelWindow(x, y, min(x + w, 40), min(y + h, 30)),
    st.integers(-20, 39),
    st.integers(-15, 29),
    st.integers(1, 25),
    st.integers(1, 25),
)


@given(st.lists(st.one_of(st.none(), windows), max_size=25))
def test_a_plan_shows_every_window_once_and_overlaps_nowhere(
    asked: list[PixelWindow | None],
) -> None:
    camera = skewed_camera(20, 15)
    shown = {index: np.zeros((45, 60), int) for index in range(len(asked))}
    for tile, pieces in plan(camera, asked):
        taken = np.zeros((45, 60), bool)
        for index, part in pieces:
            assert intersection(tile, part) == part
            cut = np.s_[part.y0 + 15 : part.y1 + 15, part.x0 + 20 : part.x1 + 20]
            assert not taken[cut].any()
            taken[cut] = True
            shown[index][cut] += 1
    for index, window in enumerate(asked):
        expected = np.zeros((45, 60), int)
        if window is not None:
            expected[window.y0 + 15 : window.y1 + 15, window.x0 + 20 : window.x1 + 20] = 1
        assert (shown[index] == expected).all()


def test_a_plan_needs_one_drawing_for_things_apart_and_few_for_a_crowd() -> None:
    camera = skewed_camera(640, 480)
    corners = [(x, y) for y in range(0, 480, 10) for x in range(0, 640, 10)]
    grid = [PixelWindow(x, y, x + 10, y + 10) for x, y in corners]
    assert len(plan(camera, grid)) == 1
    # Each of these overlaps its eight neighbours: four drawings are the least.
    wide = [PixelWindow(x, y, x + 18, y + 18) for x, y in corners if x < 620 and y < 460]
    assert 4 <= len(plan(camera, wide)) <= 8
    stack = [PixelWindow(5, 5, 50, 50)] * 7
    assert len(plan(camera, stack)) == 7


def assert_equal_alone(renderer: Renderer, scene: Scene, viewpoint: Viewpoint) -> int:
    """Drawn together or one by one: the same to the last bit. Returns the pixels compared."""
    groups = [[geom] for geom in range(3, scene.model.ngeom)] + [[3, 8], [4, 5, 6]]
    together = renderer.silhouettes(scene.data, viewpoint, groups)
    pixels = 0
    for group, one in zip(groups, together, strict=True):
        (alone,) = renderer.silhouettes(scene.data, viewpoint, [group])
        assert (one is None) == (alone is None)
        if one is not None and alone is not None:
            assert (one.x0, one.y0) == (alone.x0, alone.y0)
            assert np.array_equal(one.mask, alone.mask)
            pixels += int(one.mask.sum())
    return pixels


def _some_view(rng: np.random.Generator, size: tuple[int, int]) -> Viewpoint:
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(0.15, 1.2)
    eye = (distance * np.sin(angle), -distance * np.cos(angle), rng.uniform(0.1, 0.7))
    return look_at(skewed_camera(*size), eye=eye)


@pytest.mark.parametrize('seed', range(3))
def test_drawn_together_equals_drawn_alone(renderer: Renderer, tabletop: Scene, seed: int) -> None:
    renderer.load(tabletop.model)
    view = _some_view(np.random.default_rng(seed), (160, 120))
    assert assert_equal_alone(renderer, tabletop, view) > 500


@pytest.mark.slow
def test_drawn_together_equals_drawn_alone_over_many_views(
    renderer: Renderer, tabletop: Scene
) -> None:
    renderer.load(tabletop.model)
    rng = np.random.default_rng(11)
    sizes = [(160, 120), (161, 97), (320, 240), (33, 70)]
    pixels = sum(
        assert_equal_alone(renderer, tabletop, _some_view(rng, sizes[number % 4]))
        for number in range(100)
    )
    assert pixels > 100_000
