"""The stereo pair: disparity is fx * b / z, and looking at it changes nothing else."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from synth_ros.pipeline.capture import right_eye
from synth_ros.pipeline.demand import EVERYTHING, Wanted
from synth_ros.pipeline.live import LiveSession
from synth_ros.render.base import Viewpoint
from synth_ros.sensors.infra import grey
from synth_ros.types import CameraModel

BASELINE_M = 0.1
# A floor with speckles of a centimetre, which the head camera sees at a slant.
FLOOR = """
<mujoco>
  <asset>
    <texture name="speckle" type="2d" builtin="flat" mark="random" random=".45" width="1024"
      height="1024" rgb1=".25 .3 .2" markrgb=".8 .75 .7"/>
    <material name="speckled" texture="speckle" texrepeat="1 1"/>
  </asset>
  <worldbody>
    <geom name="floor" type="box" size="5 5 .05" pos="0 0 -.05" material="speckled"/>
    <site name="surface_floor" type="box" size=".1 .1 .001" pos="1.2 0 0"/>
  </worldbody>
</mujoco>
"""
CHANGES = {
    'name: head, width: 96, height: 72}': 'name: head, width: 320, height: 240,\n'
    f'     stereo: {{baseline_m: {BASELINE_M}}}}}',
    "'builtin://table'": 'floor.xml',
    'count: [3, 5]': 'count: [1, 1]',
    'rgb_noise: 2.0': 'rgb_noise: 1.0',
}


@pytest.fixture
def frame(open_config, tmp_path: Path):
    """The head's sample of the first frame; which eyes are wanted is told."""
    (tmp_path / 'floor.xml').write_text(FLOOR)
    stage = open_config(**CHANGES)

    def play(*eyes):
        stage.wanted = Wanted(lambda _camera: EVERYTHING.union(eyes))
        return LiveSession(stage).advance().samples[0]

    return play


def test_disparity_of_a_slanted_floor_is_that_of_its_depth(frame):
    sample = frame('infra1', 'infra2')
    camera, depth_m = sample.frame.camera, sample.frame.depth_m
    matcher = cv2.StereoSGBM.create(0, 48, 7, 8 * 49, 32 * 49, 1, 0, 5)
    found = matcher.compute(sample.infra1, sample.infra2) / 16
    valid = (found > 0) & (depth_m > 0)
    valid[:, :48] = False
    truth = camera.fx * BASELINE_M / np.where(depth_m > 0, depth_m, 1)
    assert valid.sum() > 0.6 * valid[:, 48:].size
    # The floor is seen at a slant: many disparities occur.
    assert np.ptp(truth[valid]) > 8
    error = found[valid] - truth[valid]
    assert abs(np.median(error)) < 0.1
    assert np.median(np.abs(error)) < 0.3


def test_the_pictures_fit_best_where_depth_says(frame):
    """The right picture, moved by the disparity of each pixel and a little more, is the left."""
    sample = frame('infra2')
    left, right = (
        grey(rgb).astype(np.float32) for rgb in (sample.frame.rgb, sample.frame.right_rgb)
    )
    depth_m = sample.frame.depth_m
    rows, columns = np.indices(left.shape, np.float32)
    disparity = sample.frame.camera.fx * BASELINE_M / np.where(depth_m > 0, depth_m, 1)
    seen = (depth_m > 0) & (columns > 48)
    offsets = np.linspace(-0.5, 0.5, 21)
    misfit = []
    for offset in offsets:
        at = (columns - disparity - offset).astype(np.float32)
        moved = cv2.remap(right, at, rows, cv2.INTER_CUBIC)
        misfit.append(np.square(moved - left)[seen].mean())
    square = np.polynomial.Polynomial.fit(offsets, misfit, 2).convert().coef
    assert abs(-square[1] / 2 / square[2]) < 0.02


def test_who_looks_changes_nothing_else(frame):
    alone, left, right, both = frame(), frame('infra1'), frame('infra2'), frame('infra1', 'infra2')
    assert alone.infra1 is alone.infra2 is left.infra2 is right.infra1 is None
    assert alone.frame.right_rgb is left.frame.right_rgb is None
    np.testing.assert_array_equal(left.infra1, both.infra1)
    np.testing.assert_array_equal(right.infra2, both.infra2)
    for sample in (left, right, both):
        np.testing.assert_array_equal(sample.rgb, alone.rgb)
        np.testing.assert_array_equal(sample.depth_m, alone.depth_m)
        assert sample.provenance_json == alone.provenance_json
    assert both.infra1.shape == (240, 320)
    # The left eye is the camera's own; the noise of each eye is its own.
    noise = [
        image.astype(int) - grey(rgb)
        for image, rgb in (
            (both.infra1, both.frame.rgb),
            (both.infra2, both.frame.right_rgb),
        )
    ]
    assert all(abs(n.std() - 1) < 0.2 for n in noise)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.05
    with pytest.raises(ValueError, match='read-only'):
        both.infra2[0, 0] = 0


def test_the_right_eye_stands_to_the_right_on_the_same_rows():
    camera = CameraModel('eye', 64, 48, 50.0, 60.0, 31.5, 23.5)
    rng = np.random.default_rng(3)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, (1.0, -2.0, 0.5)
    left = Viewpoint(camera, pose)
    right = right_eye(left, 0.2)
    points = np.array([[0.3, -0.2, 1.5, 1.0], [-0.5, 0.1, 4.0, 1.0]])
    for point in points:
        seen = np.linalg.inv(right.world_from_camera) @ pose @ point
        u, v, w = camera.matrix @ seen[:3]
        here = camera.matrix @ point[:3]
        assert u / w == pytest.approx(here[0] / here[2] - camera.fx * 0.2 / point[2])
        assert v / w == pytest.approx(here[1] / here[2])
