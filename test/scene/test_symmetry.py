"""Symmetries: of primitives by their sizes, of meshes by search, and as declared."""

from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh
from numpy.testing import assert_allclose
from scipy.spatial.transform import Rotation

from synth_ros.config.objects import DiscreteSymmetry, Primitive, SymmetryConfig
from synth_ros.scene.mass import from_geometry
from synth_ros.scene.primitives import load_primitive
from synth_ros.scene.rotation_groups import LARGEST_GROUP, closure, turn
from synth_ros.scene.solid import Solid, SolidGeom, SolidLook, SolidMesh, scaled, visible_bounds
from synth_ros.scene.surface_samples import (
    SurfaceSamples,
    distance_to_triangles_m,
    visible_triangles,
)
from synth_ros.scene.symmetry import TOLERANCE, combines, detect, scaled_symmetry, symmetry_of
from synth_ros.types import NO_SYMMETRY, ContinuousSymmetry, Symmetry

X, Y, Z = np.eye(3)


def primitive(shape: str, *size_m: float) -> Solid:
    return load_primitive(Primitive(shape=shape, size_m=size_m), density_kg_m3=400.0)


def solid_of(*meshes: trimesh.Trimesh) -> Solid:
    parts = tuple(
        SolidMesh(np.array(mesh.vertices, float), np.array(mesh.faces, np.int32))
        for mesh in meshes
    )
    geoms = tuple(SolidGeom('mesh', (0.0, 0.0, 0.0), mesh=k) for k in range(len(parts)))
    look = SolidLook((1.0, 1.0, 1.0, 1.0))
    mass = from_geometry(geoms, parts, 400.0)
    return Solid(geoms, parts, (look,), (), mass, visible_bounds(geoms, parts))


def axes(symmetry: Symmetry) -> list[tuple[float, ...]]:
    return [item.axis for item in symmetry.continuous]


def kinds(symmetry: Symmetry) -> tuple[int, int]:
    """How many continuous axes and discrete motions."""
    return len(symmetry.continuous), len(symmetry.discrete)


@pytest.mark.parametrize(
    ('shape', 'size_m', 'expected'),
    [
        ('sphere', (0.1, 0.1, 0.1), (3, 0)),
        ('ellipsoid', (0.1, 0.1, 0.1), (3, 0)),
        ('capsule', (0.1, 0.1, 0.1), (3, 0)),
        ('cylinder', (0.1, 0.1, 0.1), (1, 1)),
        ('cylinder', (0.1, 0.1, 0.3), (1, 1)),
        ('capsule', (0.1, 0.1, 0.3), (1, 1)),
        ('ellipsoid', (0.1, 0.1, 0.3), (1, 1)),
        ('ellipsoid', (0.3, 0.1, 0.1), (1, 1)),
        ('ellipsoid', (0.1, 0.2, 0.3), (0, 3)),
        ('box', (0.1, 0.2, 0.3), (0, 3)),
        ('box', (0.1, 0.1, 0.3), (0, 7)),
        ('box', (0.1, 0.3, 0.1), (0, 7)),
        ('box', (0.1, 0.1, 0.1), (0, 23)),
    ],
)
def test_primitives(shape, size_m, expected):
    found = detect(primitive(shape, *size_m))
    assert kinds(found) == expected


def test_axes_of_primitives():
    assert_allclose(axes(detect(primitive('sphere', 1, 1, 1))), np.eye(3))
    assert_allclose(axes(detect(primitive('cylinder', 1, 1, 2))), [Z], atol=1e-12)
    assert_allclose(np.abs(axes(detect(primitive('ellipsoid', 2, 1, 1)))), [X], atol=1e-12)


def test_sizes_count_as_equal_up_to_a_hundredth_of_the_diameter():
    assert kinds(detect(primitive('ellipsoid', 0.100, 0.1019, 0.05))) == (1, 1)
    assert kinds(detect(primitive('ellipsoid', 0.100, 0.1030, 0.05))) == (0, 3)
    # A box is as wide as its diagonal.
    assert kinds(detect(primitive('box', 0.100, 0.1025, 0.1))) == (0, 23)
    assert kinds(detect(primitive('box', 0.100, 0.1045, 0.1))) == (0, 7)


def test_a_primitive_that_lies_askew_turns_about_its_own_axis():
    plain = primitive('cylinder', 0.1, 0.1, 0.3)
    turned = SolidGeom(
        'cylinder', (0.05, 0.15, 0), (0.1, 0.2, 0.3), (math.cos(0.3), 0, math.sin(0.3), 0)
    )
    (axis,) = detect(Solid((turned,), (), plain.looks, (), plain.mass, plain.bounds)).continuous
    assert_allclose(axis.axis, (math.sin(0.6), 0, math.cos(0.6)), atol=1e-12)
    assert_allclose(axis.offset_m, (0.1, 0.2, 0.3))


def prism(sides: int, *, height: float = 0.05) -> trimesh.Trimesh:
    return trimesh.creation.cylinder(0.05, height, sections=sides)


