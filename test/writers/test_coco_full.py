"""A dataset with every annotation: stored whole, and read by third-party tools."""

import contextlib
import io
import json
import zipfile
from dataclasses import replace

import cv2
import jsonschema
import numpy as np
import pytest
from full_factory import CATEGORIES, FULL, PARTS, TABLE, full_episode
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sample_factory import INFO, PLAIN, make_sample, tree

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import InternalError, OutputError
from synth_ros.types import Keypoint, Part, SampleKey
from synth_ros.writers.coco import CocoWriter

EPISODES = (0, 2)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('full') / 'dataset'
    write(root, EPISODES)
    return root


@pytest.fixture(scope='module')
def coco(root):
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(root / 'annotations.json'))


def write(root, episodes, **kwargs):
    with CocoWriter(root, FULL, PLAIN, **kwargs) as writer:
        for episode in episodes:
            if episode not in writer.committed_episodes():
                writer.write_episode(episode, full_episode(episode))


def samples():
    return {s.key.stem: s for episode in EPISODES for s in full_episode(episode)}


def stem(image):
    return image['file_name'][len('images/') : -len('.png')]


def test_the_same_bytes_again_and_resumed(root, tmp_path):
    write(tmp_path / 'other', EPISODES[::-1])
    assert tree(tmp_path / 'other') == tree(root)
    write(tmp_path / 'resumed', EPISODES[:1])
    (tmp_path / 'resumed/layers/000002_000_head.npz').write_bytes(b'left over')
    (tmp_path / 'resumed/labels/000002.jsonl').write_bytes(b'left over')
    write(tmp_path / 'resumed', EPISODES, resume=True)
    assert tree(tmp_path / 'resumed') == tree(root)


@pytest.mark.parametrize(
    'name', ['layers/000000_001_head.npz', 'labels/000000.jsonl', 'panoptic/000000_000_wrist.png']
)
def test_an_episode_that_lacks_a_file_is_made_again(root, tmp_path, name):
    write(tmp_path / 'd', EPISODES)
    (tmp_path / 'd' / name).unlink()
    with CocoWriter(tmp_path / 'd', FULL, PLAIN, resume=True) as writer:
        assert writer.committed_episodes() == {2}
        composed = {'annotations.json', 'panoptic.json', 'models.json', 'parts.json'}
        assert not {p.name for p in (tmp_path / 'd').iterdir()} & {*composed, 'SHA256SUMS'}
        writer.write_episode(0, full_episode(0))
    assert tree(tmp_path / 'd') == tree(root)


@pytest.mark.parametrize(
    ('info', 'told'),
    [
        (FULL._replace(annotations=FULL.annotations[:-1]), 'labels is .*"scene_flow".* there and'),
        (FULL._replace(categories=CATEGORIES[:3]), 'panoptic_categories is'),
    ],
)
def test_a_run_of_other_labels_does_not_resume(root, info, told):
    with pytest.raises(OutputError, match=told):
        CocoWriter(root, info, PLAIN, resume=True)


def changed(change):
    """The first sample of an episode with another first label."""
    sample = full_episode(0)[0]
    first, *others = sample.labels.instances
    labels = replace(sample.labels, instances=(change(first), *others))
    return replace(sample, labels=labels)


def test_keypoints_that_the_class_lacks_are_a_bug(tmp_path):
    stray = Keypoint('lid', (0.0, 0.0, 1.0), (1.0, 1.0), 2)
    sample = changed(lambda label: replace(label, keypoints=(stray,)))
    with (
        pytest.raises(InternalError, match=r"has the keypoints \['lid'\], but its class mug"),
        CocoWriter(tmp_path, FULL, PLAIN) as writer,
    ):
        writer.write_episode(0, [sample])


def test_segments_of_unknown_classes_are_a_bug(tmp_path):
    with (
        pytest.raises(InternalError, match=r'000000_000_head\.png holds the classes \[4\], which'),
        CocoWriter(tmp_path, FULL._replace(categories=CATEGORIES[:3]), PLAIN) as writer,
    ):
        writer.write_episode(0, full_episode(0))


