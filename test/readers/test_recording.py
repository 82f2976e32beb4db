"""Recordings as they stand: what a dataset and a bag say of their frames."""

import json
import shutil

import cv2
import numpy as np
import pytest
from sample_factory import CATEGORIES, INFO, PLAIN, make_episode

from synth_ros.errors import UsageError
from synth_ros.readers.open_recording import open_recording
from synth_ros.readers.recording import FrameId
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    root = tmp_path_factory.mktemp('recording') / 'dataset'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in (0, 1):
            writer.write_episode(episode, make_episode(episode))
    return root


@pytest.fixture
def root(written, tmp_path):
    return shutil.copytree(written, tmp_path / 'dataset')


def test_frames_are_those_that_were_written(written):
    recording = open_recording(written)
    assert recording.kind == 'dataset'
    assert (recording.seed, recording.config_hash, recording.renderer) == (
        7,
        '0123abcd',
        'classic',
    )
    assert [c.name for c in recording.categories] == [c.name for c in CATEGORIES]
    samples = {s.key.stem: s for e in (0, 1) for s in make_episode(e)}
    assert {key.stem for key in recording.frames} == set(samples)
    assert list(recording.frames) == sorted(recording.frames)
    for key in recording.frames:
        frame, sample = recording.read(key), samples[key.stem]
        assert (frame.rgb == sample.rgb).all()
        assert np.abs(frame.depth_m - sample.depth_m).max() <= 0.00051
        assert (frame.instance_id == sample.labels.instance_id).all()
        assert (frame.class_id == sample.labels.class_id).all()
        assert frame.camera == sample.frame.camera
        assert json.loads(frame.provenance_json) == json.loads(sample.provenance_json)
        assert [o.instance_id for o in frame.objects] == [
            label.instance.instance_id for label in sample.labels.instances
        ]
        assert frame.layers.there() == set()
        assert frame.messages is None


def test_records_may_be_read_in_any_order(written):
    recording = DatasetRecording(written)
    for key in [*reversed(recording.frames), *recording.frames]:
        record = recording.record(key)
        assert (record.episode, record.view, record.camera) == (key.episode, key.view, key.camera)


def test_contradictions_are_told_not_refused(root):
    index = json.loads((root / 'annotations.json').read_text())
    index['annotations'][0]['bbox'] = [-5, -5, 4000, 1]
    index['annotations'][1]['image_id'] = 99
    index['images'][1]['id'] = index['images'][0]['id']
    (root / 'annotations.json').write_text(json.dumps(index))
    problems = DatasetRecording(root).problems
    assert 'annotations.json: two images share the id 1.' in problems
    assert any('is of no image (99)' in problem for problem in problems)


def test_labels_file_is_missing(root):
    (root / 'labels' / '000001.jsonl').unlink()
    recording = DatasetRecording(root)
    with pytest.raises(UsageError, match=r'000001\.jsonl: No such file'):
        recording.read(FrameId(1, 0, 'head', 1))
    assert recording.read(FrameId(0, 0, 'head', 0)).record.episode == 0


def test_labels_line_is_missing(root):
    path = root / 'labels' / '000001.jsonl'
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b''.join(lines[1:]))
    with pytest.raises(UsageError, match='has no line for 000001_000_head'):
        DatasetRecording(root).read(FrameId(1, 0, 'head', 1))


def test_labels_line_is_damaged(root):
    path = root / 'labels' / '000001.jsonl'
    path.write_text(path.read_text().replace('"pixels_visible":', '"pixels_visible":-', 1))
    with pytest.raises(UsageError, match=r'000001_000_head: labels\.0\.pixels_visible'):
        DatasetRecording(root).read(FrameId(1, 0, 'head', 1))


def test_index_is_none(root):
    (root / 'annotations.json').write_text('{"info": {}}')
    with pytest.raises(
        UsageError, match=r'not a valid synth_ros dataset .*at categories: Field required'
    ):
        DatasetRecording(root)


def test_provenance_is_missing(root):
    shutil.rmtree(root / 'provenance')
    with pytest.raises(UsageError, match='does not tell how 000000_000_head was made'):
        DatasetRecording(root).read(FrameId(0, 0, 'head', 0))


def test_image_is_of_another_kind(root):
    path = root / 'instance_masks' / '000000_000_head.png'
    assert cv2.imwrite(str(path), np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(UsageError, match='expected one channel'):
        DatasetRecording(root).read(FrameId(0, 0, 'head', 0))
