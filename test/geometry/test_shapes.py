"""Primitives as triangles, and meshes put together."""

import numpy as np
import pytest
import trimesh

from synth_ros.geometry.shapes import ModelMesh, joined, mesh_of, moved, primitive_mesh
from synth_ros.geometry.transforms import make_transform, matrix_from_rpy
from synth_ros.types import Instance, TriangleMesh

SIZES = {
    'box': ((0.1, 0.2, 0.3), (0.1, 0.2, 0.3), 8 * 0.1 * 0.2 * 0.3),
    'sphere': ((0.2, 0.0, 0.0), (0.2, 0.2, 0.2), 4 / 3 * np.pi * 0.2**3),
    'ellipsoid': ((0.1, 0.2, 0.3), (0.1, 0.2, 0.3), 4 / 3 * np.pi * 0.1 * 0.2 * 0.3),
    'cylinder': ((0.1, 0.3, 0.0), (0.1, 0.1, 0.3), np.pi * 0.1**2 * 0.6),
    'capsule': ((0.1, 0.3, 0.0), (0.1, 0.1, 0.4), np.pi * 0.1**2 * (0.6 + 4 / 3 * 0.1)),
}


@pytest.mark.parametrize('shape', SIZES)
def test_primitives_have_their_extent_and_volume(shape):
    size_m, half, volume = SIZES[shape]
    mesh = primitive_mesh(shape, size_m)
    np.testing.assert_allclose(mesh.vertices_m.max(0), half, atol=1e-3)
    np.testing.assert_allclose(mesh.vertices_m.min(0), np.negative(half), atol=1e-3)
    solid = trimesh.Trimesh(mesh.vertices_m, mesh.faces, process=False)
    assert solid.is_watertight
    # Positive: faces turn counter-clockwise from outside. Polygons lie inside round shapes.
    assert 0.97 * volume < solid.volume <= volume * (1 + 1e-9)


def test_joined_meshes_share_vertices_and_keep_every_face():
    box = primitive_mesh('box', (0.1, 0.1, 0.1))
    beside = moved(box, make_transform(np.eye(3), [0.2, 0, 0]))
    whole = joined([box, beside])
    assert len(whole.faces) == 24
    assert len(whole.vertices_m) == 12
    volume = trimesh.Trimesh(whole.vertices_m, whole.faces, process=False).volume
    assert volume == pytest.approx(2 * 0.2**3)


def test_joined_drops_faces_without_area():
    mesh = TriangleMesh(
        np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [-0.0, 0, 0]]),
        np.array([[0, 1, 2], [0, 3, 1]], np.int32),
    )
    assert joined([mesh]).faces.shape == (1, 3)


def test_moved_turns_and_shifts():
    pose = make_transform(matrix_from_rpy([0.3, -0.2, 1.0]), [1.0, 2.0, 3.0])
    mesh = primitive_mesh('box', (0.1, 0.2, 0.3))
    by_hand = np.stack([pose[:3, :3] @ p + pose[:3, 3] for p in mesh.vertices_m])
    np.testing.assert_allclose(moved(mesh, pose).vertices_m, by_hand)


def test_an_instance_scales_its_model():
    model = ModelMesh(primitive_mesh('box', (0.1, 0.2, 0.3)), (0.2, 0.4, 0.6))
    instance = Instance(
        instance_id=1,
        name='a',
        class_id=1,
        class_name='box',
        model_name='box/a',
        world_from_object=np.eye(4),
        object_from_box=np.eye(4),
        size_m=np.array([0.3, 0.6, 0.9]),
    )
    mesh = mesh_of(instance, {'box/a': model}.get)
    np.testing.assert_allclose(np.ptp(mesh.vertices_m, axis=0), instance.size_m)
    assert mesh_of(instance, {}.get) is None
