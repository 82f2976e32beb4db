"""Datasets in shards: the same bytes as in a folder, in plain tars."""

import io
import shutil
import tarfile

import numpy as np
import pytest
from full_factory import FULL, full_episode
from sample_factory import PLAIN, tree

from synth_ros.errors import UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.schema.shards import member_name, shard_of
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.folder import write_file
from synth_ros.writers.shards import join_tar, tar_members

SHARDS = PLAIN.model_copy(update={'container': 'shards'})


@pytest.fixture(scope='module')
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp('containers')
    for name, options in (('folder', PLAIN), ('shards', SHARDS)):
        with CocoWriter(folder / name, FULL, options) as writer:
            for episode in (0, 12):
                writer.write_episode(episode, full_episode(episode))
    return folder


def test_every_file_of_a_frame_is_a_member(both):
    plain = tree(both / 'folder')
    seen = set()
    for shard in sorted((both / 'shards/shards').iterdir()):
        with tarfile.open(shard) as tar:
            for member in tar.getmembers():
                assert (member.mtime, member.uid, member.gid, member.uname) == (0, 0, 0, '')
                seen.add(member.name)
    frames = [
        path
        for path in plain
        if path.split('/')[0]
        in {
            'images',
            'depth',
            'instance_masks',
            'semantic_masks',
            'part_masks',
            'panoptic',
            'layers',
        }
    ]
    for path in frames:
        with tarfile.open(both / 'shards' / shard_of(path)) as tar:
            assert tar.extractfile(member_name(path)).read() == plain[path]
    stems = {path.split('/')[1].partition('.')[0] for path in frames}
    assert seen == {member_name(path) for path in frames} | {f'{s}.labels.json' for s in stems}


@pytest.mark.parametrize('sizes', [(0,), (1, 511), (512, 513), (10_000, 3, 20_000)])
def test_a_joined_tar_is_what_tarfile_writes(tmp_path, sizes):
    members = {f'{"é" * 60}_{n}.png': bytes([n]) * size for n, size in enumerate(sizes)}
    parts = []
    for number, (name, data) in enumerate(members.items()):
        parts.append(tmp_path / str(number))
        write_file(parts[-1], *tar_members({name: data}))
    joined, expected = io.BytesIO(), io.BytesIO()
    join_tar(joined, parts)
    with tarfile.open(fileobj=expected, mode='w', format=tarfile.PAX_FORMAT) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    assert joined.getvalue() == expected.getvalue()
    # Else the disk would be given all bytes twice.
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_of_one_frame_is_the_same(both):
    plain, sharded = tree(both / 'folder'), tree(both / 'shards')
    same = {path for path in plain if path in sharded} - {'SHA256SUMS', 'dataset.json'}
    assert {'annotations.json', 'panoptic.json', 'models.json', 'provenance/000012.json'} < same
    markers = {path for path in same if path.startswith('episodes/')}
    assert {p: plain[p] for p in same - markers} == {p: sharded[p] for p in same - markers}


def test_readers_read_both(both):
    plain, sharded = CocoDataset(both / 'folder'), CocoDataset(both / 'shards')
    assert not sharded.missing_files()
    for one, other in zip(plain.images, sharded.images, strict=True):
        assert plain.read_record(one) == sharded.read_record(other)
        np.testing.assert_array_equal(plain.read_rgb(one), sharded.read_rgb(other))
        first, second = plain.read_layers(one), sharded.read_layers(other)
        assert first.keys() == second.keys()
        for name, layer in first.items():
            np.testing.assert_array_equal(layer, second[name])


def test_frames_may_come_in_any_order(both, tmp_path):
    with CocoWriter(tmp_path / 'again', FULL, SHARDS) as writer:
        for episode in (12, 0):
            writer.write_episode(episode, full_episode(episode)[::-1])
    assert tree(tmp_path / 'again') == tree(both / 'shards')


@pytest.mark.parametrize('keep', [0.3, 0.95])
def test_a_truncated_shard_is_told(both, tmp_path, keep):
    shutil.copytree(both / 'shards', tmp_path / 'cut')
    shard = tmp_path / 'cut/shards/000012.tar'
    data = shard.read_bytes()
    shard.write_bytes(data[: int(len(data) * keep)])
    dataset = CocoDataset(tmp_path / 'cut')
    last = dataset.images[-1]
    with pytest.raises(UsageError, match=r'000012.tar is damaged: .*sha256sum'):
        dataset.read_layers(last)


def test_a_missing_shard_is_told(both, tmp_path):
    shutil.copytree(both / 'shards', tmp_path / 'gone')
    (tmp_path / 'gone/shards/000000.tar').unlink()
    dataset = CocoDataset(tmp_path / 'gone')
    assert len(dataset.missing_files()) > 10
    with pytest.raises(UsageError, match=r'Cannot read .*000000.tar: 000000_000_head.rgb.png'):
        dataset.read_rgb(dataset.images[0])


def test_resume_mends_a_lost_shard(both, tmp_path):
    shutil.copytree(both / 'shards', tmp_path / 'mended')
    (tmp_path / 'mended/shards/000012.tar').unlink()
    with CocoWriter(tmp_path / 'mended', FULL, SHARDS, resume=True) as writer:
        assert writer.committed_episodes() == {0}
        writer.write_episode(12, full_episode(12))
    assert tree(tmp_path / 'mended') == tree(both / 'shards')