def test_parts_that_change_their_meaning_are_a_bug(tmp_path):
    writer = CocoWriter(tmp_path, FULL, PLAIN)
    for episode, name in enumerate(('lid', 'handle')):
        sample = full_episode(episode)[0]
        dense = sample.labels.dense._replace(parts=(Part(1, 'mug', name),))
        labels = replace(sample.labels, dense=dense)
        writer.write_episode(episode, [replace(sample, labels=labels)])
    with pytest.raises(InternalError, match=r"'id': 1, .*'handle'.* was .*'lid'.* before"):
        writer.finish()
    assert not (tmp_path / 'parts.json').exists()
    writer.__exit__(InternalError, InternalError('stop'), None)


@pytest.mark.parametrize('options', [PLAIN, DatasetConfig(masks=False)])
def test_instance_ids_that_do_not_fit_are_refused(tmp_path, options):
    sample = make_sample(SampleKey(0, 0, 'head'), objects=1)
    ids = sample.labels.instance_id * 65536
    owner = replace(sample.frame.instances[0], instance_id=65536)
    labels = replace(
        sample.labels,
        instance_id=ids,
        instances=tuple(replace(label, instance=owner) for label in sample.labels.instances),
    )
    sample = replace(sample, labels=labels, frame=replace(sample.frame, instances=(owner,)))
    assert labels.instances
    with (
        pytest.raises(OutputError, match=r'id 65536.*Use fewer objects'),
        CocoWriter(tmp_path, INFO, options) as writer,
    ):
        writer.write_episode(0, [sample])
    assert not list((tmp_path / 'images').iterdir())


def test_frames_wait_on_the_disk(tmp_path):
    with CocoWriter(tmp_path, FULL, PLAIN) as writer:
        draft = writer.episodes.begin(0)
        for count, sample in enumerate(full_episode(0), 1):
            draft.add(sample)
            # Colour, depth, two masks, parts, panoptic and layers.
            assert len(list(tmp_path.glob('.partial/000000-*/*'))) == 7 * count
        draft.discard()
        assert not list((tmp_path / '.partial').iterdir())


def test_layers_are_read_by_numpy(root, coco):
    wanted = samples()
    for image in coco.dataset['images']:
        dense = wanted[stem(image)].labels.dense
        with np.load(root / image['layers_file']) as file:
            names = set(file.files)
            np.testing.assert_array_equal(file['depth_m'], dense.depth_m)
            np.testing.assert_array_equal(file['normals'], dense.normals)
            np.testing.assert_array_equal(file['points_m'], dense.points_m)
            assert file['distance_m'].dtype == np.float32
            if dense.flow_forward:
                np.testing.assert_array_equal(file['flow_forward'], dense.flow_forward.flow_px)
        assert {'flow_forward' in names, 'flow_backward' in names} == {True, False}
        assert not names & {'part_id', 'panoptic_id'}


def test_layer_files_are_sound_and_carry_no_clock(root):
    with zipfile.ZipFile(root / 'layers/000000_000_head.npz') as file:
        assert file.testzip() is None
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.create_system for info in file.infolist()} == {0}


def test_part_masks_and_their_meaning(root, coco):
    assert json.loads((root / 'parts.json').read_text()) == [
        {'id': part.part_id, 'owner': part.owner, 'name': part.name} for part in PARTS
    ]
    wanted = samples()
    for image in coco.dataset['images']:
        found = cv2.imread(str(root / image['part_mask_file']), cv2.IMREAD_UNCHANGED)
        assert found.dtype == np.uint16
        np.testing.assert_array_equal(found, wanted[stem(image)].labels.dense.part_id)


