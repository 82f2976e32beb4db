"""Merged datasets: classes by name, nothing lost, nothing decoded, everything consistent."""

import hashlib
import json
import shutil
import subprocess
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from full_factory import FULL
from merge_sources import (
    SHIFTED_FULL,
    samples_of,
    shifted,
    with_instances,
    write,
    write_pair,
)
from sample_factory import INFO, JPEG, PLAIN, make_episode, tree

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.merge import MergeRequest, merge
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.open_recording import open_recording
from synth_ros.types import Category
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(scope='module', params=['folder', 'shards'])
def pair(request, tmp_path_factory):
    return write_pair(tmp_path_factory.mktemp('merge'), request.param)


def check_sums(root):
    done = subprocess.run(
        ['sha256sum', '--quiet', '-c', 'SHA256SUMS'],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    listed = {line.partition('  ')[2] for line in (root / 'SHA256SUMS').read_text().splitlines()}
    assert listed == tree(root).keys() - {'SHA256SUMS', '.lock'}


def test_a_class_keeps_the_id_of_the_first_dataset(pair, tmp_path):
    made = merge(MergeRequest(pair, tmp_path / 'm'))
    assert (made.episodes, made.frames, made.resumed) == (4, 8, 0)
    b = pair[1]
    assert made.notes == (
        f'{b}: 4 classes have other ids now: box 1 -> 2, mug 2 -> 1, drill 9 -> 3, table 12 -> 4.',
        f'{b}: 3 parts have other ids now; parts.json lists them.',
    )
    # All that was renumbered is as if it had been written with the first dataset's numbers.
    wanted = tree(write(tmp_path / 'w', [3, 7], options=options_of(b)))
    merged = tree(tmp_path / 'm')
    for name, data in wanted.items():
        folder, _, rest = name.partition('/')
        if folder in {'semantic_masks', 'part_masks', 'panoptic', 'images', 'depth', 'layers'}:
            moved = rest.replace('000003', '000002').replace('000007', '000003')
            assert merged[f'{folder}/{moved}'] == data, name
    check_sums(tmp_path / 'm')


def options_of(root):
    return DatasetConfig(
        container=json.loads((root / 'dataset.json').read_text())['options']['container']
    )


def test_every_label_survives(pair, tmp_path):
    merge(MergeRequest(pair, tmp_path / 'm'))
    merged = CocoDataset(tmp_path / 'm')
    samples = [sample for number in (0, 1, 3, 7) for sample in samples_of(number)]
    assert [image.key.episode for image in merged.images] == [
        n for n in range(4) for _ in range(2)
    ]
    for image, sample in zip(merged.images, samples, strict=True):
        found, true = merged.read_labels(image), sample.labels
        np.testing.assert_array_equal(merged.read_rgb(image), sample.rgb)
        np.testing.assert_array_equal(found.instance_id, true.instance_id)
        np.testing.assert_array_equal(found.class_id, true.class_id)
        np.testing.assert_array_equal(found.dense.part_id, true.dense.part_id)
        assert found.dense.parts == true.dense.parts
        np.testing.assert_array_equal(
            found.dense.panoptic.segment_id, true.dense.panoptic.segment_id
        )
        assert found.dense.panoptic.segments == true.dense.panoptic.segments
        np.testing.assert_array_equal(found.dense.normals, true.dense.normals)
        assert found.scene.tracks == true.scene.tracks
        for one, other in zip(found.instances, true.instances, strict=True):
            assert one.instance.class_id == other.instance.class_id
            assert one.box == other.box
            assert one.keypoints == other.keypoints
            np.testing.assert_array_equal(one.camera_from_object, other.camera_from_object)
        ids = [a.track_id // 65536 for a in merged.annotations_of(image)]
        assert set(ids) == {image.episode}


def test_provenance_says_where_a_frame_was(pair, tmp_path):
    merge(MergeRequest(pair, tmp_path / 'm'))
    merge(
        MergeRequest(
            (tmp_path / 'm', write(tmp_path / 'c', [0])), tmp_path / 'n', same_scenes=True
        )
    )
    dataset = CocoDataset(tmp_path / 'n')
    found = [dataset.read_provenance(image)['sources'] for image in dataset.images[::2]]
    assert found[2] == [{'dataset': 'b', 'episode': 3}, {'dataset': 'm', 'episode': 2}]
    assert found[4] == [{'dataset': 'c', 'episode': 0}]
    head = json.loads((tmp_path / 'n' / 'dataset.json').read_text())
    assert [source['dataset'] for source in head['sources']] == ['m', 'c']
    assert head['config_hash'] not in {FULL.config_hash, SHIFTED_FULL.config_hash}


def test_containers_and_resuming_give_the_same_bytes(pair, tmp_path):
    whole, parts = tmp_path / 'm', tmp_path / 'other' / 'm'
    merge(MergeRequest(pair, whole))
    merge(MergeRequest(pair, parts))
    # As a killed run leaves it: an episode without a marker, no index.
    (parts / 'episodes' / '000002.json').unlink()
    (parts / 'annotations.json').unlink()
    with pytest.raises(OutputError, match='is not empty'):
        merge(MergeRequest(pair, parts))
    made = merge(MergeRequest(pair, parts, resume=True))
    assert made.resumed == 3
    assert tree(whole) == tree(parts)


def test_a_merge_of_shards_into_a_folder_is_that_of_folders(pair, tmp_path):
    merge(MergeRequest(pair, tmp_path / 'm', container='folder'))
    a = write(tmp_path / 'a', range(2))
    b = write(tmp_path / 'b', [3, 7], info=SHIFTED_FULL, change=shifted)
    merge(MergeRequest((a, b), tmp_path / 'n'))
    assert tree(tmp_path / 'm') == tree(tmp_path / 'n')


def test_pictures_are_never_encoded_again(tmp_path):
    for name, options in (('a', PLAIN), ('b', JPEG)):
        write(tmp_path / name, [0], options=options)
    merge(MergeRequest((tmp_path / 'a', tmp_path / 'b'), tmp_path / 'm', same_scenes=True))
    a, b, m = (tree(tmp_path / name) for name in 'abm')
    for name in a:
        if name.startswith(('images/', 'depth/', 'layers/')):
            assert m[name] == a[name]
    for name in b:
        if name.startswith('images/'):
            assert name.endswith('.jpg')
            assert m[name.replace('000000_', '000001_')] == b[name]
    with closing(open_recording(tmp_path / 'm')) as recording:
        lossy = [recording.read(key).rgb_lossy for key in recording.frames]
    assert lossy == [False] * 2 + [True] * 2


def test_new_classes_get_free_ids_and_stuff_stays_beyond(tmp_path):
    plain = (Category(1, 'mug'), Category(2, 'box'), Category(3, 'drill', 'tool'))
    info = INFO._replace(categories=plain)
    with CocoWriter(tmp_path / 'a', info, PLAIN) as writer:
        writer.write_episode(0, make_episode(0))
    other = INFO._replace(
        categories=(*plain[:2], Category(3, 'saw', 'tool'), Category(8, 'drill', 'tool')), seed=9
    )
    with CocoWriter(tmp_path / 'b', other, PLAIN) as writer:
        writer.write_episode(
            0,
            [
                replace(
                    sample,
                    frame=replace(
                        sample.frame,
                        instances=tuple(
                            replace(i, class_id={3: 8}.get(i.class_id, i.class_id))
                            for i in sample.frame.instances
                        ),
                    ),
                    labels=replace(
                        sample.labels,
                        class_id=np.where(
                            sample.labels.class_id == 3, 8, sample.labels.class_id
                        ).astype(np.uint16),
                        instances=tuple(
                            replace(
                                label,
                                instance=replace(
                                    label.instance,
                                    class_id={3: 8}.get(
                                        label.instance.class_id, label.instance.class_id
                                    ),
                                ),
                            )
                            for label in sample.labels.instances
                        ),
                    ),
                )
                for sample in make_episode(0)
            ],
        )
    made = merge(MergeRequest((tmp_path / 'a', tmp_path / 'b'), tmp_path / 'm', same_scenes=True))
    assert made.notes == (
        f'{tmp_path / "b"}: 2 classes have other ids now: saw 3 -> 4, drill 8 -> 3.',
    )
    merged = CocoDataset(tmp_path / 'm')
    assert [(c.class_id, c.name) for c in merged.categories] == [
        (1, 'mug'),
        (2, 'box'),
        (3, 'drill'),
        (4, 'saw'),
    ]
    for one, other in zip(merged.images[:4], merged.images[4:], strict=True):
        np.testing.assert_array_equal(merged.read_classes(one), merged.read_classes(other))


def test_names_with_any_letters_survive(tmp_path):
    """Line separators that are no line feed, quotes and letters of all kinds."""
    name = 'm\u2028u\x85g "\u00e9\u6f22"'

    def renamed(sample):
        return with_instances(sample, lambda item: replace(item, name=f'{item.name}{name}'))

    a = write(tmp_path / 'a', [0], change=renamed)
    b = write(tmp_path / 'b', [0], change=renamed, options=DatasetConfig(container='shards'))
    merge(MergeRequest((a, b), tmp_path / 'm', same_scenes=True))
    merged = CocoDataset(tmp_path / 'm')
    for image in merged.images:
        for item in merged.read_record(image).instances:
            assert item.name.endswith(name)


def test_sources_are_checked_while_they_are_read(pair, tmp_path):
    broken = shutil.copytree(pair[1], tmp_path / 'b')
    victim = next(path for path in sorted(broken.rglob('*')) if path.suffix in {'.png', '.tar'})
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    with pytest.raises(UsageError, match=r'is damaged: its checksum is not the one in episodes/'):
        merge(MergeRequest((pair[0], broken), tmp_path / 'm'))
    # What was committed before stays, and a mended source lets it go on.
    victim.write_bytes(next(p for p in [pair[1] / victim.relative_to(broken)]).read_bytes())
    merge(MergeRequest((pair[0], broken), tmp_path / 'm', resume=True))
    merge(MergeRequest(pair, tmp_path / 'n'))
    assert tree(tmp_path / 'm') == tree(tmp_path / 'n')


def test_the_same_merge_gives_the_same_bytes(pair, tmp_path):
    for name in ('one', 'other'):
        merge(MergeRequest(pair, tmp_path / name / 'm'))
    sums = [
        hashlib.sha256((tmp_path / name / 'm' / 'SHA256SUMS').read_bytes()).hexdigest()
        for name in ('one', 'other')
    ]
    assert sums[0] == sums[1]
