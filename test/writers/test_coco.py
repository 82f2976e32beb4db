"""The dataset folder: read by pycocotools, equal to the labels, the same bytes every time."""

import contextlib
import hashlib
import io
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sample_factory import CATEGORIES, INFO, JPEG, PLAIN, make_episode, make_sample, tree

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import InternalError, OutputError
from synth_ros.types import SampleKey
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(scope='module')
def dataset(tmp_path_factory):
    root = tmp_path_factory.mktemp('coco') / 'dataset'
    write(root, [2, 0, 1])
    return root


@pytest.fixture(scope='module')
def coco(dataset):
    return load(dataset)


def write(root, episodes, options=PLAIN, **kwargs):
    with CocoWriter(root, INFO, options, **kwargs) as writer:
        for episode in episodes:
            writer.write_episode(episode, make_episode(episode))


def load(root):
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(root / 'annotations.json'))


def samples_by_stem(episodes=(0, 1, 2)):
    return {s.key.stem: s for episode in episodes for s in make_episode(episode)}


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_ids_follow_key_order(coco):
    keys = [(i['episode'], i['view'], i['camera']) for i in coco.dataset['images']]
    assert keys == sorted(keys)
    assert len(keys) == 12
    assert [i['id'] for i in coco.dataset['images']] == list(range(1, 13))
    annotations = coco.dataset['annotations']
    assert [a['id'] for a in annotations] == list(range(1, len(annotations) + 1))
    order = [(a['image_id'], a['instance_id']) for a in annotations]
    assert order == sorted(order)


def test_every_label_is_written(coco):
    samples = samples_by_stem()
    for image in coco.dataset['images']:
        sample = samples.pop(image['file_name'][len('images/') : -len('.png')])
        records = coco.imgToAnns[image['id']]
        assert [r['instance_id'] for r in records] == [
            label.instance.instance_id for label in sample.labels.instances
        ]
        for record, label in zip(records, sample.labels.instances, strict=True):
            assert record['category_id'] == label.instance.class_id
            assert record['visibility'] == label.visibility
            assert record['occlusion'] == label.occlusion
            assert record['truncation'] == label.truncation
            assert record['pixels_full'] == label.pixels_full
            np.testing.assert_array_equal(record['camera_from_object'], label.camera_from_object)
            np.testing.assert_array_equal(
                record['box3d']['camera_from_box'], label.camera_from_box
            )
            np.testing.assert_array_equal(record['box3d']['size_m'], label.instance.size_m)
    assert not samples
    assert len(coco.dataset['annotations']) > 40


# pycocotools' own decode is older than numpy 2.
@pytest.mark.filterwarnings('ignore:__array__ implementation:DeprecationWarning')
def test_masks_equal_the_png_and_the_box(dataset, coco):
    for image in coco.dataset['images']:
        ids = read(dataset / image['instance_mask_file'])
        classes = read(dataset / image['semantic_mask_file'])
        assert (ids.dtype, classes.dtype) == (np.uint16, np.uint8)
        for record in coco.imgToAnns[image['id']]:
            mask = coco.annToMask(record).astype(bool)
            np.testing.assert_array_equal(mask, ids == record['instance_id'])
            assert (classes[mask] == record['category_id']).all()
            assert record['area'] == mask.sum() == record['pixels_visible']
            rows, columns = np.nonzero(mask)
            x, y, width, height = record['bbox']
            assert (x, y) == (columns.min(), rows.min())
            assert (x + width, y + height) == (columns.max() + 1, rows.max() + 1)


def test_images_and_geometry_equal_the_samples(dataset, coco):
    samples = samples_by_stem()
    for image in coco.dataset['images']:
        sample = samples[image['file_name'][len('images/') : -len('.png')]]
        rgb = cv2.cvtColor(read(dataset / image['file_name']), cv2.COLOR_BGR2RGB)
        np.testing.assert_array_equal(rgb, sample.rgb)
        depth_mm = read(dataset / image['depth_file'])
        assert depth_mm.dtype == np.uint16
        np.testing.assert_allclose(depth_mm / 1000, sample.depth_m, atol=0.00051)
        np.testing.assert_array_equal(image['intrinsics'], sample.frame.camera.matrix)
        np.testing.assert_array_equal(image['world_from_camera'], sample.frame.world_from_camera)
        assert image['stamp_ns'] == sample.frame.stamp_ns
        provenance = json.loads((dataset / image['provenance_file']).read_text())
        record = provenance['common'] | provenance['frames'][sample.key.stem]
        assert record == json.loads(sample.provenance_json)
        assert 'scene' in provenance['common']