PANOPTIC_SCHEMA = {
    'type': 'object',
    'required': ['images', 'annotations', 'categories'],
    'properties': {
        'categories': {
            'items': {
                'required': ['id', 'name', 'supercategory', 'isthing'],
                'properties': {'id': {'minimum': 1}, 'isthing': {'enum': [0, 1]}},
            }
        },
        'images': {'items': {'required': ['id', 'file_name', 'width', 'height']}},
        'annotations': {
            'items': {
                'required': ['image_id', 'file_name', 'segments_info'],
                'properties': {
                    'segments_info': {
                        'items': {
                            'required': ['id', 'category_id', 'area', 'bbox', 'iscrowd'],
                            'properties': {
                                'id': {'type': 'integer', 'minimum': 1, 'maximum': 2**24 - 1},
                                'area': {'type': 'integer', 'minimum': 1},
                                'iscrowd': {'enum': [0, 1]},
                                'bbox': {
                                    'minItems': 4,
                                    'maxItems': 4,
                                    'items': {'type': 'integer'},
                                },
                            },
                        }
                    }
                },
            }
        },
    },
}


def test_panoptic_follows_the_format(root, coco):
    index = json.loads((root / 'panoptic.json').read_text())
    jsonschema.validate(index, PANOPTIC_SCHEMA)
    assert [(c['id'], c['isthing']) for c in index['categories']] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 0),
    ]
    names = [(image['id'], image['file_name']) for image in coco.dataset['images']]
    assert [(image['id'], image['file_name']) for image in index['images']] == names
    assert [record['image_id'] for record in index['annotations']] == [key for key, _ in names]
    categories = {category['id'] for category in index['categories']}
    for record in index['annotations']:
        blue, green, red = np.moveaxis(
            cv2.imread(str(root / 'panoptic' / record['file_name'])), 2, 0
        )
        ids = red.astype(int) + 256 * green.astype(int) + 65536 * blue.astype(int)
        segments = {segment['id']: segment for segment in record['segments_info']}
        assert segments.keys() == set(np.unique(ids).tolist()) - {0}
        assert TABLE in segments
        for key, segment in segments.items():
            rows, columns = np.nonzero(ids == key)
            x, y, width, height = segment['bbox']
            assert (x, y) == (columns.min(), rows.min())
            assert (x + width, y + height) == (columns.max() + 1, rows.max() + 1)
            assert segment['area'] == rows.size
            assert segment['category_id'] in categories


def test_categories_have_keypoints_and_no_stuff(coco):
    assert coco.dataset['categories'] == [
        {
            'id': 1,
            'name': 'mug',
            'supercategory': 'object',
            'keypoints': ['rim', 'handle', 'base'],
            'skeleton': [[1, 2], [2, 3]],
        },
        {'id': 2, 'name': 'box', 'supercategory': 'object'},
        {'id': 3, 'name': 'drill', 'supercategory': 'tool', 'keypoints': ['tip'], 'skeleton': []},
    ]


def labelled(coco):
    """Each annotation with the label that it was made of."""
    wanted = samples()
    for image in coco.dataset['images']:
        sample = wanted[stem(image)]
        pairs = zip(coco.imgToAnns[image['id']], sample.labels.instances, strict=True)
        for record, label in pairs:
            yield sample, record, label


def test_keypoints_are_cocos(coco):
    counts = set()
    for _, record, label in labelled(coco):
        names = CATEGORIES[record['category_id'] - 1].keypoints
        assert len(record['keypoints']) == 3 * len(names)
        points = {point.name: point for point in label.keypoints}
        for k, name in enumerate(names):
            u, v, visibility = record['keypoints'][3 * k : 3 * k + 3]
            if name not in points or points[name].visibility == 0:
                assert (u, v, visibility) == (0, 0, 0)
            else:
                assert ((u, v), visibility) == (points[name].pixel, points[name].visibility)
        assert record['num_keypoints'] == sum(v > 0 for v in record['keypoints'][2::3])
        counts.add((record['category_id'], record['num_keypoints']))
    assert {(1, 1), (1, 2), (2, 0), (3, 1)} <= counts


