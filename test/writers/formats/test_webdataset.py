"""WebDataset reads our shards, and every label comes back from them."""

import gc
import hashlib
import io
import json
import tarfile

import numpy as np
import pytest
from full_factory import FULL, full_episode
from hypothesis import given, settings
from id_samples import id_images, sample_of, setup_of
from PIL import Image
from sample_factory import INFO, JPEG, PLAIN, make_episode, tree

from synth_ros.config.output import DatasetConfig
from synth_ros.schema.convert import from_json, record_of
from synth_ros.schema.layers import layers_of
from synth_ros.writers.formats import webdataset as ours
from synth_ros.writers.formats.base import FormatSetup, LossTally
from synth_ros.writers.splits import plan_of

# The library leaves closing its files to the garbage collector.
pytestmark = pytest.mark.filterwarnings('ignore:unclosed file:ResourceWarning')

SPLITS = plan_of({0: 'train', 1: 'val', 2: 'train'}, ('train', 'val', 'test'))


def write(folder, samples, info=FULL, options=PLAIN):
    folder.mkdir()
    tally = LossTally()
    setup = FormatSetup(info, options, SPLITS)
    ours.WebDatasetFormat(setup).pack(iter(samples), folder, tally)
    return tally


def frames(made=full_episode):
    return [sample for episode in range(3) for sample in made(episode)]


def of(split, samples):
    return [sample for sample in samples if SPLITS.of(sample.key.episode) == split]


# Decoders of the library make every image one of 8 bits and three channels.
EXACT = ('depth', 'instance', 'semantic', 'part', 'panoptic')


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.fixture(scope='module')
def theirs():
    """The library itself, which works without PyTorch."""
    import webdataset

    return webdataset


@pytest.fixture(scope='module')
def packed(tmp_path_factory):
    folder = tmp_path_factory.mktemp('wds') / 'webdataset'
    samples = frames()
    return folder, samples, write(folder, samples)


@pytest.mark.parametrize('split', ['train', 'val'])
def test_their_reader_gives_every_image_and_label_back(theirs, packed, split):
    folder, samples, tally = packed
    shards = [str(path) for path in sorted(folder.glob(f'{split}-*.tar'))]
    exact = [theirs.handle_extension(f'{kind}.png', pixels) for kind in EXACT]
    read = list(theirs.WebDataset(shards, shardshuffle=False).decode(*exact, 'pil'))
    gc.collect()
    for found, sample in zip(read, of(split, samples), strict=True):
        assert found['__key__'] == sample.key.stem
        labels = sample.labels
        np.testing.assert_array_equal(np.asarray(found['rgb.png']), sample.rgb)
        depth = found['depth.png'].astype(float) / 1000
        np.testing.assert_allclose(depth, sample.depth_m, atol=0.0005 + 1e-6)
        np.testing.assert_array_equal(found['instance.png'], labels.instance_id)
        np.testing.assert_array_equal(found['semantic.png'], labels.class_id)
        np.testing.assert_array_equal(found['part.png'], labels.dense.part_id)
        planes = found['panoptic.png'].astype(int)
        ids = planes @ [1, 256, 65536]
        np.testing.assert_array_equal(ids, labels.dense.panoptic.segment_id)
        assert from_json(json.dumps(found['json'])) == record_of(sample)
        layers = found['layers.npz']
        for name, layer in layers_of(labels.dense).items():
            if name not in {'part_id', 'panoptic_id'}:
                np.testing.assert_array_equal(layers[name], layer)
    assert tally.counts == {}


def test_batches_come_without_torch(theirs, packed):
    folder, samples, _ = packed
    pipeline = (
        theirs.WebDataset(str(folder / 'val-000000.tar'), shardshuffle=False)
        .decode('rgb')
        .to_tuple('rgb.png', 'json')
        .batched(2)
    )
    (images, records), *_ = list(pipeline)
    gc.collect()
    assert images.shape == (2, 72, 96, 3)
    np.testing.assert_allclose(images[0], of('val', samples)[0].rgb / 255, atol=1e-6)
    assert [record['view'] for record in records] == [0, 0]


