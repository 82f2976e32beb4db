"""Small valid datasets of every format, written by hand in the format's own terms."""

import io
import json
import struct
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (64, 48)


def picture(path, seed=0, size=SIZE):
    """A picture unlike others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels(seed, size)).save(path)


def pixels(seed, size=SIZE):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def gray(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def dump(path, value):
    write(path, json.dumps(value, indent=1))


def square(value=1, dtype=np.uint8, size=SIZE):
    """A mask with one rectangle: columns 10 to 29, rows 20 to 29."""
    mask = np.zeros((size[1], size[0]), dtype)
    mask[20:30, 10:30] = value
    return mask


def coco(root: Path):
    """Two splits: polygons, uncompressed run lengths of a crowd, keypoints, panoptic."""
    for number, split in enumerate(('train', 'val')):
        images = [
            {'id': 1, 'width': 64, 'height': 48, 'file_name': 'a.png'},
            {'id': 2, 'width': 64, 'height': 48, 'file_name': 'b.png'},
        ]
        runs = [10 * 48 + 20, *([10, 38] * 19), 10, 34 * 48 + 18]
        annotations = [
            {
                'id': 1,
                'image_id': 1,
                'category_id': 3,
                'bbox': [10, 20, 20, 10],
                'area': 200,
                'iscrowd': 0,
                'segmentation': [[10, 20, 30, 20, 30, 30, 10, 30]],
                'keypoints': [12, 22, 2, 0, 0, 0],
                'num_keypoints': 1,
            },
            {
                'id': 2,
                'image_id': 2,
                'category_id': 1,
                'bbox': [10, 20, 20, 10],
                'area': 200,
                'iscrowd': 1,
                'segmentation': {'size': [48, 64], 'counts': runs},
            },
        ]
        categories = [
            {'id': 1, 'name': 'crowd', 'supercategory': ''},
            {'id': 3, 'name': 'mug', 'keypoints': ['rim', 'handle'], 'skeleton': [[1, 2]]},
        ]
        dump(
            root / f'annotations/instances_{split}.json',
            {'images': images, 'annotations': annotations, 'categories': categories},
        )
        picture(root / f'images/{split}/a.png', 2 * number)
        picture(root / f'images/{split}/b.png', 2 * number + 1)
    panoptic(root)


def panoptic(root: Path):
    mask = np.zeros((48, 64, 3), np.uint8)
    mask[20:30, 10:30] = (5, 1, 0)
    gray(root / 'annotations/panoptic_train/a.png', mask)
    segment = {
        'id': 261,
        'category_id': 3,
        'area': 200,
        'bbox': [10, 20, 20, 10],
        'iscrowd': 0,
    }
    dump(
        root / 'annotations/panoptic_train.json',
        {
            'images': [{'id': 1, 'width': 64, 'height': 48, 'file_name': 'a.png'}],
            'annotations': [{'image_id': 1, 'file_name': 'a.png', 'segments_info': [segment]}],
            'categories': [{'id': 3, 'name': 'mug', 'isthing': 1}],
        },
    )


def yolo(root: Path):
    """Boxes of two classes in folders of splits."""
    write(
        root / 'data.yaml',
        'path: .\ntrain: images/train\nval: images/val\nnames: {0: bowl, 1: mug}\n',
    )
    for number, split in enumerate(('train', 'val')):
        picture(root / f'images/{split}/a.png', 2 * number)
        picture(root / f'images/{split}/b.png', 2 * number + 1)
        write(root / f'labels/{split}/a.txt', '1 0.3125 0.520833 0.3125 0.208333\n')
        write(root / f'labels/{split}/b.txt', '')


def yolo_pose(root: Path):
    yolo(root)
    with (root / 'data.yaml').open('a') as file:
        file.write('kpt_shape: [2, 3]\nflip_idx: [1, 0]\n')
    for split in ('train', 'val'):
        row = '1 0.3125 0.520833 0.3125 0.208333 0.2 0.5 2 0 0 0\n'
        write(root / f'labels/{split}/a.txt', row)


def yolo_segment(root: Path):
    yolo(root)
    for split in ('train', 'val'):
        write(root / f'labels/{split}/a.txt', '0 0.1 0.1 0.5 0.1 0.3 0.6\n')


def kitti(root: Path):
    """One split with calibration and points."""
    base = root / 'training'
    rows = (
        'Car 0.00 0 -1.57 10.00 20.00 30.00 30.00 1.5 1.6 3.9 0.0 1.7 10.0 -1.57\n'
        'DontCare -1 -1 -10 0 0 5 5 -1 -1 -1 -1000 -1000 -1000 -10\n'
    )
    calib = ''.join(f'P{i}: 50 0 31.5 0 0 50 23.5 0 0 0 1 0\n' for i in range(4)) + (
        'R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n'
    )
    for number in range(2):
        stem = f'{number:06d}'
        picture(base / f'image_2/{stem}.png', number)
        write(base / f'label_2/{stem}.txt', rows if number == 0 else '')
        write(base / f'calib/{stem}.txt', calib)
        (base / 'velodyne').mkdir(exist_ok=True)
        np.ones((5, 4), '<f4').tofile(base / f'velodyne/{stem}.bin')
    write(base / 'ImageSets/train.txt', '000000\n000001\n')


def bop(root: Path):
    """One scene of two images with one object each."""
    model = {
        'diameter': 100.0,
        'min_x': -30.0,
        'min_y': -40.0,
        'min_z': -5.0,
        'size_x': 60.0,
        'size_y': 80.0,
        'size_z': 10.0,
        'symmetries_discrete': [[-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]],
        'symmetries_continuous': [{'axis': [0, 0, 1], 'offset': [0, 0, 0]}],
    }
    dump(root / 'models/models_info.json', {'1': model})
    write(root / 'models/obj_000001.ply', 'ply\nformat ascii 1.0\nend_header\n')
    scene = root / 'train/000000'
    camera = {'cam_K': [50.0, 0, 31.5, 0, 50.0, 23.5, 0, 0, 1], 'depth_scale': 0.1}
    pose = {'cam_R_m2c': [1, 0, 0, 0, 1, 0, 0, 0, 1], 'cam_t_m2c': [0, 0, 500.0], 'obj_id': 1}
    info = {
        'bbox_obj': [10, 20, 25, 10],
        'bbox_visib': [10, 20, 20, 10],
        'px_count_all': 250,
        'px_count_valid': 200,
        'px_count_visib': 200,
        'visib_fract': 0.8,
    }
    dump(scene / 'scene_camera.json', {str(n): camera for n in range(2)})
    dump(scene / 'scene_gt.json', {str(n): [pose] for n in range(2)})
    dump(scene / 'scene_gt_info.json', {str(n): [info] for n in range(2)})
    for number in range(2):
        picture(scene / f'rgb/{number:06d}.png', number)
        gray(scene / f'depth/{number:06d}.png', np.full((48, 64), 5000 + number, np.uint16))
        gray(scene / f'mask/{number:06d}_000000.png', square(255))
        gray(scene / f'mask_visib/{number:06d}_000000.png', square(255))


VOC = """<annotation>
  <folder>JPEGImages</folder>
  <filename>{name}.jpg</filename>
  <size><width>64</width><height>48</height><depth>3</depth></size>
  <segmented>1</segmented>
  <object>
    <name>dog</name><truncated>0</truncated><difficult>1</difficult>
    <bndbox><xmin>11</xmin><ymin>21</ymin><xmax>30</xmax><ymax>30</ymax></bndbox>
  </object>
