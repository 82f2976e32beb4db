"""A bundle is whole, says what is in it, and names nothing that is not there."""

import hashlib
import json
import re
import runpy
import subprocess
import sys

import cv2
import numpy as np
import pytest
import yaml
from sample_factory import tree

from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.jetson.bundle import JetsonRequest, export_jetson
from synth_ros.pipeline.jetson.calibration import NetworkInput, fitted
from synth_ros.pipeline.jetson.label_files import label_files
from synth_ros.pipeline.jetson.meshes import obj_text
from synth_ros.pipeline.jetson.tao import rtdetr_yaml
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.types import Category, TriangleMesh

FORMATS = ('kitti', 'coco', 'yolo-detect', 'masks')


def export(source, out, *, formats=('yolo-detect',), count=5, **options):
    request = JetsonRequest(source, out, formats=formats, count=count, **options)
    return export_jetson(request, lambda what, done, total: None)


@pytest.fixture(scope='module')
def bundle(dataset, tmp_path_factory):
    out = tmp_path_factory.mktemp('bundle') / 'robot'
    return export(dataset, out, formats=FORMATS), out


def images_of(out):
    return (out / 'calibration' / 'images.txt').read_text().split()


def test_the_list_names_images_of_the_training_split_as_they_were_recorded(bundle, dataset):
    made, out = bundle
    names = images_of(out)
    assert len(names) == len(set(names)) == 5
    training = (out / 'kitti' / 'ImageSets' / 'train.txt').read_text().split()
    for name, key in zip(names, made.calibration.frames, strict=True):
        assert name == f'images/{key.stem}.png'
        assert key.stem in training
        recorded = (dataset / 'images' / f'{key.stem}.png').read_bytes()
        assert (out / 'calibration' / name).read_bytes() == recorded
    stored = {path.name for path in (out / 'calibration' / 'images').iterdir()}
    assert stored == {name.removeprefix('images/') for name in names}


def test_labels_are_in_the_order_of_the_data(bundle):
    _, out = bundle
    data = yaml.safe_load((out / 'yolo-detect' / 'data.yaml').read_text())
    labels = (out / 'labels' / 'labels.txt').read_text().split()
    assert dict(enumerate(labels)) == data['names']
    classes = (out / 'tao' / 'detectnet_v2_classes.txt').read_text()
    assert re.findall(r'target_classes {\n    name: "(.*)"', classes) == labels


def test_every_order_of_labels():
    things = (Category(2, 'mug'), Category(3, 'box'), Category(6, 'drill'))
    files = {file.name: file.lines for file in label_files(things)}
    assert files == {
        'labels.txt': ('mug', 'box', 'drill'),
        'labels_by_id.txt': (
            'background',
            'unused_1',
            'mug',
            'box',
            'unused_4',
            'unused_5',
            'drill',
        ),
        'labels_sorted.txt': ('box', 'drill', 'mug'),
        'labels_sorted_background.txt': ('background', 'box', 'drill', 'mug'),
    }
    assert all(files['labels_by_id.txt'][c.class_id] == c.name for c in things)


def test_masks_have_names_of_stuff_too(bundle):
    _, out = bundle
    names = (out / 'labels' / 'labels_masks.txt').read_text().split()
    assert names == ['background', 'mug', 'box', 'drill', 'table']


def test_camera_infos_have_what_ros_parses(bundle, dataset):
    _, out = bundle
    recording = DatasetRecording(dataset)
    assert sorted(path.stem for path in (out / 'camera_info').iterdir()) == ['head', 'wrist']
    for key in recording.frames:
        found = yaml.safe_load((out / 'camera_info' / f'{key.camera}.yaml').read_text())
        camera = recording.read(key).camera
        assert (found['image_width'], found['image_height']) == (camera.width, camera.height)
        assert found['camera_name'] == key.camera
        assert found['distortion_model'] == 'plumb_bob'
        matrices = {
            name: np.reshape(found[name]['data'], (found[name]['rows'], found[name]['cols']))
            for name in (
                'camera_matrix',
                'distortion_coefficients',
                'rectification_matrix',
                'projection_matrix',
            )
        }
        assert (matrices['camera_matrix'] == camera.matrix).all()
        assert (matrices['projection_matrix'][:, :3] == camera.matrix).all()
        assert matrices['projection_matrix'].shape == (3, 4)
        assert (matrices['rectification_matrix'] == np.eye(3)).all()
        assert matrices['distortion_coefficients'].tolist() == [[0] * 5]


def test_the_readme_names_only_files_that_are_there(bundle):
    _, out = bundle
    text = (out / 'README.md').read_text()
    named = set(
        re.findall(
            r'(?:kitti|coco|yolo-\w+|masks|calibration|labels|camera_info|tao|meshes)/[\w./]*',
            text,
        )
    )
    expected = {'tao/detectnet_v2_train.txt', 'tao/rtdetr.yaml', 'calibration/calibration_data.py'}
    assert expected < named
    assert [name for name in sorted(named) if not (out / name).exists()] == []
    assert 'num_classes:=3' in text


