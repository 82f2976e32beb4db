"""Faults to plant into the small datasets: one at least for every rule."""

import csv
import io
import json
import shutil
import tarfile

import numpy as np
from small_datasets import encoded, gray, mp4, picture, pixels, square, write


def edit(path, change):
    """Change a JSON file."""
    value = json.loads(path.read_text())
    changed = change(value)
    path.write_text(json.dumps(value if changed is None else changed))


def put(*keys, value):
    """A change that puts a value where keys lead."""

    def change(stored):
        for key in keys[:-1]:
            stored = stored[key]
        stored[keys[-1]] = value

    return change


def drop(*keys):
    """A change that removes what keys lead to."""

    def change(stored):
        for key in keys[:-1]:
            stored = stored[key]
        del stored[keys[-1]]

    return change


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def cut(path, share=0.5):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def replace_bytes(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(bytes(data))


def ours(name, *change):
    return lambda root: edit(root / name, *change)


def frame(root, folder, ending='png'):
    return root / folder / f'000000_000_head.{ending}'


def index(*keys, value):
    return lambda root: edit(root / 'annotations.json', put(*keys, value=value))


def coco(*keys, value, split='train'):
    return lambda root: edit(root / f'annotations/instances_{split}.json', put(*keys, value=value))


def panoptic(*keys, value):
    return lambda root: edit(root / 'annotations/panoptic_train.json', put(*keys, value=value))


def scene(name, *keys, value):
    return lambda root: edit(root / f'train/000000/{name}.json', put(*keys, value=value))


def model(*keys, value):
    return lambda root: edit(root / 'models/models_info.json', put('1', *keys, value=value))


def row(text):
    return lambda root: write(root / 'labels/train/a.txt', text + '\n')


def kitti_row(old, new):
    return lambda root: replace(root / 'training/label_2/000000.txt', old, new)


def calib(old, new):
    return lambda root: replace(root / 'training/calib/000000.txt', old, new)


def xml(old, new):
    return lambda root: replace(root / 'Annotations/one.xml', old, new)


def dope(*keys, value):
    return lambda root: edit(root / '000000.json', put(*keys, value=value))


def shard(members, name='train-000001'):
    """A shard of other members: pairs of name and bytes."""

    def change(root):
        with tarfile.open(root / f'{name}.tar', 'w') as tar:
            for key, data in members:
                info = tarfile.TarInfo(key)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))

    return change


PNG, SMALL = encoded(pixels(99)), encoded(pixels(98, (8, 8)))


def metadata(*values):
    rows = ''.join(f'{json.dumps(value)}\n' for value in values)
    return lambda root: write(root / 'train/metadata.jsonl', rows)


A = {'file_name': 'a.png', 'objects': {'bbox': [], 'category': []}}
B = {'file_name': 'b.png', 'objects': {'bbox': [], 'category': []}}


def boxes(bbox, category=0):
    return metadata({**A, 'objects': {'bbox': [bbox], 'category': [category]}}, B)


def table(name, change):
    """Rows of a Parquet table, changed."""

    def apply(root):
        import pyarrow as pa
        from pyarrow import parquet as pq

        rows = pq.read_table(root / name).to_pylist()
        change(rows)
        pq.write_table(pa.Table.from_pylist(rows), root / name)

    return apply


FRAMES = 'data/chunk-000/file-000.parquet'
EPISODES = 'meta/episodes/chunk-000/file-000.parquet'


def lerobot(*keys, value):
    return lambda root: edit(root / 'meta/info.json', put(*keys, value=value))


def video(data):
    def change(root):
        path = next((root / 'videos').rglob('*.mp4'))
        path.write_bytes(data)

    return change


def no_recording(root):
    """A bag whose topics promise more than its messages keep."""
    from bag_factory import STRINGS, string_cdr, topic

    from synth_ros.writers.bag import BagWriter

    assert STRINGS
    shutil.rmtree(root)
    with BagWriter(root) as writer:
        where = writer.add_topic(topic('/head/labels/annotations', 'std_msgs/msg/String'))
        writer.write(where, string_cdr('{}'), log_ns=1, publish_ns=1)


