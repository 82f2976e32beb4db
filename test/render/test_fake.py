"""The reference renderer, on scenes simple enough to work out."""

from __future__ import annotations

import numpy as np
import pytest

from synth_ros.errors import InternalError
from synth_ros.render.fake import RaycastRenderer
from synth_ros.types import CameraModel

from .scenes import compile_scene, look_at

CAMERA = CameraModel('test', 11, 7, 10.0, 10.0, 5.0, 3.0)


def test_wall_and_ball() -> None:
    scene = compile_scene(
        '<geom type="box" size="9 .5 9" pos="0 2.5 0" rgba="1 0 0 1"/>'
        '<geom type="sphere" size=".1" pos="0 1 0" rgba="0 0 1 1"/>'
        '<geom type="sphere" size=".3" pos="0 1 0" group="4"/>'
        '<geom type="sphere" size=".3" pos="0 1 0" rgba="1 1 1 0"/>'
    )
    viewpoint = look_at(CAMERA, eye=(0.0, 0.0, 0.0), target=(0.0, 1.0, 0.0))
    with RaycastRenderer() as rays:
        rays.load(scene.model)
        seen = rays.render(scene.data, viewpoint)
        ball, wall, hidden = rays.silhouettes(scene.data, viewpoint, [[1], [0, 2], [2, 3]])
    # The ball's outline is a circle of 10 * 0.1 / sqrt(1 - 0.01) = 1.005 pixels.
    assert (seen.geom_id == 1).sum() == 5
    assert (seen.geom_id == 0).sum() == 11 * 7 - 5
    assert seen.depth_m[3, 5] == pytest.approx(0.9)
    # A wall across the axis has one depth, however oblique the ray.
    assert seen.depth_m[seen.geom_id == 0] == pytest.approx(2.0)
    assert seen.rgb[3, 5].tolist() == [0, 0, 255]
    assert seen.rgb[0, 0].tolist() == [255, 0, 0]
    assert ball is not None
    assert (ball.x0, ball.y0) == (4, 2)
    assert ball.mask.sum() == 5
    assert wall is not None
    assert wall.mask.shape == (21, 33)
    assert wall.mask.all()
    assert hidden is None


def test_nothing_there() -> None:
    scene = compile_scene('<geom type="sphere" size=".1" pos="0 -1 0"/>')
    with RaycastRenderer() as rays:
        rays.load(scene.model)
        seen = rays.render(
            scene.data, look_at(CAMERA, eye=(0.0, 0.0, 0.0), target=(0.0, 1.0, 0.0))
        )
    assert (seen.geom_id == -1).all()
    assert not seen.depth_m.any()
    assert not seen.rgb.any()
    assert (seen.rgb.dtype, seen.depth_m.dtype) == (np.uint8, np.float32)


def test_needs_a_model() -> None:
    scene = compile_scene('<geom type="sphere" size=".1"/>')
    with RaycastRenderer() as rays, pytest.raises(InternalError, match='before load'):
        rays.render(scene.data, look_at(CAMERA))