</annotation>
"""


def voc(root: Path):
    """Two images in two lists, one with masks."""
    for number, name in enumerate(('one', 'two')):
        picture(root / f'JPEGImages/{name}.jpg', number)
        write(root / f'Annotations/{name}.xml', VOC.format(name=name))
    write(root / 'ImageSets/Main/train.txt', 'one\n')
    write(root / 'ImageSets/Main/val.txt', 'two\n')
    write(root / 'ImageSets/Main/trainval.txt', 'one\ntwo\n')
    write(root / 'ImageSets/Segmentation/train.txt', 'one\n')
    for folder, value in (('SegmentationClass', 12), ('SegmentationObject', 1)):
        palette = Image.fromarray(square(value))
        # Colours of the palette mean nothing: the values do.
        palette.putpalette([v for i in range(256) for v in (i, 255 - i, i // 2)])
        (root / folder).mkdir()
        palette.save(root / folder / 'one.png')


def masks(root: Path):
    """Two splits and a table."""
    for number, split in enumerate(('train', 'val')):
        picture(root / f'images/{split}/a.png', number)
        gray(root / f'masks/{split}/a.png', square(2))
    dump(
        root / 'classes.json',
        [{'label_id': 0, 'name': 'background'}, {'label_id': 2, 'name': 'mug'}],
    )


def cityscapes(root: Path):
    """Two cities in two splits."""
    for number, (split, city) in enumerate((('train', 'ulm'), ('val', 'bonn'))):
        stem = f'{city}_000000_000019'
        picture(root / f'leftImg8bit/{split}/{city}/{stem}_leftImg8bit.png', number)
        base = root / f'gtFine/{split}/{city}'
        gray(base / f'{stem}_gtFine_labelIds.png', square(26) + square(0))
        instances = square(26001, np.uint16)
        gray(base / f'{stem}_gtFine_instanceIds.png', instances)


def dope(root: Path):
    """Two images with one object."""
    for number in range(2):
        picture(root / f'{number:06d}.png', number)
        item = {
            'class': 'mug',
            'visibility': 0.75,
            'location': [1.0, 2.0, 50.0],
            'quaternion_xyzw': [0, 0, 0, 1],
            'projected_cuboid': [[float(i), float(i + 1)] for i in range(8)],
            'projected_cuboid_centroid': [32.5, 25.5],
            'bounding_box': {'top_left': [20, 10], 'bottom_right': [30, 30]},
        }
        intrinsics = {'fx': 50.0, 'fy': 50.0, 'cx': 31.5, 'cy': 23.5}
        camera = {'width': 64, 'height': 48, 'intrinsics': intrinsics}
        dump(root / f'{number:06d}.json', {'camera_data': camera, 'objects': [item]})
    dump(root / '_camera_settings.json', {'camera_settings': []})


def webdataset(root: Path):
    """Two shards of a split and one of another."""
    root.mkdir(parents=True, exist_ok=True)
    seed = 0
    for name in ('train-000000', 'train-000001', 'val-000000'):
        with tarfile.open(root / f'{name}.tar', 'w') as tar:
            for _ in range(2):
                seed += 1
                members = {
                    'rgb.png': encoded(pixels(seed)),
                    'instance.png': encoded(square(3)),
                    'json': json.dumps({'objects': []}).encode(),
                    'cls': b'3',
                }
                for ending, data in members.items():
                    info = tarfile.TarInfo(f'{seed:06d}.{ending}')
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))


def encoded(values):
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, 'png')
    return buffer.getvalue()


def imagefolder(root: Path):
    """Two splits with metadata."""
    card = 'dataset_info:\n  features:\n  - name: objects\n    sequence:\n    - name: category\n'
    names = "      dtype: {class_label: {names: {'0': bowl, '1': mug}}}\n"
    write(root / 'README.md', f'---\n{card}{names}---\n# A card\n')
    for number, split in enumerate(('train', 'validation')):
        picture(root / f'{split}/a.png', 2 * number)
        picture(root / f'{split}/b.png', 2 * number + 1)
        rows = [
            {'file_name': 'a.png', 'objects': {'bbox': [[10, 20, 20, 10]], 'category': [1]}},
            {'file_name': 'b.png', 'objects': {'bbox': [], 'category': []}},
        ]
        lines = ''.join(f'{json.dumps(row)}\n' for row in rows)
        write(root / f'{split}/metadata.jsonl', lines)


def parquet(root: Path):
    """Two shards with images inside."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    (root / 'data').mkdir(parents=True, exist_ok=True)
    features = {'objects': {'category': {'names': ['bowl', 'mug'], '_type': 'ClassLabel'}}}
    note = {'huggingface': json.dumps({'info': {'features': features}})}
    for number in range(2):
        rows = [
            {
                'image': {'bytes': encoded(pixels(2 * number + i)), 'path': f'{i}.png'},
                'objects': {'bbox': [[10.0, 20.0, 20.0, 10.0]], 'category': [1]},
            }
            for i in range(2)
        ]
        table = pa.Table.from_pylist(rows).replace_schema_metadata(note)
        pq.write_table(table, root / f'data/train-{number:05d}-of-00002.parquet')


