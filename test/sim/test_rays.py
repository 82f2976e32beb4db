"""Rays as renderers draw: from the front, beyond the near plane; and how far shapes reach."""

import mujoco
import numpy as np
import pytest

from synth_ros.sim.extent import reach
from synth_ros.sim.rays import camera_rays, cast, cast_as_drawn, drawn_exactly
from synth_ros.types import CameraModel

XML = """
<mujoco>
  <worldbody>
    <body pos="0 0 0"><geom name="room" type="box" size="1 1 1"/></body>
    <body pos="0 0 3"><geom name="far" type="box" size=".5 .5 .5"/></body>
    <body pos="0 0 2"><geom name="glass" type="box" size=".2 .2 .2" rgba="1 1 1 0"/></body>
    <body pos="0 0 2"><geom name="helper" type="box" size=".2 .2 .2" group="3"/></body>
    <body pos="0 0 5"><geom name="ball" type="sphere" size=".3"/></body>
  </worldbody>
</mujoco>
"""
UP = np.array([[0.0, 0, 1]])


@pytest.fixture
def scene():
    model = mujoco.MjModel.from_xml_string(XML)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


def test_nearest_surface_from_any_side(scene):
    hits = cast(*scene, origin=np.zeros(3), directions=np.concatenate([UP, -2 * UP]))
    assert [scene[0].geom(g).name for g in hits.geom_id] == ['room', 'room']
    assert hits.distance == pytest.approx([1.0, 0.5])


def test_back_faces_and_what_is_not_drawn_are_passed(scene):
    hits = cast_as_drawn(*scene, origin=np.zeros(3), directions=UP, clip=(0.02, 100))
    assert scene[0].geom(hits.geom_id[0]).name == 'far'
    assert hits.distance[0] == pytest.approx(2.5)
    assert hits.normal[0] == pytest.approx([0, 0, -1])


@pytest.mark.parametrize(
    ('clip', 'name'), [((2.6, 100), 'ball'), ((0.02, 2.4), None), ((5, 100), None)]
)
def test_clip_planes(scene, clip, name):
    hits = cast_as_drawn(*scene, origin=np.zeros(3), directions=UP, clip=clip)
    found = scene[0].geom(hits.geom_id[0]).name if hits.geom_id[0] >= 0 else None
    assert found == name
    assert (hits.distance[0] > 0) == (name is not None)


def test_distance_is_planar_depth(scene):
    camera = CameraModel('eye', 64, 48, fx=50.0, fy=55.0, cx=30.0, cy=20.0)
    pose = np.eye(4)
    pose[2, 3] = 1.2
    u, v = np.array([30.0, 40]), np.array([20.0, 25])
    origin, directions = camera_rays(camera, pose, u=u, v=v)
    hits = cast(*scene, origin=origin, directions=directions)
    assert hits.distance == pytest.approx([1.3, 1.3])
    assert directions[1] == pytest.approx([0.2, 5 / 55, 1])


def test_round_shapes_are_not_drawn_exactly(scene):
    model, _ = scene
    drawn = drawn_exactly(model)
    assert drawn[model.geom('room').id]
    assert not drawn[model.geom('ball').id]


@pytest.mark.parametrize('shape', ['sphere', 'box', 'ellipsoid', 'cylinder', 'capsule', 'mesh'])
def test_reach_holds_every_surface_point_and_touches_six(shape):
    """Against rays from all around: the farthest points that they meet."""
    kind = 'type="mesh" mesh="wedge"' if shape == 'mesh' else f'type="{shape}" size=".3 .2 .1"'
    model = mujoco.MjModel.from_xml_string(
        f"""<mujoco><asset><mesh name="wedge" vertex="0 0 0 .4 0 0 0 .3 0 0 0 .2"
        face="0 2 1 0 1 3 0 3 2 1 2 3"/></asset><worldbody><body>
        <geom {kind} pos=".1 -.2 .3" euler="20 40 60"/></body></worldbody></mujoco>"""
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    low, high = reach(model, (0,))
    rng = np.random.default_rng(0)
    for axis in range(3):
        for side, edge in ((1, high[axis]), (-1, low[axis])):
            others = [k for k in range(3) if k != axis]
            starts = np.zeros((4000, 3))
            starts[:, others] = rng.uniform(low[others], high[others], (4000, 2))
            starts[:, axis] = edge + side * 1.0
            toward = np.zeros((1, 3))
            toward[0, axis] = -side
            ways = [cast(model, data, origin=s, directions=toward) for s in starts]
            met = [w.distance[0] for w in ways if w.geom_id[0] >= 0]
            assert min(met) >= 1 - 1e-9
            assert min(met) == pytest.approx(1, abs=0.02)
