"""NDDS files: PnP from the projected corners gives the stored pose, as in DOPE's inference."""

import json
import pickle
from dataclasses import replace

import cv2
import numpy as np
import pytest
from format_driver import write_all
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered_samples import render
from sample_factory import INFO, JPEG, PLAIN, make_episode, make_sample, tree

from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_quat_wxyz,
    matrix_from_rpy,
)
from synth_ros.types import SampleKey
from synth_ros.writers.formats.base import FormatSetup, Pictures
from synth_ros.writers.formats.dope import BEHIND, DopeFormat
from synth_ros.writers.formats.registry import make_format
from synth_ros.writers.splits import OneSplit

SETUP = FormatSetup(INFO._replace(cameras=('head', 'wrist')), PLAIN, OneSplit())


@pytest.fixture(scope='module')
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp('dope')
    samples, setup = render(folder)
    tally = write_all(DopeFormat(setup), samples, setup, folder / 'dope')
    assert tally.counts == {}
    return folder / 'dope', samples, setup


def read(path):
    return json.loads(path.read_text())


def frames(folder, samples, setup):
    for sample in samples:
        stem = folder / setup.splits.of(sample.key.episode) / sample.key.stem
        yield sample, read(stem.with_name(f'{stem.name}.json')), stem.with_name(f'{stem.name}.png')


def rotation_of(xyzw):
    return matrix_from_quat_wxyz([xyzw[3], *xyzw[:3]])


def cuboid(size):
    """The corners that DOPE's inference knows, by its words: x right, y down, z to the front."""
    x, y, z = np.array(size) / 2
    right, left, top, bottom, front, rear = x, -x, -y, y, z, -z
    return np.array(
        [
            [right, top, front],
            [left, top, front],
            [left, bottom, front],
            [right, bottom, front],
            [right, top, rear],
            [left, top, rear],
            [left, bottom, rear],
            [right, bottom, rear],
            [0, 0, 0],
        ]
    )


def test_pnp_gives_the_pose_in_the_file(rendered):
    checked = 0
    for sample, content, _ in frames(*rendered):
        given_k = content['camera_data']['intrinsics']
        matrix = np.array(
            [[given_k['fx'], 0, given_k['cx']], [0, given_k['fy'], given_k['cy']], [0, 0, 1]]
        )
        np.testing.assert_array_equal(matrix, sample.frame.camera.matrix)
        for entry in content['objects']:
            solved, turn, location = cv2.solvePnP(
                cuboid(entry['cuboid_dimensions']),
                np.array(entry['projected_cuboid']),
                matrix,
                None,
                flags=cv2.SOLVEPNP_EPNP,
            )
            assert solved
            np.testing.assert_allclose(location.ravel(), entry['location'], atol=1e-3)
            np.testing.assert_allclose(
                cv2.Rodrigues(turn)[0], rotation_of(entry['quaternion_xyzw']), atol=1e-4
            )
            checked += 1
    assert checked > 20


def test_every_number_is_the_label_s(rendered):
    for sample, content, image in frames(*rendered):
        np.testing.assert_array_equal(cv2.imread(str(image))[:, :, ::-1], sample.rgb)
        world = sample.frame.world_from_camera
        camera = content['camera_data']
        assert (camera['width'], camera['height']) == sample.rgb.shape[1::-1]
        np.testing.assert_allclose(camera['location_worldframe'], world[:3, 3] * 100)
        np.testing.assert_allclose(
            rotation_of(camera['quaternion_xyzw_worldframe']), world[:3, :3], atol=1e-12
        )
        assert len(content['objects']) == len(sample.labels.instances)
        for label, entry in zip(sample.labels.instances, content['objects'], strict=True):
            check_object(label, entry, matrix=sample.frame.camera.matrix)


