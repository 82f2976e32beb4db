"""What rays say a camera would see, against one ray for every pixel of the labels' canvas."""

import mujoco
import numpy as np
import pytest

from synth_ros.geometry.transforms import make_transform
from synth_ros.sim.rays import cast_as_drawn, model_for_rays
from synth_ros.sim.sight import Sight, View
from synth_ros.types import CameraModel

CAMERA = CameraModel('c', 480, 360, fx=440.0, fy=440.0, cx=239.5, cy=179.5)


def looking(eye, target):
    """A view from one point to another, the image upright."""
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    return View(
        CAMERA,
        make_transform(np.column_stack([right, np.cross(forward, right), forward]), np.array(eye)),
    )


def slow_share(world, view, part):
    """Pixel by pixel: seen in the image, of those covered alone on three by three images."""
    model = model_for_rays(world.model)
    alone = model_for_rays(world.model)
    others = np.setdiff1d(np.arange(model.ngeom), part.geom_ids)
    alone.geom_group[others] = mujoco.mjNGROUP - 1
    # All pixels of the object's bounding ball.
    seen = view.world_from_camera[:3, :3].T @ (
        world.placed.xpos[part.body_id] - view.world_from_camera[:3, 3]
    )
    u, v = (440 * seen[:2] / seen[2] + [239.5, 179.5]).round()
    reach = 440 * 0.09 / seen[2]
    u, v = np.meshgrid(np.arange(u - reach, u + reach), np.arange(v - reach, v + reach))
    rays = np.stack([(u - 239.5) / 440, (v - 179.5) / 440, np.ones(u.shape)], axis=2)
    rays = rays.reshape(-1, 3)
    directions = np.ascontiguousarray(rays @ view.world_from_camera[:3, :3].T)
    origin = np.ascontiguousarray(view.world_from_camera[:3, 3])
    covered = cast_as_drawn(
        alone, world.placed, origin=origin, directions=directions, clip=(0.02, 30.0)
    ).geom_id
    pixels = np.flatnonzero(covered >= 0)
    inside = ((u >= 0) & (u < 480) & (v >= 0) & (v < 360)).ravel()[pixels]
    seen = cast_as_drawn(
        model, world.placed, origin=origin, directions=directions[pixels], clip=(0.02, 30.0)
    ).geom_id
    return np.count_nonzero(np.isin(seen, part.geom_ids) & inside) / len(pixels)


@pytest.fixture
def lined_up(make):
    """Brick and ball above the table, the one before the other as seen along x."""
    made = make()
    world = made.world
    qpos = world.data.qpos.copy()
    for k, part in enumerate(world.scene.objects):
        at = part.qpos_address
        qpos[at : at + 7] = (0.9 + 0.15 * k, 0.04 * k, 1.5, 1, 0, 0, 0)
    world.set_objects(qpos)
    return world


@pytest.mark.parametrize(
    ('eye', 'target'),
    [
        ((0.2, 0.0, 1.5), (1.0, 0.05, 1.5)),  # one behind the other
        ((0.3, -0.2, 1.55), (1.1, 0.05, 1.5)),  # from the side
        ((0.6, -0.1, 1.55), (1.1, 0.45, 1.4)),  # in part outside the image
    ],
)
def test_the_share_is_that_of_the_pixels(lined_up, eye, target):
    view, sight = looking(eye, target), Sight(lined_up)
    shares = []
    for part in lined_up.scene.objects:
        share = sight.visible_share(view, part)
        assert share == pytest.approx(slow_share(lined_up, view, part), abs=0.025)
        shares.append(share)
    assert any(0.05 < share < 0.95 for share in shares)


def test_what_is_behind_the_camera_or_aside_has_no_share(lined_up):
    sight, part = Sight(lined_up), lined_up.scene.objects[0]
    behind = looking((2.0, 0.0, 1.5), (3.0, 0.0, 1.5))
    assert sight.visible_share(behind, part) == 0
    assert sight.visible_share(looking((0.9, -2.0, 1.5), (5.0, -1.9, 1.5)), part) == 0


def test_a_point_is_seen_unless_something_lies_before_it(lined_up):
    sight = Sight(lined_up)
    first = lined_up.scene.objects[0]
    centre = (lined_up.world_from_body(first.body_id) @ first.object_from_box)[:3, 3]
    view = looking((0.2, 0.0, 1.5), (1.0, 0.0, 1.5))
    assert sight.sees_point(view, centre - np.array([0.1, 0, 0]))
    assert not sight.sees_point(view, centre + np.array([0.2, 0, 0]))
    assert not sight.sees_point(view, np.array([-1.0, 0, 1.5]))
    outside = np.array([0.3, 0.6, 1.5])
    assert not sight.contains(view, outside)
    assert not sight.sees_point(view, outside)


def test_a_camera_needs_room(lined_up):
    sight = Sight(lined_up)
    first = lined_up.scene.objects[0]
    centre = (lined_up.world_from_body(first.body_id) @ first.object_from_box)[:3, 3]
    assert not sight.is_free(centre, clearance_m=0.001)
    beside = centre - np.array([first.size_m[0] / 2 + 0.03, 0, 0])
    assert sight.is_free(beside, clearance_m=0.02)
    assert not sight.is_free(beside, clearance_m=0.05)
