"""The statistics of a dataset against slow and obvious ones, and what merges."""

import json
from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from plain_factory import NAMES, FakePlain, make_plain, plain_images

from synth_ros.report.statistics.boxes import GRID, LEAST_PX
from synth_ros.report.statistics.classes import PAIR
from synth_ros.report.statistics.describe import describe
from synth_ros.report.statistics.gather import Choice, Gathered, gather, look
from synth_ros.report.statistics.records import StatsRecord

EASY = settings(max_examples=60, deadline=None)


def counted(images):
    """All objects that count, with their images."""
    return [(i, k) for i in images for k in i.objects if not k.ignored]


def solid(images):
    """Boxes with an area, with their images and objects."""
    found = [(i, k, k.box) for i, k in counted(images) if k.box is not None]
    return [(i, k, b) for i, k, b in found if min(b[2] - b[0], b[3] - b[1]) > LEAST_PX]


@EASY
@given(images=plain_images())
def test_counts_of_classes(images):
    record = describe(gather(FakePlain(images), Choice(0)), FakePlain(images))
    objects = Counter(k.class_name for _, k in counted(images))
    shown = {(i.name, k.class_name) for i, k in counted(images)}
    splits = Counter((k.class_name, i.split) for i, k in counted(images))
    assert record.images == len(images)
    assert record.objects == objects.total()
    assert record.ignored == sum(k.ignored for i in images for k in i.objects)
    assert record.empty == sum(all(k.ignored for k in i.objects) for i in images)
    assert record.groups == len({i.group for i in images} - {''})
    assert tuple(row.name for row in record.classes) == NAMES
    for row in record.classes:
        assert row.objects == objects[row.name]
        assert row.images == sum(name == row.name for _, name in shown)
        assert all(row.splits[split] == splits[row.name, split] for split in row.splits)
    for split in record.splits:
        mine = [i for i in images if i.split == split.name]
        assert split.images == len(mine)
        assert split.objects == len(counted(mine))
        assert split.groups == len({i.group for i in mine} - {''})


@EASY
@given(images=plain_images())
def test_pairs_of_classes(images):
    pairs = describe(gather(FakePlain(images), Choice(0)), FakePlain(images)).pairs
    for a, one in enumerate(NAMES):
        for b, other in enumerate(NAMES):
            together = 0
            for image in images:
                names = Counter(k.class_name for k in image.objects if not k.ignored)
                both = names[one] > 1 if a == b else names[one] and names[other]
                together += bool(both)
            assert pairs.images[a][b] == together


@EASY
@given(images=plain_images())
def test_boxes(images):
    gathered = gather(FakePlain(images), Choice(0))
    boxes, found = gathered.boxes, solid(images)
    sizes = [np.sqrt((b[2] - b[0]) * (b[3] - b[1])) for _, _, b in found]
    assert boxes.numbers['box_size'].count == len(found)
    assert boxes.numbers['box_size'].total == pytest.approx(sum(sizes))
    aspects = [(b[2] - b[0]) / (b[3] - b[1]) for _, _, b in found]
    assert boxes.numbers['box_aspect'].total == pytest.approx(sum(aspects))
    fills = [
        100 * k.area_px / ((b[2] - b[0]) * (b[3] - b[1]))
        for _, k, b in found
        if k.area_px is not None
    ]
    assert boxes.numbers['box_fill'].total == pytest.approx(sum(fills))
    assert boxes.tiny == sum(size < 8 for size in sizes)
    assert boxes.empty == sum(k.box is not None for _, k in counted(images)) - len(found)
    areas = [size * size for size in sizes]
    assert [boxes.sizes.total(k) for k in ('small', 'medium', 'large')] == [
        sum(area < 32**2 for area in areas),
        sum(32**2 <= area < 96**2 for area in areas),
        sum(area >= 96**2 for area in areas),
    ]
    grid = np.zeros((GRID, GRID), int)
    for image, _, b in found:
        x = int(np.floor((b[0] + b[2]) / 2 / image.width * GRID))
        y = int(np.floor((b[1] + b[3]) / 2 / image.height * GRID))
        grid[np.clip(y, 0, GRID - 1), np.clip(x, 0, GRID - 1)] += 1
    assert (boxes.centres.counts[0] == grid).all()
    for name, tally in boxes.of_class.items():
        assert tally.count == sum(k.class_name == name for _, k, _ in found)


