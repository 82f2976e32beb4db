"""Objects of a BOP dataset: which are the same, how large they are, and what leaves them as is."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered_samples import render
from scipy.spatial.distance import pdist

from synth_ros.errors import OutputError
from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_rotation_vector,
    matrix_from_rpy,
)
from synth_ros.types import ContinuousSymmetry, Instance, KeypointSpec, Symmetry, TriangleMesh
from synth_ros.writers.formats.base import Pictures
from synth_ros.writers.formats.bop_models import (
    ModelSource,
    describe,
    diameter,
    number_objects,
    write_models,
)


class Files:
    """What frames left behind."""

    def __init__(self):
        self.files = {}

    def add(self, instance, mesh):
        path, files = describe(instance, mesh)
        self.files.update(files)
        return path

    def read(self, path):
        if path not in self.files:
            raise OutputError(f'{path} is missing.')
        return self.files[path]


def box_mesh(size_m):
    made = trimesh.creation.box(extents=size_m)
    return TriangleMesh(np.array(made.vertices, np.float64), np.array(made.faces, np.int32))


def thing(size_m=(0.1, 0.2, 0.3), **other):
    plain = Instance(
        instance_id=1,
        name='box_01',
        class_id=4,
        class_name='box',
        model_name='box/plain one',
        world_from_object=np.eye(4),
        object_from_box=np.eye(4),
        size_m=np.array(size_m),
    )
    return replace(plain, **other)


def numbers(files, paths):
    """Object of each description."""
    found = number_objects(set(paths), files)
    assert [item.obj_id for item in found] == list(range(1, len(found) + 1))
    by_path = {path: item.obj_id for item in found for path in item.paths}
    return [by_path[path] for path in paths]


@pytest.mark.parametrize(('gap_mm', 'expected'), [(0.04, [1, 1]), (0.06, [1, 2])])
@pytest.mark.parametrize('axis', [0, 1, 2])
def test_sizes_that_differ_enough_are_other_objects(gap_mm, expected, axis):
    files, size = Files(), np.array([0.1, 0.2, 0.3])
    larger = size.copy()
    larger[axis] += gap_mm / 1000
    paths = [files.add(thing(x), box_mesh(x)) for x in (size, larger)]
    assert numbers(files, paths) == expected
    assert numbers(files, paths[::-1]) == expected[::-1]


def test_objects_are_numbered_by_class_model_and_size():
    files = Files()
    things = [
        thing(class_id=9, model_name='a'),
        thing(model_name='z'),
        thing((0.3, 0.2, 0.1), model_name='b'),
        thing((0.1, 0.2, 0.4), model_name='b'),
        thing((0.1, 0.2, 0.3), model_name='b'),
    ]
    paths = [files.add(x, box_mesh(x.size_m)) for x in things]
    assert numbers(files, paths) == [5, 4, 3, 2, 1]


def test_another_shape_of_the_same_size_is_another_object():
    files = Files()
    whole = box_mesh((0.1, 0.2, 0.3))
    dented = whole.vertices_m.copy()
    dented[0] *= 0.9
    fewer = TriangleMesh(whole.vertices_m, whole.faces[:-1])
    meshes = [whole, TriangleMesh(dented, whole.faces), fewer]
    paths = [files.add(thing(), mesh) for mesh in meshes]
    assert sorted(numbers(files, paths)) == [1, 2, 3]


def test_noise_of_a_frame_makes_no_other_object():
    files, mesh = Files(), box_mesh((0.1, 0.2, 0.3))
    rng = np.random.default_rng(0)
    noisy = [
        TriangleMesh(mesh.vertices_m + rng.normal(0, scale, mesh.vertices_m.shape), mesh.faces)
        for scale in (0, 1e-15, 1e-12, 3e-6)
    ]
    paths = [files.add(thing(), x) for x in noisy]
    assert paths[0] == paths[1] == paths[2] != paths[3]
    assert set(numbers(files, paths)) == {1}


@pytest.mark.parametrize('bare_m', [0.09998, 0.1, 0.10002])
def test_a_frame_without_the_surface_means_the_object_that_has_one(bare_m, tmp_path):
    files = Files()
    paths = [
        files.add(thing((bare_m, 0.2, 0.3)), None),
        files.add(thing(), box_mesh((0.1, 0.2, 0.3))),
    ]
    assert numbers(files, paths) == [1, 1]
    write_models(number_objects(paths, files), tmp_path, files)
    assert (tmp_path / 'models/obj_000001.ply').exists()


def test_a_missing_or_damaged_surface_is_told(tmp_path):
    files = Files()
    path = files.add(thing(), box_mesh((0.1, 0.2, 0.3)))
    objects = number_objects([path], files)
    surface = objects[0].source.mesh
    files.files[surface] = files.files[surface][:-3]
    with pytest.raises(OutputError, match=r'box_plain_one-\w+\.ply is not as it was written'):
        write_models(objects, tmp_path / 'a', files)
    del files.files[surface]
    with pytest.raises(OutputError, match='is missing'):
        write_models(objects, tmp_path / 'b', files)


def test_everything_moves_into_the_frame_of_the_box():
    pose = make_transform(matrix_from_rpy([0.4, -0.2, 1.1]), [0.01, 0.02, 0.03])
    about_z = pose @ np.diag([-1.0, -1, 1, 1]) @ np.linalg.inv(pose)
    turned = thing(
        object_from_box=pose,
        symmetry=Symmetry(
            discrete=(about_z,),
            continuous=(ContinuousSymmetry(tuple(pose[:3, 0]), tuple(pose[:3, 3])),),
        ),
        keypoints=(KeypointSpec('corner', tuple((pose @ [0.05, 0.1, 0.15, 1])[:3]), 'surface'),),
    )
    mesh = box_mesh((0.1, 0.2, 0.3))
    in_object = TriangleMesh(
        mesh.vertices_m @ pose[:3, :3].T + pose[:3, 3],
        mesh.faces,
    )
    files = Files()
    source = ModelSource.model_validate_json(files.read(files.add(turned, in_object)))
    assert (
        source.mesh == ModelSource.model_validate_json(files.read(files.add(thing(), mesh))).mesh
    )
    np.testing.assert_allclose(
        np.reshape(source.symmetries_discrete[0], (4, 4)), np.diag([-1.0, -1, 1, 1]), atol=1e-11
    )
    np.testing.assert_allclose(source.symmetries_continuous[0].axis, [1, 0, 0], atol=1e-11)
    np.testing.assert_allclose(source.symmetries_continuous[0].offset, 0, atol=1e-11)
    np.testing.assert_allclose(source.keypoints[0].position, [50, 100, 150], atol=1e-11)


def test_vertices_of_no_face_do_not_count():
    files, mesh = Files(), box_mesh((0.1, 0.2, 0.3))
    more = TriangleMesh(np.vstack(([9.0, 9, 9], mesh.vertices_m)), mesh.faces + np.int32(1))
    assert files.add(thing(), more) == files.add(thing(), mesh)


POINTS = st.builds(
    lambda seed, count, flat: (
        np.random.default_rng(seed).normal(0, 40, (count, 3))
        * ([1, 1, 1], [1, 1, 0], [1, 0, 0])[flat]
    ).astype(np.float32),
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.integers(0, 2),
)


@settings(deadline=None)
@given(POINTS)
def test_the_diameter_is_the_largest_distance(points):
    expected = max(pdist(points.astype(float)), default=0.0)
    assert diameter(points) == pytest.approx(expected, rel=1e-12)


def test_the_diameter_of_many_points_on_a_sphere():
    points = np.array(trimesh.creation.icosphere(subdivisions=4, radius=20).vertices, np.float32)
    assert len(points) > 2000
    assert diameter(points) == pytest.approx(40, abs=1e-4)


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    """Models of a rendered scene, and what they were made of."""
    folder = tmp_path_factory.mktemp('models')
    samples, setup = render(folder)
    files, instances, paths = Files(), {}, set()
    for sample in samples:
        meshes = Pictures(
            sample, setup.options, largest_class_id=9, meshes=setup.info.meshes
        ).meshes
        for instance in sample.frame.instances:
            path = files.add(instance, meshes[instance.instance_id])
            paths.add(path)
            instances[path] = instance
    objects = number_objects(paths, files)
    write_models(objects, folder, files)
    return folder / 'models', {item.obj_id: instances[item.paths[0]] for item in objects}


def test_trimesh_finds_the_sizes_that_are_stated(written):
    folder, instances = written
    info = json.loads((folder / 'models_info.json').read_text())
    assert {x.class_name for x in instances.values()} == {'ball', 'brick', 'can', 'mug'}
    for number, instance in instances.items():
        mesh = trimesh.load(folder / f'obj_{number:06d}.ply', process=False)
        entry = info[str(number)]
        size = np.ptp(mesh.vertices, axis=0)
        np.testing.assert_allclose(size, instance.size_m * 1000, atol=0.02)
        np.testing.assert_allclose(mesh.bounds.mean(axis=0), 0, atol=0.02)
        for axis, name in enumerate('xyz'):
            assert entry[f'min_{name}'] == pytest.approx(mesh.bounds[0, axis], abs=1e-9)
            assert entry[f'size_{name}'] == pytest.approx(size[axis], abs=1e-9)
        assert size.max() - 1e-6 <= entry['diameter'] <= np.linalg.norm(size) + 1e-6
        assert mesh.volume > 0
        anew = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).vertex_normals
        assert np.einsum('ij,ij->i', mesh.vertex_normals, anew).min() > 0.99


def test_symmetries_map_models_onto_themselves(written):
    folder, instances = written
    info = json.loads((folder / 'models_info.json').read_text())
    kinds = set()
    for number, instance in instances.items():
        mesh = trimesh.load(folder / f'obj_{number:06d}.ply', process=False)
        entry = info[str(number)]
        motions = [np.reshape(row, (4, 4)) for row in entry.get('symmetries_discrete', [])]
        for turn in entry.get('symmetries_continuous', []):
            axis, offset = np.array(turn['axis']), np.array(turn['offset'])
            for angle in (0.3, math.pi / 5, 2.0):
                rotation = matrix_from_rotation_vector(axis * angle)
                motions.append(make_transform(rotation, offset - rotation @ offset))
        kinds |= {(instance.class_name, bool(motions))}
        for motion in motions:
            moved = trimesh.transform_points(mesh.vertices, motion)
            _, distance, _ = trimesh.proximity.closest_point_naive(mesh, moved[::7])
            # Round shapes are polygons: 0.3 % of the radius at most.
            assert distance.max() < 0.004 * entry['diameter'], (number, motion)
    assert kinds == {('ball', True), ('brick', True), ('can', True), ('mug', False)}
