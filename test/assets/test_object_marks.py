"""Keypoints and symmetries of the built-in objects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from synth_ros.config.objects import ObjectClass
from synth_ros.scene.catalog import Variant, load_variants, make_class
from synth_ros.scene.surface_samples import visible_triangles

OBJECTS = Path(__file__).parents[2] / 'synth_ros' / 'assets' / 'objects'
CLASSES = sorted(path.name for path in OBJECTS.iterdir() if path.is_dir())

NONE, ROUND = 'none', 'round about z'
SYMMETRIES = {
    'apple': NONE,
    'banana': NONE,
    'book': 'turns 1',
    'bottle/ketchup': 'turns 1',
    'bottle/shampoo': 'turns 1',
    'bottle': ROUND,
    'bowl': ROUND,
    'can': ROUND,
    'carton': NONE,
    'cereal_box': 'turns 3',
    'cup': ROUND,
    'hammer/mallet': 'turns 1',
    'hammer': NONE,
    'jar': ROUND,
    'mug': NONE,
    'orange': ROUND,
    'plate': ROUND,
    'remote_control': NONE,
    'screwdriver/flat_red': 'turns 1',
    'screwdriver': 'round about x',
    'sponge': 'turns 1',
    'spray_bottle': NONE,
    'tape_roll': 'round about z, turns 1',
    'teapot': NONE,
}


def variants(class_name: str) -> tuple[Variant, ...]:
    entry = ObjectClass(name=class_name)
    return make_class(entry, class_id=1, variants=load_variants(entry)).variants


@pytest.mark.parametrize('class_name', CLASSES)
def test_keypoints_lie_on_the_visible_surface(class_name: str) -> None:
    for variant in variants(class_name):
        corners = visible_triangles(variant.solid)
        for point in variant.keypoints:
            # In millimetres: trimesh is not exact for triangles of less than one.
            at = np.broadcast_to(point.object_from_point_m, (len(corners), 3)) * 1000
            closest = trimesh.triangles.closest_point(corners * 1000, at)
            distance_m = np.linalg.norm(closest - at, axis=1).min() / 1000
            if point.kind == 'surface':
                assert distance_m < 2e-5, (variant.name, point)
            else:
                assert distance_m > 1e-4, (variant.name, point)


@pytest.mark.parametrize('class_name', CLASSES)
def test_every_built_in_class_has_points_of_its_own(class_name: str) -> None:
    loaded = variants(class_name)
    for variant in loaded:
        names = [point.name for point in variant.keypoints]
        assert len(names) >= 2
        assert 'box_0' not in names
        positions = np.array([point.object_from_point_m for point in variant.keypoints])
        gaps = np.linalg.norm(positions[:, None] - positions, axis=2)
        assert gaps[~np.eye(len(names), dtype=bool)].min() > 0.001, variant.name


@pytest.mark.parametrize('class_name', CLASSES)
def test_symmetries_are_those_that_a_person_would_name(class_name: str) -> None:
    for variant in variants(class_name):
        found = variant.symmetry
        words = [f'round about {"xyz"[int(np.argmax(np.abs(a.axis)))]}' for a in found.continuous]
        words += [f'turns {len(found.discrete)}'] if found.discrete else []
        expected = SYMMETRIES.get(f'{class_name}/{variant.name}', SYMMETRIES.get(class_name))
        assert (', '.join(words) or NONE) == expected, variant.name
