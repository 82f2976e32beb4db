"""Hugging Face's own library reads what we write, with types, names and images."""

import importlib.util
import io
import json
from dataclasses import replace

import numpy as np
import pytest
import yaml
from format_driver import write_all
from full_factory import FULL, full_episode
from hypothesis import given, settings
from id_samples import id_images, sample_of, setup_of
from PIL import Image
from sample_factory import INFO, JPEG, PLAIN, make_episode, tree

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.writers.formats import hf_parquet
from synth_ros.writers.formats.base import FormatSetup, LossTally, Pictures
from synth_ros.writers.formats.hf_features import (
    ClassName,
    ListOf,
    Picture,
    Scalar,
    Struct,
    as_arrow,
    as_json,
    as_yaml,
)
from synth_ros.writers.formats.hf_imagefolder import ImageFolderFormat
from synth_ros.writers.formats.hf_parquet import ParquetFormat
from synth_ros.writers.formats.registry import make_format
from synth_ros.writers.splits import plan_of

SPLITS = plan_of({0: 'train', 1: 'val', 2: 'train'}, ('train', 'val', 'test'))
BARE = DatasetConfig(depth=False, masks=False)


@pytest.fixture(scope='module')
def hub(tmp_path_factory):
    """`datasets`, which reads its settings when it is imported: offline, a cache of our own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('HF_HOME', str(tmp_path_factory.mktemp('hf_home')))
        patch.setenv('HF_HUB_OFFLINE', '1')
        patch.setenv('HF_DATASETS_OFFLINE', '1')
        import datasets

        datasets.disable_progress_bars()
        yield datasets


def frames(made=full_episode):
    return [sample for episode in range(3) for sample in made(episode)]


def of(split, samples):
    return [sample for sample in samples if SPLITS.of(sample.key.episode) == split]


def imagefolder(folder, samples, info=FULL, options=PLAIN):
    setup = FormatSetup(info, options, SPLITS)
    return write_all(ImageFolderFormat(setup), samples, setup, folder)


def parquet(folder, samples, info=FULL, options=PLAIN):
    folder.mkdir()
    tally = LossTally()
    ParquetFormat(FormatSetup(info, options, SPLITS)).pack(iter(samples), folder, tally)
    return tally


@pytest.fixture(scope='module')
def packed(tmp_path_factory):
    folder = tmp_path_factory.mktemp('hf') / 'parquet'
    samples = frames()
    return folder, samples, parquet(folder, samples)


def check_objects(objects, sample, names, first_id):
    """Every number of an object equals its label."""
    labels = sample.labels.instances
    assert objects['id'] == [first_id + k for k in range(len(labels))]
    assert objects['instance_id'] == [x.instance.instance_id for x in labels]
    assert [names[k] for k in objects['category']] == [x.instance.class_name for x in labels]
    assert objects['area'] == [x.pixels_visible for x in labels]
    boxes = [[x.box.x0, x.box.y0, x.box.width, x.box.height] for x in labels]
    assert [list(box) for box in objects['bbox']] == boxes
    for name in ('visibility', 'truncation'):
        np.testing.assert_allclose(objects[name], [getattr(x, name) for x in labels], atol=1e-7)


@pytest.mark.parametrize('split', ['train', 'val'])
def test_imagefolder_loads_with_its_card(hub, tmp_path, split):
    samples = frames()
    imagefolder(tmp_path / 'folder', samples)
    table = hub.load_dataset(str(tmp_path / 'folder'), split=split, cache_dir=tmp_path / 'cache')
    names = table.features['objects']['category'].feature.names
    assert names == ['mug', 'box', 'drill']
    wanted, count = of(split, samples), 0
    assert table['image_id'][:] == list(range(1, len(wanted) + 1))
    for row, sample in zip(table, wanted, strict=True):
        np.testing.assert_array_equal(np.asarray(row['image']), sample.rgb)
        assert (row['width'], row['height']) == row['image'].size
        assert (row['episode'], row['view'], row['camera']) == sample.key
        assert row['stamp_ns'] == sample.frame.stamp_ns
        check_objects(row['objects'], sample, names, count + 1)
        count += len(sample.labels.instances)


def test_imagefolder_loads_by_its_kind_too(hub, tmp_path):
    samples = frames(make_episode)
    imagefolder(tmp_path / 'folder', samples, info=INFO, options=JPEG)
    table = hub.load_dataset(
        'imagefolder', data_dir=str(tmp_path / 'folder'), split='train', cache_dir=tmp_path / 'c'
    )
    assert len(table) == len(of('train', samples))
    assert table[0]['image'].format == 'JPEG'


def test_imagefolder_starts_with_frames_without_objects(hub, tmp_path):
    samples = frames(make_episode)
    bare = replace(samples[0], labels=replace(samples[0].labels, instances=()))
    imagefolder(tmp_path / 'folder', [bare, *samples[1:]], info=INFO)
    table = hub.load_dataset(str(tmp_path / 'folder'), split='train', cache_dir=tmp_path / 'cache')
    assert table[0]['objects']['bbox'] == []
    check_objects(table[1]['objects'], samples[1], ['mug', 'box', 'drill'], 1)


def test_imagefolder_card_and_losses(tmp_path):
    samples = frames()
    tally = imagefolder(tmp_path / 'folder', samples)
    text = (tmp_path / 'folder/README.md').read_text(encoding='utf-8')
    front = yaml.safe_load(text.split('---\n')[1])
    assert front['configs'][0]['data_files'] == [
        {'split': 'train', 'path': 'train/**'},
        {'split': 'val', 'path': 'val/**'},
    ]
    assert '| 2 | 3 | drill |' in text
    objects = sum(len(sample.labels.instances) for sample in samples)
    assert tally.counts['objects have an amodal box or mask: not stored'] == objects
    assert 'objects have visibility, occlusion and truncation: not stored' not in tally.counts


@pytest.mark.parametrize('split', ['train', 'val'])
def test_parquet_loads_with_every_number(hub, packed, tmp_path, split):
    folder, samples, _ = packed
    table = hub.load_dataset(str(folder), split=split, cache_dir=tmp_path)
    names = table.features['objects']['category'].feature.names
    assert names == ['mug', 'box', 'drill']
    count = 0
    for row, sample in zip(table, of(split, samples), strict=True):
        np.testing.assert_array_equal(np.asarray(row['image']), sample.rgb)
        depth = np.asarray(row['depth']).astype(float) / 1000
        np.testing.assert_allclose(depth, sample.depth_m, atol=0.0005 + 1e-6)
        np.testing.assert_array_equal(np.asarray(row['instance_mask']), sample.labels.instance_id)
        stuff = sample.labels.dense.panoptic.segment_id - 65536
        wanted = np.where(sample.labels.class_id > 0, sample.labels.class_id, stuff.clip(0))
        np.testing.assert_array_equal(np.asarray(row['semantic_mask']), wanted)
        assert (row['episode'], row['view'], row['camera']) == sample.key
        np.testing.assert_array_equal(row['camera_matrix'], sample.frame.camera.matrix)
        np.testing.assert_array_equal(row['world_from_camera'], sample.frame.world_from_camera)
        check_objects(row['objects'], sample, names, count + 1)
        count += len(sample.labels.instances)
        for k, label in enumerate(sample.labels.instances):
            objects = {name: values[k] for name, values in row['objects'].items()}
            np.testing.assert_array_equal(objects['camera_from_object'], label.camera_from_object)
            np.testing.assert_array_equal(objects['camera_from_box'], label.camera_from_box)
            np.testing.assert_array_equal(objects['size_m'], label.instance.size_m)
            seen = [point[2] for point in objects['keypoints']]
            assert sum(v > 0 for v in seen) == sum(p.visibility > 0 for p in label.keypoints)


def test_parquet_is_typed_without_the_card(hub, packed, tmp_path):
    folder, samples, _ = packed
    files = [str(path) for path in sorted((folder / 'data').glob('train-*.parquet'))]
    table = hub.Dataset.from_parquet(files, cache_dir=tmp_path)
    assert isinstance(table.features['depth'], hub.Image)
    assert table.features['objects']['category'].feature.names == ['mug', 'box', 'drill']
    assert len(table) == len(of('train', samples))


def test_parquet_files_are_cut_by_size_and_groups_by_rows(monkeypatch, tmp_path):
    import pyarrow.parquet as pq

    monkeypatch.setattr(hf_parquet, 'GROUP_ROWS', 3)
    monkeypatch.setattr(hf_parquet, 'SHARD_BYTES', 40_000)
    samples = frames(make_episode)
    parquet(tmp_path / 'p', samples, info=INFO)
    paths = sorted((tmp_path / 'p/data').iterdir())
    train = [path.name for path in paths if path.name.startswith('train')]
    assert len(train) > 1
    assert train == [f'train-{k:05d}-of-{len(train):05d}.parquet' for k in range(len(train))]
    stamps = []
    for name in train:
        file = pq.ParquetFile(tmp_path / 'p/data' / name)
        groups = [file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)]
        assert max(groups) <= 3
        stamps += file.read(columns=['image_id'])['image_id'].to_pylist()
    assert stamps == list(range(1, len(of('train', samples)) + 1))


def test_parquet_group_ends_at_its_bytes(monkeypatch, tmp_path):
    import pyarrow.parquet as pq

    monkeypatch.setattr(hf_parquet, 'GROUP_BYTES', 1)
    parquet(tmp_path / 'p', make_episode(1), info=INFO)
    file = pq.ParquetFile(tmp_path / 'p/data/val-00000-of-00001.parquet')
    assert file.num_row_groups == file.metadata.num_rows == 4


def test_images_that_the_dataset_leaves_out_are_left_out(hub, tmp_path):
    tally = parquet(tmp_path / 'p', frames(make_episode), info=INFO, options=BARE)
    table = hub.load_dataset(str(tmp_path / 'p'), split='val', cache_dir=tmp_path / 'cache')
    assert {'depth', 'instance_mask', 'semantic_mask'}.isdisjoint(table.column_names)
    assert 'keypoints' not in table.features['objects']
    assert 'depth' not in (tmp_path / 'p/README.md').read_text(encoding='utf-8')
    assert tally.counts['frames have instance ids of every pixel: not stored'] == 12
    assert 'frames have a depth image: not stored' not in tally.counts


def test_the_same_samples_give_the_same_bytes(tmp_path):
    for run in 'ab':
        imagefolder(tmp_path / f'folder_{run}', frames())
        parquet(tmp_path / f'parquet_{run}', frames())
    assert tree(tmp_path / 'folder_a') == tree(tmp_path / 'folder_b')
    assert tree(tmp_path / 'parquet_a') == tree(tmp_path / 'parquet_b')


@pytest.mark.parametrize('name', ['hf-parquet', 'lerobot'])
def test_without_pyarrow_the_format_says_what_to_install(monkeypatch, name):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, 'find_spec', lambda name: None if name == 'pyarrow' else found(name)
    )
    setup = FormatSetup(INFO, PLAIN, SPLITS)
    with pytest.raises(UsageError, match=rf"{name} needs pyarrow.*'synth_ros\[formats\]'"):
        make_format(name, setup)
    assert make_format('hf-imagefolder', setup).name == 'hf-imagefolder'


def test_types_are_spelled_as_datasets_spells_them(hub):
    ours = {
        'image': Picture(),
        'name': Scalar('string'),
        'flag': Scalar('bool'),
        'vector': ListOf(Scalar('float32'), 4),
        'matrix': ListOf(ListOf(Scalar('float64'), 3), 3),
        'class': ClassName(('a', 'b: c')),
        'objects': Struct(
            {
                'bbox': ListOf(ListOf(Scalar('float32'), 4)),
                'category': ListOf(ClassName(('a', 'b: c'))),
                'points': ListOf(ListOf(ListOf(Scalar('float32'), 3))),
            }
        ),
    }
    label = hub.ClassLabel(names=['a', 'b: c'])
    theirs = hub.Features(
        {
            'image': hub.Image(),
            'name': hub.Value('string'),
            'flag': hub.Value('bool'),
            'vector': hub.Sequence(hub.Value('float32'), length=4),
            'matrix': hub.Sequence(hub.Sequence(hub.Value('float64'), length=3), length=3),
            'class': label,
            'objects': {
                'bbox': hub.Sequence(hub.Sequence(hub.Value('float32'), length=4)),
                'category': hub.Sequence(label),
                'points': hub.Sequence(hub.Sequence(hub.Sequence(hub.Value('float32'), length=3))),
            },
        }
    )
    spelled = json.loads(json.dumps({name: as_json(x) for name, x in ours.items()}))
    assert hub.Features.from_dict(spelled) == theirs
    listed = yaml.safe_load(yaml.safe_dump(as_yaml(ours), sort_keys=False))
    assert hub.Features._from_yaml_list(listed) == theirs
    assert {f.name: f.type for f in theirs.arrow_schema} == {
        k: as_arrow(v) for k, v in ours.items()
    }


@settings(max_examples=40, deadline=None)
@given(ids=id_images())
def test_any_frame_comes_back(ids, tmp_path_factory):
    """Read by pyarrow: classes with gaps, objects of any shape, frames without any."""
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp('any')
    sample, setup = sample_of(ids), setup_of()
    ParquetFormat(setup).pack(iter([sample]), folder, LossTally())
    (row,) = pq.read_table(folder / 'data/train-00000-of-00001.parquet').to_pylist()
    mask = Image.open(io.BytesIO(row['instance_mask']['bytes']))
    np.testing.assert_array_equal(np.asarray(mask), ids)
    check_objects(row['objects'], sample, ['mug', 'box', 'drill'], 1)
    product = ImageFolderFormat(setup).frame(
        sample, Pictures(sample, PLAIN, largest_class_id=setup.largest_class_id)
    )
    objects = json.loads(json.dumps(product.record['objects'], allow_nan=False))
    check_objects({'id': row['objects']['id'], **objects}, sample, ['mug', 'box', 'drill'], 1)