def mug_like() -> list[trimesh.Trimesh]:
    handle = trimesh.creation.torus(0.03, 0.006)
    handle.apply_transform(trimesh.transformations.rotation_matrix(math.pi / 2, [1, 0, 0]))
    handle.apply_translation([0.05, 0, 0])
    return [trimesh.creation.cylinder(0.04, 0.1, sections=64), handle]


SHAPES = {
    'mug': (mug_like(), (0, 1)),  # this one's handle is in the middle
    'ball': ([trimesh.creation.icosphere(4, 0.05)], (3, 0)),
    'can': ([trimesh.creation.cylinder(0.04, 0.1, sections=64)], (1, 1)),
    'cone': ([trimesh.creation.cone(0.04, 0.1, sections=64)], (1, 0)),
    'ring': ([trimesh.creation.torus(0.05, 0.01)], (1, 1)),
    'box': ([trimesh.creation.box((0.05, 0.1, 0.16))], (0, 3)),
    'post': ([trimesh.creation.box((0.05, 0.05, 0.16))], (0, 7)),
    'die': ([trimesh.creation.box((0.05, 0.05, 0.05))], (0, 23)),
    'triangle': ([prism(3)], (0, 5)),
    'pentagon': ([prism(5)], (0, 9)),
    'hexagon': ([prism(6)], (0, 11)),
    'tip': ([trimesh.creation.cone(0.04, 0.1, sections=4)], (0, 3)),
    'wedge': (
        [trimesh.convex.convex_hull(np.array([[0, 0, 0], [2, 0, 0], [0, 3, 0], [0, 0, 5.0]]))],
        (0, 0),
    ),
}


@pytest.mark.parametrize('name', SHAPES)
def test_meshes_in_their_usual_pose(name):
    meshes, expected = SHAPES[name]
    assert kinds(detect(solid_of(*meshes))) == expected


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('name', SHAPES)
def test_meshes_in_any_pose_keep_their_surface_under_each_motion(name, seed):
    meshes, expected = SHAPES[name]
    pose = np.eye(4)
    pose[:3, :3] = Rotation.random(random_state=seed).as_matrix()
    pose[:3, 3] = np.random.default_rng(seed).uniform(-0.3, 0.3, 3)
    solid = solid_of(*(mesh.copy().apply_transform(pose) for mesh in meshes))
    found = detect(solid)
    assert kinds(found) == expected
    diameter = SurfaceSamples(solid).diameter_m
    for motion in (*found.discrete, *turns_of(found)):
        assert_allclose(motion[:3, :3] @ motion[:3, :3].T, np.eye(3), atol=1e-12)
        assert np.linalg.det(motion[:3, :3]) == pytest.approx(1)
        # Motions that are made of several may deviate by a little more.
        assert deviation(solid, motion) < 1.5 * TOLERANCE * diameter


def turns_of(symmetry: Symmetry) -> list[np.ndarray]:
    return [
        turn(np.array(item.axis), angle, center_m=np.array(item.offset_m))
        for item in symmetry.continuous
        for angle in (0.7, 2.2, 4.4)
    ]


def deviation(solid: Solid, motion: np.ndarray) -> float:
    """Largest distance of moved vertices and face centres from the surface, exactly."""
    corners = visible_triangles(solid)
    points = np.concatenate([corners.reshape(-1, 3), corners.mean(axis=1)])
    chosen = points[np.random.default_rng(0).permutation(len(points))[:60]]
    worst = 0.0
    for point in chosen @ motion[:3, :3].T + motion[:3, 3]:
        at = np.broadcast_to(point * 1000, (len(corners), 3))
        closest = trimesh.triangles.closest_point(corners * 1000, at)
        worst = max(worst, float(np.linalg.norm(closest - at, axis=1).min()) / 1000)
    return worst


@pytest.mark.parametrize('name', ['die', 'hexagon', 'post', 'box'])
def test_discrete_symmetries_are_a_group(name):
    found = detect(solid_of(*SHAPES[name][0]))
    group = [np.eye(4), *found.discrete]
    for a in group:
        for b in group:
            made = a @ b
            assert min(np.abs(made[:3, :3] - c[:3, :3]).max() for c in group) < 0.01


def test_detection_is_repeatable():
    solid = solid_of(*SHAPES['pentagon'][0])
    for first, second in zip(detect(solid).discrete, detect(solid).discrete, strict=True):
        assert (first == second).all()


def test_two_geoms_are_one_shape():
    ball = trimesh.creation.icosphere(3, 0.02)
    rod = trimesh.creation.cylinder(0.01, 0.2, sections=48)
    high, low = ball.copy().apply_translation([0, 0, 0.1]), ball.apply_translation([0, 0, -0.1])
    assert kinds(detect(solid_of(rod, high, low))) == (1, 1)
    assert kinds(detect(solid_of(rod, high))) == (1, 0)


