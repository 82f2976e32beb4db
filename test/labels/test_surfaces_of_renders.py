"""Normals and flow of rendered frames against rays.

A few scenes; ``test_truth_bounds.py`` does hundreds.
"""

from __future__ import annotations

import numpy as np
import pytest
from surface_truth import flow_errors, make_renderer, normal_errors, pair

from synth_ros.labels.flow import flow
from synth_ros.labels.normals import surface_normals


def _check(name, seeds, *, samples):
    """Measure all scenes of a chunk and hold every bound."""
    with make_renderer(name) as renderer:
        normals, motion = [], []
        for seed in seeds:
            found = pair(seed, renderer)
            scene, frame = found.before
            normals.append(
                normal_errors(
                    scene,
                    frame,
                    normals=surface_normals(frame),
                    cast=found.cast,
                    truth=found.normals,
                )
            )
            there = flow(frame, found.after.frame, scene_flow=True)
            motion.append(flow_errors(found, there, samples=samples))
    _check_normals(normals)
    _check_flow(motion)
    return normals, motion


def _check_normals(found):
    shapes = np.concatenate([one.shapes_deg for one in found])
    facets = np.concatenate([one.facets_deg for one in found])
    assert np.median(shapes) < 1e-5
    assert shapes.max() < 1e-3
    assert facets.max() < 1e-3
    assert sum(one.wrong for one in found) == 0
    assert sum(one.other_facet for one in found) <= 1e-3 * facets.size


def _check_flow(found):
    errors = np.concatenate([one.end_point_px for one in found])
    assert np.median(errors) < 1e-4
    assert np.percentile(errors, 99) < 0.02
    assert errors.max() < 1
    motion = np.concatenate([one.scene_flow_m for one in found])
    assert np.median(motion) < 1e-6
    assert motion.max() < 5e-3
    assert sum(one.wrong_layer for one in found) == 0
    assert sum(one.other_layer for one in found) <= 1e-4 * errors.size
    assert sum(one.outside for one in found) <= 1e-4 * errors.size
    assert sum(one.wrong for one in found) <= 1


@pytest.mark.parametrize('name', ['classic', 'filament', 'onepass'])
def test_normals_and_flow_agree_with_rays(name):
    normals, motion = _check(name, range(4), samples=400)

    assert sum(one.facets_deg.size for one in normals) > 500
    assert sum(one.shapes_deg.size for one in normals) > 5000
    assert sum(one.hidden_right for one in motion) > 50
    assert sum(one.seen_right for one in motion) > 500