def check_object(label, entry, *, matrix):
    instance, pose = label.instance, label.camera_from_box
    assert entry['class'] == instance.class_name
    assert entry['instance_id'] == instance.instance_id
    assert (
        entry['visibility'] == label.visibility == entry['px_count_visib'] / entry['px_count_all']
    )
    np.testing.assert_allclose(entry['location'], pose[:3, 3] * 100)
    np.testing.assert_allclose(rotation_of(entry['quaternion_xyzw']), pose[:3, :3], atol=1e-12)
    np.testing.assert_allclose(entry['cuboid_dimensions'], instance.size_m * 100)
    corners = cuboid(instance.size_m * 100) @ pose[:3, :3].T + pose[:3, 3] * 100
    np.testing.assert_allclose(entry['cuboid'], corners[:8], atol=1e-9)
    np.testing.assert_allclose(entry['cuboid_centroid'], corners[8])
    pixels = corners @ matrix.T
    pixels = pixels[:, :2] / pixels[:, 2:]
    np.testing.assert_allclose(entry['projected_cuboid'], pixels, atol=1e-9)
    np.testing.assert_allclose(entry['projected_cuboid_centroid'], pixels[8], atol=1e-9)
    # Rows of NDDS: the object's forward, right and up in the camera, then its position.
    np.testing.assert_allclose(
        entry['pose_transform'],
        np.vstack(
            (
                np.column_stack((pose[:3, 2], pose[:3, 0], -pose[:3, 1])).T @ np.eye(3, 4),
                [*(pose[:3, 3] * 100), 1],
            )
        ),
        atol=1e-12,
    )
    (top, left), (bottom, right) = (
        entry['bounding_box'][name] for name in ('top_left', 'bottom_right')
    )
    box = label.amodal_box
    # Where integers are pixel centres, the outermost ones are half a pixel inside.
    assert (left + 0.5, top + 0.5, right + 0.5, bottom + 0.5) == box
    # The full silhouette lies in the hull of the projected box.
    low, high = pixels[:8].min(axis=0), pixels[:8].max(axis=0)
    assert low[0] - 1 <= left
    assert low[1] - 1 <= top
    assert right <= high[0] + 1
    assert bottom <= high[1] + 1


def test_settings_say_what_the_files_say(rendered):
    folder, samples, _ = rendered
    assert sorted(path.name for path in folder.iterdir()) == ['test', 'train']
    for name in ('_camera_settings.json', '_object_settings.json'):
        assert (folder / 'train' / name).read_bytes() == (folder / 'test' / name).read_bytes()
    cameras = read(folder / 'train/_camera_settings.json')['camera_settings']
    assert [camera['name'] for camera in cameras] == ['head', 'top']
    top = samples[1].frame.camera
    intrinsics = cameras[1]['intrinsic_settings']
    assert cameras[1]['captured_image_size'] == {'width': 192, 'height': 144}
    assert intrinsics == {
        'resX': 192,
        'resY': 144,
        'fx': top.fx,
        'fy': top.fy,
        'cx': top.cx,
        'cy': top.cy,
        's': 0.0,
    }
    assert 44 < cameras[1]['horizontal_fov'] < 46
    objects = read(folder / 'train/_object_settings.json')
    assert objects['exported_object_classes'] == ['ball', 'brick', 'can', 'mug']
    brick = objects['exported_objects'][1]
    assert brick['segmentation_class_id'] == 5
    np.testing.assert_allclose(brick['cuboid_dimensions'], [14, 8, 6])
    assert 'variants' not in brick


def test_the_fixed_transform_takes_a_model_into_its_cuboid(tmp_path):
    pose = make_transform(matrix_from_rpy([0.3, -0.4, 0.5]), [0.01, -0.02, 0.03])
    sample = make_sample(SampleKey(0, 0, 'head'))
    label = sample.labels.instances[0]
    moved = replace(label, instance=replace(label.instance, object_from_box=pose))
    sample = replace(sample, labels=replace(sample.labels, instances=(moved,)))
    write_all(DopeFormat(SETUP), [sample], SETUP, tmp_path / 'dope')
    (found,) = read(tmp_path / 'dope/train/_object_settings.json')['exported_objects']
    corner = pose @ [0.05, 0.04, 0.06, 1.0]
    # A row vector times the matrix, as pyrr and Unreal have it.
    np.testing.assert_allclose(
        corner @ np.array(found['fixed_model_transform']), [5, 4, 6, 1], atol=1e-9
    )


