"""KITTI files, read as KITTI's development kit and 3D detectors read them."""

import json
import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from format_driver import write_all
from full_factory import CATEGORIES as FULL_CATEGORIES
from full_factory import full_episode
from hypothesis import given, settings
from hypothesis import strategies as st
from id_samples import CLASSES, id_images, level_camera, sample_of, setup_of
from sample_factory import tree

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.geometry.transforms import box_corners, make_transform, matrix_from_rpy
from synth_ros.types import Category, DenseLabels
from synth_ros.writers.formats import kitti
from synth_ros.writers.formats.base import Pictures
from synth_ros.writers.formats.kitti_boxes import corners_of, kitti_box, wrapped
from synth_ros.writers.formats.registry import make_format

ANGLES = st.floats(-math.pi, math.pi)
SIZES = st.tuples(*[st.floats(0.02, 0.6)] * 3)
PLACES = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.3, 4))
# Axes of an upright object as a level camera has them: x ahead of it, z up.
UPRIGHT = np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]])


class Row(NamedTuple):
    kind: str
    truncated: float
    occluded: int
    alpha: float
    box: list
    height: float
    width: float
    length: float
    location: np.ndarray
    rotation_y: float


def parsed(text):
    found = []
    for line in text.splitlines():
        words = line.split(' ')
        assert len(words) == 15
        truncated, _, alpha, *rest = (float(word) for word in words[1:])
        found.append(
            Row(
                words[0],
                truncated,
                int(words[2]),
                alpha,
                rest[:4],
                *rest[4:7],
                np.array(rest[7:10]),
                rest[10],
            )
        )
    return found


def devkit_corners(row):
    """Corners (8, 3) as the development kit's computeBox3D has them."""
    c, s = math.cos(row.rotation_y), math.sin(row.rotation_y)
    corners = []
    for x, z in ((1, 1), (1, -1), (-1, -1), (-1, 1)):
        for y in (0, -row.height):
            x_m, z_m = x * row.length / 2, z * row.width / 2
            moved = np.array([c * x_m + s * z_m, y, -s * x_m + c * z_m])
            corners.append(row.location + moved)
    return np.array(corners)


def product(sample, setup=None):
    setup = setup or setup_of()
    pictures = Pictures(sample, setup.options, largest_class_id=setup.largest_class_id)
    return make_format('kitti', setup).frame(sample, pictures)


def rows(sample):
    return parsed(product(sample).files[f'train/label_2/{sample.key.stem}.txt'].decode())


def worst_distance(one, other):
    """From each point of one set to the nearest of the other."""
    return np.linalg.norm(one[:, None] - other[None], axis=2).min(axis=1).max()


@settings(max_examples=60, deadline=None)
@given(yaw=ANGLES, size=SIZES, place=PLACES)
def test_an_upright_object_before_a_level_camera_comes_back(yaw, size, place):
    pose = make_transform(UPRIGHT @ matrix_from_rpy([0, 0, yaw]), place)
    sample = sample_of(np.ones((20, 30), int), boxes={1: (pose, size)})
    (row,) = rows(sample)
    true = box_corners(np.array(size)) @ pose[:3, :3].T + pose[:3, 3]
    assert worst_distance(true, devkit_corners(row)) < 2e-4
    assert (row.length, row.width, row.height) == pytest.approx(size, abs=1e-4)
    # rotation_y counts from the camera's x, towards the viewer: -y of the world is its x.
    assert wrapped(row.rotation_y - (-yaw - math.pi / 2)) == pytest.approx(0, abs=1e-4)
    bearing = math.atan2(row.location[0], row.location[2])
    assert wrapped(row.alpha - row.rotation_y + bearing) == pytest.approx(0, abs=3e-4)
    losses = product(sample).losses
    assert kitti.CAMERA_TILTED not in losses
    assert kitti.OBJECT_TILTED not in losses
    assert not any('corners' in sentence for sentence in losses)