def test_what_is_not_drawn_does_not_count():
    meshes = [trimesh.creation.box((0.05, 0.1, 0.16)), trimesh.creation.icosphere(2, 0.01)]
    meshes[1].apply_translation([0.1, 0.07, 0.03])
    solid = solid_of(*meshes)
    hidden = SolidGeom('mesh', (0.0, 0.0, 0.0), mesh=1, visible=False)
    bounds = visible_bounds(solid.geoms[:1], solid.meshes)
    bare = Solid((solid.geoms[0], hidden), solid.meshes, solid.looks, (), solid.mass, bounds)
    assert kinds(detect(solid)) == (0, 0)
    assert kinds(detect(bare)) == (0, 3)


def test_declared_axes_pass_through_the_centre_of_the_box():
    solid = solid_of(trimesh.creation.box((0.1, 0.2, 0.3)).apply_translation([1, 2, 3]))
    config = SymmetryConfig(discrete=(DiscreteSymmetry(axis=(0.0, 0.0, 2.0), order=4),))
    found = symmetry_of(solid, config)
    assert kinds(found) == (0, 3)
    quarter = found.discrete[0]
    assert_allclose(quarter @ [1, 2, 3, 1], (1, 2, 3, 1), atol=1e-12)
    assert_allclose(quarter @ [2, 2, 3, 1], (1, 3, 3, 1), atol=1e-12)


def test_declared_symmetries_replace_detection():
    ball = primitive('sphere', 0.1, 0.1, 0.1)
    assert symmetry_of(ball, SymmetryConfig(detect=False)) == NO_SYMMETRY
    round_about_y = symmetry_of(ball, SymmetryConfig(continuous=((0.0, -3.0, 0.0),)))
    assert round_about_y.continuous == (ContinuousSymmetry((0, -1, 0), (0, 0, 0)),)
    assert round_about_y.discrete == ()


def test_turns_that_an_axis_covers_are_left_out():
    about_z = DiscreteSymmetry(axis=(0.0, 0.0, 1.0), order=6)
    flip = DiscreteSymmetry(axis=(1.0, 0.0, 0.0), order=2)
    solid = primitive('box', 0.1, 0.2, 0.3)
    declared = SymmetryConfig(discrete=(about_z, flip), continuous=((0.0, 0.0, 1.0),))
    found = symmetry_of(solid, declared)
    assert kinds(found) == (1, 1)
    assert_allclose(found.discrete[0][:3, :3], np.diag([1, -1, -1]), atol=1e-12)
    assert kinds(symmetry_of(solid, SymmetryConfig(discrete=(about_z, flip)))) == (0, 11)


def test_turns_of_no_solid_are_told():
    skew = SymmetryConfig(
        discrete=(
            DiscreteSymmetry(axis=(0.0, 0.0, 1.0), order=7),
            DiscreteSymmetry(axis=(1.0, 0.0, 1.0), order=5),
        )
    )
    assert not combines(skew)
    assert combines(SymmetryConfig())
    finest = DiscreteSymmetry(axis=(0.0, 0.0, 1.0), order=60)
    flip = DiscreteSymmetry(axis=(1.0, 0.0, 0.0), order=2)
    assert combines(SymmetryConfig(discrete=(finest, flip)))
    assert closure([turn(Z, 0.01, center_m=np.zeros(3))]) == ()  # as good as none
    assert LARGEST_GROUP == 120


def test_symmetries_grow_with_the_object():
    solid = solid_of(trimesh.creation.box((0.1, 0.2, 0.3)).apply_translation([0.1, 0.2, 0.3]))
    grown = scaled_symmetry(detect(solid), 2.5)
    for motion, expected in zip(grown.discrete, detect(scaled(solid, 2.5)).discrete, strict=True):
        assert_allclose(motion, expected, atol=1e-9)
        assert not motion.flags.writeable
    can = solid_of(prism(64).apply_translation([0.1, 0.2, 0.3]))
    (axis,) = scaled_symmetry(detect(can), 2.0).continuous
    assert_allclose(axis.offset_m[:2], (0.2, 0.4), atol=1e-3)
    assert scaled_symmetry(grown, 1.0) is grown


def test_the_distance_to_triangles_is_that_of_trimesh():
    rng = np.random.default_rng(5)
    for _ in range(300):
        corners = rng.normal(size=(rng.integers(1, 6), 3, 3))
        point = 2 * rng.normal(size=3)
        closest = trimesh.triangles.closest_point(corners, np.tile(point, (len(corners), 1)))
        expected = np.linalg.norm(closest - point, axis=1).min()
        assert distance_to_triangles_m(corners, point) == pytest.approx(expected, abs=1e-12)


def test_triangles_without_area_are_lines_or_points():
    line = np.array([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]])
    assert distance_to_triangles_m(line, np.array([1.5, 3.0, 0.0])) == pytest.approx(3)
    assert distance_to_triangles_m(line, np.array([3.0, 0.0, 0.0])) == pytest.approx(1)
    point = np.zeros((1, 3, 3))
    assert distance_to_triangles_m(point, np.array([0.0, 3.0, 4.0])) == pytest.approx(5)
