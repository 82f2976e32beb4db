"""Topics of a bag evaluated without ROS: our own labels are a perfect stack."""

import json
import shutil
from types import SimpleNamespace

import pytest
from full_factory import FULL, full_episode
from sample_factory import PLAIN, unit_cubes

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.evaluate.answers import PoseMeaning
from synth_ros.evaluate.offline import Request, evaluate, pictures_of
from synth_ros.ros.dataset_bag import BagRequest, write_dataset_bag
from synth_ros.writers.coco import CocoWriter

BOXES, SOLIDS, CLASSES = (
    f'/head/labels/{name}' for name in ('detections_2d', 'detections_3d', 'semantic')
)

OTHER = '/wrist/labels/detections_2d'


def quiet(_done, _total):
    """Shows nothing."""


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """A dataset and its bag."""
    root = tmp_path_factory.mktemp('judged')
    info = FULL._replace(meshes=unit_cubes, cameras=('head', 'wrist'))
    with CocoWriter(root / 'dataset', info, PLAIN) as writer:
        for episode in range(3):
            writer.write_episode(episode, full_episode(episode))
    write_dataset_bag(BagRequest(root / 'dataset', root / 'bag'), quiet)
    return SimpleNamespace(dataset=root / 'dataset', bag=root / 'bag')


def test_our_own_labels_are_perfect(made):
    request = Request(made.bag, made.bag, topics=(BOXES, SOLIDS, CLASSES), camera='head')
    record = evaluate(request, quiet).record()
    assert record.frames == 6
    assert record.boxes.summary.ap == pytest.approx(1.0)
    assert record.pixels.mean_iou == 1.0
    assert record.poses.all.found == record.poses.all.objects == record.boxes.objects
    assert record.poses.all.ar_mssd == record.poses.all.ar_mspd == 1.0
    assert record.poses.all.rotation_median_deg < 1e-4
    assert record.poses.on_boxes == 0
    assert record.nonsense == {}
    assert {(s.matched, s.missed, s.unmatched) for s in record.streams} == {(6, 0, 0)}
    assert {(s.wall_ms.total, s.wall_ms.most) for s in record.streams} == {(6, 0.0)}
    assert pictures_of(request, record) == {}


def test_poses_of_boxes(made):
    meaning = PoseMeaning(of_box=True)
    request = Request(made.bag, made.bag, topics=(SOLIDS,), camera='head', meaning=meaning)
    assert evaluate(request, quiet).record().poses.all.ar_mssd == 1.0


def test_another_camera_sees_other_things(made):
    request = Request(made.bag, made.bag, topics=(BOXES,), camera='wrist')
    record = evaluate(request, quiet).record()
    assert record.boxes.summary.ap < 0.5


@pytest.mark.parametrize(
    ('options', 'error', 'words'),
    [
        ({}, UsageError, 'several cameras.*--camera NAME'),
        ({'camera': 'hat'}, NotFoundError, "No camera 'hat'"),
        ({'camera': 'head', 'topics': ('/nothing',)}, NotFoundError, "No topic '/nothing'"),
        ({'camera': 'head', 'topics': ('/clock',)}, UsageError, 'has type rosgraph_msgs'),
        (
            {'camera': 'head', 'topics': (BOXES, '/wrist/labels/detections_2d')},
            UsageError,
            'second',
        ),
    ],
)
def test_what_cannot_be_evaluated(made, options, error, words):
    with pytest.raises(error, match=words):
        evaluate(Request(made.bag, made.bag, **{'topics': (BOXES,), **options}), quiet)


def test_stamps_that_come_twice_tell_nothing(made):
    request = Request(made.dataset, made.bag, topics=(BOXES,), camera='head')
    with pytest.raises(UsageError, match=r'4 frames of .* have the stamp of another'):
        evaluate(request, quiet)


def test_frames_without_an_answer_are_apart_unless_asked(made, tmp_path):
    """The bag of another run answers nothing of this one: all stamps are strange."""
    bag = tmp_path / 'dataset'
    shutil.copytree(made.dataset, bag)
    index = json.loads((bag / 'annotations.json').read_text())
    for image in index['images']:
        image['stamp_ns'] += 10_000_000_000_000 + image['episode'] * 10_000_000_000
    (bag / 'annotations.json').write_text(json.dumps(index))
    request = Request(bag, made.bag, topics=(BOXES,), camera='head')
    record = evaluate(request, quiet).record()
    assert (record.frames, record.boxes) == (0, None)
    [stream] = record.streams
    assert (stream.matched, stream.missed, stream.unmatched) == (0, 6, 6)
    counted = evaluate(request._replace(count_missed=True), quiet).record()
    assert counted.boxes.summary.ap == 0.0
