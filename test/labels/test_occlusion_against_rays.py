"""Occluders against ray casting each object alone and all of them together.

Of renders, a few scenes; ``test_truth_bounds.py`` does hundreds.
"""

from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest
from random_scenes import random_scene
from ray_reference import RayCaster
from render_agreement import render
from surface_truth import make_renderer

from synth_ros.config.labels import LabelsConfig
from synth_ros.labels.annotate import annotate
from synth_ros.types import Silhouette

ALL = LabelsConfig(min_pixels=1, min_visibility=0.0)
VISIBLE = -2
"""Stands in maps for pixels that nothing hides."""


class Truth:
    """What each pixel of an image hides, by two casts for each object."""

    def __init__(self, scene):
        camera = scene.camera
        self._caster = RayCaster(
            scene.model, scene.data, camera=camera, world_from_camera=scene.world_from_camera
        )
        self._scene = scene
        self.cast = self._caster.image()
        surfaces = scene.geometry.surfaces
        self._thing = np.array([*(surface.thing for surface in surfaces), -1])
        self.owner = self._thing[self.cast.geom_id]

    def alone(self, key):
        camera = self._scene.camera
        return self._caster.window(
            range(camera.width), range(camera.height), only=self._scene.geoms[key]
        )

    def hidden_by(self, key):
        """The thing in front of each pixel of an object; ``VISIBLE`` elsewhere.

        The caster meets it before the object.
        """
        alone = self.alone(key)
        hidden = (alone.geom_id >= 0) & ~np.isin(self.cast.geom_id, self._scene.geoms[key])
        assert (self.cast.depth_m[hidden] <= alone.depth_m[hidden] * (1 + 1e-9)).all()
        return np.where(hidden, self.owner, VISIBLE)

    def outlines(self, key):
        """Pixels with a neighbour of another thing, in the picture or in the object's own."""
        own = (self.alone(key).geom_id >= 0).astype(np.int32)
        return _mixed(self.owner.astype(np.int32)) | _mixed(own)


def _mixed(image):
    kernel = np.ones((3, 3), np.uint8)
    low = cv2.erode(image.astype(np.int16), kernel)
    return low != cv2.dilate(image.astype(np.int16), kernel)


def _counts(hidden_by, things):
    shown = Counter(hidden_by[hidden_by != VISIBLE].tolist())
    return {things[thing]: pixels for thing, pixels in shown.items()}


@pytest.mark.parametrize('seed', range(500, 512))
def test_occluders_of_ray_cast_frames_are_exact(seed):
    scene = random_scene(seed)
    truth = Truth(scene)
    crops = {key: Silhouette(0, 0, truth.alone(key).geom_id >= 0) for key in scene.geoms}
    frame = replace(
        scene.frame(truth.cast.geom_id, truth.cast.depth_m),
        silhouettes={key: crop for key, crop in crops.items() if crop.mask.any()},
    )

    for label in annotate(frame, ALL).instances:
        expected = _counts(truth.hidden_by(label.instance.instance_id), scene.geometry.things)
        assert {entry.thing: entry.pixels for entry in label.occluders} == expected
        assert sum(expected.values()) == label.pixels_in_image - label.pixels_visible


def test_the_scenes_hide_objects_behind_objects_and_behind_the_room():
    kinds = Counter()
    for seed in range(500, 512):
        scene = random_scene(seed)
        truth = Truth(scene)
        for key in scene.geoms:
            kinds.update(
                thing.kind for thing in _counts(truth.hidden_by(key), scene.geometry.things)
            )

    assert kinds['object'] >= 10
    assert kinds['environment'] >= 10


@pytest.fixture(scope='module', params=['classic', 'filament', 'onepass'])
def renderer(request):
    with make_renderer(request.param) as made:
        yield made


def _compare(seed, renderer):
    """Pixels hidden in the rays' truth, and those that the renderer sees otherwise."""
    scene = random_scene(seed)
    truth = Truth(scene)
    frame = render(scene, renderer).frame
    things = scene.geometry.things
    thing_of = np.array([*(surface.thing for surface in scene.geometry.surfaces), -1])
    hidden = different = 0
    for label in annotate(frame, ALL).instances:
        key = label.instance.instance_id
        x0, y0, mask = frame.silhouettes[key]
        inside = np.zeros(frame.instance_id.shape, np.bool_)
        rows, columns = np.nonzero(mask)
        rows, columns = rows + y0, columns + x0
        height, width = inside.shape
        kept = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        inside[rows[kept], columns[kept]] = True
        mine = np.where(inside & (frame.instance_id != key), thing_of[frame.geom_id], VISIBLE)
        assert {entry.thing: entry.pixels for entry in label.occluders} == _counts(mine, things)
        rays = truth.hidden_by(key)
        wrong = mine != rays
        assert not (wrong & ~truth.outlines(key)).any()
        hidden += int((rays != VISIBLE).sum())
        different += int(wrong.sum())
    return hidden, different


@pytest.mark.parametrize('seed', range(600, 604))
def test_occluders_of_renders_differ_from_rays_on_outlines_only(renderer, seed):
    hidden, different = _compare(seed, renderer)

    assert different <= 0.02 * hidden + 4
