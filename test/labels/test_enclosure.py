"""Rays from a point against MuJoCo's own, and what closes around it."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from simulated_scenes import instance, state, thing

from synth_ros.errors import InternalError
from synth_ros.labels.enclosure import DIRECTIONS, encloses, has_closed_belt, probes, walls
from synth_ros.labels.solid_rays import crossings
from synth_ros.scene.surfaces import GeomOwners, surfaces_and_meshes, world_from_geom
from synth_ros.types import NO_MESH, Surface

SHAPES = """
<mujoco><asset>
  <mesh name="torus" builtin="supertorus" params="24 .3 1 1"/>
  <mesh name="cone" builtin="cone" params="9 .5"/>
</asset><worldbody>{geoms}</worldbody></mujoco>
"""
KINDS = {
    'sphere': 'type="sphere" size=".5"',
    'ellipsoid': 'type="ellipsoid" size=".3 .5 .7"',
    'box': 'type="box" size=".3 .5 .4"',
    'cylinder': 'type="cylinder" size=".4 .5"',
    'capsule': 'type="capsule" size=".3 .4"',
    'torus': 'type="mesh" mesh="torus"',
    'cone': 'type="mesh" mesh="cone"',
}
STATIC_TOO = True


def scene(geoms: str):
    """The model, its data, and its state: one thing of all geoms."""
    model = mujoco.MjModel.from_xml_string(SHAPES.format(geoms=geoms))
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    none = np.zeros(model.ngeom, np.int32)
    surfaces, meshes = surfaces_and_meshes(model, GeomOwners(none, none, none))
    made = state([thing(1)], [], surfaces=surfaces, meshes=meshes, poses=world_from_geom(data))
    return model, data, made


def cast(model, data, point) -> np.ndarray:
    """Which rays first meet a front, by MuJoCo."""
    met = np.zeros(len(DIRECTIONS), bool)
    hit, normal = np.zeros(1, np.int32), np.zeros(3)
    for k, ray in enumerate(DIRECTIONS):
        found = mujoco.mj_ray(model, data, point, ray, None, STATIC_TOO, -1, hit, normal)
        met[k] = found >= 0 and normal @ ray < 0
    return met


@pytest.mark.parametrize('kind', KINDS)
def test_rays_meet_every_shape_as_mujoco_says(kind):
    rng = np.random.default_rng(sorted(KINDS).index(kind))
    model, data, made = scene(f'<geom {KINDS[kind]} pos=".2 -.1 .3" euler="20 50 -70"/>')
    fronts = []
    for point in rng.uniform(-1.2, 1.2, (60, 3)):
        found = walls(made, [0], point)
        np.testing.assert_array_equal(found, cast(model, data, point))
        fronts.append(found.any())
    assert 0 < np.mean(fronts) <= 1


def test_the_first_of_several_surfaces_counts():
    """Also where they overlap: a point in one of them sees the front of another."""
    rng = np.random.default_rng(1)
    geoms = ''.join(
        f'<geom {shape} pos="{at}"/>'
        for shape, at in zip(KINDS.values(), np.round(rng.uniform(-1, 1, (7, 3)), 3), strict=True)
    )
    geoms = geoms.replace('[', '').replace(']', '')
    model, data, made = scene(geoms)
    for point in rng.uniform(-1, 1, (80, 3)):
        np.testing.assert_array_equal(walls(made, range(7), point), cast(model, data, point))


def test_a_ray_along_an_axis_or_face_meets_what_it_points_at():
    box = Surface('box', (1.0, 1.0, 1.0), NO_MESH, 0, 0, 0, drawn=True)
    rays = np.array([[0.0, 0, 1], [0, 0, -1], [1, 0, 0]])
    enter, leave = crossings(box, np.array([0.5, 0.0, -3.0]), rays)
    assert (enter[0], leave[0]) == (2, 4)
    assert (enter[1], leave[1]) == (-4, -2)
    assert enter[2] > leave[2]
    tube = box._replace(shape='cylinder')
    enter, leave = crossings(tube, np.array([0.5, 0.0, -3.0]), rays)
    assert (enter[0], leave[0]) == (2, 4)
    assert enter[2] > leave[2]
    enter, leave = crossings(tube, np.array([1.5, 0.0, -3.0]), rays[:1])
    assert enter[0] > leave[0]


def test_a_plane_is_no_solid():
    floor = Surface('plane', (1.0, 1.0, 1.0), NO_MESH, 0, 0, 0, drawn=True)
    with pytest.raises(InternalError, match="shape 'plane', which is no solid"):
        crossings(floor, np.zeros(3), DIRECTIONS)


@pytest.mark.parametrize(
    ('z', 'closed'), [(0, True), (0.7, True), (0.9, False), (1.2, False), (-1.2, False)]
)
def test_a_point_in_a_tube_is_enclosed_down_to_15_degrees_below_its_rim(z, closed):
    """Walls of 24 boxes at a radius of 1; no floor."""
    turns = [(15 * k, np.deg2rad(15 * k)) for k in range(24)]
    geoms = ''.join(
        f'<geom type="box" size=".01 .14 1" pos="{np.cos(a)} {np.sin(a)} 0" euler="0 0 {turn}"/>'
        for turn, a in turns
    )
    _, _, made = scene(geoms)
    assert encloses(made, 0, [np.array([0, 0, z], float)]) is closed


def test_the_inside_of_a_solid_and_what_is_not_drawn_enclose_nothing():
    _, _, solid = scene('<geom type="box" size="1 1 1"/>')
    assert not encloses(solid, 0, [np.zeros(3)])
    _, _, hidden = scene('<geom type="mesh" mesh="torus" rgba="1 1 1 0"/>')
    assert not encloses(hidden, 0, [np.zeros(3)])
    _, _, ring = scene('<geom type="mesh" mesh="torus"/>')
    assert encloses(ring, 0, [np.zeros(3)])
    assert not encloses(ring, 1, [np.zeros(3)])


def test_a_belt_is_closed_only_without_a_gap():
    up = DIRECTIONS[:, 2]
    assert has_closed_belt(np.ones(len(DIRECTIONS), bool))
    assert has_closed_belt(up < np.sin(np.deg2rad(18)))
    assert not has_closed_belt(up < np.sin(np.deg2rad(10)))
    gap = DIRECTIONS @ np.array([1.0, 0, 0]) > np.cos(np.deg2rad(25))
    assert not has_closed_belt((np.abs(up) < np.sin(np.deg2rad(25))) & ~gap)


def test_probes_of_a_turned_box():
    """Turned about y by 45 degrees, it ends sqrt(2) * 0.1 below its centre."""
    pose = np.eye(4)
    half = np.sqrt(0.5)
    pose[:3, :3] = [[half, 0, half], [0, 1, 0], [-half, 0, half]]
    pose[:3, 3] = 1, 2, 3
    found = probes(instance(1, pose=pose, size=(0.2, 0.6, 0.3)))
    expected = [
        [1, 2, 3 - 0.75 * 0.1 * np.sqrt(2)],
        [1, 2.225, 3],
        [1, 1.775, 3],
        [1, 2, 3],
    ]
    np.testing.assert_allclose(found, expected, atol=1e-12)
