"""BOP folders say what the labels say, and their geometry explains their pixels."""

import json
import pickle
from collections import Counter
from dataclasses import replace
from types import MappingProxyType

import cv2
import numpy as np
import pytest
import trimesh
from format_driver import write_all
from full_factory import FULL, full_episode
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered_samples import render
from sample_factory import INFO, JPEG, PLAIN, make_episode, make_sample, tree

from synth_ros.errors import OutputError
from synth_ros.types import SampleKey
from synth_ros.writers.formats import bop
from synth_ros.writers.formats.base import FormatSetup, Pictures
from synth_ros.writers.formats.bop import BopFormat
from synth_ros.writers.formats.registry import make_format
from synth_ros.writers.splits import OneSplit, plan_of

CAMERAS = ('head', 'wrist')
SETUP = FormatSetup(INFO._replace(cameras=CAMERAS), PLAIN, OneSplit())


@pytest.fixture(scope='module')
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp('bop')
    samples, setup = render(folder)
    tally = write_all(BopFormat(setup), samples, setup, folder / 'bop')
    return folder / 'bop', samples, setup, tally


def read(path):
    return json.loads(path.read_text())


def image_of(path):
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert found is not None, path
    return found


def objects_of(folder, setup, samples):
    """Every sample with its scene folder, image id, and rows of the three files."""
    for sample in samples:
        scene = folder / setup.splits.of(sample.key.episode) / f'{sample.key.episode:06d}'
        number = sample.key.view * len(setup.info.cameras)
        number += setup.info.cameras.index(sample.key.camera)
        rows = [read(scene / f'scene_{name}.json')[str(number)] for name in ('gt', 'gt_info')]
        camera = read(scene / 'scene_camera.json')[str(number)]
        yield sample, scene, number, camera, list(zip(*rows, strict=True))


def test_every_number_is_the_label_s(rendered):
    folder, samples, setup, _ = rendered
    models = read(folder / 'models/synth_ros_models.json')
    seen = 0
    for sample, scene, number, camera, rows in objects_of(folder, setup, samples):
        np.testing.assert_array_equal(
            np.reshape(camera['cam_K'], (3, 3)), sample.frame.camera.matrix
        )
        world = np.eye(4)
        world[:3, :3] = np.reshape(camera['cam_R_w2c'], (3, 3))
        world[:3, 3] = np.array(camera['cam_t_w2c']) / 1000
        np.testing.assert_allclose(world @ sample.frame.world_from_camera, np.eye(4), atol=1e-12)
        depth = image_of(scene / f'depth/{number:06d}.png') * camera['depth_scale'] / 1000
        assert np.abs(depth - sample.depth_m).max() <= 0.5001e-3
        np.testing.assert_array_equal(
            image_of(scene / f'rgb/{number:06d}.png')[:, :, ::-1], sample.rgb
        )
        assert len(rows) == len(sample.labels.instances)
        for place, (label, (pose, info)) in enumerate(
            zip(sample.labels.instances, rows, strict=True)
        ):
            seen += 1
            name = f'{number:06d}_{place:06d}.png'
            check_object(label, pose=pose, info=info)
            check_masks(
                sample,
                label,
                full=image_of(scene / 'mask' / name),
                visible=image_of(scene / 'mask_visib' / name),
                info=info,
            )
            model = models[str(pose['obj_id'])]
            assert model['model'] == label.instance.model_name
            assert model['class_name'] == label.instance.class_name
            np.testing.assert_allclose(model['size_mm'], label.instance.size_m * 1000)
    assert seen > 20


def check_object(label, *, pose, info):
    rotation, translation = label.camera_from_box[:3, :3], label.camera_from_box[:3, 3]
    np.testing.assert_array_equal(np.reshape(pose['cam_R_m2c'], (3, 3)), rotation)
    np.testing.assert_allclose(pose['cam_t_m2c'], translation * 1000)
    assert info['px_count_all'] == label.pixels_full
    assert info['px_count_visib'] == label.pixels_visible
    assert info['visib_fract'] == label.visibility
    x0, y0, x1, y1 = label.amodal_box
    assert info['bbox_obj'] == [x0, y0, x1 - 1 - x0, y1 - 1 - y0]


