"""Rendered frames and their labels against ray casting, pixel by pixel.

A few scenes of each kind; ``test_truth_bounds.py`` does hundreds.
"""

import numpy as np
import pytest
from random_scenes import random_scene
from ray_reference import brute_box
from render_agreement import agreement, render
from small_frames import on_canvas
from surface_truth import make_renderer

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.render import RenderConfig
from synth_ros.labels.annotate import annotate

ALL = LabelsConfig(min_pixels=1, min_visibility=0.0)
SIZE = (193, 145)


PLAIN = RenderConfig(shadow_size=0, samples=0)


@pytest.fixture(scope='module', params=['classic', 'filament', 'onepass'])
def renderer(request):
    with make_renderer(request.param) as made:
        yield made


def _check(scene, renderer):
    found = agreement(scene, render(scene, renderer))
    assert found.unexplained == 0
    assert found.interior == 0
    assert found.different <= 8
    assert found.worst_iou >= 0.995
    assert found.flat_depth < 1e-6
    assert found.round_depth < 1e-4
    assert found.canvas_unexplained == 0
    return found


@pytest.mark.parametrize('seed', range(6))
def test_pixels_agree_with_rays(renderer, seed):
    _check(random_scene(seed, size=SIZE), renderer)


@pytest.mark.parametrize('seed', range(20, 24))
def test_annotations_of_renders_equal_counting_its_own_pixels(renderer, seed):
    scene = random_scene(seed, size=SIZE)
    frame = render(scene, renderer).frame
    w, h = SIZE

    for label in annotate(frame, ALL).instances:
        key = label.instance.instance_id
        visible = frame.instance_id == key
        canvas = on_canvas(frame.silhouettes.get(key), SIZE)
        canvas[h : 2 * h, w : 2 * w] |= visible
        assert tuple(label.box) == brute_box(visible)
        assert tuple(label.amodal_box) == brute_box(canvas, (-w, -h))
        assert label.visibility == visible.sum() / canvas.sum()


@pytest.mark.parametrize('seed', range(30, 34))
def test_box_edges_of_polyhedra_agree_with_rays(renderer, seed):
    """Equal, unless the pixels in which they differ lie within 1e-3 pixels of an outline."""
    scene = random_scene(seed, kinds=('box', 'wedge', 'ell'), size=SIZE)
    rendered = render(scene, renderer)
    truth = scene.instance_image(rendered.cast.geom_id)
    v, u = np.nonzero(truth != rendered.frame.instance_id)
    near = rendered.caster.undecided(u, v, reach_px=1e-3, same=scene.instance_of)
    assert near.all()

    labels = annotate(rendered.frame, ALL).instances

    checked = 0
    for label in labels:
        mask = truth == label.instance.instance_id
        if not (mask ^ (rendered.frame.instance_id == label.instance.instance_id)).any():
            assert tuple(label.box) == brute_box(mask)
            checked += 1
    assert checked >= len(labels) - len(u)
    assert checked >= 3


@pytest.mark.parametrize('size', [(33, 17), (8, 101), (320, 241)])
def test_odd_image_sizes_agree_too(renderer, size):
    _check(random_scene(7, size=size), renderer)
