"""Images that look the same, against a comparison of all pairs."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_factory import FakePlain, make_plain, scene

from synth_ros.readers.plain.types import PlainImage
from synth_ros.report.statistics import duplicates
from synth_ros.report.statistics.duplicates import Duplicates
from synth_ros.report.statistics.facts import PixelFacts, Seen, pixel_facts
from synth_ros.report.statistics.gather import gather
from synth_ros.report.statistics.tally import side_of

FACTS = pixel_facts(np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8))


def seen(number, bits, *, split='', group='', spread=50.0):
    words = np.array([bits >> 64, bits & (2**64 - 1)], np.uint64)
    facts: PixelFacts = FACTS._replace(bits=words, spread=spread)
    return Seen(PlainImage(f'{number:03d}', 20, 20, split, group, ()), (), side_of('a'), facts)


def slow_clusters(hashes, near):
    """Sets of numbers connected by pairs that differ in few bits."""
    sets = []
    for number, bits in enumerate(hashes):
        joined = [s for s in sets if any((hashes[k] ^ bits).bit_count() <= near for k in s)]
        sets = [s for s in sets if s not in joined]
        sets.append({number}.union(*joined))
    return sorted(sorted(s) for s in sets if len(s) > 1)


@settings(max_examples=60, deadline=None)
@given(
    base=st.lists(st.integers(0, 2**128 - 1), min_size=1, max_size=4),
    flips=st.lists(
        st.tuples(st.integers(0, 3), st.sets(st.integers(0, 127), max_size=9)), max_size=14
    ),
    near=st.integers(0, 7),
)
def test_clusters_are_those_of_all_pairs(base, flips, near):
    hashes = list(base)
    for which, bits in flips:
        hashes.append(base[which % len(base)] ^ sum(1 << bit for bit in bits))
    found = Duplicates()
    for number, bits in enumerate(hashes):
        found.add(seen(number, bits))
    clusters = [sorted(int(look.name) for look in k.looks) for k in found.clusters(near)]
    assert sorted(clusters) == slow_clusters(hashes, near)


def test_many_hashes_with_a_common_piece_are_compared_block_by_block():
    rng = np.random.default_rng(0)
    hashes = [0xABCD | (int(rng.integers(2**60)) << 40) for _ in range(1300)]
    hashes[1250] = hashes[3] ^ 0b11 << 100
    found = Duplicates()
    for number, bits in enumerate(hashes):
        found.add(seen(number, bits))
    (cluster,) = found.clusters()
    assert [look.name for look in cluster.looks] == ['003', '1250']
    assert cluster.bits == 2


def test_leaks_come_first_and_say_their_splits():
    found = Duplicates()
    copies = [(5, 'train', 'a')] * 3
    for number, (bits, split, group) in enumerate(
        [*copies, (7 << 90, 'train', 'b'), (7 << 90, 'val', 'c')]
    ):
        found.add(seen(number, bits, split=split, group=group))
    leak, copies = found.clusters(near=0)
    assert (leak.leak, leak.splits, leak.groups, len(leak.looks)) == (True, ('train', 'val'), 2, 2)
    assert (copies.leak, copies.splits, copies.groups, len(copies.looks)) == (
        False,
        ('train',),
        1,
        3,
    )


def test_images_that_show_nothing_are_not_compared():
    found = Duplicates()
    for number in range(3):
        found.add(seen(number, 0, spread=1.0))
    assert found.clusters() == ()
    assert found.plain == ['000', '001', '002']
    assert len(found) == 0


def test_a_jpeg_copy_of_an_image_is_found():
    plain = make_plain(images=30)
    original, copy = plain.images[4], plain.images[21]

    def pixels(image):
        rgb = scene(original if image is copy else image)
        if image is copy:
            _, data = cv2.imencode('.jpg', rgb, [cv2.IMWRITE_JPEG_QUALITY, 50])
            rgb = cv2.imdecode(data, cv2.IMREAD_COLOR)
        return rgb

    gathered = gather(FakePlain(plain.images, pixels=pixels))
    (cluster,) = gathered.duplicates.clusters()
    assert [look.name for look in cluster.looks] == [original.name, copy.name]


def test_merged_duplicates_are_those_of_all():
    one, other, whole = Duplicates(), Duplicates(), Duplicates()
    for number in range(12):
        image = seen(number, (number % 5) << 20, spread=50.0 if number % 3 else 0.0)
        (one if number < 6 else other).add(image)
        whole.add(image)
    one.merge(other)
    assert one.clusters() == whole.clusters()
    assert one.plain == whole.plain


def test_bits_are_counted_alike_with_old_and_new_numpy(monkeypatch):
    words = np.random.default_rng(0).integers(0, 2**63, (40, 3)).astype(np.uint64)
    expected = [[int(word).bit_count() for word in row] for row in words]
    assert duplicates._ones(words).tolist() == expected
    monkeypatch.delattr(np, 'bitwise_count', raising=False)
    assert duplicates._ones(words).tolist() == expected


def test_thousands_of_frames_that_look_the_same_are_one_cluster():
    found = Duplicates()
    for number in range(900):
        found.add(seen(number, (1 << (number % 64)) ^ (1 << 64 + number // 64)))
    (cluster,) = found.clusters()
    assert len(cluster.looks) == 900
    assert cluster.bits == 4