@pytest.mark.parametrize('name', ['kitti', 'coco', 'yolo-segment', 'masks'])
def test_a_readme_speaks_of_the_formats_that_were_asked_for(dataset, tmp_path, name):
    export(dataset, tmp_path / 'robot', formats=(name,), count=1)
    text = (tmp_path / 'robot' / 'README.md').read_text()
    for words, formats in (
        ('tao/rtdetr.yaml', {'coco'}),
        ('tao/detectnet_v2_train.txt', {'kitti'}),
        ('isaac_ros_yolov8', {'yolo-detect'}),
        ('isaac_ros_unet', {'masks'}),
        ('isaac_ros_rtdetr', {'kitti', 'coco', 'yolo-segment', 'masks'}),
        ('labels/labels_masks.txt', {'masks'}),
    ):
        assert (words in text) == (name in formats), words
    assert not re.search(r'{{|{%|\n\n\n', text)


def test_paths_in_the_specs_are_there(bundle):
    _, out = bundle
    spec = yaml.safe_load((out / 'tao' / 'rtdetr.yaml').read_text())
    data = spec['dataset']
    sources = {'train': data['train_data_sources'][0], 'val': data['val_data_sources']}
    for split, source in sources.items():
        annotations = json.loads((out / source['json_file'].removeprefix('/data/')).read_text())
        images = out / source['image_dir'].removeprefix('/data/')
        named = {image['file_name'] for image in annotations['images']}
        assert named == {path.name for path in images.iterdir()}
        assert max(c['id'] for c in annotations['categories']) < data['num_classes']
        assert split in source['json_file']
    for folder in spec['gen_trt_engine']['tensorrt']['calibration']['cal_image_dir']:
        assert (out / folder.removeprefix('/data/')).is_dir()
    for path in (out / 'tao').glob('detectnet_v2_*.txt'):
        text = path.read_text()
        assert text.count('{') == text.count('}')
        for root in re.findall(r'"/data/(.*)"', text):
            assert (out / root / 'image_2').is_dir()
            assert (out / root / 'label_2').is_dir()
            assert (out / root / 'kitti_seq_to_map.json').is_file()


def test_the_manifest_says_what_is_there(bundle, dataset):
    made, out = bundle
    manifest = json.loads((out / 'bundle.json').read_text())
    assert manifest['format'] == 'synth_ros jetson 1'
    assert manifest['source'] == dataset.name
    assert manifest['classes'] == [
        {'id': 1, 'name': 'mug'},
        {'id': 2, 'name': 'box'},
        {'id': 3, 'name': 'drill'},
    ]
    assert manifest['splits'] == dict(made.splits)
    assert sum(made.splits.values()) == 16
    assert [f'images/{stem}.png' for stem in manifest['calibration']['images']] == images_of(out)
    assert manifest['formats'].keys() == set(FORMATS) == set(made.lost)
    assert manifest['formats']['kitti']['lost'] == dict(made.lost['kitti'])


def test_checksums_are_of_every_file(bundle):
    _, out = bundle
    lines = (out / 'SHA256SUMS').read_text().splitlines()
    sums = dict(reversed(line.split('  ', 1)) for line in lines)
    files = tree(out)
    del files['SHA256SUMS']
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert not any('.synth_ros' in name or 'velodyne' in name for name in files)


def test_the_same_request_gives_the_same_bytes(bundle, dataset, tmp_path):
    export(dataset, tmp_path / 'robot', formats=FORMATS)
    assert tree(tmp_path / 'robot') == tree(bundle[1])


def test_the_script_makes_what_the_network_takes(bundle, tmp_path):
    _, out = bundle
    script = out / 'calibration' / 'calibration_data.py'
    batches = list(runpy.run_path(str(script))['load_data']())
    assert len(batches) == 5
    for batch, name in zip(batches, images_of(out), strict=True):
        values = batch['images']
        assert (values.shape, values.dtype) == ((1, 3, 640, 640), np.float32)
        bgr = cv2.imread(str(out / 'calibration' / name))
        # 96x72 becomes 640x480, with 80 rows of grey above and below.
        assert values[0, :, :80] == pytest.approx(114 / 255)
        assert values[0, :, 560:] == pytest.approx(114 / 255)
        means = values[0, ::-1, 80:560].mean(axis=(1, 2)) * 255
        assert means == pytest.approx(bgr.mean(axis=(0, 1)), abs=0.6)
    command = [sys.executable, str(script), str(tmp_path / 'all.npy'), '--count', '2']
    subprocess.run(command, check=True, capture_output=True)
    stored = np.load(tmp_path / 'all.npy')
    assert (stored == np.concatenate([batch['images'] for batch in batches[:2]])).all()


