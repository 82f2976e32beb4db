"""PLY files: other readers see the same mesh, and damage is noticed."""

import io

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_ros.errors import OutputError
from synth_ros.writers.formats.bop_ply import PlyMesh, decode_ply, encode_ply, vertex_normals


def mesh_of(made):
    return PlyMesh(
        np.asarray(made.vertices, np.float32).copy(), np.asarray(made.faces, np.int32).copy()
    )


def random_mesh(seed, vertices, faces):
    rng = np.random.default_rng(seed)
    return PlyMesh(
        rng.normal(0, 50, (vertices, 3)).astype(np.float32),
        rng.integers(0, vertices, (faces, 3)).astype(np.int32),
    )


MESHES = st.builds(
    random_mesh, st.integers(0, 2**32 - 1), vertices=st.integers(1, 9), faces=st.integers(0, 12)
)


@settings(deadline=None)
@given(MESHES, st.booleans())
def test_what_is_read_is_what_was_written(mesh, with_normals):
    data = encode_ply(mesh, vertex_normals(mesh) if with_normals else None)
    back = decode_ply(data, 'a.ply')
    np.testing.assert_array_equal(back.vertices, mesh.vertices)
    np.testing.assert_array_equal(back.faces, mesh.faces)
    assert data == encode_ply(mesh, vertex_normals(mesh) if with_normals else None)


def test_trimesh_reads_the_same_mesh():
    mesh = mesh_of(trimesh.creation.icosphere(subdivisions=2, radius=30.0))
    normals = vertex_normals(mesh)
    read = trimesh.load(io.BytesIO(encode_ply(mesh, normals)), file_type='ply', process=False)
    np.testing.assert_array_equal(np.float32(read.vertices), mesh.vertices)
    np.testing.assert_array_equal(read.faces, mesh.faces)
    np.testing.assert_allclose(read.vertex_normals, normals, atol=1e-6)
    assert read.is_watertight
    assert read.volume > 0


@settings(deadline=None)
@given(MESHES)
def test_normals_are_unit_vectors_whatever_the_mesh(mesh):
    lengths = np.linalg.norm(vertex_normals(mesh), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)


def test_normals_of_a_box_do_not_depend_on_how_its_sides_are_cut():
    mesh = mesh_of(trimesh.creation.box(extents=(10, 20, 30)))
    corners = np.sign(mesh.vertices) / np.sqrt(3)
    np.testing.assert_allclose(vertex_normals(mesh), corners, atol=1e-6)


@pytest.mark.parametrize('cut', [0, 10, 60, 300, -1])
def test_a_damaged_file_is_told(cut):
    data = encode_ply(mesh_of(trimesh.creation.box()))
    with pytest.raises(OutputError, match=r'model_sources/x\.ply is not as it was written'):
        decode_ply(data[:cut], 'model_sources/x.ply')


def test_a_file_of_another_program_is_told():
    text = b'ply\nformat ascii 1.0\nelement vertex many\nend_header\n'
    with pytest.raises(OutputError, match='hold its 0 vertices'):
        decode_ply(text, 'x.ply')
