"""What a scene leaves behind is gone in the next, and what a bag lacks is made up for."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from full_factory import FULL, full_episode
from rrd_contents import Contents, save
from sample_factory import CATEGORIES, INFO, JPEG, PLAIN, make_episode

from synth_ros.errors import UsageError
from synth_ros.readers.open_recording import open_recording
from synth_ros.view import paths
from synth_ros.view.run import log_recording
from synth_ros.view.selection import Selection, instants_of
from synth_ros.view.stream import to_file
from synth_ros.view.title import title_of
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(scope='module')
def plain(tmp_path_factory):
    """Six objects, then two, then six; the second episode has one camera only."""
    root = tmp_path_factory.mktemp('scenes') / 'scenes'
    with CocoWriter(root, INFO, JPEG) as writer:
        writer.write_episode(0, make_episode(0))
        writer.write_episode(1, make_episode(1, objects=2, cameras=('head',)))
        writer.write_episode(2, make_episode(2))
    return open_recording(root)


@pytest.fixture(scope='module')
def scenes(plain, tmp_path_factory):
    return Contents(save(plain, tmp_path_factory.mktemp('saved') / 'scenes.rrd'))


def in_view(contents, frame):
    names = [f'{c.name}_{k:02d}' for k in range(1, 7) for c in [CATEGORIES[(k - 1) % 3]]]
    return {
        name
        for name in names
        if contents.value(f'{paths.OBJECTS}/{name}', 'Transform3D:translation', frame) is not None
    }


def test_objects_of_another_scene_are_not_in_view(scenes):
    assert [len(in_view(scenes, frame)) for frame in range(6)] == [6, 6, 2, 2, 6, 6]
    assert in_view(scenes, 2) == {'mug_01', 'box_02'}
    gone = f'{paths.OBJECTS}/drill_06/box'
    assert scenes.value(gone, 'Boxes3D:half_sizes', 1) is not None
    assert scenes.value(gone, 'Boxes3D:half_sizes', 2) is None


def test_a_camera_that_is_not_there_shows_nothing(scenes):
    entity = f'{paths.image("wrist")}/rgb'
    there = [scenes.raw(entity, 'EncodedImage:blob', n) is not None for n in range(6)]
    assert there == [True, True, False, False, True, True]


def test_no_pose_is_cleared_when_it_is_logged_again(scenes):
    """The viewer would lose it: it takes a clear after a pose at the same time."""
    for entity in (paths.camera('head'), paths.image('head'), f'{paths.OBJECTS}/mug_01'):
        assert scenes.rows(entity, 'Clear:is_recursive') == []


def test_jpeg_stays_jpeg(scenes, plain):
    assert scenes.value(f'{paths.image("head")}/rgb', 'EncodedImage:media_type', 0) == [
        'image/jpeg'
    ]
    frame = plain.read(plain.frames[0])
    stored = (plain.path / frame.image.file_name).read_bytes()
    assert scenes.blob(f'{paths.image("head")}/rgb', 'EncodedImage:blob', 0) == stored


def test_what_is_not_recorded_is_not_logged(scenes):
    absent = ('points', 'keypoints', 'robot', 'contacts', 'oriented', 'panoptic', 'parts')
    assert [e for e in scenes.entities if any(word in e.split('/') for word in absent)] == []


class AsInABag:
    """A recording whose frames have no files."""

    def __init__(self, recording, *, rounded):
        self._recording, self._rounded = recording, rounded

    def __getattr__(self, name):
        return getattr(self._recording, name)

    def rgb_file(self, key):
        return None

    def read(self, key):
        found = self._recording.read(key)
        return replace(found, image=None, messages=SimpleNamespace(depth_rounded=self._rounded))


@pytest.mark.parametrize('rounded', [True, False])
def test_images_of_messages_are_kept_without_loss(plain, tmp_path, rounded):
    contents = Contents(save(AsInABag(plain, rounded=rounded), tmp_path / 'bag.rrd'))
    frame = plain.read(plain.frames[0])
    blob = contents.blob(f'{paths.image("head")}/rgb', 'EncodedImage:blob', 0)
    bgr = cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_COLOR)
    assert (bgr[..., ::-1] == frame.rgb).all()
    entity = f'{paths.depth("head")}/depth'
    if rounded:
        blob = contents.blob(entity, 'EncodedDepthImage:blob', 0)
        depth = cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_UNCHANGED)
        assert depth.dtype == np.uint16
        assert (depth == np.rint(frame.depth_m * 1000)).all()
    else:
        depth = np.frombuffer(contents.blob(entity, 'DepthImage:buffer', 0), np.float32)
        assert (depth.reshape(frame.depth_m.shape) == frame.depth_m).all()
        assert contents.value(entity, 'DepthImage:meter', 0) == [1.0]


def test_bones_connect_keypoints_and_trails_follow_what_moves(tmp_path):
    root = tmp_path / 'full'
    with CocoWriter(root, FULL, PLAIN) as writer:
        writer.write_episode(0, full_episode(0, cameras=('head',)))
    recording = open_recording(root)
    contents = Contents(save(recording, tmp_path / 'full.rrd'))
    entity = f'{paths.image("head")}/keypoints'
    record = recording.record(recording.frames[0])
    classes = {item.instance_id: item.class_name for item in record.instances}
    # rim, handle and base of a mug in a row; the base is behind the camera, some lack the handle.
    mugs = [x for x in record.labels if classes[x.instance_id] == 'mug' and len(x.keypoints) > 1]
    bones = contents.value(f'{entity}/bones', 'LineStrips2D:strips', 0)
    assert mugs
    assert len(bones) == len(mugs)
    rim, handle = mugs[0].keypoints[:2]
    assert rim.pixel[1] == handle.pixel[1]
    row = rim.pixel[1] + 0.5
    expected = [[rim.pixel[0] + 0.5, row], [handle.pixel[0] + 0.5, row]]
    assert np.abs(np.array(bones[0]) - expected).max() < 1e-4
    # The first of two frames has flow to the next alone, the second to the one before alone.
    parent = paths.image('head')
    for way, there in (('forward', [True, False]), ('backward', [False, True])):
        entity = f'{parent}/flow_{way}'
        found = [contents.raw(entity, 'EncodedImage:blob', n) is not None for n in (0, 1)]
        assert found == there
    # Each frame of the factory draws new poses.
    assert contents.value(paths.TRAILS, 'LineStrips3D:strips', 0) is None
    trails = contents.value(paths.TRAILS, 'LineStrips3D:strips', 1)
    assert [len(strip) for strip in trails] == [2] * len(record.instances)
    middle = np.array(record.instances[0].world_from_object) @ [0, 0, 0.05, 1]
    assert np.abs(np.array(trails[0][0]) - middle[:3]).max() < 1e-6


def test_a_damaged_image_is_told_and_leaves_no_file(plain, tmp_path):
    root = shutil.copytree(plain.path, tmp_path / 'scenes')
    (root / 'images' / '000001_000_head.jpg').write_bytes(b'no picture')
    target = tmp_path / 'out' / 'a.rrd'
    target.parent.mkdir()
    with pytest.raises(UsageError, match=r'000001_000_head\.jpg'):
        save(open_recording(root), target)
    assert list(target.parent.iterdir()) == []


def test_one_camera_of_one_episode(plain, tmp_path):
    selection = Selection(episodes=(2,), cameras=('wrist',))
    contents = Contents(save(plain, tmp_path / 'one.rrd', selection))
    rows = contents.rows(f'{paths.image("wrist")}/rgb', 'EncodedImage:blob')
    assert [row.times() for row in rows] == [(2, 4, 0), (2, 5, 10**9)]
    assert not any('head' in entity.split('/') for entity in contents.entities)


def test_provenance_is_that_of_each_scene(scenes, plain):
    for frame, episode in ((0, 0), (2, 1), (4, 2)):
        text = scenes.value(paths.PROVENANCE, 'TextDocument:text', frame)[0]
        made = json.loads(text.partition('```json\n')[2].removesuffix('\n```\n'))
        assert made['scene'] == {'episode': episode}


def test_clouds_of_depth_have_the_colours_of_their_pixels(plain, tmp_path):
    path = tmp_path / 'clouds.rrd'
    instants = instants_of(plain, Selection(episodes=(0,)))
    with to_file(path, title_of(plain, instants)) as sink:
        log_recording(sink, plain, instants, clouds=True)
    contents, frame = Contents(path), plain.read(plain.frames[0])
    points = contents.array(paths.points('head'), 'Points3D:positions', 0)
    colours = np.array(contents.value(paths.points('head'), 'Points3D:colors', 0), np.uint32)
    # Projected, each point is the centre of its pixel again.
    camera = frame.camera
    u = points[:, 0] / points[:, 2] * camera.fx + camera.cx
    v = points[:, 1] / points[:, 2] * camera.fy + camera.cy
    columns, rows = np.rint(u).astype(int), np.rint(v).astype(int)
    assert max(np.abs(u - columns).max(), np.abs(v - rows).max()) < 1e-3
    assert len(points) == (frame.depth_m[::2, ::2] > 0).sum()
    assert (np.abs(frame.depth_m[rows, columns] - points[:, 2]) < 1e-6).all()
    rgb = np.stack([colours >> 24, colours >> 16 & 255, colours >> 8 & 255], 1)
    assert (rgb == frame.rgb[rows, columns]).all()


def test_frames_in_shards_are_shown_like_files(scenes, tmp_path):
    sharded = JPEG.model_copy(update={'container': 'shards'})
    with CocoWriter(tmp_path / 'scenes', INFO, sharded) as writer:
        writer.write_episode(0, make_episode(0))
    contents = Contents(save(open_recording(tmp_path / 'scenes'), tmp_path / 'a.rrd'))
    for entity, component in (
        (f'{paths.image("head")}/rgb', 'EncodedImage:blob'),
        (f'{paths.depth("head")}/depth', 'EncodedDepthImage:blob'),
    ):
        for frame in (0, 1):
            assert contents.blob(entity, component, frame) == scenes.blob(entity, component, frame)
