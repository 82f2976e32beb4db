"""Small valid datasets of every format, written by hand in the format's own terms."""

from pathlib import Path

import numpy as np
from PIL import Image
from small_files import dump, gray, picture, square, write
from small_packed import (
    bag,
    imagefolder,
    lerobot,
    ours,
    ours_shards,
    parquet,
    webdataset,
)


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
