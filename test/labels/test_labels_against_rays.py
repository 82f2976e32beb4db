"""Labels of ray-cast frames: no renderer, so every figure must be exact."""

import functools
import itertools

import cv2
import numpy as np
import pytest
from random_scenes import POLYHEDRA, random_scene
from ray_reference import RayCaster, brute_box

from synth_ros.config.labels import LabelsConfig
from synth_ros.labels.annotate import annotate
from synth_ros.labels.pose import camera_from_box, camera_from_object
from synth_ros.types import Frame, Silhouette

ALL = LabelsConfig(min_pixels=1, min_visibility=0.0)
SEEDS = range(12)


def _caster(scene):
    return RayCaster(
        scene.model, scene.data, camera=scene.camera, world_from_camera=scene.world_from_camera
    )


def _silhouette(canvas, size):
    """Crop of a whole canvas, as the renderers return it."""
    if not canvas.any():
        return None
    x0, y0, x1, y1 = brute_box(canvas)
    return Silhouette(x0 - size[0], y0 - size[1], canvas[y0:y1, x0:x1])


@functools.cache
def _truth(seed):
    """A scene, its ray-cast frame and the canvas of each instance alone."""
    scene = random_scene(seed)
    caster = _caster(scene)
    cast = caster.image()
    canvases = {key: caster.canvas(geoms) for key, geoms in scene.geoms.items()}
    size = (scene.camera.width, scene.camera.height)
    crops = {key: _silhouette(canvas, size) for key, canvas in canvases.items()}
    frame = Frame(
        camera=scene.camera,
        stamp_ns=0,
        world_from_camera=scene.world_from_camera,
        rgb=np.zeros((*size[::-1], 3), np.uint8),
        depth_m=cast.depth_m.astype(np.float32),
        instance_id=scene.instance_image(cast.geom_id),
        instances=scene.instances,
        silhouettes={key: crop for key, crop in crops.items() if crop is not None},
    )
    return scene, frame, canvases


@pytest.mark.parametrize('seed', SEEDS)
def test_every_count_and_box_equals_brute_force(seed):
    scene, frame, canvases = _truth(seed)
    w, h = scene.camera.width, scene.camera.height

    labels = annotate(frame, ALL)

    seen = [k for k in scene.geoms if np.any(frame.instance_id == k)]
    assert [label.instance.instance_id for label in labels.instances] == seen
    for label in labels.instances:
        visible = frame.instance_id == label.instance.instance_id
        canvas = canvases[label.instance.instance_id]
        inside = canvas[h : 2 * h, w : 2 * w]
        assert tuple(label.box) == brute_box(visible)
        assert tuple(label.amodal_box) == brute_box(canvas, (-w, -h))
        assert label.pixels_visible == np.count_nonzero(visible)
        assert label.pixels_in_image == np.count_nonzero(inside)
        assert label.pixels_full == np.count_nonzero(canvas)
        # BOP: visib_fract is the visible share of all pixels, outside the image included.
        assert label.visibility == visible.sum() / canvas.sum()
        assert label.occlusion == pytest.approx((inside & ~visible).sum() / inside.sum())
        assert label.truncation == pytest.approx(1 - inside.sum() / canvas.sum())


def test_the_scenes_hold_hidden_cut_and_whole_objects():
    labels = [label for seed in SEEDS for label in annotate(_truth(seed)[1], ALL).instances]

    assert sum(label.occlusion > 0.05 for label in labels) >= 10
    assert sum(label.truncation > 0.05 for label in labels) >= 5
    assert sum(label.visibility == 1 for label in labels) >= 10


def _sphere_offset_px(seed):
    """How far a sphere's pixels lie from where its pose says; their centroid and a formula.

    A sphere's outline is an ellipse whose centre is not the projected centre; in normalised
    image coordinates it lies at (X, Y) Z / (Z^2 - r^2), from the cone of tangent rays.
    """
    scene = random_scene(seed, kinds=('sphere',), count=1, size=(321, 241), spread_m=0.08)
    camera, (item,) = scene.camera, scene.instances
    hit = _caster(scene).window(range(camera.width), range(camera.height), only=scene.geoms[1])
    v, u = np.nonzero(hit.geom_id >= 0)
    assert u.min() > 0
    assert v.min() > 0
    assert u.max() < camera.width - 1
    assert v.max() < camera.height - 1
    rotation, eye = scene.world_from_camera[:3, :3], scene.world_from_camera[:3, 3]
    x, y, z = rotation.T @ (item.world_from_object[:3, 3] - eye)
    stretch = z / (z * z - scene.model.geom_size[scene.geoms[1][0], 0] ** 2)
    return (
        u.mean() - (camera.fx * x * stretch + camera.cx),
        v.mean() - (camera.fy * y * stretch + camera.cy),
    )


