import numpy as np
import trimesh
from numpy.testing import assert_allclose

from synth_ros.scene.shading import bake_face_colors, smooth_corners


def test_a_box_keeps_its_edges() -> None:
    box = trimesh.creation.box((1, 2, 3))
    normals = smooth_corners(np.asarray(box.vertices), np.asarray(box.faces))
    assert_allclose(normals, np.repeat(box.face_normals[:, None], 3, axis=1), atol=1e-12)


def test_a_ball_is_smooth_across_texture_seams() -> None:
    ball = trimesh.creation.icosphere(3)
    # Every triangle with vertices of its own, as at the seams of a texture.
    vertices = np.asarray(ball.triangles).reshape(-1, 3)
    faces = np.arange(len(vertices)).reshape(-1, 3)
    normals = smooth_corners(vertices, faces).reshape(-1, 3)
    assert_allclose(normals, vertices, atol=0.02)
    assert_allclose(np.linalg.norm(normals, axis=1), 1)


def test_triangles_without_area_do_no_harm() -> None:
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0]])
    normals = smooth_corners(vertices, np.array([[0, 1, 2], [0, 1, 3], [1, 1, 1]]))
    assert np.isfinite(normals).all()
    assert_allclose(normals[0], [[0, 0, 1]] * 3)


def test_baked_corners_have_their_colours() -> None:
    colors = np.random.default_rng(0).integers(0, 255, (7, 3, 3), np.uint8)
    uv, atlas = bake_face_colors(colors)
    height, width, _ = atlas.shape
    column = (uv[..., 0] * width).astype(int)
    row = ((1 - uv[..., 1]) * height).astype(int)
    assert np.array_equal(atlas[row, column], colors)