def check_masks(sample, label, *, full, visible, info):
    assert full.dtype == visible.dtype == np.uint8
    assert set(np.unique(full)) | set(np.unique(visible)) <= {0, 255}
    mine = sample.labels.instance_id == label.instance.instance_id
    np.testing.assert_array_equal(visible > 0, mine)
    assert not (mine & (full == 0)).any()
    assert np.count_nonzero(full) == label.pixels_in_image
    stored = np.rint(sample.depth_m * 1000) > 0
    assert info['px_count_valid'] == np.count_nonzero(stored & (full > 0))
    # What the toolkit's calc_2d_bbox does.
    rows, columns = np.nonzero(visible)
    x, y = int(columns.min()), int(rows.min())
    assert info['bbox_visib'] == [x, y, int(columns.max()) - x, int(rows.max()) - y]


def test_nothing_is_lost_of_a_scene_from_simulation(rendered):
    *_, tally = rendered
    assert set(tally.counts) <= {bop.UNLABELLED}


def test_models_projected_by_opencv_cover_their_masks(rendered):
    folder, samples, setup, _ = rendered
    worst = []
    for sample, scene, number, camera, rows in objects_of(folder, setup, samples):
        for place, (pose, _) in enumerate(rows):
            mask = image_of(scene / f'mask/{number:06d}_{place:06d}.png') > 0
            drawn = draw(folder / f'models/obj_{pose["obj_id"]:06d}.ply', pose, camera, mask.shape)
            inner, outer = (
                change(mask.astype(np.uint8), np.ones((3, 3)))
                for change in (cv2.erode, cv2.dilate)
            )
            # Nothing but pixels of the outline may differ; at the image's border it is cut.
            beyond = drawn & (outer == 0)
            assert not beyond[1:-1, 1:-1].any(), (sample.key, place)
            assert not ((inner > 0) & ~drawn).any(), (sample.key, place)
            worst.append((mask & drawn).sum() / (mask | drawn).sum())
    # OpenCV paints every pixel that a triangle touches, so the drawing is a little larger.
    assert np.median(worst) > 0.85


def draw(path, pose, camera, shape):
    """A model in its pose, by OpenCV alone."""
    mesh = trimesh.load(path, process=False)
    turn, _ = cv2.Rodrigues(np.reshape(pose['cam_R_m2c'], (3, 3)))
    pixels, _ = cv2.projectPoints(
        np.asarray(mesh.vertices, np.float64),
        turn,
        np.array(pose['cam_t_m2c']),
        np.reshape(camera['cam_K'], (3, 3)),
        None,
    )
    canvas = np.zeros(shape, np.uint8)
    corners = np.rint(pixels[:, 0][mesh.faces] * 256).astype(np.int32)
    for triangle in corners:
        cv2.fillConvexPoly(canvas, triangle, 1, shift=8)
    return canvas > 0


def test_depth_of_a_model_s_pixels_lies_on_its_surface(rendered):
    folder, samples, setup, _ = rendered
    checked = 0
    for sample, scene, number, camera, rows in objects_of(folder, setup, samples):
        depth = image_of(scene / f'depth/{number:06d}.png').astype(float)
        matrix = np.reshape(camera['cam_K'], (3, 3))
        for place, (pose, info) in enumerate(rows):
            if info['px_count_visib'] < 100:
                continue
            mask = image_of(scene / f'mask_visib/{number:06d}_{place:06d}.png') > 0
            v, u = np.nonzero(mask & (depth > 0))
            rays = np.linalg.solve(matrix, np.stack([u, v, np.ones_like(u)]).astype(float))
            points = (rays * depth[v, u]).T - pose['cam_t_m2c']
            in_model = points @ np.reshape(pose['cam_R_m2c'], (3, 3))
            info_3d = read(folder / 'models/models_info.json')[str(pose['obj_id'])]
            low = np.array([info_3d[f'min_{axis}'] for axis in 'xyz'])
            high = low + [info_3d[f'size_{axis}'] for axis in 'xyz']
            # Depth is rounded to whole millimetres.
            assert (in_model > low - 2).all(), (sample.key, place)
            assert (in_model < high + 2).all(), (sample.key, place)
            checked += 1
    assert checked > 10


