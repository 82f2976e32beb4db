"""Merged datasets: classes by name, nothing lost, nothing decoded, everything consistent."""

import hashlib
import json
import shutil
import subprocess
from contextlib import closing
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from full_factory import FULL, full_episode
from sample_factory import INFO, JPEG, PLAIN, make_episode, tree, unit_cubes

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.geometry.shapes import ModelMesh, primitive_mesh
from synth_ros.pipeline.merge import MergeRequest, merge
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.open_recording import open_recording
from synth_ros.types import STUFF_SEGMENT, Category
from synth_ros.writers.coco import CocoWriter

SHIFTED = {1: 2, 2: 1, 3: 9, 4: 12}
SHIFTED_PARTS = {1: 2, 2: 1, 700: 30}


@cache
def samples_of(number):
    return sorted(full_episode(number, views=1), key=lambda sample: sample.key)


def write(root, episodes, *, info=FULL, options=PLAIN, change=lambda sample: sample):
    with CocoWriter(root, info._replace(meshes=info.meshes or unit_cubes), options) as writer:
        for number in episodes:
            writer.write_episode(number, [change(sample) for sample in samples_of(number)])
    return root


def shifted(sample):
    """The same sample in a dataset that gives classes and parts other ids."""
    lut = np.zeros(20, np.uint16)
    lut[list(SHIFTED)] = list(SHIFTED.values())
    instances = {
        item.instance_id: replace(item, class_id=SHIFTED[item.class_id])
        for item in sample.frame.instances
    }
    labels = tuple(
        replace(label, instance=instances[label.instance.instance_id])
        for label in sample.labels.instances
    )
    return replace(
        sample,
        frame=replace(sample.frame, instances=tuple(instances.values())),
        labels=replace(
            sample.labels,
            instances=labels,
            class_id=lut[sample.labels.class_id],
            dense=shifted_dense(sample.labels.dense),
        ),
    )


def shifted_dense(dense):
    parts = {part.part_id: part for part in dense.parts}
    part_id = dense.part_id.copy()
    for old, new in SHIFTED_PARTS.items():
        part_id[dense.part_id == old] = new
    segment_id = dense.panoptic.segment_id.copy()
    segments = []
    for segment in dense.panoptic.segments:
        number = segment.segment_id
        if not segment.is_thing:
            number = STUFF_SEGMENT + SHIFTED[segment.class_id]
            segment_id[dense.panoptic.segment_id == segment.segment_id] = number
        segments.append(segment._replace(segment_id=number, class_id=SHIFTED[segment.class_id]))
    moved = [part._replace(part_id=SHIFTED_PARTS[old]) for old, part in parts.items()]
    return dense._replace(
        part_id=part_id,
        parts=tuple(sorted(moved, key=lambda part: part.part_id)),
        panoptic=dense.panoptic._replace(segment_id=segment_id, segments=tuple(segments)),
    )


SHIFTED_FULL = FULL._replace(
    seed=8,
    categories=tuple(
        sorted(
            (c._replace(class_id=SHIFTED[c.class_id]) for c in FULL.categories),
            key=lambda c: c.class_id,
        )
    ),
)


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


@pytest.fixture(scope='module', params=['folder', 'shards'])
def pair(request, tmp_path_factory):
    """Two datasets; the second gives all classes and parts other ids."""
    folder = tmp_path_factory.mktemp('merge')
    options = DatasetConfig(container=request.param)
    a = write(folder / 'a', range(2), options=options)
    b = write(folder / 'b', [3, 7], info=SHIFTED_FULL, options=options, change=shifted)
    return a, b


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
        instances = tuple(
            replace(item, name=f'{item.name}{name}') for item in sample.frame.instances
        )
        named = {item.instance_id: item for item in instances}
        labels = tuple(
            replace(x, instance=named[x.instance.instance_id]) for x in sample.labels.instances
        )
        return replace(
            sample,
            frame=replace(sample.frame, instances=instances),
            labels=replace(sample.labels, instances=labels),
        )

    a = write(tmp_path / 'a', [0], change=renamed)
    b = write(tmp_path / 'b', [0], change=renamed, options=DatasetConfig(container='shards'))
    merge(MergeRequest((a, b), tmp_path / 'm', same_scenes=True))
    merged = CocoDataset(tmp_path / 'm')
    for image in merged.images:
        for item in merged.read_record(image).instances:
            assert item.name.endswith(name)


def test_strict_refuses_new_ids(pair, tmp_path):
    with pytest.raises(UsageError, match=r'--strict: ids would change\.\n.*box 1 -> 2'):
        merge(MergeRequest(pair, tmp_path / 'm', strict=True))
    assert not (tmp_path / 'm').exists()


def other_points(categories):
    return tuple(
        c._replace(keypoints=('rim', 'handle', 'foot')) if c.name == 'mug' else c
        for c in categories
    )


