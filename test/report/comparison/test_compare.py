"""Comparisons of datasets whose differences are known."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from plain_factory import NAMES, FakePlain, make_plain, plain_images, scene

from synth_ros.errors import NotFoundError
from synth_ros.report.comparison.compare import Request, compare
from synth_ros.report.comparison.records import ComparisonRecord
from synth_ros.report.comparison.words import told

PLAIN = Request()


def dataset(seed=0, **options):
    return make_plain(seed, images=120, groups=40, name=f'd{seed}', **options)


def edited(plain, change):
    images = [i._replace(objects=tuple(change(k) for k in i.objects)) for i in plain.images]
    return FakePlain(images, name=plain.path.name, pixels=plain._pixels)


def filtered(plain, change):
    return FakePlain(plain.images, name=plain.path.name, pixels=lambda i: change(scene(i)))


@settings(max_examples=20, deadline=None)
@given(images=plain_images())
def test_a_dataset_is_no_distance_from_itself(images):
    plain = FakePlain(images)
    record = compare(plain, plain, PLAIN)
    assert all(row.divergence == 0 and not row.wasserstein for row in record.rows)
    assert {row.verdict for row in (*record.rows, *record.of_class)} <= {'same'}
    assert record.beyond(0) == ()


def test_two_draws_of_the_same_do_not_differ():
    record = compare(dataset(0), dataset(1), PLAIN)
    assert len(record.rows) > 20
    assert [row.name for row in record.rows if row.verdict == 'differs'] == []
    likely = [row for row in record.rows if row.verdict == 'same']
    assert len(likely) > 0.8 * len(record.rows)


@pytest.mark.parametrize(
    ('change', 'names'),
    [
        (lambda rgb: cv2.convertScaleAbs(rgb, alpha=0.4), {'brightness', 'contrast'}),
        (lambda rgb: cv2.convertScaleAbs(rgb, beta=90), {'brightness', 'overexposed', 'contrast'}),
        (lambda rgb: rgb.mean(2, keepdims=True).repeat(3, 2).astype(np.uint8), {'saturation'}),
        (lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 2), {'sharpness'}),
        (lambda rgb: (rgb * [1, 0.8, 0.5]).astype(np.uint8), {'temperature', 'hue'}),
    ],
    ids=['dark', 'bright', 'grey', 'blurred', 'warm'],
)
def test_changes_of_pixels_are_ranked_first(change, names):
    record = compare(dataset(0), filtered(dataset(1), change), PLAIN)
    assert record.rows[0].name in names
    assert record.rows[0].verdict == 'differs'
    boxes = [row for row in record.rows if row.family == 'boxes']
    assert {row.verdict for row in boxes} <= {'same', 'perhaps'}


def test_noise_of_a_camera_is_ranked_first():
    def grain(rgb):
        rng = np.random.default_rng(int(rgb.sum()))
        return np.clip(rgb + rng.normal(0, 6, rgb.shape[:2])[..., None], 0, 255).astype(np.uint8)

    record = compare(dataset(0), filtered(dataset(1), grain), PLAIN)
    noise = next(row for row in record.rows if row.name == 'noise')
    assert noise.verdict == 'differs'
    assert noise.medians[1] == pytest.approx(6, rel=0.2)
    assert record.rows.index(noise) < 3


def test_larger_boxes_are_ranked_first():
    record = compare(dataset(0), dataset(1, scale=2.0), Request(pixels=0))
    assert {row.name for row in record.rows[:5]} <= {
        *('box_size', 'box_width', 'box_height', 'box_share'),
        *('coco_sizes', 'box_size_by_row'),
    }
    size = next(row for row in record.rows if row.name == 'box_size')
    assert size.wasserstein > 1
    assert size.verdict == 'differs'
    assert 'px in A, ' in told(size)


def test_boxes_in_another_place():
    def left(found):
        x0, y0, x1, y1 = found.box
        return found._replace(box=(x0 / 3, y0, x0 / 3 + (x1 - x0), y1))

    record = compare(dataset(0), edited(dataset(1), left), Request(pixels=0))
    assert record.rows[0].name == 'box_centres'
    assert len(record.rows[0].a) == 256
    assert 'cells empty in A' in told(record.rows[0])


def test_farther_objects():
    def far(found):
        pose = found.camera_from_object.copy()
        pose[2, 3] += 2
        return found._replace(camera_from_object=pose)

    record = compare(dataset(0), edited(dataset(1), far), Request(pixels=0))
    assert record.rows[0].name == 'distance'
    assert [round(k) for k in record.rows[0].medians] == [2, 4]


def test_another_mix_of_classes():
    def fewer(found):
        rare = found.class_name == 'mug' and found.visibility < 0.9
        return found._replace(class_name='box') if rare else found

    record = compare(dataset(0), edited(dataset(1), fewer), Request(pixels=0))
    mix = next(row for row in record.rows if row.name == 'class_mix')
    assert mix.verdict == 'differs'
    assert record.rows.index(mix) < 2
    assert told(mix).startswith(('mug: ', 'box: '))
    assert sum(mix.a) == pytest.approx(1)


def test_one_class_that_differs_is_named():
    def grown(found):
        if found.class_name != 'drill':
            return found
        x0, y0, _, _ = found.box
        return found._replace(box=(x0, y0, x0 + 60, y0 + 60))

    record = compare(dataset(0), edited(dataset(1), grown), Request(pixels=0))
    assert record.of_class[0].class_name == 'drill'
    assert record.of_class[0].name == 'class_size'


def test_classes_are_matched_by_name_or_as_told():
    one = dataset(0, names=('mug', 'box', 'drill'))
    other = dataset(1, names=('Cup', 'Box', 'drill', 'lamp'))
    record = compare(one, other, Request({'mug': 'Cup'}, 0))
    assert record.matched == ('Cup', 'drill')
    assert (record.only_a, record.only_b) == (('box',), ('Box', 'lamp'))
    counted = sum(k.class_name in {'mug', 'drill'} for i in one.images for k in i.objects)
    assert record.a.objects == counted
    assert any('--map box=Box' in note for note in record.notes)


def test_without_a_common_class_all_objects_are_compared():
    record = compare(dataset(0, names=('a',)), dataset(1, names=('b',)), Request(pixels=0))
    assert record.matched == ()
    assert record.a.objects > 100
    assert record.notes[0].startswith('No class of A has a name of B')
    assert 'class_mix' not in {row.name for row in record.rows}


@pytest.mark.parametrize(
    ('rename', 'message'),
    [
        ({'mgu': 'box'}, r"No class 'mgu' in d0\. Did you mean 'mug'\?"),
        ({'mug': 'bax'}, r"No class 'bax' in d1\. Did you mean 'box'\?"),
    ],
)
def test_classes_that_are_not_there_are_told(rename, message):
    with pytest.raises(NotFoundError, match=message):
        compare(dataset(0), dataset(1), Request(rename))


def test_few_or_unknown_scenes_are_noted():
    def alone(plain):
        return FakePlain([i._replace(group='') for i in plain.images], pixels=plain._pixels)

    notes = compare(make_plain(groups=3), alone(dataset(1)), Request(pixels=0)).notes
    assert 'A has 3 scenes only' in notes[0]
    assert 'Scenes of B are not known' in notes[1]


def test_the_record_survives_json_and_repeats():
    one, other = (compare(dataset(0), dataset(1), Request(jobs=k)) for k in (1, 3))
    assert one.model_dump_json() == other.model_dump_json()
    assert ComparisonRecord.model_validate_json(one.model_dump_json()) == one


def test_another_seed_moves_the_noise_alone():
    one, other = (compare(dataset(0), dataset(1), Request(pixels=0, seed=k)) for k in (0, 1))
    rows = {row.name: row for row in other.rows}
    assert all(row.divergence == rows[row.name].divergence for row in one.rows)
    assert any(row.divergence_noise != rows[row.name].divergence_noise for row in one.rows)


def test_limits():
    record = compare(dataset(0), dataset(1, scale=2.0), Request(pixels=0))
    beyond = record.beyond(0.1)
    assert beyond
    assert all(row.divergence > 0.1 and row.verdict != 'same' for row in beyond)
    assert record.beyond(1.0) == ()


def test_empty_datasets():
    empty = FakePlain([], classes=NAMES)
    record = compare(empty, dataset(1), Request(pixels=0))
    assert record.rows == record.of_class == ()
    assert record.a.images == 0


def test_histograms_have_all_of_both():
    record = compare(dataset(0), dataset(1, scale=2.0), PLAIN)
    for row in record.rows:
        if row.kind == 'number':
            assert sum(row.a) == pytest.approx(1, abs=1e-4)
            assert sum(row.b) == pytest.approx(1, abs=1e-4)
            assert len(row.edges) == len(row.a) + 1 == len(row.b) + 1 <= 37
