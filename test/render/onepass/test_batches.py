"""Many things cost few calls, and are right all the same."""

from collections import Counter

import numpy as np
import pytest

from render.scenes import CONFIG, compile_scene, look_at, skewed_camera
from synth_ros.render.base import Shot
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.onepass.context import raw_gl
from synth_ros.render.onepass.renderer import OnepassRenderer

SHAPES = ('box', 'sphere', 'capsule', 'cylinder', 'ellipsoid')


@pytest.fixture(scope='module')
def crowd():
    rng = np.random.default_rng(3)
    geoms = ''.join(
        f'<geom type="{SHAPES[i % 5]}" size=".02 .015 .03" '
        f'pos="{(i % 20 - 9.5) * 0.07} {(i // 20 - 4.5) * 0.07} 0" '
        f'euler="{rng.uniform(0, 90):.1f} {rng.uniform(0, 90):.1f} 0"/>'
        for i in range(200)
    )
    return compile_scene(geoms)


@pytest.fixture
def calls(monkeypatch):
    """How often each GL drawing call is made."""
    counted = Counter()
    gl = raw_gl()
    inner = gl.glMultiDrawElementsIndirect

    def draw(*arguments):
        counted['draw'] += 1
        return inner(*arguments)

    monkeypatch.setattr(gl, 'glMultiDrawElementsIndirect', draw)
    return counted


def test_two_hundred_objects_take_a_few_calls(crowd, calls):
    view = look_at(skewed_camera(640, 480), eye=(0.0, -0.5, 1.2))
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(crowd.model)
        renderer.render(crowd.data, view)
    # Four families: in the shadow map, in the picture, and once more at its edges.
    assert 0 < calls['draw'] <= 12


def test_silhouettes_of_two_hundred_objects_are_those_of_each_alone(crowd, calls):
    view = look_at(skewed_camera(160, 120), eye=(0.0, -0.5, 1.2))
    groups = [[i] for i in range(200)]
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(crowd.model)
        together = renderer.submit(crowd.data, [Shot(view, groups)]).collect()[0].silhouettes
        drawn = calls['draw']
        alone = [renderer.silhouettes(crowd.data, view, [group])[0] for group in groups]
    assert drawn < 100
    shown = 0
    for one, other in zip(together, alone, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            shown += 1
            assert (one.x0, one.y0) == (other.x0, other.y0)
            assert np.array_equal(one.mask, other.mask)
    assert shown == 200


def test_every_one_of_them_is_where_rays_see_it(crowd):
    view = look_at(skewed_camera(320, 240), eye=(0.0, -0.5, 1.2))
    with OnepassRenderer(CONFIG) as renderer, RaycastRenderer() as rays:
        renderer.load(crowd.model)
        rays.load(crowd.model)
        seen, truth = renderer.render(crowd.data, view), rays.render(crowd.data, view)
    assert np.mean(seen.geom_id == truth.geom_id) > 0.9998
    same = (seen.geom_id == truth.geom_id) & (truth.geom_id >= 0)
    # Round shapes are met by rays in both: nothing is a polygon.
    assert np.abs(seen.depth_m - truth.depth_m)[same].max() < 2e-4
    assert np.median(np.abs(seen.depth_m - truth.depth_m)[same]) < 1e-6