@settings(max_examples=80, deadline=None)
@given(rpy=st.tuples(ANGLES, ANGLES, ANGLES), size=SIZES, place=PLACES, camera=ANGLES)
def test_the_error_is_what_readers_see_and_no_turn_is_better(rpy, size, place, camera):
    pose = make_transform(matrix_from_rpy(rpy), place)
    world = level_camera()
    world[:3, :3] = world[:3, :3] @ matrix_from_rpy([camera, 0.1, 0])
    box = kitti_box(pose, np.array(size), world_from_camera=world)
    # Corners by what they are of the box: length, down, width.
    axes = [pose[:3, k] for k in range(3)]
    rises = [float(world[2, :3] @ axis) for axis in axes]
    up = int(np.argmax(np.abs(rises)))
    down = -np.sign(rises[up]) * axes[up]
    along = axes[(up + 1) % 3]
    frame = np.stack([along, down, np.cross(along, down)], axis=1)
    corners = box_corners(np.array([box.length_m, box.height_m, box.width_m]))
    true = np.array(place) + corners @ frame.T

    def distances(turn):
        return np.linalg.norm(corners_of(box._replace(rotation_y_rad=turn)) - true, axis=1)

    best = distances(box.rotation_y_rad)
    assert best.max() == pytest.approx(box.error_m, abs=1e-9)
    others = [(distances(turn) ** 2).sum() for turn in np.linspace(-math.pi, math.pi, 90)]
    assert (best**2).sum() <= min(others) + 1e-9
    assert corners_of(box).mean(axis=0) == pytest.approx(list(place), abs=1e-9)
    assert sorted([box.height_m, box.width_m, box.length_m]) == pytest.approx(sorted(size))
    assert math.cos(box.tilt_rad) == pytest.approx(abs(rises[up]), abs=1e-6)


def test_tilted_objects_and_cameras_are_counted_with_the_error_of_their_corners():
    ids = np.zeros((20, 30), int)
    ids[2:6, 2:6], ids[2:6, 12:16] = 1, 2
    upright = make_transform(UPRIGHT, [0.1, 0.2, 1.5])
    askew = make_transform(UPRIGHT @ matrix_from_rpy([0.4, 0, 0]), [0.1, 0.2, 1.5])
    boxes = {1: (upright, [0.1, 0.1, 0.1]), 2: (askew, [0.1, 0.1, 0.1])}
    level = product(sample_of(ids, boxes=boxes)).losses
    # Half the edge times the root of 2, times twice the sine of half the angle: 28 mm.
    assert level[kitti.CORNERS_OFF.format('up to 3 cm')] == 1
    assert level[kitti.OBJECT_TILTED] == 1
    assert kitti.CAMERA_TILTED not in level
    looking_down = level_camera()
    looking_down[:3, :3] = looking_down[:3, :3] @ matrix_from_rpy([-0.4, 0, 0])
    pose = make_transform(matrix_from_rpy([0.4, 0, 0]), [0, 0, 0]) @ upright
    tilted = product(sample_of(ids, pose=looking_down, boxes={1: (pose, [0.1] * 3)})).losses
    assert tilted[kitti.CAMERA_TILTED] == 1
    assert kitti.CORNERS_OFF.format('up to 3 cm') in tilted


def test_the_vertical_edge_is_the_height_even_of_an_object_on_its_side():
    lying = make_transform(UPRIGHT @ matrix_from_rpy([0, math.pi / 2, 0.3]), [0, 0, 1])
    (row,) = rows(sample_of(np.ones((20, 30), int), boxes={1: (lying, [0.1, 0.2, 0.3])}))
    assert (row.height, row.width, row.length) == pytest.approx((0.1, 0.3, 0.2), abs=1e-4)
    true = box_corners(np.array([0.1, 0.2, 0.3])) @ lying[:3, :3].T + lying[:3, 3]
    assert worst_distance(true, devkit_corners(row)) < 2e-4


