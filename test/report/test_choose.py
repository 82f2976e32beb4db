"""Which images stand for a dataset."""

from itertools import pairwise

from plain_factory import make_plain

from synth_ros.report.choose import Candidates
from synth_ros.report.statistics.facts import Seen
from synth_ros.report.statistics.tally import side_of


def choose(plain, count):
    candidates = Candidates()
    for image in plain.images:
        candidates.add(Seen(image, image.objects, side_of('')))
    return candidates.choose(count)


def test_all_scenes_have_their_turn():
    plain = make_plain(images=60, groups=6)
    groups = [image.group for image in choose(plain, 6)]
    assert sorted(groups) == sorted(set(groups))


def test_all_classes_have_their_turn_even_rare_ones():
    plain = make_plain(images=3000, groups=300, most=2, names=('mug', 'box'))
    rare = plain.images[1777]
    thing = make_plain(images=1, most=1, seed=5).images[0].objects
    thing = thing or make_plain(images=9, seed=1).images[3].objects
    plain.images[1777] = rare._replace(objects=(thing[0]._replace(class_name='rare'),))
    names = {k.class_name for image in choose(plain, 4) for k in image.objects}
    assert names == {'mug', 'box', 'rare'}


def test_images_come_in_order_and_no_more_than_there_are():
    plain = make_plain(images=10)
    assert [i.name for i in choose(plain, 99)] == [i.name for i in plain.images]
    some = [i.name for i in choose(plain, 4)]
    assert some == sorted(some)
    assert len(some) == 4
    assert choose(make_plain(images=0), 3) == []


def test_without_objects_images_are_spread():
    plain = make_plain(images=100, most=0, groups=1)
    places = [int(i.name[-8:-4]) for i in choose(plain, 4)]
    assert places[0] == 0
    assert places[-1] == 99
    assert min(b - a for a, b in pairwise(places)) > 20
