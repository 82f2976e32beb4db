"""Labels of what bends: normals as it is at the instant, no flow."""

from dataclasses import replace

import numpy as np
import pytest

from synth_ros.geometry.transforms import make_transform, matrix_from_rpy
from synth_ros.labels.flow import flow
from synth_ros.labels.normals import surface_normals
from synth_ros.types import (
    NO_MESH,
    CameraModel,
    FlowState,
    Frame,
    SceneGeometry,
    SceneState,
    SoftShape,
    Surface,
    Thing,
    TriangleMesh,
    Tubes,
)

CAMERA = CameraModel('eye', 60, 50, 80.0, 90.0, 31.0, 22.0)
CAMERA_POSE = make_transform(matrix_from_rpy((0.2, 0.3, -0.1)), (0.1, -0.2, 0.3))
POSE = CAMERA_POSE @ make_transform(matrix_from_rpy((1.3, 0.2, 0.4)), (0.02, 0.03, 1.0))
SIZE = (0.06, 0.2, 0.0)
RNG = np.random.default_rng(0)
SHEET = TriangleMesh(
    np.array([(x, y, 0.1 * np.sin(9 * x) * y) for x in (-0.2, 0, 0.2) for y in (-0.2, 0, 0.2)]),
    np.array(
        [f for k in (0, 1, 3, 4) for f in ((k, k + 1, k + 3), (k + 1, k + 4, k + 3))], np.int32
    ),
)


def _frame(surface, depth_m, *, meshes=(), soft=()):
    size = (CAMERA.height, CAMERA.width)
    pose = (np.eye(4) if soft else POSE)[None].copy()
    geometry = SceneGeometry((Thing('environment', 'world'),), (surface,), meshes)
    return Frame(
        camera=CAMERA,
        stamp_ns=0,
        world_from_camera=CAMERA_POSE.copy(),
        rgb=np.zeros((*size, 3), np.uint8),
        depth_m=depth_m,
        instance_id=np.zeros(size, np.int32),
        instances=(),
        geom_id=np.where(depth_m > 0, 0, -1).astype(np.int32),
        scene=SceneState(geometry, pose, (), (), np.zeros((0, 3)), (), soft),
    )


def _surface(shape, mesh=NO_MESH):
    return Surface(shape, SIZE if shape == 'capsule' else (0, 0, 0), mesh, 0, 0, 0, drawn=True)


def _capsule_depth():
    """Depth of the capsule at ``POSE``, by steps along each ray down to a micrometre."""
    v, u = np.mgrid[: CAMERA.height, : CAMERA.width]
    rays = np.stack([(u - CAMERA.cx) / CAMERA.fx, (v - CAMERA.cy) / CAMERA.fy, 1 + 0 * u], -1)
    local_from_camera = np.linalg.inv(POSE) @ CAMERA_POSE
    depth = np.full(u.shape, 0.3)
    for _ in range(400):
        local = (depth[..., None] * rays) @ local_from_camera[:3, :3].T + local_from_camera[:3, 3]
        local[..., 2] -= np.clip(local[..., 2], -SIZE[1], SIZE[1])
        gap = np.linalg.norm(local, axis=-1) - SIZE[0]
        depth += gap / np.linalg.norm(rays, axis=-1)
    return np.where((depth < 3) & (np.abs(gap) < 1e-6), depth, 0).astype(np.float32)


def test_a_tube_has_the_normals_of_its_capsules():
    depth = _capsule_depth()
    # The capsule as two that overlap, end to end.
    parts = [(-0.1, 0.1), (0.1, 0.1)]
    tubes = Tubes(
        np.stack([POSE[:3, :3]] * 2),
        np.stack([(POSE @ (0, 0, z, 1))[:3] for z, _ in parts]),
        np.full(2, SIZE[0]),
        np.array([half for _, half in parts]),
    )

    normals = surface_normals(_frame(_surface('soft'), depth, soft=(SoftShape(None, tubes),)))

    expected = surface_normals(_frame(_surface('capsule'), depth))
    assert np.count_nonzero(depth) > 300
    assert normals == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize('given', [False, True])
def test_a_soft_mesh_has_the_normals_of_its_facets(given):
    depth = np.full((CAMERA.height, CAMERA.width), 1.0, np.float32)
    rigid = _frame(_surface('mesh', 0), depth, meshes=(SHEET,))
    world = SHEET.vertices_m @ POSE[:3, :3].T + POSE[:3, 3]
    soft = _frame(
        _surface('soft'), depth, soft=(SoftShape(TriangleMesh(world, SHEET.faces), None),)
    )
    expected = surface_normals(rigid)
    if given:
        soft = replace(soft, normals=expected)

    normals = surface_normals(soft)

    assert np.count_nonzero(normals.any(axis=2)) > 50
    assert normals == pytest.approx(expected, abs=1e-6)


def test_what_bends_has_no_flow():
    depth = _capsule_depth()
    frame = _frame(_surface('soft'), depth, soft=(SoftShape(None, None),))

    found = flow(frame, frame, scene_flow=True)

    assert (found.state == FlowState.INVALID).all()
    assert not found.flow_px.any()
    assert not found.scene_flow_m.any()