def lost(root):
    from bag_factory import STRINGS, string_cdr

    from synth_ros.readers.bag import LOSS
    from synth_ros.writers.bag import BagWriter

    shutil.rmtree(root)
    with BagWriter(root) as writer:
        where = writer.add_topic(STRINGS)
        writer.write(where, string_cdr('x'), log_ns=1, publish_ns=1)
        proof = {'received': 1, 'lost': 3, 'before': 0, 'provable': True}
        writer.custom_data[LOSS] = json.dumps({'/label_info': proof})


def mcap(root):
    return next(root.glob('*.mcap'))


def classes(root):
    """A table with a number twice."""
    with (root / 'classes.csv').open('w', newline='') as file:
        csv.writer(file).writerows([['label_id', 'name'], [1, 'mug'], [1, 'cup']])
    (root / 'classes.json').unlink()


def same_content(root):
    shutil.copy(root / 'images/train/a.png', root / 'images/val/a.png')


def in_both_splits(root):
    write(root / 'train.txt', './images/train/a.png\n')
    write(root / 'val.txt', './images/train/a.png\n./images/val/b.png\n')
    replace(root / 'data.yaml', 'train: images/train', 'train: train.txt')
    replace(root / 'data.yaml', 'val: images/val', 'val: val.txt')


def same_scene(root):
    for split, view in (('train', 0), ('val', 1)):
        picture(root / f'images/{split}/000007_00{view}_head.png', 90 + view)


def unlink(name):
    return lambda root: (root / name).unlink()