@pytest.mark.parametrize(
    ('info', 'options', 'words'),
    [
        (FULL._replace(min_pixels=99), PLAIN, r'min_visibility are \(16, 0.05\) in .* and \(99'),
        (
            FULL._replace(annotations=FULL.annotations[1:]),
            PLAIN,
            'differ in the labels oriented_boxes',
        ),
        (FULL, PLAIN.model_copy(update={'depth': False}), r'output\.dataset\.depth differs'),
        (
            FULL._replace(
                categories=tuple(
                    c._replace(supercategory='cutlery') if c.name == 'box' else c
                    for c in FULL.categories
                )
            ),
            PLAIN,
            'class box: supercategory is object in .* and cutlery in',
        ),
        (
            FULL._replace(
                meshes=lambda name: ModelMesh(
                    primitive_mesh('sphere', (0.5, 0, 0)), (1.0, 1.0, 1.0)
                )
            ),
            PLAIN,
            'model box/plain has another surface in',
        ),
    ],
)
def test_what_cannot_be_one_dataset_is_refused(tmp_path, info, options, words):
    write(tmp_path / 'a', [0])
    write(tmp_path / 'b', [1], info=info, options=options)
    with pytest.raises(UsageError, match=words):
        merge(MergeRequest((tmp_path / 'a', tmp_path / 'b'), tmp_path / 'm'))
    assert not (tmp_path / 'm').exists()


def test_another_model_of_the_same_name_is_refused(tmp_path):
    def flatter(sample):
        wide = np.array([0.2, 0.08, 0.12])
        instances = tuple(replace(item, size_m=wide) for item in sample.frame.instances)
        named = {item.instance_id: item for item in instances}
        labels = tuple(
            replace(x, instance=named[x.instance.instance_id]) for x in sample.labels.instances
        )
        return replace(
            sample,
            frame=replace(sample.frame, instances=instances),
            labels=replace(sample.labels, instances=labels),
        )

    write(tmp_path / 'a', [0])
    write(tmp_path / 'b', [1], change=flatter)
    with pytest.raises(UsageError, match=r'model box/plain is another one in .*proportions'):
        merge(MergeRequest((tmp_path / 'a', tmp_path / 'b'), tmp_path / 'm'))


def told(sample):
    """A sample whose provenance says which scene it is."""
    record = {
        'config_hash': 'abc',
        'seed': 7,
        'scene': {'episode': sample.key.episode, 'objects': []},
    }
    return replace(sample, provenance_json=json.dumps(record))


def test_one_scene_in_two_datasets_is_refused(tmp_path):
    write(tmp_path / 'a', [0, 1], change=told)
    write(tmp_path / 'b', [1, 2], change=told)
    request = MergeRequest((tmp_path / 'a', tmp_path / 'b'), tmp_path / 'm')
    with pytest.raises(
        UsageError, match=r'Episode 1 of .*a and episode 1 of .*b show the same scene'
    ):
        merge(request)
    assert merge(request._replace(same_scenes=True)).episodes == 4


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


def test_what_is_no_dataset_is_refused(pair, tmp_path):
    with pytest.raises(UsageError, match='Give two datasets or more'):
        merge(MergeRequest(pair[:1], tmp_path / 'm'))
    with pytest.raises(UsageError, match='is given twice'):
        merge(MergeRequest((pair[0], pair[0] / '.'), tmp_path / 'm'))
    with pytest.raises(UsageError, match='There is no folder'):
        merge(MergeRequest((pair[0], tmp_path / 'none'), tmp_path / 'm'))
    (tmp_path / 'empty').mkdir()
    with pytest.raises(UsageError, match=r'is not a synth_ros dataset: it has no dataset\.json'):
        merge(MergeRequest((pair[0], tmp_path / 'empty'), tmp_path / 'm'))
    unfinished = shutil.copytree(pair[1], tmp_path / 'unfinished')
    (unfinished / 'annotations.json').unlink()
    with pytest.raises(UsageError, match='is unfinished'):
        merge(MergeRequest((pair[0], unfinished), tmp_path / 'm'))
    old = shutil.copytree(pair[1], tmp_path / 'old')
    head = json.loads((old / 'dataset.json').read_text()) | {'format': 'synth_ros coco 1'}
    (old / 'dataset.json').write_text(json.dumps(head))
    with pytest.raises(UsageError, match="has the format 'synth_ros coco 1', expected"):
        merge(MergeRequest((pair[0], old), tmp_path / 'm'))


def test_the_same_merge_gives_the_same_bytes(pair, tmp_path):
    for name in ('one', 'other'):
        merge(MergeRequest(pair, tmp_path / name / 'm'))
    sums = [
        hashlib.sha256((tmp_path / name / 'm' / 'SHA256SUMS').read_bytes()).hexdigest()
        for name in ('one', 'other')
    ]
    assert sums[0] == sums[1]