@settings(max_examples=40, deadline=None)
@given(id_images())
def test_boxes_name_their_outermost_pixels(ids):
    sample = sample_of(ids)
    names = {category.class_id: category.name for category in CLASSES}
    found = rows(sample)
    assert len(found) == len(sample.labels.instances)
    for row, label in zip(found, sample.labels.instances, strict=True):
        y, x = np.nonzero(ids == label.instance.instance_id)
        assert row.box == [x.min(), y.min(), x.max(), y.max()]
        assert row.kind == names[label.instance.class_id]
        assert row.truncated == pytest.approx(label.truncation, abs=0.005)


def test_objects_below_the_thresholds_are_dont_care():
    ids = np.zeros((20, 30), int)
    ids[2:12, 2:12], ids[15:17, 20], ids[5, 28:] = 1, 2, 6
    config = LabelsConfig(min_pixels=10, min_visibility=0)
    mug, second, third = rows(sample_of(ids, config=config))
    assert (mug.kind, second.kind, third.kind) == ('mug', 'DontCare', 'DontCare')
    assert second.box == [20, 15, 20, 16]
    assert third.box == [28, 5, 29, 5]
    assert (second.truncated, second.occluded, second.alpha) == (-1, -1, -10)
    assert [*second[5:8], *second.location, second.rotation_y] == [-1] * 3 + [-1000] * 3 + [-10]


@pytest.mark.parametrize(
    ('occlusion', 'level'), [(0, 0), (0.1, 0), (0.11, 1), (0.5, 1), (0.51, 2), (0.99, 2)]
)
def test_occluded_has_three_levels(occlusion, level):
    sample = sample_of(np.ones((20, 30), int))
    label = replace(sample.labels.instances[0], occlusion=occlusion)
    (row,) = rows(replace(sample, labels=replace(sample.labels, instances=(label,))))
    assert row.occluded == level


def test_a_box_of_one_pixel_is_counted():
    ids = np.zeros((20, 30), int)
    ids[3, 4], ids[8:12, 8:12] = 1, 2
    assert product(sample_of(ids)).losses[kitti.NO_AREA] == 1


def read_calib(text):
    """As 3D detectors do: by line number."""
    lines = text.splitlines()
    names = [line.split(':')[0] for line in lines[:7]]
    assert names == ['P0', 'P1', 'P2', 'P3', 'R0_rect', 'Tr_velo_to_cam', 'Tr_imu_to_velo']
    numbers = [np.array(line.split()[1:], float) for line in lines[:7]]
    assert [n.size for n in numbers] == [12, 12, 12, 12, 9, 12, 12]
    return {name: n.reshape(3, -1) for name, n in zip(names, numbers, strict=True)}


def cloud_of(sample, setup=None):
    files = product(sample, setup).files
    found = files.get(f'train/velodyne/{sample.key.stem}.bin')
    calib = read_calib(files[f'train/calib/{sample.key.stem}.txt'].decode())
    return calib, None if found is None else np.frombuffer(found, '<f4').reshape(-1, 4)


@settings(max_examples=30, deadline=None)
@given(id_images())
def test_the_point_cloud_falls_on_its_pixels(ids):
    sample = sample_of(ids)
    calib, cloud = cloud_of(sample)
    if not ids.any():
        assert cloud is None
        return
    points = cloud[:, :3].astype(float)
    in_camera = points @ calib['Tr_velo_to_cam'][:, :3].T + calib['Tr_velo_to_cam'][:, 3]
    on_image = (
        np.hstack([in_camera @ calib['R0_rect'].T, np.ones((len(points), 1))]) @ calib['P2'].T
    )
    pixels = on_image[:, :2] / on_image[:, 2:]
    rows_seen, columns_seen = np.nonzero(ids)
    assert np.abs(pixels - np.stack([columns_seen, rows_seen], axis=1)).max() < 1e-3
    assert in_camera[:, 2] == pytest.approx(1.5, abs=1e-6)
    assert points[:, 0] == pytest.approx(1.5, abs=1e-6)  # x is forward
    grey = sample.rgb[rows_seen, columns_seen] @ [0.299, 0.587, 0.114] / 255
    assert np.abs(cloud[:, 3] - grey).max() < 0.003