def test_oriented_boxes_are_four_corners(coco):
    for _, record, label in labelled(coco):
        box = label.oriented_box
        corners = np.reshape(record['obb'], (4, 2)).astype(np.float32)
        expected = cv2.boxPoints(
            ((box.center_x, box.center_y), (box.width, box.height), np.degrees(box.angle_rad))
        )
        # OpenCV begins at another corner, but goes round the same way.
        np.testing.assert_allclose(np.roll(corners, 1, axis=0), expected, atol=1e-4)


# pycocotools' own decode is older than numpy 2.
@pytest.mark.filterwarnings('ignore:__array__ implementation:DeprecationWarning')
def test_amodal_masks_are_clipped_to_the_image(coco):
    cut = 0
    for sample, record, label in labelled(coco):
        mask = coco_mask.decode(record['amodal_segmentation']).astype(bool)
        assert mask.shape == sample.frame.depth_m.shape
        assert mask.sum() == label.pixels_in_image
        assert mask[sample.labels.instance_id == record['instance_id']].all()
        cut += label.pixels_in_image < label.pixels_full
    assert cut > 0


def test_occluders_and_tracks(coco):
    hidden = 0
    for sample, record, label in labelled(coco):
        missing = label.pixels_in_image - label.pixels_visible
        assert sum(item['pixels'] for item in record['occluded_by']) == missing
        for item in record['occluded_by']:
            assert (item['kind'], item['name'], item['instance_id']) == ('environment', 'table', 0)
        hidden += bool(missing)
        assert record['track_id'] == sample.key.episode * 65536 + record['instance_id']
        assert record['track_event'] == 'entered'
    assert hidden > 0


def test_models_carry_symmetries_as_in_bop(root):
    models = json.loads((root / 'models.json').read_text())
    assert list(models) == ['box/plain', 'drill/plain', 'mug/plain']
    mug = models['mug/plain']
    assert mug['category_id'] == 1
    assert mug['size_m'] == [0.1, 0.08, 0.12]
    assert mug['symmetries_discrete'] == [[-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]]
    assert mug['symmetries_continuous'] == [{'axis': [0, 0, 1], 'offset': [0, 0.01, 0]}]
    assert [point['name'] for point in mug['keypoints']] == ['rim', 'handle', 'base']
    assert models['box/plain']['symmetries_discrete'] == []


@pytest.mark.parametrize('kind', ['bbox', 'segm'])
def test_truth_scored_against_itself_is_perfect(coco, kind):
    assert score(coco, kind, coco.getCatIds()) == pytest.approx(1.0)


@pytest.mark.parametrize('category', [1, 3])
def test_keypoints_scored_against_themselves_are_perfect(coco, category):
    assert score(coco, 'keypoints', [category]) == pytest.approx(1.0)


def score(coco, kind, categories):
    """Average precision of the truth as detections."""
    results = [
        {
            'image_id': record['image_id'],
            'category_id': record['category_id'],
            'bbox': record['bbox'],
            'segmentation': record['segmentation'],
            'score': 1.0,
        }
        | ({'keypoints': record['keypoints']} if kind == 'keypoints' else {})
        for record in coco.dataset['annotations']
        if record['category_id'] in categories and (kind != 'keypoints' or record['num_keypoints'])
    ]
    for result in results:
        if kind == 'keypoints':
            del result['bbox'], result['segmentation']
    with contextlib.redirect_stdout(io.StringIO()):
        found = COCOeval(coco, coco.loadRes(results), kind)
        found.params.catIds = categories
        if kind == 'keypoints':
            # Objects here are smaller than the 32 x 32 pixels that COCO asks of people.
            found.params.areaRng[0] = [0, 1e10]
            count = len(coco.cats[categories[0]]['keypoints'])
            found.params.kpt_oks_sigmas = np.full(count, 0.05)
        found.evaluate()
        found.accumulate()
        found.summarize()
    return found.stats[0]
