"""Drawing in the background: several states on their way, each as it was when submitted."""

import mujoco
import numpy as np
import pytest

from render.scenes import CONFIG, compile_scene, look_at, skewed_camera
from synth_ros.config.render import RenderConfig
from synth_ros.errors import InternalError
from synth_ros.render.base import Shot
from synth_ros.render.onepass.exposure import Pool, expose
from synth_ros.render.onepass.renderer import OnepassRenderer

VIEW = look_at(skewed_camera())


@pytest.fixture(scope='module')
def renderer():
    with OnepassRenderer(CONFIG) as made:
        yield made


@pytest.fixture
def falling():
    return compile_scene(
        '<body pos="0 0 .4"><freejoint/><geom type="box" size=".1 .08 .06" rgba=".8 .2 .2 1"/>'
        '</body><geom type="plane" size="2 2 .1"/>'
    )


def same(picture, layers, silhouettes):
    assert all(np.array_equal(a, b) for a, b in zip(picture.layers[:3], layers[:3], strict=True))
    for a, b in zip(picture.silhouettes, silhouettes, strict=True):
        assert (a.x0, a.y0) == (b.x0, b.y0)
        assert np.array_equal(a.mask, b.mask)


def test_pictures_are_of_the_state_when_submitted(renderer, falling):
    renderer.load(falling.model)
    pending, expected = [], []
    for _ in range(4):
        for _ in range(40):
            mujoco.mj_step(falling.model, falling.data)
        mujoco.mj_forward(falling.model, falling.data)
        expected.append(
            (
                renderer.render(falling.data, VIEW),
                renderer.silhouettes(falling.data, VIEW, [[0]]),
            )
        )
        pending.append(renderer.submit(falling.data, [Shot(VIEW, [[0]])]))
    assert not np.array_equal(expected[0][0].depth_m, expected[-1][0].depth_m)
    for submitted, (layers, silhouettes) in zip(pending, expected, strict=True):
        same(submitted.collect()[0], layers, silhouettes)


def test_several_cameras_of_one_state(renderer, falling):
    views = [VIEW, look_at(skewed_camera(200, 160), eye=(0.6, -0.7, 0.9))]
    renderer.load(falling.model)
    pictures = renderer.submit(falling.data, [Shot(view, [[0]]) for view in views]).collect()
    for view, picture in zip(views, pictures, strict=True):
        same(
            picture,
            renderer.render(falling.data, view),
            renderer.silhouettes(falling.data, view, [[0]]),
        )


def test_pictures_are_collected_once_and_in_order(renderer, falling):
    renderer.load(falling.model)
    first = renderer.submit(falling.data, [Shot(VIEW)])
    second = renderer.submit(falling.data, [Shot(VIEW)])
    with pytest.raises(InternalError, match='out of order'):
        second.collect()
    assert len(first.collect()) == 1
    with pytest.raises(InternalError, match='collected twice'):
        first.collect()
    renderer.load(falling.model)
    with pytest.raises(InternalError, match='after another model was loaded'):
        second.collect()


def test_copies_of_the_driver_are_the_pictures(renderer, falling):
    """What a GPU does in the background gives the same bits as reading at once."""
    renderer.load(falling.model)
    shot = Shot(VIEW, [[0]], normals=True)
    pool = Pool(renderer._context, CONFIG, background=True)
    exposed = [expose(renderer._scene, falling.data, [shot], pool=pool)[0] for _ in range(3)]
    plain = renderer.submit(falling.data, [shot]).collect()[0]
    for item in exposed:
        picture = item.picture(pool)
        same(picture, plain.layers, plain.silhouettes)
        assert np.array_equal(picture.layers.normals, plain.layers.normals)
    pool.free()


def test_shadow_maps_are_drawn_again_when_something_moved(renderer, falling):
    with OnepassRenderer(RenderConfig(shadow_size=512, samples=0)) as fresh:
        renderer.load(falling.model)
        renderer.render(falling.data, VIEW)
        falling.data.qpos[0] += 0.15
        mujoco.mj_forward(falling.model, falling.data)
        moved = renderer.render(falling.data, VIEW)
        fresh.load(falling.model)
        again = fresh.render(falling.data, VIEW)
    flat = again.geom_id == 1
    assert np.array_equal(moved.geom_id, again.geom_id)
    # Antialiasing changes edges alone.
    assert np.mean(np.abs(moved.rgb[flat].astype(int) - again.rgb[flat]) <= 2) > 0.95
