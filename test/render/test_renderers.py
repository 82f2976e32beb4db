"""Both renderers against rays, geometry and themselves."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import mujoco
import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.errors import InternalError
from synth_ros.render.base import Renderer
from synth_ros.render.fake import RaycastRenderer
from synth_ros.types import CameraModel, IdImage

from .scenes import CONFIG, RendererFactory, Scene, compile_scene, look_at, skewed_camera


def near_edges(ids: IdImage, pixels: int = 1) -> np.ndarray:
    """Within some pixels of a border between ids."""
    kernel = np.ones((2 * pixels + 1,) * 2, np.uint8)
    low = cv2.erode(ids.astype(np.float32), kernel)
    return low != cv2.dilate(ids.astype(np.float32), kernel)


def intersection_over_union(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_ids_and_depth_match_rays(renderer: Renderer, tabletop: Scene) -> None:
    viewpoint = look_at(skewed_camera(640, 480))
    renderer.load(tabletop.model)
    seen = renderer.render(tabletop.data, viewpoint)
    with RaycastRenderer() as rays:
        rays.load(tabletop.model)
        truth = rays.render(tabletop.data, viewpoint)
    inside = ~near_edges(truth.geom_id)
    shown = np.unique(truth.geom_id[truth.geom_id >= 0])
    assert len(shown) == 25
    for geom in shown:
        a, b = seen.geom_id == geom, truth.geom_id == geom
        assert intersection_over_union(a & inside, b & inside) >= 0.9999, geom
        assert intersection_over_union(a, b) >= 0.995, geom
    same = inside & (seen.geom_id == truth.geom_id) & (truth.geom_id >= 0)
    error = np.abs(seen.depth_m - truth.depth_m)
    assert np.median(error[same]) < 1e-4
    flat = same & (tabletop.model.geom_type[truth.geom_id] == mujoco.mjtGeom.mjGEOM_BOX)
    assert error[flat].max() < 2e-5


def test_curved_primitives_are_smooth(renderer: Renderer) -> None:
    scene = compile_scene(
        '<geom type="sphere" size=".2"/>'
        '<geom type="capsule" size=".08 .2" pos=".4 0 .1" euler="20 40 0"/>'
        '<geom type="cylinder" size=".1 .15" pos="-.4 0 .1" euler="30 50 0"/>'
        '<geom type="ellipsoid" size=".1 .15 .2" pos="0 .45 0" euler="30 50 0"/>'
    )
    viewpoint = look_at(skewed_camera(640, 480))
    renderer.load(scene.model)
    seen = renderer.render(scene.data, viewpoint)
    with RaycastRenderer() as rays:
        rays.load(scene.model)
        truth = rays.render(scene.data, viewpoint)
    for geom in range(4):
        mask = truth.geom_id == geom
        assert intersection_over_union(seen.geom_id == geom, mask) > 0.997, geom
        error = np.abs(seen.depth_m - truth.depth_m)[mask & (seen.geom_id == geom)]
        assert np.median(error) < 4e-4, geom


def test_layers_align(renderer: Renderer) -> None:
    # Bright bodies before nothing: the picture is not black exactly where ids and depth are.
    scene = compile_scene(
        '<geom type="box" size=".2 .1 .1" rgba="1 1 1 1" euler="10 20 30"/>'
        '<geom type="sphere" size=".1" pos=".3 .1 0" rgba="1 1 1 1"/>'
    )
    renderer.load(scene.model)
    seen = renderer.render(scene.data, look_at(skewed_camera()))
    covered = seen.geom_id >= 0
    assert covered.any()
    assert not covered.all()
    assert ((seen.depth_m > 0) == covered).all()
    lit = seen.rgb.max(axis=-1) > 4  # dithering lifts black by one
    edge = near_edges(seen.geom_id)
    assert (lit == covered)[~edge].all()
    assert lit[covered].mean() > 0.999


def test_off_centre_camera_with_unequal_focal_lengths(renderer: Renderer) -> None:
    camera = CameraModel('test', 400, 300, 410.0, 455.0, 151.3, 187.9)
    points = [(-0.2, -0.15, 0.9), (0.1, -0.15, 1.2), (-0.2, 0.08, 1.1), (0.1, 0.08, 0.8)]
    radius = 0.04
    # The optical frame's z is the world's y, its y the world's -z.
    spheres = ''.join(
        f'<geom type="sphere" size="{radius}" pos="{x} {z} {-y}"/>' for x, y, z in points
    )
    scene = compile_scene(spheres)
    renderer.load(scene.model)
    seen = renderer.render(
        scene.data, look_at(camera, eye=(0.0, 0.0, 0.0), target=(0.0, 1.0, 0.0))
    )
    for geom, (x, y, z) in enumerate(points):
        rows, columns = np.nonzero(seen.geom_id == geom)
        # The outline of a sphere is an ellipse about f c z / (z^2 - r^2), not f c / z.
        stretch = z / (z**2 - radius**2)
        assert columns.mean() == pytest.approx(camera.fx * x * stretch + camera.cx, abs=0.1)
        assert rows.mean() == pytest.approx(camera.fy * y * stretch + camera.cy, abs=0.1)
        middle = seen.depth_m[round(rows.mean()), round(columns.mean())]
        # Along the ray to its middle, the sphere begins one radius earlier.
        assert middle == pytest.approx(z * (1 - radius / np.hypot(x, np.hypot(y, z))), abs=5e-4)


def test_more_than_255_ids(renderer: Renderer) -> None:
    boxes = ''.join(
        f'<geom type="box" size=".02 .02 .02" pos="{(i % 20 - 9.5) * 0.06} {(i // 20) * 0.06} 0"/>'
        for i in range(300)
    )
    scene = compile_scene(boxes)
    viewpoint = look_at(skewed_camera(640, 480), eye=(0.1, 0.3, 1.6), target=(0.1, 0.42, 0.0))
    renderer.load(scene.model)
    seen = renderer.render(scene.data, viewpoint)
    with RaycastRenderer() as rays:
        rays.load(scene.model)
        truth = rays.render(scene.data, viewpoint)
    assert len(np.unique(truth.geom_id)) == 301
    assert np.mean(seen.geom_id == truth.geom_id) > 0.999
    assert (np.unique(seen.geom_id) == np.arange(-1, 300)).all()


@pytest.mark.parametrize('size', [(641, 479), (1100, 300), (33, 200), (1, 1)])
def test_any_size_with_one_renderer(
    renderer: Renderer, tabletop: Scene, size: tuple[int, int]
) -> None:
    width, height = size
    camera = skewed_camera(width, height)
    renderer.load(tabletop.model)
    seen = renderer.render(tabletop.data, look_at(camera))
    assert seen.rgb.shape == (height, width, 3)
    assert seen.rgb.dtype == np.uint8
    assert seen.depth_m.shape == seen.geom_id.shape == (height, width)
    assert (seen.depth_m.dtype, seen.geom_id.dtype) == (np.float32, np.int32)
    with RaycastRenderer() as rays:
        rays.load(tabletop.model)
        truth = rays.render(tabletop.data, look_at(camera))
    inside = ~near_edges(truth.geom_id)
    assert (seen.geom_id == truth.geom_id)[inside].mean() > 0.9999
    small = renderer.render(tabletop.data, look_at(skewed_camera()))
    assert small.geom_id.shape == (240, 320)


def test_bits_repeat_across_loads_and_renderers(make: RendererFactory, tabletop: Scene) -> None:
    viewpoints = [look_at(skewed_camera()), look_at(skewed_camera(), eye=(0.3, -0.8, 0.9))]
    groups = [[3], [4, 5]]
    runs = []
    for _ in range(2):
        with make(CONFIG) as renderer:
            for _ in range(2):
                renderer.load(tabletop.model)
                frames = []
                for viewpoint in viewpoints:
                    frames += renderer.render(tabletop.data, viewpoint)[:3]
                    found = renderer.silhouettes(tabletop.data, viewpoint, groups)
                    frames += [s.mask for s in found if s is not None]
                runs.append(frames)
    assert len(runs[0]) == 10
    for run in runs[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(runs[0], run, strict=True))


def test_model_and_state_are_not_edited(renderer: Renderer, tabletop: Scene) -> None:
    size = mujoco.mj_sizeModel(tabletop.model)
    before, after = np.empty(size, np.uint8), np.empty(size, np.uint8)
    mujoco.mj_saveModel(tabletop.model, None, before)
    qpos, xpos = tabletop.data.qpos.copy(), tabletop.data.geom_xpos.copy()
    renderer.load(tabletop.model)
    renderer.render(tabletop.data, look_at(skewed_camera()))
    renderer.silhouettes(tabletop.data, look_at(skewed_camera()), [[3, 4], [5]])
    mujoco.mj_saveModel(tabletop.model, None, after)
    assert (before == after).all()
    assert (tabletop.data.qpos == qpos).all()
    assert (tabletop.data.geom_xpos == xpos).all()


def resident_mb() -> float:
    return int(Path('/proc/self/statm').read_text().split()[1]) * 4096 / 1e6


def test_memory_stays(renderer: Renderer) -> None:
    scene = compile_scene('<geom type="box" size=".1 .1 .1"/><geom type="box" size="1 1 .01"/>')
    viewpoint = look_at(skewed_camera(64, 48))
    renderer.load(scene.model)

    def grown_mb() -> float:
        before = resident_mb()
        for _ in range(50):
            renderer.render(scene.data, viewpoint)
            renderer.silhouettes(scene.data, viewpoint, [[0], [1]])
        return resident_mb() - before

    # Pools grow at first and then stay; a leak goes on.
    assert min(grown_mb() for _ in range(4)) < 4


def test_memory_stays_over_loads(renderer: Renderer, tabletop: Scene) -> None:
    viewpoint = look_at(skewed_camera(64, 48))

    def grown_mb() -> float:
        before = resident_mb()
        for _ in range(3):
            renderer.load(tabletop.model)
            renderer.render(tabletop.data, viewpoint)
        return resident_mb() - before

    # A context that stays is 30 MB a load, so 90 in each of these; what else runs in the
    # process moves the figure by some megabytes.
    assert min(grown_mb() for _ in range(6)) < 15


def test_shadows_can_be_turned_off(make: RendererFactory) -> None:
    scene = compile_scene(
        '<geom type="box" size="1 1 .01" rgba="1 1 1 1"/>'
        '<geom type="box" size=".2 .2 .01" pos="0 0 .4"/>'
    )
    viewpoint = look_at(skewed_camera(), eye=(0.0, -1.2, 0.7))
    dark = []
    for shadow_size in (0, 512):
        with make(RenderConfig(shadow_size=shadow_size)) as renderer:
            renderer.load(scene.model)
            seen = renderer.render(scene.data, viewpoint)
        floor = seen.rgb[seen.geom_id == 0].mean(axis=-1)
        dark.append(np.mean(floor < 0.95 * np.median(floor)))
    assert dark[1] > dark[0] + 0.02


def test_new_state_shows(renderer: Renderer) -> None:
    scene = compile_scene('<body><freejoint/><geom type="box" size=".1 .1 .1"/></body>')
    viewpoint = look_at(skewed_camera())
    renderer.load(scene.model)
    before = renderer.render(scene.data, viewpoint)
    scene.data.qpos[0] = 0.2
    mujoco.mj_forward(scene.model, scene.data)
    after = renderer.render(scene.data, viewpoint)
    columns = [np.nonzero(layers.geom_id == 0)[1].mean() for layers in (before, after)]
    assert columns[1] > columns[0] + 20


def test_wrong_use_is_refused(make: RendererFactory, tabletop: Scene) -> None:
    viewpoint = look_at(skewed_camera())
    renderer = make(CONFIG)
    with pytest.raises(InternalError, match='before load'):
        renderer.render(tabletop.data, viewpoint)
    renderer.load(tabletop.model)
    problems: list[BaseException] = []

    def elsewhere() -> None:
        try:
            renderer.render(tabletop.data, viewpoint)
        except InternalError as error:
            problems.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert 'did not create it' in str(problems[0])
    renderer.close()
    renderer.close()
    with pytest.raises(InternalError, match='after it was closed'):
        renderer.load(tabletop.model)
