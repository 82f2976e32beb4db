import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from synth_ros.geometry.transforms import transform_points
from synth_ros.scene.solid import SolidGeom, SolidMesh, geom_transform, visible_bounds

NUMBER = st.floats(-1, 1)


def surface(geom: SolidGeom) -> np.ndarray:
    """Dense points on a shape in the object frame."""
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 181), np.linspace(0, np.pi, 91))
    ball = np.stack([np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v)], -1).reshape(-1, 3)
    x, y, z = geom.size_m
    if geom.shape == 'sphere':
        local = ball * x
    elif geom.shape == 'ellipsoid':
        local = ball * [x, y, z]
    elif geom.shape == 'capsule':
        local = np.concatenate([ball * x + [0, 0, y], ball * x - [0, 0, y]])
    elif geom.shape == 'cylinder':
        rim = np.stack([np.cos(u[0]) * x, np.sin(u[0]) * x, np.full(181, y)], -1)
        local = np.concatenate([rim, rim * [1, 1, -1]])
    else:
        local = np.array([[i, j, k] for i in (-x, x) for j in (-y, y) for k in (-z, z)])
    return transform_points(geom_transform(geom), local)


@pytest.mark.parametrize('shape', ['box', 'sphere', 'cylinder', 'capsule', 'ellipsoid'])
@given(quat=st.tuples(NUMBER, NUMBER, NUMBER, st.floats(0.1, 1)))
def test_bounds_are_tight(shape: str, quat: tuple[float, float, float, float]) -> None:
    geom = SolidGeom(shape, (0.1, 0.3, 0.2), position_m=(1.0, 2.0, 3.0), quat_wxyz=quat)  # type: ignore[arg-type]
    points = surface(geom)
    bounds = visible_bounds((geom,), ())
    assert_allclose(bounds.center_m, (1, 2, 3), atol=1e-12)
    assert_allclose(bounds.center_m + bounds.half_size_m, points.max(axis=0), atol=5e-4)


def test_bounds_ignore_what_is_not_seen() -> None:
    points = np.array([[0.0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 4]])
    shown = SolidMesh(points, np.zeros((1, 3), np.int32))
    hidden = SolidGeom('box', (9, 9, 9), visible=False)
    bounds = visible_bounds((SolidGeom('mesh', (0, 0, 0), mesh=0), hidden), (shown,))
    assert_allclose(bounds.half_size_m, (0.5, 1, 2))
    assert_allclose(bounds.center_m, (0.5, 1, 2))