def test_further_models_and_sizes_of_a_class_are_variants(tmp_path):
    samples = make_episode(0)
    resized = []
    for sample in samples:
        labels = tuple(
            replace(
                label,
                instance=replace(
                    label.instance,
                    size_m=label.instance.size_m * (1 + (label.instance.instance_id == 4)),
                ),
            )
            for label in sample.labels.instances
        )
        resized.append(replace(sample, labels=replace(sample.labels, instances=labels)))
    write_all(DopeFormat(SETUP), resized, SETUP, tmp_path / 'dope')
    found = read(tmp_path / 'dope/train/_object_settings.json')['exported_objects']
    mug = found[0]
    assert mug['class'] == 'mug'
    np.testing.assert_allclose(mug['cuboid_dimensions'], [10, 8, 12])
    np.testing.assert_allclose(
        [variant['cuboid_dimensions'] for variant in mug['variants']], [[10, 8, 12], [20, 16, 24]]
    )
    assert {variant['model'] for variant in mug['variants']} == {'mug/plain'}


def test_objects_behind_the_camera_are_left_out_and_counted(tmp_path):
    sample = make_sample(SampleKey(0, 0, 'head'))
    labels = sample.labels.instances
    near = replace(labels[0], camera_from_box=make_transform(np.eye(3), [0, 0, 0.05]))
    far = [
        replace(label, camera_from_box=make_transform(np.eye(3), [0, 0, 1.0]))
        for label in labels[1:]
    ]
    sample = replace(sample, labels=replace(sample.labels, instances=(near, *far)))
    tally = write_all(DopeFormat(SETUP), [sample], SETUP, tmp_path / 'dope')
    assert tally.counts == {BEHIND: 1}
    content = read(tmp_path / 'dope/train/000000_000_head.json')
    assert [entry['name'] for entry in content['objects']] == [
        label.instance.name for label in far
    ]


def test_colour_is_png_whatever_the_options_say(tmp_path):
    setup = replace(SETUP, options=JPEG)
    write_all(DopeFormat(setup), make_episode(0), setup, tmp_path / 'dope')
    write_all(DopeFormat(SETUP), make_episode(0), SETUP, tmp_path / 'png')
    assert tree(tmp_path / 'dope') == tree(tmp_path / 'png')
    suffixes = {path.suffix for path in (tmp_path / 'dope/train').iterdir()}
    assert suffixes == {'.png', '.json'}


def test_the_same_frames_give_the_same_bytes(rendered, tmp_path):
    folder, samples, setup = rendered
    # The surfaces of a config stay in its process.
    plain = replace(setup, info=setup.info._replace(meshes=None))
    carried = pickle.loads(pickle.dumps(make_format('dope', plain)))
    write_all(carried, samples[::-1], setup, tmp_path / 'dope')
    assert tree(tmp_path / 'dope') == tree(folder)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-3.1, 3.1), min_size=3, max_size=3),
    st.lists(st.floats(0.01, 0.4), min_size=3, max_size=3),
    st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(0.6, 5)),
)
def test_any_pose_comes_back(rpy, size, position):
    sample = make_sample(SampleKey(0, 0, 'head'))
    label = sample.labels.instances[0]
    posed = replace(
        label,
        camera_from_box=make_transform(matrix_from_rpy(rpy), list(position)),
        instance=replace(label.instance, size_m=np.array(size)),
    )
    sample = replace(sample, labels=replace(sample.labels, instances=(posed,)))
    product = DopeFormat(SETUP).frame(sample, Pictures(sample, PLAIN, largest_class_id=3))
    (entry,) = json.loads(product.files['train/000000_000_head.json'])['objects']
    corners = cuboid(size) @ matrix_from_rpy(rpy).T + position
    pixels = corners @ sample.frame.camera.matrix.T
    np.testing.assert_allclose(entry['projected_cuboid'], pixels[:, :2] / pixels[:, 2:], atol=1e-7)
    np.testing.assert_allclose(
        rotation_of(entry['quaternion_xyzw']), matrix_from_rpy(rpy), atol=1e-9
    )
