import mujoco
import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose

from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.scene import mass
from synth_ros.scene.collision import hull_mesh
from synth_ros.scene.solid import Bounds, MassProperties, SolidGeom, scaled_mass

SIZES = {
    'box': (0.1, 0.2, 0.3),
    'sphere': (0.1, 0.0, 0.0),
    'cylinder': (0.1, 0.2, 0.0),
    'capsule': (0.1, 0.2, 0.0),
    'ellipsoid': (0.1, 0.2, 0.3),
}


@pytest.mark.parametrize('shape', SIZES)
def test_primitives_as_mujoco_has_them(shape: str) -> None:
    quat = (0.8, 0.1, -0.5, 0.3)
    geom = SolidGeom(shape, SIZES[shape], position_m=(0.3, -0.1, 0.2), quat_wxyz=quat)  # type: ignore[arg-type]
    spec = mujoco.MjSpec()
    body = spec.worldbody.add_body()
    kind = getattr(mujoco.mjtGeom, f'mjGEOM_{shape.upper()}')
    body.add_geom(type=kind, size=geom.size_m, pos=geom.position_m, quat=quat, density=500)
    body.add_geom(size=[0.05, 0, 0], density=500)
    model = spec.compile()
    second = SolidGeom('sphere', (0.05, 0.0, 0.0))

    found = mass.from_geometry((geom, second), (), 500.0)

    rotation = matrix_from_quat_wxyz(model.body_iquat[1])
    assert_allclose(found.mass_kg, model.body_mass[1], rtol=1e-9)
    assert_allclose(found.center_m, model.body_ipos[1], atol=1e-9)
    want = rotation @ np.diag(model.body_inertia[1]) @ rotation.T
    assert_allclose(found.inertia_kg_m2, want, atol=1e-9 * want.max())


def test_hulls_as_trimesh_has_them(tmp_path) -> None:
    points = np.random.default_rng(0).normal(size=(80, 3)) * [0.1, 0.2, 0.3] + [1, 2, 3]
    hull = hull_mesh(points, tmp_path)
    reference = trimesh.Trimesh(hull.vertices_m, hull.faces)
    assert reference.is_watertight
    assert reference.is_winding_consistent
    found = mass.from_geometry((SolidGeom('mesh', (0, 0, 0), mesh=0),), (hull,), 300.0)
    assert_allclose(found.mass_kg, reference.volume * 300)
    assert found.mass_kg > 0
    assert_allclose(found.center_m, reference.center_mass)
    assert_allclose(found.inertia_kg_m2, reference.moment_inertia * 300, atol=1e-9)


def test_scaling_keeps_the_density() -> None:
    small = mass.from_geometry((SolidGeom('box', (0.1, 0.2, 0.3)),), (), 500.0)
    large = mass.from_geometry((SolidGeom('box', (0.2, 0.4, 0.6)),), (), 500.0)
    grown = scaled_mass(small, 2.0)
    assert_allclose(grown.mass_kg, large.mass_kg)
    assert_allclose(grown.inertia_kg_m2, large.inertia_kg_m2)


BOX = mass.from_geometry((SolidGeom('box', (0.03, 0.08, 0.1)),), (), 400.0)
BOUNDS = Bounds(np.zeros(3), np.array([0.03, 0.08, 0.1]))


@pytest.mark.parametrize(
    ('stated', 'clause'),
    [
        (BOX, None),
        (BOX._replace(inertia_kg_m2=BOX.inertia_kg_m2 * 1.5), None),
        (BOX._replace(inertia_kg_m2=np.eye(3) * 0.1), 'times off'),
        (BOX._replace(inertia_kg_m2=BOX.inertia_kg_m2 / 30), 'times off'),
        (BOX._replace(inertia_kg_m2=np.eye(3) * BOX.inertia_kg_m2[1, 1]), 'same about all axes'),
        (BOX._replace(center_m=np.array([0.0, 0.0, 0.2])), 'centre of mass'),
        (BOX._replace(inertia_kg_m2=np.diag([1.0, 0.2, 0.1])), 'triangle inequality'),
    ],
)
def test_doubts_about_stated_inertia(stated: MassProperties, clause: str | None) -> None:
    found = mass.why_unphysical(stated, BOX, BOUNDS)
    if clause is None:
        assert found is None
    else:
        assert found is not None
        assert clause in found