PLANTED = [
    # ours
    ('ours.version', 'ours', ours('dataset.json', put('format', value='synth_ros coco 1'))),
    ('ours.version', 'ours', index('info', 'format', value='synth_ros coco 1')),
    ('ours.unfinished', 'ours', unlink('annotations.json')),
    ('ours.schema', 'ours', index('images', 0, 'episode', value='first')),
    ('ours.schema', 'ours', lambda r: write(r / 'models.json', '{"mug": {}}')),
    ('ours.reference', 'ours', index('annotations', 0, 'image_id', value=77)),
    ('ours.reference', 'ours', index('annotations', 0, 'id', value=2)),
    ('ours.reference', 'ours', index('annotations', 0, 'category_id', value=77)),
    ('ours.object', 'ours', index('annotations', 0, 'area', value=1)),
    ('ours.object', 'ours', index('annotations', 0, 'visibility', value=0.123)),
    ('ours.object', 'ours', index('annotations', 0, 'camera_from_object', 0, 0, value=5)),
    ('ours.object', 'ours', index('annotations', 0, 'segmentation', 'counts', value='0')),
    ('ours.mask', 'ours', lambda r: gray(frame(r, 'instance_masks'), np.zeros((72, 96), 'u2'))),
    ('ours.labels', 'ours', lambda r: cut(r / 'labels/000000.jsonl')),
    ('ours.layers', 'ours', lambda r: cut(frame(r, 'layers', 'npz'))),
    ('ours.provenance', 'ours', ours('provenance/000000.json', put('frames', value={'x': 1}))),
    ('ours.marker', 'ours', unlink('episodes/000000.json')),
    ('ours.marker', 'ours', ours('episodes/000000.json', put('episode', value=5))),
    ('ours.file-size', 'ours', lambda r: cut(frame(r, 'images'))),
    (
        'ours.splits',
        'ours',
        lambda r: write(
            r / 'splits.json',
            '{"format": "synth_ros splits 1", "shares": {"train": 1}, "seed": 0, '
            '"episodes": {"train": [0]}}',
        ),
    ),
    ('file.unreadable', 'ours-shards', lambda r: cut(r / 'shards/000000.tar')),
    (
        'ours.labels',
        'ours-shards',
        lambda r: replace_bytes(r / 'shards/000000.tar', b'"view"', b'"veiw"'),
    ),
    (
        'image.damaged',
        'ours-shards',
        lambda r: replace_bytes(r / 'shards/000000.tar', b'IDAT', b'IDXT'),
    ),
    ('ours.file-size', 'ours-shards', lambda r: cut(r / 'shards/000000.tar')),
    ('sums.differ', 'ours', lambda r: flip(frame(r, 'layers', 'npz'), 40)),
    ('sums.damaged', 'ours', lambda r: write(r / 'SHA256SUMS', 'abc\n')),
    ('json.damaged', 'ours', lambda r: cut(r / 'annotations.json')),
    ('file.missing', 'ours', lambda r: frame(r, 'depth').unlink()),
    ('image.damaged', 'ours', lambda r: cut(frame(r, 'panoptic'))),
    # coco
    ('coco.schema', 'coco', coco('images', 0, 'width', value='64')),
    ('coco.schema', 'coco', coco('annotations', 0, 'bbox', value=[1, 2, 3])),
    ('coco.id-twice', 'coco', coco('images', 1, 'id', value=1)),
    ('coco.id-twice', 'coco', coco('annotations', 1, 'id', value=1)),
    ('coco.id-zero', 'coco', coco('annotations', 0, 'id', value=0)),
    ('coco.no-image', 'coco', coco('annotations', 0, 'image_id', value=9)),
    ('coco.no-category', 'coco', coco('annotations', 0, 'category_id', value=9)),
    ('coco.file-twice', 'coco', coco('images', 1, 'file_name', value='a.png')),
    ('coco.unlisted', 'coco', lambda r: picture(r / 'images/train/c.png', 9)),
    ('coco.category-name-twice', 'coco', coco('categories', 0, 'name', value='mug')),
    ('coco.category-name-twice', 'coco', coco('categories', 0, 'name', value='herd')),
    ('coco.skeleton', 'coco', coco('categories', 1, 'skeleton', value=[[0, 1]])),
    ('coco.bbox', 'coco', coco('annotations', 0, 'bbox', value=[10, 20, 0, 10])),
    ('coco.bbox-outside', 'coco', coco('annotations', 0, 'bbox', value=[50, 20, 20, 10])),
    ('coco.bbox-mask', 'coco', coco('annotations', 0, 'bbox', value=[10, 20, 25, 10])),
    ('coco.polygon', 'coco', coco('annotations', 0, 'segmentation', value=[[1, 2, 3, 4]])),
    ('coco.polygon', 'coco', coco('annotations', 0, 'segmentation', value=[[1] * 7])),
    (
        'coco.polygon-crossing',
        'coco',
        coco('annotations', 0, 'segmentation', value=[[10, 20, 30, 30, 30, 20, 10, 30]]),
    ),
    ('coco.rle', 'coco', coco('annotations', 1, 'segmentation', 'size', value=[64, 48])),
    ('coco.rle', 'coco', coco('annotations', 1, 'segmentation', 'counts', value=[1, 2])),
    ('coco.rle', 'coco', coco('annotations', 1, 'segmentation', 'counts', value='PP')),
    ('coco.crowd', 'coco', coco('annotations', 0, 'iscrowd', value=1)),
    ('coco.area', 'coco', coco('annotations', 1, 'area', value=400)),
    ('coco.area-polygon', 'coco', coco('annotations', 0, 'area', value=2000)),
    ('coco.keypoints', 'coco', coco('annotations', 0, 'keypoints', value=[1, 2, 2])),
    ('coco.keypoints', 'coco', coco('annotations', 0, 'keypoints', 2, value=3)),
    ('coco.keypoint-outside', 'coco', coco('annotations', 0, 'keypoints', 0, value=70)),
    ('coco.keypoint-count', 'coco', coco('annotations', 0, 'num_keypoints', value=2)),
    ('panoptic.schema', 'coco', panoptic('categories', 0, 'isthing', value=2)),
    (
        'panoptic.reference',
        'coco',
        panoptic('annotations', 0, 'segments_info', 0, 'category_id', value=9),
    ),
    ('panoptic.segments', 'coco', panoptic('annotations', 0, 'segments_info', 0, 'id', value=9)),
    ('panoptic.area', 'coco', panoptic('annotations', 0, 'segments_info', 0, 'area', value=9)),
    ('file.outside', 'coco', coco('images', 0, 'file_name', value='../a.png')),
    ('file.missing', 'coco', coco('images', 0, 'file_name', value='z.png')),
    ('image.size', 'coco', coco('images', 0, 'width', value=63)),
    ('json.damaged', 'coco', lambda r: cut(r / 'annotations/instances_val.json')),
    ('image.damaged', 'coco', lambda r: cut(r / 'images/val/b.png')),
    ('split.content', 'coco', same_content),
    ('image.twice', 'coco', lambda r: shutil.copy(r / 'images/val/a.png', r / 'images/val/b.png')),
    # yolo
    ('yolo.yaml', 'yolo', lambda r: replace(r / 'data.yaml', '1: mug', '2: mug')),
    ('yolo.yaml', 'yolo', lambda r: replace(r / 'data.yaml', 'names', 'nc: 3\nnames')),
    ('yolo.yaml', 'yolo-pose', lambda r: replace(r / 'data.yaml', '[1, 0]', '[1, 1]')),
    ('yolo.no-yaml', 'yolo', unlink('data.yaml')),
    ('yolo.split', 'yolo', lambda r: replace(r / 'data.yaml', 'images/val', 'images/value')),
    ('yolo.no-test', 'yolo', lambda r: replace(r / 'data.yaml', 'names', 'test: t\nnames')),
    ('yolo.row', 'yolo', row('1 0.5 0.5 0.1')),
    ('yolo.row', 'yolo', row('1 0.5 0.5 0.1 nan')),
    ('yolo.row', 'yolo', row('1.5 0.5 0.5 0.1 0.1')),
    ('yolo.row', 'yolo-pose', row('1 0.5 0.5 0.1 0.1')),
    ('yolo.mixed', 'yolo', row('0 0.1 0.1 0.5 0.1 0.3 0.6')),
    ('yolo.class', 'yolo', row('2 0.5 0.5 0.1 0.1')),
    ('yolo.range', 'yolo', row('1 20 0.5 0.1 0.1')),
    ('yolo.range', 'yolo', row('1 0.5 0.5 0 0.1')),
    ('yolo.box-outside', 'yolo', row('1 0.1 0.5 0.4 0.1')),
    ('yolo.polygon-crossing', 'yolo-segment', row('1 0.1 0.1 0.9 0.9 0.9 0.1 0.1 0.8 0.05 0.5')),
    ('yolo.keypoint', 'yolo-pose', row('1 0.5 0.5 0.1 0.1 0.2 0.5 3 0 0 0')),
    ('yolo.keypoint', 'yolo-pose', row('1 0.5 0.5 0.1 0.1 1.2 0.5 2 0 0 0')),
    ('yolo.row-twice', 'yolo', row('1 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.1 0.1')),
    ('yolo.no-labels', 'yolo', lambda r: shutil.rmtree(r / 'labels/train')),
    ('yolo.orphan', 'yolo', lambda r: write(r / 'labels/train/z.txt', '')),
    ('text.damaged', 'yolo', lambda r: (r / 'labels/train/a.txt').write_bytes(b'1 0.5 \xff')),
    ('split.image', 'yolo', in_both_splits),
    ('split.group', 'yolo', same_scene),
    ('file.unreadable', 'lerobot', lambda r: too_deep(r / 'meta/stats.json')),
    # kitti
    ('kitti.row', 'kitti', kitti_row('-1.57\n', '\n')),
    ('kitti.range', 'kitti', kitti_row('Car 0.00 0', 'Car 1.50 0')),
    ('kitti.range', 'kitti', kitti_row('Car 0.00 0', 'Car 0.00 4')),
    ('kitti.box', 'kitti', kitti_row('10.00 20.00 30.00', '40.00 20.00 30.00')),
    ('kitti.box', 'kitti', kitti_row('20.00 30.00 30.00', '20.00 80.00 30.00')),
    ('kitti.size', 'kitti', kitti_row('1.5 1.6 3.9', '1.5 -1 3.9')),
    ('kitti.alpha', 'kitti', kitti_row('0 -1.57 10', '0 0.5 10')),
    ('kitti.behind', 'kitti', kitti_row('1.7 10.0', '1.7 -10.0')),
    ('kitti.no-label', 'kitti', unlink('training/label_2/000001.txt')),
    ('kitti.no-image', 'kitti', unlink('training/image_2/000001.png')),
    ('kitti.calib', 'kitti', unlink('training/calib/000001.txt')),
    ('kitti.calib', 'kitti', calib('R0_rect: 1 0 0 0 1', 'R0_rect: 1 0 0 0 -1')),
    ('kitti.calib', 'kitti', calib('P2: 50 0', 'P2: 50')),
    ('kitti.calib', 'kitti', calib('P2', 'P9')),
    ('kitti.points', 'kitti', lambda r: cut(r / 'training/velodyne/000000.bin', 0.9)),
    (
        'kitti.points',
        'kitti',
        lambda r: np.full((4, 4), np.nan, '<f4').tofile(r / 'training/velodyne/000000.bin'),
    ),
    ('kitti.list', 'kitti', lambda r: write(r / 'training/ImageSets/val.txt', '000009\n')),
    ('kitti.list', 'kitti', lambda r: write(r / 'training/ImageSets/val.txt', '000000\n')),
    # bop
    ('bop.schema', 'bop', scene('scene_gt', '0', 0, 'cam_R_m2c', value=[1])),
    ('bop.camera', 'bop', scene('scene_camera', '0', 'depth_scale', value=0)),
    ('bop.camera', 'bop', scene('scene_camera', '0', 'cam_K', 0, value=-5)),
    ('bop.pose', 'bop', scene('scene_gt', '0', 0, 'cam_R_m2c', 8, value=-1)),
    ('bop.behind', 'bop', scene('scene_gt', '0', 0, 'cam_t_m2c', 2, value=-1)),
    ('bop.reference', 'bop', lambda r: edit(r / 'train/000000/scene_gt_info.json', drop('1'))),
    ('bop.reference', 'bop', lambda r: edit(r / 'train/000000/scene_camera.json', drop('1'))),
    ('bop.image', 'bop', unlink('train/000000/rgb/000001.png')),
    ('bop.image', 'bop', unlink('train/000000/depth/000001.png')),
    ('bop.unlisted', 'bop', lambda r: picture(r / 'train/000000/rgb/000007.png', 7)),
    ('bop.object', 'bop', scene('scene_gt', '0', 0, 'obj_id', value=2)),
    ('bop.counts', 'bop', scene('scene_gt_info', '0', 0, 'visib_fract', value=0.5)),
    ('bop.counts', 'bop', scene('scene_gt_info', '0', 0, 'px_count_valid', value=900)),
    ('bop.depth', 'bop', lambda r: picture(r / 'train/000000/depth/000000.png', 3)),
    ('bop.mask', 'bop', unlink('train/000000/mask/000001_000000.png')),
    (
        'bop.mask',
        'bop',
        lambda r: gray(r / 'train/000000/mask/000000_000000.png', np.zeros((48, 64), 'u1')),
    ),
    ('bop.mask-counts', 'bop', scene('scene_gt_info', '0', 0, 'bbox_visib', 2, value=9)),
    (
        'bop.mask-counts',
        'bop',
        lambda r: gray(r / 'train/000000/mask_visib/000000_000000.png', square(255)[::-1]),
    ),
    ('bop.model', 'bop', lambda r: write(r / 'models/obj_000002.ply', 'ply\n')),
    ('bop.model', 'bop', unlink('models/obj_000001.ply')),
    ('bop.model-size', 'bop', model('diameter', value=300)),
    ('bop.model-centre', 'bop', model('min_x', value=0)),
    ('bop.symmetry', 'bop', model('symmetries_discrete', 0, 10, value=-1)),
    ('bop.symmetry', 'bop', model('symmetries_continuous', 0, 'axis', value=[0, 0, 0])),
    # voc
    ('voc.xml', 'voc', lambda r: cut(r / 'Annotations/one.xml')),
    ('voc.xml', 'voc', xml('<annotation>', '<!DOCTYPE a [<!ENTITY b "c">]><annotation>')),
    ('voc.schema', 'voc', xml('<width>64</width>', '')),
    ('voc.schema', 'voc', xml('<xmin>11</xmin>', '<xmin>left</xmin>')),
    ('voc.box', 'voc', xml('<xmax>30</xmax>', '<xmax>65</xmax>')),
    ('voc.box', 'voc', xml('<xmax>30</xmax>', '<xmax>9</xmax>')),
    ('voc.zero-based', 'voc', xml('<xmin>11</xmin>', '<xmin>0</xmin>')),
    ('voc.no-image', 'voc', unlink('JPEGImages/one.jpg')),
    ('voc.no-annotation', 'voc', unlink('Annotations/one.xml')),
    ('voc.list', 'voc', lambda r: write(r / 'ImageSets/Main/val.txt', 'three\n')),
    ('voc.mask', 'voc', lambda r: gray(r / 'SegmentationObject/one.png', square(9))),
    ('voc.mask', 'voc', lambda r: picture(r / 'SegmentationClass/one.png')),
    ('voc.mask-missing', 'voc', lambda r: write(r / 'ImageSets/Segmentation/val.txt', 'two\n')),
    ('split.image', 'voc', lambda r: write(r / 'ImageSets/Main/val.txt', 'one\ntwo\n')),
    # masks
    ('masks.folders', 'masks', lambda r: shutil.rmtree(r / 'masks')),
    ('masks.no-mask', 'masks', unlink('masks/train/a.png')),
    ('masks.no-image', 'masks', unlink('images/train/a.png')),
    ('masks.channels', 'masks', lambda r: picture(r / 'masks/train/a.png')),
    ('masks.value', 'masks', lambda r: gray(r / 'masks/train/a.png', square(7))),
    ('masks.table', 'masks', classes),
    ('masks.no-table', 'masks', unlink('classes.json')),
    ('image.size', 'masks', lambda r: gray(r / 'masks/train/a.png', square(2)[:40])),
    # cityscapes
    (
        'cityscapes.no-image',
        'cityscapes',
        unlink('leftImg8bit/train/ulm/ulm_000000_000019_leftImg8bit.png'),
    ),
    (
        'cityscapes.empty',
        'cityscapes',
        lambda r: (shutil.rmtree(r / 'gtFine'), (r / 'gtFine').mkdir()),
    ),
    ('cityscapes.labels', 'cityscapes', lambda r: city(r, 'labelIds', square(99))),
    ('cityscapes.instances', 'cityscapes', lambda r: city(r, 'instanceIds', square(27001, 'u2'))),
    (
        'cityscapes.polygons',
        'cityscapes',
        lambda r: write(
            r / 'gtFine/train/ulm/ulm_000000_000019_gtFine_polygons.json',
            '{"imgWidth": 64, "imgHeight": 48, "objects": [{"label": "car", "polygon": []}]}',
        ),
    ),
    ('cityscapes.no-instances', 'cityscapes', lambda r: city_path(r, 'instanceIds').unlink()),
    # dope
    ('dope.schema', 'dope', dope('objects', value={})),
    ('dope.no-image', 'dope', unlink('000001.png')),
    ('dope.no-json', 'dope', unlink('000001.json')),
    ('dope.camera', 'dope', dope('camera_data', 'intrinsics', 'fx', value=0)),
    ('dope.pose', 'dope', dope('objects', 0, 'quaternion_xyzw', value=[0, 0, 1, 1])),
    ('dope.behind', 'dope', dope('objects', 0, 'location', 2, value=-50)),
    ('dope.cuboid', 'dope', dope('objects', 0, 'projected_cuboid', value=[[1, 2]])),
    ('dope.centroid', 'dope', dope('objects', 0, 'projected_cuboid_centroid', value=[9, 9])),
    ('dope.box', 'dope', dope('objects', 0, 'bounding_box', 'top_left', value=[90, 90])),
    ('dope.visibility', 'dope', dope('objects', 0, 'visibility', value=75)),
    # webdataset
    ('tar.damaged', 'webdataset', lambda r: cut(r / 'train-000001.tar', 0.3)),
    ('wds.member', 'webdataset', shard([('readme', b'x'), ('1.png', PNG)])),
    ('wds.adjacent', 'webdataset', shard([('x.png', PNG), ('y.png', PNG), ('x.cls', b'1')])),
    ('wds.twice', 'webdataset', shard([('x.png', PNG), ('x.png', PNG)])),
    ('wds.twice', 'webdataset', shard([('000001.png', PNG)])),
    ('wds.no-image', 'webdataset', shard([('x.cls', b'1')])),
    ('wds.extensions', 'webdataset', shard([('x.png', PNG), ('x.cls', b'1'), ('y.png', PNG)])),
    (
        'wds.numbers',
        'webdataset',
        lambda r: (r / 'train-000001.tar').rename(r / 'train-000002.tar'),
    ),
    ('wds.empty', 'webdataset', shard([])),
    (
        'wds.index',
        'webdataset',
        lambda r: write(
            r / 'index.json',
            '{"format": "synth_ros webdataset 1", "classes": [], "splits": {}}',
        ),
    ),
    ('wds.class', 'webdataset', shard([('x.png', PNG), ('x.cls', b'mug')])),
    ('wds.mask', 'webdataset', shard([('x.png', PNG), ('x.seg.png', SMALL)])),
    ('json.damaged', 'webdataset', shard([('x.png', PNG), ('x.json', b'{')])),
    ('image.damaged', 'webdataset', shard([('x.png', PNG[:200])])),
    # hf-imagefolder
    ('hf.row', 'hf-imagefolder', lambda r: cut(r / 'train/metadata.jsonl', 0.9)),
    ('hf.row', 'hf-imagefolder', metadata({'name': 'a.png'}, A, B)),
    ('hf.twice', 'hf-imagefolder', metadata(A, B, A)),
    ('hf.unlisted', 'hf-imagefolder', metadata(A)),
    ('hf.keys', 'hf-imagefolder', metadata(A, {**B, 'more': 1})),
    ('hf.objects', 'hf-imagefolder', boxes([10, 20, 0, 5])),
    ('hf.objects', 'hf-imagefolder', metadata({**A, 'objects': {'bbox': [], 'category': [1]}}, B)),
    ('hf.box-outside', 'hf-imagefolder', boxes([60, 20, 20, 5])),
    ('hf.class', 'hf-imagefolder', boxes([10, 20, 20, 5], 2)),
    # hf-parquet
    ('table.damaged', 'hf-parquet', lambda r: cut(r / 'data/train-00000-of-00002.parquet')),
    ('hf.shards', 'hf-parquet', unlink('data/train-00001-of-00002.parquet')),
    (
        'hf.columns',
        'hf-parquet',
        table('data/train-00001-of-00002.parquet', lambda rows: rows[0].update(more=1)),
    ),
    # lerobot
    ('lerobot.info', 'lerobot', lerobot('codebase_version', value='v2.1')),
    ('lerobot.info', 'lerobot', lerobot('fps', value=0)),
    (
        'lerobot.feature',
        'lerobot',
        lerobot('features', 'action', value={'dtype': 'float32', 'shape': [2]}),
    ),
    ('lerobot.total', 'lerobot', lerobot('total_episodes', value=3)),
    ('lerobot.total', 'lerobot', lerobot('splits', 'train', value='all')),
    ('split.group', 'lerobot', lerobot('splits', 'train', value='0:2')),
    ('lerobot.episode', 'lerobot', table(EPISODES, lambda rows: rows[1].update(length=4))),
    ('lerobot.frame', 'lerobot', table(FRAMES, lambda rows: rows[2].update(timestamp=0.9))),
    ('lerobot.frame', 'lerobot', table(FRAMES, lambda rows: rows.pop(2))),
    ('lerobot.frame', 'lerobot', table(FRAMES, lambda rows: rows[2].update(task_index=4))),
    (
        'lerobot.value',
        'lerobot',
        table(FRAMES, lambda rows: rows[2].update({'observation.state': [1.0]})),
    ),
    ('lerobot.video', 'lerobot', video(mp4(6, (64, 48))[:-20])),
    ('lerobot.video', 'lerobot', video(mp4(5, (64, 48)))),
    ('lerobot.stats', 'lerobot', lambda r: write(r / 'meta/stats.json', '{}')),
    # bag
    ('bag.no-metadata', 'bag', unlink('metadata.yaml')),
    (
        'bag.metadata',
        'bag',
        lambda r: write(r / 'metadata.yaml', 'rosbag2_bagfile_information: 1'),
    ),
    ('bag.unfinished', 'bag', lambda r: cut(mcap(r), 0.6)),
    ('bag.damaged', 'bag', lambda r: flip(mcap(r), 3000)),
    (
        'bag.count',
        'bag',
        lambda r: replace(r / 'metadata.yaml', 'message_count: 5', 'message_count: 6'),
    ),
    ('bag.lost', 'bag', lost),
    (
        'bag.storage',
        'bag',
        lambda r: replace(r / 'metadata.yaml', 'identifier: mcap', 'identifier: sqlite3'),
    ),
    ('bag.frame', 'bag', no_recording),
]
"""Rule, dataset, and what plants a fault that breaks the rule."""


def too_deep(path):
    """A folder where a file is wanted."""
    path.unlink()
    path.mkdir()


def city_path(root, kind):
    return root / f'gtFine/train/ulm/ulm_000000_000019_gtFine_{kind}.png'


def city(root, kind, values):
    gray(city_path(root, kind), values)
