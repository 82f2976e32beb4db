"""Each warning on a dataset that deserves it, and none on one that does not."""

import numpy as np
import pytest
from plain_factory import NAMES, FakePlain, make_plain, scene

from synth_ros.report.statistics.describe import describe
from synth_ros.report.statistics.gather import gather


def warned(plain):
    return {warning.rule: warning for warning in describe(gather(plain), plain).warnings}


def good(**options):
    return make_plain(images=80, most=6, scale=2.0, **options)


def by_scene(number):
    return 'train' if number < 60 else 'val'


def edited(plain, change):
    """The dataset with each image changed by its number."""
    return FakePlain([change(k, i) for k, i in enumerate(plain.images)], pixels=plain._pixels)


def test_nothing_is_wrong_with_a_good_dataset():
    assert warned(good(split=by_scene)) == {}


def test_no_objects():
    assert set(warned(make_plain(most=0))) == {'no_objects'}


def test_classes_without_objects_and_rare_ones():
    plain = good(names=NAMES[:2])
    plain.class_names = NAMES
    found = warned(plain)
    assert '2 classes (drill, a class with quite a long name <&>) have no object' in (
        found['classes_without_objects'].text
    )
    assert found['classes_without_objects'].severity == 'bad'
    assert 'rare_classes' in warned(make_plain(images=10))


@pytest.mark.parametrize(('keep', 'severity'), [(6, 'look'), (200, 'bad')])
def test_imbalance(keep, severity):
    plain = make_plain(images=300, most=6, scale=2.0)
    seen = 0

    def change(number, image):
        nonlocal seen
        objects = []
        for found in image.objects:
            name = 'box'
            if found.class_name == 'mug':
                seen += 1
                name = 'mug' if seen % keep == 1 else 'box'
            objects.append(found._replace(class_name=name))
        return image._replace(objects=tuple(objects))

    found = warned(edited(plain, change))['class_imbalance']
    assert found.severity == severity
    assert 'of mug' in found.text


def test_a_leak_names_an_image_of_each_split():
    plain = good(split=by_scene)
    one, other = plain.images[10], plain.images[70]
    plain._pixels = lambda image: scene(one if image is other else image)
    text = warned(plain)['leak'].text
    assert f'{one.name} (train) and {other.name} (val)' in text


def test_a_scene_in_two_splits():
    found = warned(good(split=lambda k: 'train' if k % 2 else 'val'))
    assert found['group_in_splits'].severity == 'bad'
    assert '20 scenes have images in several splits, such as 000' in found['group_in_splits'].text


def test_a_class_that_one_split_lacks():
    def change(number, image):
        if image.split == 'val':
            kept = [k for k in image.objects if k.class_name != 'mug']
            return image._replace(objects=tuple(kept))
        return image

    found = warned(edited(good(split=by_scene), change))
    assert 'The class mug has no object in val' in found['class_missing_in_split'].text
    assert 'uneven_split' in found


def test_boxes_that_trainers_choke_on():
    def change(number, image):
        if not image.objects or number > 20:
            return image
        first, *others = image.objects
        x0, y0, x1, y1 = first.box
        box = (x0, y0, x0, y1) if number % 2 else (x0 - 60, y0, x1, y1)
        return image._replace(objects=(first._replace(box=box), *others))

    found = warned(edited(good(), change))
    assert found['boxes_without_area'].severity == found['boxes_outside'].severity == 'bad'


def test_tiny_boxes():
    text = warned(make_plain(scale=0.5))['tiny_boxes'].text
    assert '% of the boxes are smaller than 8 px' in text


def test_boxes_in_one_place():
    def change(number, image):
        objects = (k._replace(box=(30.0, 20.0, 45.0, 30.0)) for k in image.objects)
        return image._replace(objects=tuple(objects))

    assert 'one_place' in warned(edited(good(), change))


def test_nothing_hidden():
    def change(number, image):
        return image._replace(objects=tuple(k._replace(visibility=1.0) for k in image.objects))

    assert 'nothing_hidden' in warned(edited(good(), change))


def test_empty_images():
    def change(number, image):
        return image._replace(objects=()) if number % 2 else image

    assert '% of the images show no object' in warned(edited(good(), change))['empty_images'].text


@pytest.mark.parametrize(('level', 'rule'), [(4, 'dark_images'), (250, 'bright_images')])
def test_images_that_are_black_or_white(level, rule):
    plain = good()
    plain._pixels = lambda image: np.full((48, 64, 3), level, np.uint8)
    found = warned(plain)
    assert '100% of the images' in found[rule].text
    assert '80 images show nothing' in found['plain_images'].text


def test_copies():
    plain = good()
    plain._pixels = lambda image: scene(plain.images[0])
    assert '80 images look like another one, in 1 set,' in warned(plain)['duplicates'].text


def test_bad_ones_come_first():
    plain = make_plain(images=10, names=NAMES[:2])
    plain.class_names = NAMES
    severities = [w.severity for w in describe(gather(plain), plain).warnings]
    assert severities == sorted(severities)
    assert severities[0] == 'bad'
