"""The built-in objects are what their generator makes, and physically sound."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
import pytest
from PIL import Image

from tools.make_assets.objects.mjcf import write_object
from tools.make_assets.objects.registry import CLASSES, build

OBJECTS = Path(__file__).parents[2] / 'synth_ros' / 'assets' / 'objects'
NAMES = sorted(path.parent.relative_to(OBJECTS).as_posix() for path in OBJECTS.rglob('object.xml'))
VISUAL, COLLISION = 2, 3
LIES_TILTED = {'hammer', 'screwdriver'}
"""Heavy end and handle differ in thickness: at rest they lean by a few degrees."""

every_object = pytest.mark.parametrize('name', NAMES)


class Bounds(NamedTuple):
    low: np.ndarray
    high: np.ndarray


def load(name: str) -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_path(str(OBJECTS / name / 'object.xml'))


def geom_bounds(model: mujoco.MjModel, group: int) -> Bounds:
    """Exact axis-aligned bounds of all geoms of a group in the body frame."""
    lows, highs = [], []
    for geom in np.flatnonzero(model.geom_group == group):
        rotation = np.zeros(9)
        mujoco.mju_quat2Mat(rotation, model.geom_quat[geom])
        rotation = rotation.reshape(3, 3)
        size, kind = model.geom_size[geom], model.geom_type[geom]
        if kind == mujoco.mjtGeom.mjGEOM_MESH:
            mesh = model.geom_dataid[geom]
            start = model.mesh_vertadr[mesh]
            vertices = model.mesh_vert[start : start + model.mesh_vertnum[mesh]] @ rotation.T
            low, high = vertices.min(axis=0), vertices.max(axis=0)
        else:
            reach = {
                mujoco.mjtGeom.mjGEOM_BOX: lambda r, s: np.abs(r) @ s,
                mujoco.mjtGeom.mjGEOM_SPHERE: lambda r, s: np.full(3, s[0]),
                mujoco.mjtGeom.mjGEOM_CYLINDER: lambda r, s: (
                    np.abs(r[:, 2]) * s[1] + s[0] * np.sqrt(np.clip(1 - r[:, 2] ** 2, 0, 1))
                ),
            }[mujoco.mjtGeom(kind)](rotation, size)
            low, high = -reach, reach
        lows.append(low + model.geom_pos[geom])
        highs.append(high + model.geom_pos[geom])
    return Bounds(np.min(lows, axis=0), np.max(highs, axis=0))


def test_there_is_enough_to_choose_from() -> None:
    variants = {}
    for name in NAMES:
        variants.setdefault(name.split('/')[0], []).append(name)
    assert len(variants) >= 14
    assert min(len(v) for v in variants.values()) >= 3


def test_the_shipped_objects_are_those_of_the_generator() -> None:
    assert sorted(f'{c}/{v.name}' for c, variants in CLASSES.items() for v in variants) == NAMES


def test_all_files_together_stay_small() -> None:
    sizes = [path.stat().st_size for path in OBJECTS.rglob('*') if path.is_file()]
    assert sum(sizes) < 12e6


@every_object
def test_bounding_box_is_centred_at_the_body(name: str) -> None:
    bounds = geom_bounds(load(name), VISUAL)
    np.testing.assert_allclose(bounds.low + bounds.high, 0.0, atol=1e-4)


@every_object
def test_collision_shape_has_the_size_of_the_visible_one(name: str) -> None:
    model = load(name)
    visible, solid = geom_bounds(model, VISUAL), geom_bounds(model, COLLISION)
    np.testing.assert_allclose(solid.low, visible.low, atol=2e-3)
    np.testing.assert_allclose(solid.high, visible.high, atol=2e-3)


@every_object
def test_roles_of_geoms_and_materials(name: str) -> None:
    model = load(name)
    for geom in range(model.ngeom):
        group, touches = model.geom_group[geom], model.geom_contype[geom]
        assert (group, bool(touches)) in {(VISUAL, False), (COLLISION, True)}
    main = model.geom_matid[model.geom('visual').id]
    assert model.mat(main).name == 'tint_body'
    materials = model.geom_matid[model.geom_group == VISUAL]
    assert (materials >= 0).all()


@every_object
def test_mass_and_inertia_are_physical(name: str) -> None:
    model = load(name)
    mass, inertia = float(model.body_mass[1]), np.sort(model.body_inertia[1])
    half = geom_bounds(model, VISUAL).high
    assert 0.01 < mass < 2.5
    assert 15 < mass / np.prod(2 * half) < 4000  # kg/m^3 of the bounding box: foam to steel
    assert inertia[0] > 0
    assert inertia[2] <= inertia[0] + inertia[1]
    # No part is farther from the centre than the corner of the box.
    assert inertia[2] < mass * float(half @ half)
    assert (np.abs(model.body_ipos[1]) < half).all()


@every_object
def test_meshes_are_lit_from_outside(name: str) -> None:
    """Unit normals, on the side that the winding of the face calls outside."""
    model = load(name)
    for geom in np.flatnonzero(model.geom_group == VISUAL):
        mesh = model.geom_dataid[geom]
        first, count = model.mesh_faceadr[mesh], model.mesh_facenum[mesh]
        points = model.mesh_vert[model.mesh_vertadr[mesh] :]
        normals = model.mesh_normal[model.mesh_normaladr[mesh] :]
        corners = points[model.mesh_face[first : first + count]].astype(float)
        given = normals[model.mesh_facenormal[first : first + count]].astype(float)
        assert np.isfinite(given).all()
        np.testing.assert_allclose(np.linalg.norm(given, axis=-1), 1.0, atol=2e-3)
        area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        agrees = (np.einsum('fi,fci->fc', area, given) > 0).all(axis=1)
        wrong = np.linalg.norm(area[~agrees], axis=1).sum() / np.linalg.norm(area, axis=1).sum()
        assert wrong < 0.005
        volume = np.einsum('ti,ti->t', corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
        assert volume.sum() > 0


@every_object
def test_main_surface_is_closed(name: str) -> None:
    """Every edge of the main mesh is passed as often one way as the other."""
    balance: Counter[tuple[int, int]] = Counter()
    for line in (OBJECTS / name / 'visual.obj').read_text().splitlines():
        if line.startswith('f '):
            face = [int(corner.partition('/')[0]) for corner in line.split()[1:]]
            for a, b in pairwise([*face, face[0]]):
                balance[min(a, b), max(a, b)] += 1 if a < b else -1
    assert len(balance) > 30
    assert set(balance.values()) == {0}


@every_object
def test_dropped_upright_it_comes_to_rest(name: str) -> None:
    half = geom_bounds(load(name), VISUAL).high
    spec = mujoco.MjSpec.from_string(
        '<mujoco><option jacobian="dense"/><worldbody>'
        '<geom type="plane" size="2 2 .1"/></worldbody></mujoco>'
    )
    frame = spec.worldbody.add_frame(pos=[0, 0, half[2] + 0.002])
    spec.attach(
        mujoco.MjSpec.from_file(str(OBJECTS / name / 'object.xml')), prefix='o/', frame=frame
    )
    spec.bodies[1].add_freejoint()
    model = spec.compile()
    data = mujoco.MjData(model)
    while data.time < 2.0:
        mujoco.mj_step(model, data)
    upright = 1 - 2 * float(data.qpos[4] ** 2 + data.qpos[5] ** 2)
    tilt_deg = np.degrees(np.arccos(min(1.0, upright)))
    assert tilt_deg < (8.0 if name.split('/', maxsplit=1)[0] in LIES_TILTED else 2.5)
    assert np.abs(data.qvel[:3]).max() < 0.01
    assert np.abs(data.qvel[3:]).max() < 0.1
    assert np.hypot(*data.qpos[:2]) < 0.01
    assert -0.001 < data.contact.dist.min() < 0.0005


def test_a_small_thing_comes_to_rest_inside_a_bowl() -> None:
    spec = mujoco.MjSpec.from_file(str(OBJECTS / 'bowl' / 'banded' / 'object.xml'))
    ball = spec.worldbody.add_body(name='ball', pos=[0.01, 0, 0.06])
    ball.add_freejoint()
    ball.add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[0.012, 0, 0], density=500)
    model = spec.compile()
    data = mujoco.MjData(model)
    while data.time < 2.0:
        mujoco.mj_step(model, data)
    x, y, z = data.body('ball').xpos
    assert np.hypot(x, y) < 0.04
    assert -0.03 < z < 0.0


@pytest.mark.parametrize('name', ['mug/striped', 'banana/spotted'])
def test_generation_is_repeatable(name: str, tmp_path: Path) -> None:
    class_name, variant_name = name.split('/')
    variant = next(v for v in CLASSES[class_name] if v.name == variant_name)
    for folder in ('one', 'two'):
        write_object(build(class_name, variant), tmp_path / folder, name)
    shipped = OBJECTS / name
    files = sorted(path.name for path in shipped.iterdir())
    assert sorted(path.name for path in (tmp_path / 'one').iterdir()) == files
    for file in files:
        first = (tmp_path / 'one' / file).read_bytes()
        assert first == (tmp_path / 'two' / file).read_bytes()
        if file.endswith('.png'):
            # Another zlib may pack the same pixels differently.
            ours = np.asarray(Image.open(shipped / file).convert('RGB'))
            made = np.asarray(Image.open(tmp_path / 'one' / file).convert('RGB'))
            np.testing.assert_array_equal(made, ours)
        else:
            assert first == (shipped / file).read_bytes()