def test_one_object_has_one_number_in_all_scenes(rendered):
    folder, samples, setup, _ = rendered
    names = {}
    for sample, *_, rows in objects_of(folder, setup, samples):
        for label, (pose, _) in zip(sample.labels.instances, rows, strict=True):
            names.setdefault(label.instance.model_name, set()).add(pose['obj_id'])
    assert all(len(numbers) == 1 for numbers in names.values())
    numbers = sorted(number for found in names.values() for number in found)
    assert numbers == list(range(1, len(numbers) + 1))
    assert sorted(read(folder / 'models/models_info.json'), key=int) == [*map(str, numbers)]
    for number in numbers:
        name = f'obj_{number:06d}.ply'
        assert (folder / 'models' / name).read_bytes() == (
            folder / 'models_eval' / name
        ).read_bytes()


def test_targets_are_the_visible_objects_of_the_test_split(rendered):
    folder, *_ = rendered
    expected = []
    for scene in sorted((folder / 'test').iterdir()):
        poses, infos = (read(scene / f'scene_{name}.json') for name in ('gt', 'gt_info'))
        for image in poses:
            counts = Counter(
                pose['obj_id']
                for pose, info in zip(poses[image], infos[image], strict=True)
                if info['visib_fract'] >= 0.1
            )
            expected += [
                {
                    'scene_id': int(scene.name),
                    'im_id': int(image),
                    'obj_id': number,
                    'inst_count': count,
                }
                for number, count in sorted(counts.items())
            ]
    assert read(folder / 'test_targets_bop19.json') == expected
    assert len(expected) > 5


def test_camera_json_is_the_first_camera(rendered):
    folder, samples, setup, _ = rendered
    camera = samples[0].frame.camera
    assert samples[0].key.camera == setup.info.cameras[0]
    assert read(folder / 'camera.json') == {
        'width': camera.width,
        'height': camera.height,
        'fx': camera.fx,
        'fy': camera.fy,
        'cx': camera.cx,
        'cy': camera.cy,
        'depth_scale': 1.0,
    }
    words = (folder / 'dataset_info.md').read_text()
    assert 'Image id = view * 2 + camera, in the order head, top' in words


def test_the_same_frames_give_the_same_bytes(rendered, tmp_path):
    folder, samples, setup, _ = rendered
    # The surfaces of a config stay in its process.
    plain = replace(setup, info=setup.info._replace(meshes=None))
    carried = pickle.loads(pickle.dumps(make_format('bop', plain)))
    for sample in samples:
        sample.frame.memo.clear()
    write_all(carried, samples[::-1], setup, tmp_path / 'bop')
    assert tree(tmp_path / 'bop') == tree(folder)


def test_objects_without_a_surface_keep_their_pose_and_box(tmp_path):
    samples = full_episode(0)
    setup = replace(SETUP, info=FULL._replace(cameras=CAMERAS))
    tally = write_all(BopFormat(setup), samples, setup, tmp_path / 'bop')
    labelled = sum(len(sample.labels.instances) for sample in samples)
    assert tally.counts[bop.NO_MESH] == labelled
    assert bop.NO_SILHOUETTE not in tally.counts
    assert not list((tmp_path / 'bop').rglob('*.ply'))
    info = read(tmp_path / 'bop/models/models_info.json')
    names = read(tmp_path / 'bop/models/synth_ros_models.json')
    assert len(info) == 3
    for number, entry in info.items():
        assert entry['diameter'] == pytest.approx(np.linalg.norm([100, 80, 120]))
        assert entry['min_z'] == pytest.approx(-60)
        assert entry['size_x'] == pytest.approx(100)
        assert not names[number]['mesh']
    mug = next(number for number, entry in names.items() if entry['class_name'] == 'mug')
    # The box is 50 mm above the object's origin.
    np.testing.assert_allclose(
        np.reshape(info[mug]['symmetries_discrete'][0], (4, 4)), np.diag([-1.0, -1, 1, 1])
    )
    assert info[mug]['symmetries_continuous'] == [{'axis': [0, 0, 1], 'offset': [0, 10, -50]}]
    rim = names[mug]['keypoints'][0]
    assert (rim['name'], rim['kind']) == ('rim', 'virtual')
    np.testing.assert_allclose(rim['position'], [0, 1000 / 3, -50])