@EASY
@given(images=plain_images())
def test_space(images):
    space = gather(FakePlain(images), Choice(0)).space
    objects = [k for _, k in counted(images)]
    for name in ('visibility', 'truncation'):
        shares = [100 * getattr(k, name) for k in objects if getattr(k, name) is not None]
        assert space.numbers[name].count == len(shares)
        assert space.numbers[name].total == pytest.approx(sum(shares))
    poses = [k.camera_from_object for k in objects if k.camera_from_object is not None]
    away = [np.linalg.norm(pose[:3, 3]) for pose in poses]
    assert space.numbers['distance'].total == pytest.approx(sum(away))
    heights = [
        np.degrees(np.arcsin(np.linalg.inv(p)[2, 3] / np.linalg.norm(np.linalg.inv(p)[:3, 3])))
        for p in poses
    ]
    assert space.numbers['elevation'].total == pytest.approx(sum(heights))
    assert space.views.counts[0].sum() == len(poses)
    above = sum(height > 0 for height in heights)
    assert space.views.counts[0][:4].sum() == above


def test_an_object_in_the_centre_of_the_camera_has_no_direction():
    plain = make_plain(images=2, most=1)
    item = make_plain(seed=3).images[0].objects[0]._replace(camera_from_object=np.eye(4))
    plain.images[0] = plain.images[0]._replace(objects=(item,))
    plain.images[1] = plain.images[1]._replace(objects=())
    assert gather(plain, Choice(0)).space.numbers['distance'].count == 0


@settings(max_examples=25, deadline=None)
@given(images=plain_images())
def test_parts_merge_to_the_whole(images):
    plain = FakePlain(images)
    whole = describe(gather(plain), plain)
    parts = [Gathered(NAMES), Gathered(NAMES), Gathered(NAMES)]
    third = -(-len(images) // 3)
    for number, image in enumerate(images):
        parts[number // third].add(look(plain, image, Choice(), pixels=True))
    parts[0].merge(parts[1])
    parts[0].merge(parts[2])
    merged = describe(parts[0], plain)
    assert merged == whole


def test_threads_change_nothing():
    plain = make_plain(images=40)
    one, several = (describe(gather(plain, Choice(jobs=k)), plain) for k in (1, 3))
    assert one.model_dump_json() == several.model_dump_json()
    assert one.pixels_read == 40


def test_an_error_of_a_thread_is_told_and_ends_the_pass():
    plain = make_plain(images=40)

    def broken(image):
        raise OSError(image.name)

    with pytest.raises(OSError, match=r'fake/0000\.png'):
        gather(FakePlain(plain.images, pixels=broken), Choice(jobs=3))


@pytest.mark.parametrize('wanted', [0, 1, 7, 39, 40, 99])
def test_pixels_are_those_of_evenly_spread_images(wanted):
    plain, read = make_plain(images=40), []
    scene = plain._pixels
    plain._pixels = lambda image: read.append(image.name) or scene(image)
    record = describe(gather(plain, Choice(wanted)), plain)
    assert record.pixels_read == len(read) == min(wanted, 40)
    places = [int(name[-8:-4]) for name in read]
    steps = {b - a for a, b in pairwise(places)}
    assert len(steps) <= 2
    assert max(steps, default=1) - min(steps, default=1) <= 1
    assert (record.duplicates is None) == (wanted == 0)


def test_classes_are_renamed_and_left_out():
    plain = make_plain(images=40)
    choice = Choice(0, {'mug': 'box'}, frozenset({'box', 'drill'}))
    record = describe(gather(plain, choice), plain)
    objects = Counter(k.class_name for _, k in counted(plain.images))
    assert {row.name: row.objects for row in record.classes} == {
        'box': objects['mug'] + objects['box'],
        'drill': objects['drill'],
    }


def test_the_record_survives_json():
    plain = make_plain(images=30, split=lambda k: 'train' if k % 2 else 'val')
    record = describe(gather(plain), plain)
    text = record.model_dump_json()
    assert StatsRecord.model_validate_json(text) == record
    assert json.loads(text)['format'] == 'synth_ros/stats/1'


def test_an_empty_dataset_has_a_record():
    plain = FakePlain([], classes=())
    record = describe(gather(plain), plain)
    assert (record.images, record.objects, record.numbers, record.maps) == (0, 0, (), ())
    assert [warning.rule for warning in record.warnings] == ['no_images']


def test_pairs_are_counted_in_halves_too():
    plain = make_plain(images=50)
    pairs = gather(plain, Choice(0)).classes.pairs
    expected = Counter()
    for image in plain.images:
        names = sorted({k.class_name for k in image.objects})
        expected.update(PAIR.join(pair) for pair in combinations(names, 2))
    assert all(pairs.total(key) == count for key, count in expected.items())
    assert 0 < pairs.table(list(expected))[1:].sum() < 32 * expected.total()
