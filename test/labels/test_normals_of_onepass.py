"""The one-pass renderer's layer of facet normals against the normals that labels find by rays."""

import numpy as np
import pytest
from random_scenes import random_scene
from surface_truth import KINDS, angles_deg, make_renderer

from synth_ros.geometry.camera import pixel_rays
from synth_ros.labels.normals import surface_normals
from synth_ros.render.base import Shot, Viewpoint


@pytest.fixture(scope='module')
def renderer():
    with make_renderer('onepass') as made:
        yield made


@pytest.mark.parametrize('seed', range(6))
def test_facet_normals_are_those_that_rays_meet(renderer, seed):
    scene = random_scene(seed, kinds=KINDS, jointed=True)
    renderer.load(scene.model)
    view = Viewpoint(scene.camera, scene.world_from_camera)
    layers = renderer.submit(scene.data, [Shot(view, normals=True)]).collect()[0].layers
    truth = surface_normals(scene.frame(layers.geom_id, layers.depth_m))

    shown = layers.geom_id >= 0
    assert shown.sum() > 500
    error = angles_deg(layers.normals[shown], truth[shown])
    # Round shapes: 16 bits a coordinate. Another facet is shown where two meet within the grid.
    assert np.median(error) < 0.005
    assert np.mean(error < 0.02) > 0.995
    lengths = np.linalg.norm(layers.normals[shown], axis=-1)
    assert np.abs(lengths - 1).max() < 1e-6
    assert not layers.normals[~shown].any()
    assert ((layers.normals * pixel_rays(scene.camera)).sum(axis=-1) <= 1e-6).all()