def test_without_depth_images_the_points_layer_is_the_cloud():
    sample = sample_of(np.ones((20, 30), int))
    no_depth = setup_of(options=DatasetConfig(depth=False))
    assert cloud_of(sample, no_depth)[1] is None
    points_m = np.full((20, 30, 3), np.nan, np.float32)
    points_m[4, 5] = 0.1, 0.2, 0.8
    sample = replace(sample, labels=replace(sample.labels, dense=DenseLabels(points_m=points_m)))
    assert cloud_of(sample, no_depth)[1][:, :3].tolist() == pytest.approx(
        np.float32([[0.8, -0.1, -0.2]])
    )


def test_large_clouds_are_thinned_evenly_and_it_is_said(monkeypatch):
    monkeypatch.setattr(kitti, 'MAX_POINTS', 100)
    sample = sample_of(np.ones((20, 30), int))
    cloud = cloud_of(sample)[1]
    assert len(cloud) == 7 * 10
    losses = product(sample).losses
    assert losses[kitti.THINNED] == 1
    assert 'frames have a depth image: not stored' not in losses


def test_the_folder_has_a_file_of_each_kind_for_each_frame(tmp_path):
    splits = {0: 'train', 1: 'val', 2: 'train'}
    setup = setup_of(splits=splits, categories=FULL_CATEGORIES)
    samples = [sample for episode in splits for sample in full_episode(episode)]
    write_all(make_format('kitti', setup), samples, setup, tmp_path / 'a')
    for split in ('train', 'val'):
        stems = sorted(s.key.stem for s in samples if splits[s.key.episode] == split)
        listed = (tmp_path / 'a' / 'ImageSets' / f'{split}.txt').read_text().split()
        assert listed == stems
        sequences = json.loads((tmp_path / 'a' / split / 'kitti_seq_to_map.json').read_text())
        assert [stem for episode in sequences.values() for stem in episode] == stems
        assert list(sequences) == [f'{k:06d}' for k in splits if splits[k] == split]
        for folder, suffix in (
            ('image_2', '.png'),
            ('label_2', '.txt'),
            ('calib', '.txt'),
            ('velodyne', '.bin'),
        ):
            files = sorted((tmp_path / 'a' / split / folder).iterdir())
            assert [path.name for path in files] == [f'{stem}{suffix}' for stem in stems]
    write_all(make_format('kitti', setup), samples, setup, tmp_path / 'b')
    assert tree(tmp_path / 'a') == tree(tmp_path / 'b')


def test_lists_of_a_split_without_frames_are_empty(tmp_path):
    setup = setup_of(splits={0: 'train', 1: 'val'}, categories=FULL_CATEGORIES)
    write_all(make_format('kitti', setup), full_episode(0), setup, tmp_path / 'out')
    assert (tmp_path / 'out' / 'ImageSets' / 'val.txt').read_text() == ''
    assert json.loads((tmp_path / 'out' / 'val' / 'kitti_seq_to_map.json').read_text()) == {}


@pytest.mark.parametrize('name', ['coffee mug', 'DontCare', ''])
def test_class_names_that_do_not_fit_are_refused(name):
    with pytest.raises(UsageError, match=r'kitti cannot hold the class'):
        make_format('kitti', setup_of(categories=(Category(1, name),)))


def test_a_camera_that_looks_straight_down_gives_finite_numbers():
    world = make_transform(np.array([[0.0, -1, 0], [-1, 0, 0], [0, 0, -1]]), [0, 0, 1])
    pose = make_transform(np.diag([1.0, -1, -1]), [0, 0, 1])
    sample = sample_of(np.ones((20, 30), int), pose=world, boxes={1: (pose, [0.1, 0.2, 0.3])})
    (row,) = rows(sample)
    assert row.height == pytest.approx(0.3)
    assert all(math.isfinite(value) for value in (row.alpha, row.rotation_y, *row.location))
    assert kitti.CORNERS_OFF.format('up to 30 cm') in product(sample).losses