def box(kind, *parts):
    data = b''.join(parts)
    return struct.pack('>I4s', len(data) + 8, kind) + data


def mp4(pictures, size):
    """The boxes of a video, without a video in it."""
    header = box(b'tkhd', bytes(76), struct.pack('>II', size[0] << 16, size[1] << 16))
    sizes = box(b'stsz', bytes(4), struct.pack('>II', 10, pictures))
    media = box(b'mdia', box(b'minf', box(b'vmhd', bytes(12)), box(b'stbl', sizes)))
    moov = box(b'moov', box(b'trak', header, media))
    return box(b'ftyp', b'isom') + box(b'mdat', bytes(10 * pictures)) + moov


def lerobot(root: Path):
    """Two episodes of three frames with a state and a camera."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    camera = 'observation.images.head'
    number = {'dtype': 'int64', 'shape': [1], 'names': None}
    features = {
        'observation.state': {'dtype': 'float32', 'shape': [2], 'names': ['a', 'b']},
        camera: {'dtype': 'video', 'shape': [48, 64, 3], 'names': ['height', 'width', 'channels']},
        'timestamp': {'dtype': 'float32', 'shape': [1], 'names': None},
        'frame_index': number,
        'episode_index': number,
        'index': number,
        'task_index': number,
    }
    info = {
        'codebase_version': 'v3.0',
        'fps': 10,
        'total_episodes': 2,
        'total_frames': 6,
        'total_tasks': 1,
        'chunks_size': 1000,
        'splits': {'train': '0:1', 'val': '1:2'},
        'data_path': 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
        'video_path': 'videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4',
        'features': features,
    }
    dump(root / 'meta/info.json', info)
    dump(root / 'meta/stats.json', {name: {'mean': [0]} for name in features})
    tables = {
        'meta/tasks.parquet': [{'task_index': 0, 'task': 'look'}],
        'meta/episodes/chunk-000/file-000.parquet': [
            {
                'episode_index': e,
                'dataset_from_index': 3 * e,
                'dataset_to_index': 3 * e + 3,
                'length': 3,
                f'videos/{camera}/chunk_index': 0,
                f'videos/{camera}/file_index': 0,
            }
            for e in range(2)
        ],
        'data/chunk-000/file-000.parquet': [
            {
                'observation.state': [0.5, float(f)],
                'timestamp': f / 10,
                'frame_index': f,
                'episode_index': e,
                'index': 3 * e + f,
                'task_index': 0,
            }
            for e in range(2)
            for f in range(3)
        ],
    }
    for name, rows in tables.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows), root / name)
    video = root / f'videos/{camera}/chunk-000/file-000.mp4'
    video.parent.mkdir(parents=True)
    video.write_bytes(mp4(6, SIZE))


def ours(root: Path):
    """Two episodes with every label, by our own writer."""
    from full_factory import FULL, full_episode
    from sample_factory import PLAIN

    from synth_ros.writers.coco import CocoWriter

    with CocoWriter(root, FULL, PLAIN) as writer:
        for episode in (0, 2):
            writer.write_episode(episode, full_episode(episode))


def ours_shards(root: Path):
    """The same with frames in tars."""
    from full_factory import FULL, full_episode
    from sample_factory import PLAIN

    from synth_ros.writers.coco import CocoWriter

    options = PLAIN.model_copy(update={'container': 'shards'})
    with CocoWriter(root, FULL, options) as writer:
        for episode in (0, 2):
            writer.write_episode(episode, full_episode(episode))


def bag(root: Path):
    """A bag without annotations."""
    from bag_factory import make_bag

    make_bag(root, 5)


BUILDERS = {
    'ours': (ours, 'ours'),
    'ours-shards': (ours_shards, 'ours'),
    'coco': (coco, 'coco'),
    'yolo': (yolo, 'yolo'),
    'yolo-pose': (yolo_pose, 'yolo'),
    'yolo-segment': (yolo_segment, 'yolo'),
    'kitti': (kitti, 'kitti'),
    'bop': (bop, 'bop'),
    'voc': (voc, 'voc'),
    'masks': (masks, 'masks'),
    'cityscapes': (cityscapes, 'cityscapes'),
    'dope': (dope, 'dope'),
    'webdataset': (webdataset, 'webdataset'),
    'hf-imagefolder': (imagefolder, 'hf-imagefolder'),
    'hf-parquet': (parquet, 'hf-parquet'),
    'lerobot': (lerobot, 'lerobot'),
    'bag': (bag, 'bag'),
}
"""What makes a dataset, and the format that it is of."""