@pytest.mark.parametrize('kind', ['bbox', 'segm'])
def test_truth_scored_against_itself_is_perfect(coco, kind):
    results = [
        {
            'image_id': a['image_id'],
            'category_id': a['category_id'],
            'bbox': a['bbox'],
            'segmentation': a['segmentation'],
            'score': 1.0,
        }
        for a in coco.dataset['annotations']
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        score = COCOeval(coco, coco.loadRes(results), kind)
        score.evaluate()
        score.accumulate()
        score.summarize()
    assert score.stats[0] == pytest.approx(1.0)


def test_head_of_the_index_has_no_date(coco):
    info = coco.dataset['info']
    assert (info['seed'], info['config_hash'], info['version']) == (7, '0123abcd', '0.1.0')
    assert not [key for key in info if 'date' in key or 'year' in key]
    names = [(c['id'], c['name'], c['supercategory']) for c in coco.dataset['categories']]
    assert names == [(c.class_id, c.name, c.supercategory) for c in CATEGORIES]


def test_checksums_hold_for_every_file(dataset):
    files = tree(dataset)
    lines = files.pop('SHA256SUMS').decode().splitlines()
    sums = dict(reversed(line.split('  ')) for line in lines)
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def test_order_of_writing_does_not_show(dataset, tmp_path):
    write(tmp_path / 'other', [1, 2, 0])
    assert tree(tmp_path / 'other') == tree(dataset)


def test_resume_gives_the_same_bytes(dataset, tmp_path):
    root = tmp_path / 'dataset'
    write(root, [1])
    with CocoWriter(root, INFO, PLAIN, resume=True) as writer:
        assert writer.committed_episodes() == {1}
        for episode in (0, 2):
            writer.write_episode(episode, make_episode(episode))
    assert tree(root) == tree(dataset)


def test_resume_of_nothing_is_a_start(dataset, tmp_path):
    write(tmp_path / 'new', [0, 1, 2], resume=True)
    assert tree(tmp_path / 'new') == tree(dataset)


def test_a_damaged_episode_is_made_again(dataset, tmp_path):
    root = tmp_path / 'dataset'
    write(root, [0, 1, 2])
    (root / 'depth/000001_000_head.png').write_bytes(b'')
    (root / 'images/000002_001_wrist.png').unlink()
    with CocoWriter(root, INFO, PLAIN, resume=True) as writer:
        assert writer.committed_episodes() == {0}
        assert not (root / 'annotations.json').exists()
        assert not (root / 'images/000001_000_head.png').exists()
        for episode in (1, 2):
            writer.write_episode(episode, make_episode(episode))
    assert tree(root) == tree(dataset)


def test_a_frame_without_objects_is_valid(tmp_path):
    with CocoWriter(tmp_path, INFO, PLAIN) as writer:
        writer.write_episode(0, [make_sample(SampleKey(0, 0, 'head'), objects=0)])
    coco = load(tmp_path)
    assert len(coco.dataset['images']) == 1
    assert coco.dataset['annotations'] == []
    assert not read(tmp_path / 'instance_masks/000000_000_head.png').any()


def test_no_episodes_give_a_valid_empty_dataset(tmp_path):
    write(tmp_path / 'empty', [])
    assert load(tmp_path / 'empty').dataset['images'] == []


def test_outputs_can_be_switched_off(tmp_path):
    options = DatasetConfig(depth=False, masks=False)
    write(tmp_path / 'd', [0], options)
    image = load(tmp_path / 'd').dataset['images'][0]
    assert (
        image['depth_file'] is image['instance_mask_file'] is image['semantic_mask_file'] is None
    )
    assert not list((tmp_path / 'd/depth').iterdir())
    assert load(tmp_path / 'd').dataset['annotations']


def test_jpeg_dataset(tmp_path):
    write(tmp_path / 'd', [0], JPEG)
    image = load(tmp_path / 'd').dataset['images'][0]
    assert image['file_name'].endswith('.jpg')
    assert read(tmp_path / 'd' / image['file_name']).shape == (72, 96, 3)


def test_existing_folder_is_refused(dataset, tmp_path):
    with pytest.raises(OutputError, match=r'not empty.*--out.*--resume'):
        CocoWriter(dataset, INFO, PLAIN)
    (tmp_path / 'notes.txt').write_text('mine')
    with pytest.raises(OutputError, match='is not a synth_ros dataset'):
        CocoWriter(tmp_path, INFO, PLAIN, resume=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ['notes.txt']


@pytest.mark.parametrize(
    ('info', 'options', 'told'),
    [
        (INFO._replace(seed=8), PLAIN, 'seed is 7 there and 8 now'),
        (INFO._replace(config_hash='ff'), PLAIN, 'config_hash is "0123abcd" there'),
        (INFO._replace(version='9'), PLAIN, 'version is "0.1.0" there'),
        (INFO._replace(min_pixels=17), PLAIN, 'thresholds is .*16.* there and .*17.* now'),
        (INFO, JPEG, 'options is'),
    ],
)
def test_resume_of_another_dataset_is_refused(dataset, info, options, told):
    with pytest.raises(OutputError, match=told):
        CocoWriter(dataset, info, options, resume=True)


def test_damaged_identity_is_named(tmp_path):
    write(tmp_path / 'd', [0])
    (tmp_path / 'd/dataset.json').write_text('{')
    with pytest.raises(OutputError, match=r'dataset\.json is damaged'):
        CocoWriter(tmp_path / 'd', INFO, PLAIN, resume=True)
    (tmp_path / 'd/dataset.json').write_text('{"format": "other"}')
    with pytest.raises(OutputError, match='another format'):
        CocoWriter(tmp_path / 'd', INFO, PLAIN, resume=True)


def test_two_runs_cannot_share_a_folder(tmp_path):
    with (
        CocoWriter(tmp_path, INFO, PLAIN),
        pytest.raises(OutputError, match='being written by another run'),
    ):
        CocoWriter(tmp_path, INFO, PLAIN, resume=True)
    assert not (tmp_path / '.lock').exists()


def test_an_error_keeps_what_was_committed_and_claims_nothing(tmp_path):
    with pytest.raises(RuntimeError, match='stop here'):  # noqa: SIM117, PT012
        with CocoWriter(tmp_path, INFO, PLAIN) as writer:
            writer.write_episode(0, make_episode(0))
            raise RuntimeError('stop here')
    assert not (tmp_path / 'annotations.json').exists()
    with CocoWriter(tmp_path, INFO, PLAIN, resume=True) as writer:
        assert writer.committed_episodes() == {0}


def test_an_episode_that_cannot_be_encoded_leaves_nothing(tmp_path):
    samples = make_episode(0)
    samples[-1] = replace(samples[-1], depth_m=samples[-1].depth_m + np.float32(70))
    with CocoWriter(tmp_path, INFO, PLAIN) as writer:
        with pytest.raises(OutputError, match='do not fit a 16-bit depth PNG'):
            writer.write_episode(0, samples)
        assert not list((tmp_path / 'images').iterdir())
        writer.write_episode(0, make_episode(0))
    assert len(load(tmp_path).dataset['images']) == 4


def test_an_episode_is_written_once(tmp_path):
    with CocoWriter(tmp_path, INFO, PLAIN) as writer:
        writer.write_episode(3, make_episode(3))
        with pytest.raises(OutputError, match='Episode 3 is in'):
            writer.write_episode(3, make_episode(3))


@pytest.mark.parametrize(
    'samples',
    [[], make_episode(1), [make_episode(0)[0]] * 2],
    ids=['none', 'of another episode', 'twice the same'],
)
def test_samples_must_be_one_episode(tmp_path, samples):
    writer = CocoWriter(tmp_path, INFO, PLAIN)
    with pytest.raises(InternalError, match=r'Episode 0 (needs frames of its own|has no frames)'):
        writer.write_episode(0, samples)
    writer.__exit__(None, None, None)


@pytest.mark.parametrize('text', ['no json', '[1]'])
def test_provenance_must_be_a_json_object(tmp_path, text):
    sample = replace(make_episode(0)[0], provenance_json=text)
    with (
        CocoWriter(tmp_path, INFO, PLAIN) as writer,
        pytest.raises(InternalError, match=r'provenance of .* is not'),
    ):
        writer.write_episode(0, [sample])


def test_a_draft_collects_frames_in_any_order(dataset, tmp_path):
    root = tmp_path / 'dataset'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in range(3):
            draft = writer.episodes.begin(episode)
            for sample in reversed(make_episode(episode)):
                draft.add(sample)
            assert len(draft) == 4
            assert not list((root / 'images').glob(f'{episode:06d}_*'))
            draft.commit()
    assert tree(root) == tree(dataset)


def test_a_frame_that_a_draft_refuses_leaves_no_file(tmp_path):
    first, second = make_episode(0, views=1)
    bad = replace(second, depth_m=second.depth_m + np.float32(70))
    with CocoWriter(tmp_path, INFO, PLAIN) as writer:
        draft = writer.episodes.begin(0)
        draft.add(first)
        with pytest.raises(OutputError, match='do not fit a 16-bit depth PNG'):
            draft.add(bad)
        draft.commit()
    assert len(list((tmp_path / 'images').iterdir())) == 1