def test_spheres_are_seen_where_their_poses_say():
    offsets = np.array([_sphere_offset_px(seed) for seed in range(100, 150)])

    # A disk of pixels has a centroid of its own to within a tenth of a pixel; over many the
    # grid averages out, and half a pixel of wrong convention could not hide.
    assert np.abs(offsets).max() < 0.15
    assert np.median(np.abs(offsets)) < 0.05
    assert np.abs(offsets.mean(axis=0)).max() < 0.02


@pytest.mark.parametrize('seed', range(200, 212))
def test_label_poses_place_the_object_in_the_camera(seed):
    scene, frame, _ = _truth(seed)
    rotation, eye = scene.world_from_camera[:3, :3], scene.world_from_camera[:3, 3]

    for label in annotate(frame, ALL).instances:
        world = label.instance.world_from_object
        assert label.camera_from_object[:3, 3] == pytest.approx(rotation.T @ (world[:3, 3] - eye))
        assert label.camera_from_object[:3, :3] == pytest.approx(rotation.T @ world[:3, :3])


@pytest.mark.parametrize('seed', range(300, 320))
def test_a_box_fills_the_hull_of_its_projected_corners(seed):
    """Exact for a box: a pixel is covered if and only if its centre is inside the hull."""
    scene = random_scene(seed, kinds=('box',), count=2, size=(161, 121), spread_m=0.15)
    w, h = scene.camera.width, scene.camera.height
    canvas = _caster(scene).canvas(scene.geoms[1])

    pixels = _corner_pixels(scene, 1)

    hull = cv2.convexHull(pixels.astype(np.float32))[:, 0].astype(float)
    v, u = np.mgrid[-h : 2 * h, -w : 2 * w]
    inside = _signed_distance_px(hull, u, v)
    assert np.array_equal(canvas[inside > 1e-3], np.ones(np.sum(inside > 1e-3), bool))
    assert not canvas[inside < -1e-3].any()


@pytest.mark.parametrize('seed', range(400, 412))
def test_corners_of_the_3d_box_bound_the_silhouette_of_convex_parts(seed):
    scene, _, _ = _truth(seed)
    w, h = scene.camera.width, scene.camera.height
    caster = _caster(scene)

    for key, geoms in scene.geoms.items():
        canvas = caster.canvas(geoms[:1])
        if not canvas.any():
            continue
        x0, y0, x1, y1 = brute_box(canvas, (-w, -h))
        pixels = _corner_pixels(scene, key)
        assert (pixels.min(axis=0) <= (x0 + 1e-3, y0 + 1e-3)).all()
        assert (pixels.max(axis=0) >= (x1 - 1 - 1e-3, y1 - 1 - 1e-3)).all()


def _corner_pixels(scene, key):
    """Corners of the labelled 3D box as pixels, projected by hand."""
    item = scene.instances[key - 1]
    pose = camera_from_box(camera_from_object(scene.world_from_camera, item), item)
    signs = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))
    x, y, z = (signs * item.size_m @ pose[:3, :3].T + pose[:3, 3]).T
    camera = scene.camera
    return np.stack([camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy], axis=1)


def _signed_distance_px(hull, u, v):
    """Distance to the nearest edge line of a convex polygon, positive inside."""
    after = np.roll(hull, -1, axis=0)
    middle = hull.mean(axis=0)
    distances = []
    for a, b in zip(hull, after, strict=True):
        normal = np.array([b[1] - a[1], a[0] - b[0]]) / np.hypot(*(b - a))
        if normal @ (middle - a) < 0:
            normal = -normal
        distances.append(normal[0] * (u - a[0]) + normal[1] * (v - a[1]))
    return np.min(distances, axis=0)


def test_the_polyhedra_are_really_cast():
    kinds = {random_scene(seed).kinds[key] for seed in SEEDS for key in range(1, 7)}

    assert set(POLYHEDRA) <= kinds
