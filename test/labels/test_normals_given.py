"""Normals that the renderer gave: kept for flat faces, never for round shapes."""

from dataclasses import replace

import numpy as np
import pytest
from surface_truth import angles_deg, make_renderer, pair

from synth_ros.labels.normals import surface_normals

ROUND = ('sphere', 'ellipsoid', 'cylinder', 'capsule')


@pytest.fixture(scope='module')
def frame():
    with make_renderer('classic') as renderer:
        found = pair(12, renderer).before.frame
    ids, depth = found.geom_id.copy(), found.depth_m.copy()
    ids[:5], depth[:5] = -1, 0
    return replace(found, geom_id=ids, depth_m=depth)


def _is_round(frame):
    shapes = [surface.shape in ROUND for surface in frame.scene.geometry.surfaces]
    return np.array([*shapes, False])[frame.geom_id]


def test_given_normals_are_kept_where_faces_are_flat(frame):
    given = np.zeros((*frame.depth_m.shape, 3), np.float32)
    given[..., 2] = -1

    normals = surface_normals(replace(frame, normals=given))

    there = frame.depth_m > 0
    flat, curved = there & ~_is_round(frame), there & _is_round(frame)
    assert flat.sum() > 500
    assert curved.sum() > 100
    assert np.array_equal(normals[flat], given[flat])
    assert angles_deg(normals, surface_normals(frame))[curved].max() < 1e-6
    assert not normals[~there].any()
    assert not normals.flags.writeable
    assert given[0, 0, 2] == -1


def test_given_exact_normals_change_nothing(frame):
    exact = surface_normals(frame)

    assert np.array_equal(surface_normals(replace(frame, normals=exact)), exact)


def test_given_normals_must_fit_the_image(frame):
    with pytest.raises(ValueError, match=r'normals is float64 .*, expected float32'):
        replace(frame, normals=np.zeros((*frame.depth_m.shape, 3)))
    with pytest.raises(ValueError, match=r'normals is float32 \(2, 2, 3\)'):
        replace(frame, normals=np.zeros((2, 2, 3), np.float32))