@pytest.mark.parametrize(('fit', 'rows'), [('letterbox', 24), ('stretch', 0)])
def test_images_are_brought_to_the_size_of_the_network(dataset, tmp_path, fit, rows):
    export(dataset, tmp_path / 'robot', fit=fit, size=NetworkInput(192, 192), count=2)
    for name in images_of(tmp_path / 'robot'):
        image = cv2.imread(str(tmp_path / 'robot' / 'calibration' / name))
        assert image.shape == (192, 192, 3)
        assert (image[:rows] == 114).all()
        assert not (image[rows : rows + 8] == 114).all()
    text = (tmp_path / 'robot' / 'README.md').read_text()
    assert f'192x192 already ({fit})' in text
    script = (tmp_path / 'robot' / 'calibration' / 'calibration_data.py').read_text()
    assert 'WIDTH = 192\nHEIGHT = 192\n' in script


def test_a_letterbox_keeps_proportions():
    image = np.full((30, 60, 3), 200, np.uint8)
    inner = (fitted(image, NetworkInput(100, 80), letterbox=True) == 200).all(axis=2)
    rows, columns = np.nonzero(inner)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (50, 100)
    assert (rows.min(), columns.min()) == (15, 0)


def test_images_of_a_jpeg_dataset_become_png_and_specs_say_jpg(tmp_path):
    from full_factory import FULL, full_episode
    from sample_factory import JPEG

    from synth_ros.writers.coco import CocoWriter

    with CocoWriter(tmp_path / 'dataset', FULL, JPEG) as writer:
        for episode in range(2):
            writer.write_episode(episode, full_episode(episode))
    export(tmp_path / 'dataset', tmp_path / 'robot', formats=('kitti',), count=2)
    for name in images_of(tmp_path / 'robot'):
        stored = cv2.imread(str(tmp_path / 'robot' / 'calibration' / name))
        recorded = cv2.imread(str((tmp_path / 'dataset' / name).with_suffix('.jpg')))
        assert (stored == recorded).all()
    spec = (tmp_path / 'robot' / 'tao' / 'detectnet_v2_train.txt').read_text()
    assert 'image_extension: ".jpg"' in spec
    assert list((tmp_path / 'robot' / 'kitti' / 'train' / 'image_2').glob('*.jpg'))


def test_more_images_than_there_are_take_all(dataset, tmp_path):
    made = export(dataset, tmp_path / 'robot', count=500)
    assert len(made.calibration.frames) == made.splits['train']
    assert made.calibration.share == 1


def test_rtdetr_counts_classes_from_the_largest_id():
    things = (Category(2, 'mug'), Category(40, 'drill'))
    spec = yaml.safe_load(
        rtdetr_yaml(things, splits=('train', 'val'), size=NetworkInput(640, 384), images=30)
    )
    assert spec['dataset']['num_classes'] == 41
    assert spec['dataset']['remap_mscoco_category'] is False
    assert spec['dataset']['val_data_sources']['json_file'].endswith('instances_val.json')
    engine = spec['gen_trt_engine']
    assert (engine['input_width'], engine['input_height']) == (640, 384)
    calibration = engine['tensorrt']['calibration']
    assert calibration['cal_batch_size'] * calibration['cal_batches'] <= 30
    text = rtdetr_yaml(things, splits=('train',), size=NetworkInput(640, 384), images=3)
    assert '# There is no split for validation' in text
    few = yaml.safe_load(text)
    assert few['gen_trt_engine']['tensorrt']['calibration']['cal_batches'] == 1
    assert few['dataset']['val_data_sources']['json_file'].endswith('instances_train.json')


def test_meshes_are_triangles_in_metres():
    mesh = TriangleMesh(
        np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.25, -0.0]]), np.array([[0, 1, 2]], np.int32)
    )
    lines = obj_text(mesh).splitlines()
    assert lines == [
        'v 0.000000 0.000000 0.000000',
        'v 0.100000 0.000000 0.000000',
        'v 0.000000 0.250000 0.000000',
        'f 1 2 3',
    ]


def test_nothing_is_overwritten(bundle, dataset):
    with pytest.raises(OutputError, match=r'robot exists already\. Choose another place'):
        export(dataset, bundle[1])


def test_nothing_is_left_of_a_bundle_that_failed(dataset, tmp_path):
    for name in ('images', 'labels'):
        (tmp_path / 'broken' / name).mkdir(parents=True)
    for path in sorted(dataset.rglob('*')):
        target = tmp_path / 'broken' / path.relative_to(dataset)
        if path.is_dir():
            target.mkdir(exist_ok=True, parents=True)
        elif path.name != '000002_001_head.png' or path.parent.name != 'images':
            target.write_bytes(path.read_bytes())
    with pytest.raises(UsageError, match='000002_001_head'):
        export(tmp_path / 'broken', tmp_path / 'out' / 'robot')
    assert list((tmp_path / 'out').iterdir()) == []


def test_an_empty_folder_is_taken(dataset, tmp_path):
    (tmp_path / 'robot').mkdir()
    export(dataset, tmp_path / 'robot', formats=('yolo-detect',), count=1)
    assert (tmp_path / 'robot' / 'README.md').is_file()
    assert not (tmp_path / 'robot' / 'tao').exists()


def test_what_is_no_dataset_is_said(tmp_path):
    with pytest.raises(UsageError, match='There is no folder'):
        export(tmp_path / 'nothing', tmp_path / 'robot')