def test_the_index_counts_and_checks_every_shard(packed):
    folder, samples, _ = packed
    index = json.loads((folder / 'index.json').read_bytes())
    assert index['format'] == 'synth_ros webdataset 1'
    assert [c['class_id'] for c in index['classes']] == [1, 2, 3, 4]
    assert list(index['splits']) == ['train', 'val', 'test']
    assert index['splits']['test'] == {'samples': 0, 'shards': []}
    listed = [shard for split in index['splits'].values() for shard in split['shards']]
    assert sorted(s['file'] for s in listed) == sorted(p.name for p in folder.glob('*.tar'))
    for shard in listed:
        content = (folder / shard['file']).read_bytes()
        assert len(content) == shard['size']
        assert hashlib.sha256(content).hexdigest() == shard['sha256']
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            stems = [name.partition('.')[0] for name in tar.getnames()]
        assert len(dict.fromkeys(stems)) == shard['samples']
    assert sum(split['samples'] for split in index['splits'].values()) == len(samples)


def test_shards_end_before_their_size_and_never_inside_a_sample(theirs, monkeypatch, tmp_path):
    monkeypatch.setattr(ours, 'SHARD_BYTES', 100_000)
    samples = frames(make_episode)
    write(tmp_path / 'w', samples, info=INFO)
    index = json.loads((tmp_path / 'w/index.json').read_bytes())
    shards = index['splits']['train']['shards']
    assert [shard['file'] for shard in shards] == [
        f'train-{k:06d}.tar' for k in range(len(shards))
    ]
    assert len(shards) > 1
    stems = []
    for shard in shards:
        with tarfile.open(tmp_path / 'w' / shard['file']) as tar:
            members = tar.getmembers()
        # The end of an archive is padded to records of 10 kB.
        assert members[-1].offset_data + members[-1].size <= 100_000
        kinds = [member.name.partition('.')[2] for member in members]
        assert (
            kinds
            == ['rgb.png', 'depth.png', 'instance.png', 'semantic.png', 'json']
            * (shard['samples'])
        )
        stems += [member.name.partition('.')[0] for member in members[::5]]
    assert stems == [sample.key.stem for sample in of('train', samples)]


def test_a_sample_larger_than_a_shard_has_one_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setattr(ours, 'SHARD_BYTES', 10)
    write(tmp_path / 'w', make_episode(1), info=INFO)
    index = json.loads((tmp_path / 'w/index.json').read_bytes())
    assert [shard['samples'] for shard in index['splits']['val']['shards']] == [1] * 4


def test_headers_have_no_date_and_no_owner(packed):
    with tarfile.open(packed[0] / 'train-000000.tar') as tar:
        for member in tar.getmembers():
            assert (member.mtime, member.uid, member.gid, member.mode) == (0, 0, 0, 0o644)
            assert (member.uname, member.gname) == ('', '')


def test_jpeg_and_what_is_switched_off(tmp_path):
    options = DatasetConfig(rgb_format='jpeg', depth=False, masks=False)
    write(tmp_path / 'w', make_episode(0), info=INFO, options=options)
    with tarfile.open(tmp_path / 'w/train-000000.tar') as tar:
        names = tar.getnames()
        picture = Image.open(tar.extractfile(names[0]))
        assert picture.format == 'JPEG'
    assert names[:2] == ['000000_000_head.rgb.jpg', '000000_000_head.json']


def test_the_same_samples_give_the_same_bytes(tmp_path):
    for run in 'ab':
        write(tmp_path / run, frames(make_episode), info=INFO, options=JPEG)
    assert tree(tmp_path / 'a') == tree(tmp_path / 'b')


@settings(max_examples=40, deadline=None)
@given(ids=id_images())
def test_any_frame_comes_back(ids, tmp_path_factory):
    sample = sample_of(ids)
    folder = tmp_path_factory.mktemp('any')
    setup = setup_of()
    ours.WebDatasetFormat(setup).pack(iter([sample]), folder, LossTally())
    with tarfile.open(folder / 'train-000000.tar') as tar:
        files = {name.partition('.')[2]: tar.extractfile(name).read() for name in tar.getnames()}
    np.testing.assert_array_equal(pixels(files['instance.png']), ids)
    np.testing.assert_array_equal(pixels(files['semantic.png']), sample.labels.class_id)
    assert from_json(files['json']) == record_of(sample)