def test_without_full_masks_the_visible_ones_are_written_and_counted(tmp_path):
    whole = make_sample(SampleKey(0, 0, 'head'))
    bare = replace(whole, frame=replace(whole.frame, silhouettes=MappingProxyType({})))
    labels = replace(
        whole.labels,
        instances=tuple(
            replace(label, amodal_mask=whole.frame.silhouettes[label.instance.instance_id])
            for label in whole.labels.instances
        ),
    )
    found = {}
    for name, sample in (
        ('whole', whole),
        ('bare', bare),
        ('label', replace(bare, labels=labels)),
    ):
        tally = write_all(BopFormat(SETUP), [sample], SETUP, tmp_path / name)
        found[name] = tree(tmp_path / name)
        lost = len(whole.labels.instances) if name == 'bare' else 0
        assert tally.counts.get(bop.NO_SILHOUETTE, 0) == lost
    assert found['label'] == found['whole']
    masks = [path for path in found['bare'] if '/mask/' in path]
    assert masks
    assert all(
        found['bare'][path] == found['bare'][path.replace('/mask/', '/mask_visib/')]
        for path in masks
    )


def test_visible_objects_below_the_thresholds_are_counted(tmp_path):
    sample = make_sample(SampleKey(0, 0, 'head'))
    kept = sample.labels.instances[1:]
    fewer = replace(sample, labels=replace(sample.labels, instances=kept))
    counts = [
        BopFormat(SETUP).frame(x, Pictures(x, PLAIN, largest_class_id=3)).losses[bop.UNLABELLED]
        for x in (sample, fewer)
    ]
    assert counts[1] == counts[0] + 1


def test_jpeg_and_no_depth_as_the_options_say(tmp_path):
    options = JPEG.model_copy(update={'depth': False})
    setup = replace(SETUP, options=options)
    write_all(BopFormat(setup), make_episode(0), setup, tmp_path / 'bop')
    scene = tmp_path / 'bop/train/000000'
    assert {path.suffix for path in (scene / 'rgb').iterdir()} == {'.jpg'}
    assert not (scene / 'depth').exists()


def test_a_frame_without_objects_is_there(tmp_path):
    sample = make_sample(SampleKey(3, 1, 'wrist'), objects=0)
    setup = replace(SETUP, splits=plan_of({3: 'test', 4: 'train'}, ('train', 'test')))
    write_all(BopFormat(setup), [sample], setup, tmp_path / 'bop')
    scene = tmp_path / 'bop/test/000003'
    assert read(scene / 'scene_gt.json') == read(scene / 'scene_gt_info.json') == {'3': []}
    assert (scene / 'rgb/000003.png').exists()
    assert read(tmp_path / 'bop/models/models_info.json') == {}
    assert read(tmp_path / 'bop/test_targets_bop19.json') == []
    assert not (tmp_path / 'bop/train').exists()


def test_an_unknown_camera_is_an_error():
    sample = make_sample(SampleKey(0, 0, 'chest'))
    with pytest.raises(OutputError, match=r"000000_000_chest is of camera 'chest'.*head, wrist"):
        BopFormat(SETUP).frame(sample, Pictures(sample, PLAIN, largest_class_id=3))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(0, 9), st.tuples(st.integers(16, 40), st.integers(16, 40))
)
def test_masks_of_any_frame(view, objects, size):
    sample = make_sample(SampleKey(1, view, 'wrist'), objects=objects, size=size)
    product = BopFormat(SETUP).frame(sample, Pictures(sample, PLAIN, largest_class_id=3))
    for place, label in enumerate(sample.labels.instances):
        name = f'{2 * view + 1:06d}_{place:06d}.png'
        full, visible = (
            cv2.imdecode(np.frombuffer(product.files[f'train/000001/{kind}/{name}'], np.uint8), -1)
            for kind in ('mask', 'mask_visib')
        )
        check_masks(
            sample,
            label,
            full=full,
            visible=visible,
            info=product.record['objects'][place]['info'],
        )
